"""`loa run` with shorter timing: python -m tests.faults.run_station FOLDER JSON"""

import json
import sys
from pathlib import Path

from generator import on_air
from generator.i18n import set_language
from generator.workspace import Workspace

if __name__ == "__main__":
    set_language("en")
    on_air.run(Workspace(Path(sys.argv[1])), timing=on_air.Timing(**json.loads(sys.argv[2])))
