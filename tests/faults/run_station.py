"""`loa run` with shorter timing: python -m tests.faults.run_station FOLDER JSON"""

import json
import sys
from pathlib import Path

from loa import ending
from loa.automation import intervals, service
from loa.i18n import set_language
from loa.workspace import Workspace

if __name__ == "__main__":
    set_language("en")
    with ending.when_asked() as stop:
        service.run(Workspace(Path(sys.argv[1])), timing=intervals.Timing(**json.loads(sys.argv[2])), stop=stop)
