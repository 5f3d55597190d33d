"""What is released: versions, addresses, and what the Debian package says and does on a computer."""

import gettext
import io
import re
import shutil
import subprocess
from itertools import pairwise
from pathlib import Path

import pytest
from babel.messages.mofile import write_mo
from babel.messages.pofile import read_po

from hatch_build import compiled, home_page, messages
from hatch_version import NEXT, debian_version, version
from tests.conftest import ROOT

DEBIAN = ROOT / "release" / "debian"


def git(folder: Path, *arguments: str) -> None:
    who = ("-c", "user.name=t", "-c", "user.email=t@t.test", "-c", "commit.gpgsign=false")
    subprocess.run(["git", "-C", folder, *who, *arguments], check=True, capture_output=True)


def test_the_version_is_that_of_the_tags_of_git(tmp_path: Path) -> None:
    assert version(tmp_path) == f"{NEXT}.dev0"
    (tmp_path / "PKG-INFO").write_text("Metadata-Version: 2.4\nName: loa\nVersion: 0.3.1\n", "utf-8")
    assert version(tmp_path) == "0.3.1"  # an unpacked source archive
    git(tmp_path, "init", "-q")
    git(tmp_path, "commit", "-q", "--allow-empty", "-m", "a")
    assert re.fullmatch(rf"{NEXT}\.dev1\+g[0-9a-f]+", version(tmp_path))
    git(tmp_path, "tag", "v1.2.3", "-m", "")
    assert version(tmp_path) == "1.2.3"
    git(tmp_path, "commit", "-q", "--allow-empty", "-m", "b")
    assert re.fullmatch(r"1\.2\.4\.dev1\+g[0-9a-f]+", version(tmp_path))
    git(tmp_path, "add", ".")
    assert version(tmp_path).endswith(".dirty")
    below = tmp_path / "below"
    below.mkdir()
    assert version(below) == f"{NEXT}.dev0"  # a copy inside of somebody's repository is not of its version


@pytest.mark.skipif(not shutil.which("dpkg"), reason="dpkg is Debian's")
def test_dpkg_orders_our_versions_as_we_mean_them() -> None:
    rising = ["0.1.0", "0.2.0.dev7+gabc1234", "0.2.0.dev10+gabc1234.dirty", "0.2.0", "0.2.1.dev1+gabc1234", "0.2.1"]
    named = [debian_version(each, "deb12") for each in rising]
    for older, newer in pairwise(named):
        subprocess.run(["dpkg", "--compare-versions", older, "lt", newer], check=True)


@pytest.mark.parametrize(
    ("origin", "page"),
    [
        ("git@forge.example:loa/loa.git", "https://forge.example/loa/loa"),
        ("https://lan:secret@forge.example/xa/loa.git", "https://forge.example/xa/loa"),
        ("ssh://git@forge.example/xa/loa", "https://forge.example/xa/loa"),
        ("/srv/git/loa.git", ""),
        ("http://10.0.0.1/loa.git", ""),
        ("", ""),
    ],
)
def test_a_fork_names_its_own_address_and_no_password(origin: str, page: str) -> None:
    assert home_page(origin) == page


def test_the_scripts_of_the_package_are_posix_and_name_what_is_there() -> None:
    for name in ("preinst", "postinst", "prerm", "postrm", "loa.sh"):
        subprocess.run(["sh", "-n", DEBIAN / name], check=True)
    assert "@VERSION@" in (DEBIAN / "preinst").read_text("utf-8")
    assert all("rm -rf /var/lib/loa" not in path.read_text("utf-8") for path in DEBIAN.iterdir())


@pytest.mark.skipif(not shutil.which("systemd-analyze"), reason="systemd is of Linux")
def test_systemd_takes_the_unit_and_calls_it_well_closed(tmp_path: Path) -> None:
    unit = tmp_path / "loa.service"
    text = (DEBIAN / "loa.service").read_text("utf-8")
    unit.write_text(
        text.replace("/usr/lib/loa/bin/loa", "/bin/true").replace("User=loa\nGroup=loa\n", "User=daemon\n"), "utf-8"
    )
    env = {"PATH": "/usr/bin:/bin", "SYSTEMD_LOG_LEVEL": "warning"}
    done = subprocess.run(
        ["systemd-analyze", "verify", unit], env=env, capture_output=True, encoding="utf-8", check=False
    )
    assert not [line for line in done.stderr.splitlines() if unit.name in line]
    asked = ["systemd-analyze", "security", "--offline=true", "--threshold=25", "--no-pager", str(unit)]
    judged = subprocess.run(asked, env=env, capture_output=True, encoding="utf-8", check=False)
    assert judged.returncode == 0, judged.stdout[-600:] + judged.stderr  # exposure of at most 2.5 of 10


def test_the_catalogue_is_compiled_as_babel_compiles_it() -> None:
    """Babel is left out of every set-up; its head holds dates and names besides."""
    (source,) = (ROOT / "generator" / "loa" / "locale").glob("*/LC_MESSAGES/loa.po")
    theirs = io.BytesIO()
    with source.open("rb") as file:
        write_mo(theirs, read_po(file))
    theirs.seek(0)
    ours = io.BytesIO(compiled(messages(source.read_text("utf-8"))))
    found, wanted = (vars(gettext.GNUTranslations(file))["_catalog"] for file in (ours, theirs))
    assert len(wanted) > 2000
    assert {**found, "": ""} == {**wanted, "": ""}
    text = 'msgid ""\nmsgstr "Language: vi\\n"\n\n#, fuzzy\nmsgid "a"\nmsgstr "b"\n\n#~ msgid "c"\n#~ msgstr "d"\n'
    assert messages(text) == {"": "Language: vi\n"}, "what is fuzzy or obsolete is no translation"
