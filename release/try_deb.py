"""Try a Debian package as a stranger would: `python -m release.try_deb CHROOT PACKAGE [--before OLDER_PACKAGE]` (root, debootstrap).

In a fresh system made by debootstrap (CHROOT is made if it is missing; its name begins with the suite): install, the service's
own command as its user with its environment, the notices for systemd, first run in a browser's way, a commune, a bulletin
spoken and approved on the page's side of the program, aired on a null output; then the upgrade, the refused downgrade, the
removal, after which the station is there. Without systemd in the chroot: what the unit adds beyond that is checked by
`systemd-analyze` here. Ends with exit code 1 at the first thing that is not as promised.
"""

import argparse
import contextlib
import http.cookiejar
import os
import re
import shutil
import socket
import subprocess
import sys
import threading
import time
import urllib.parse
import urllib.request
from collections.abc import Iterator
from pathlib import Path

STATION = "var/lib/loa"
CAMPAIGN = """\
campaigns:
  - {id: thong-bao, template: thong-bao, title: Cúp nước, as_of: 2026-11-01, body: [Mai cúp nước từ 8 giờ đến 10 giờ.]}
"""
SCHEDULE = """\
language: vi
timezone: Asia/Ho_Chi_Minh
outputs: {thu: {kind: null}}
broadcasts: []
"""
PASSWORD = "thu-goi-deb-2026"
_PATIENCE = 180.0
"""Seconds for what takes some, on a slow machine that does other things too."""


class Chroot:
    """A Debian system in a folder; commands run in it as root, or as the user of the service."""

    def __init__(self, root: Path) -> None:
        self.root = root

    def run(self, *command: str, ok: bool = True, **env: str) -> str:
        """Run `command` there; its stdout and stderr together. Ends the trial if it fails (`ok`: or does not)."""
        done = subprocess.run(self.command(*command, **env), capture_output=True, encoding="utf-8", check=False)
        said = done.stdout + done.stderr
        if (done.returncode == 0) != ok:
            raise SystemExit(f"FAILED ({done.returncode}): {' '.join(command)}\n{said}")
        return said

    def command(self, *command: str, **env: str) -> list[str]:
        """The same as a command line of this system."""
        settings = {
            "PATH": "/usr/sbin:/usr/bin:/sbin:/bin",
            "DEBIAN_FRONTEND": "noninteractive",
            "LC_ALL": "C.UTF-8",
            **env,
        }
        given = [f"{name}={value}" for name, value in settings.items()]
        return ["chroot", str(self.root), "env", "-i", *given, *command]

    def install(self, package: Path, *, ok: bool = True) -> str:
        """`apt install ./PACKAGE` (also of an older one)."""
        shutil.copy(package, self.root / "tmp" / package.name)
        return self.run(
            "apt-get", "install", "-y", "--allow-downgrades", "--no-install-recommends", f"/tmp/{package.name}", ok=ok
        )


@contextlib.contextmanager
def fresh(root: Path) -> Iterator[Chroot]:
    """The chroot, with what programs expect below /proc and /dev."""
    if not (root / "etc" / "debian_version").exists():
        subprocess.run(["debootstrap", "--variant=minbase", root.name.split("-")[0], str(root)], check=True)
    for name in ("proc", "dev"):
        subprocess.run(["mount", "--rbind", f"/{name}", str(root / name)], check=True)
        subprocess.run(["mount", "--make-rslave", str(root / name)], check=True)
    try:
        shutil.copy("/etc/resolv.conf", root / "etc" / "resolv.conf")
        yield Chroot(root)
    finally:
        for name in ("proc", "dev"):
            subprocess.run(["umount", "-R", "-l", str(root / name)], check=False)


class Service:
    """The unit's ExecStart, as its user, with the socket that systemd would give it."""

    def __init__(self, chroot: Chroot, port: int) -> None:
        unit = (chroot.root / "lib/systemd/system/loa.service").read_text("utf-8")
        (line,) = re.findall(r"^ExecStart=(.*)$", unit, re.MULTILINE)
        place = chroot.root / "tmp" / "notify"
        place.unlink(missing_ok=True)
        self.heard: list[str] = []
        self._line = socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM)
        self._line.bind(str(place))
        place.chmod(0o666)
        threading.Thread(target=self._listen, daemon=True).start()
        command = line.replace("$LOA_OPTIONS", f"--console 127.0.0.1:{port}").split()
        as_user = ("setpriv", "--reuid=loa", "--regid=loa", "--init-groups", "--no-new-privs", "--")
        env = {"HOME": "/var/lib/loa", "NOTIFY_SOCKET": "/tmp/notify", "WATCHDOG_USEC": "30000000", "PYTHONUTF8": "1"}
        self.log = chroot.root / "tmp" / "service.log"
        with self.log.open("w") as out:
            self.process = subprocess.Popen(chroot.command(*as_user, *command, **env), stdout=out, stderr=out)

    def _listen(self) -> None:
        with contextlib.suppress(OSError):
            while True:
                self.heard.append(self._line.recv(200).decode())

    def wait(self, what: str, there: object) -> None:
        """Until `there()` is true. Ends the trial if it never is."""
        until = time.monotonic() + _PATIENCE
        while not there():  # type: ignore[operator]
            if time.monotonic() > until or self.process.poll() is not None:
                self.process.kill()
                raise SystemExit(f"FAILED: {what}\n{self.log.read_text('utf-8')}")
            time.sleep(0.2)
        print(f"  {what}")

    def end(self) -> None:
        """As systemd ends it."""
        self.process.terminate()
        if self.process.wait(30):
            raise SystemExit(f"FAILED: ended with {self.process.returncode}\n{self.log.read_text('utf-8')}")
        self._line.close()


class Browser:
    """Just enough of one."""

    def __init__(self, port: int) -> None:
        self.base = f"http://127.0.0.1:{port}"
        cookies = urllib.request.HTTPCookieProcessor(http.cookiejar.CookieJar())
        self._open = urllib.request.build_opener(cookies).open

    def get(self, path: str) -> str:
        """The page."""
        return self._open(self.base + path, timeout=60).read().decode()

    def submit(self, page: str, path: str, **fields: str) -> str:
        """Fill in the form of `page` that goes to `path`."""
        found = re.search(r'name="csrf" value="([^"]+)"', self.get(page))
        data = urllib.parse.urlencode({"csrf": found[1] if found else "", **fields}).encode()
        asked = urllib.request.Request(self.base + path, data, {"Origin": self.base})
        return self._open(asked, timeout=60).read().decode()


def check(what: str, holds: object) -> None:
    """Say what holds, or end the trial."""
    if not holds:
        raise SystemExit(f"FAILED: {what}")
    print(f"  {what}")


def started(chroot: Chroot, port: int) -> Service:
    """The service, ready, with its watchdog fed and its console answering."""
    service = Service(chroot, port)
    service.wait("READY=1 and WATCHDOG=1 were sent", lambda: {"READY=1", "WATCHDOG=1"} <= set(service.heard))
    service.wait("the console answers", lambda: answers(port))
    return service


def answers(port: int) -> bool:
    """Whether something listens there."""
    with contextlib.suppress(OSError), socket.create_connection(("127.0.0.1", port), 1):
        return True
    return False


def first_bulletin(chroot: Chroot, port: int, *, new: bool) -> None:
    """What an officer does on the first day, from the first run to the loudspeaker."""
    station = chroot.root / STATION
    service = started(chroot, port)
    found = [""]

    def told() -> bool:
        found[:] = re.findall(r"\b[A-Z0-9]{4}(?:-[A-Z0-9]{4})+\b", service.log.read_text("utf-8"))
        return bool(found)

    service.wait("the code of the first run is told", told)
    code = found[0]
    if new:
        check("it stands where the installer looks", code in (station / ".loa/first-run-code").read_text("utf-8"))
        check("sudo loa doctor shows it", code in chroot.run("sh", "-c", "/usr/bin/loa doctor || true", LOA_LANG="en"))
    browser = Browser(port)
    page = browser.submit(
        "/login",
        "/first",
        code=code,
        name="quantri",
        shown="Quản trị",
        password=PASSWORD,
        again=PASSWORD,
        roles="admin",
    )
    check("the first administrator is in", "Quản trị" in page)
    check("the code stands nowhere any more", not (station / ".loa/first-run-code").exists())
    (station / "schedule.yaml").write_text(SCHEDULE, "utf-8")
    chroot.run("/usr/bin/loa", "new", "commune", "Bến Hải", "--province", "Quảng Trị")
    file = station / "campaigns/ben-hai.yaml"
    file.write_text(file.read_text("utf-8").partition("campaigns:")[0] + CAMPAIGN, "utf-8")
    chroot.run("/usr/bin/loa", "check")
    chroot.run("/usr/bin/loa", "build")
    check("the bulletin is spoken", (station / "audio/bulletins/ben-hai/thong-bao.mp3").stat().st_size > 20_000)
    spoken = chroot.run("/usr/bin/loa", "voices", LOA_LANG="en")
    print("  " + "; ".join(line.strip() for line in spoken.splitlines() if line.strip()[:4] in {"loa:", "espe"}))
    chroot.run("/usr/bin/loa", "approve", "ben-hai/thong-bao", "--by", "Lãnh đạo")
    aired = chroot.run("/usr/bin/loa", "air", "ben-hai/thong-bao", "--on", "thu", LOA_LANG="en")
    check("it is aired on a null output", "aired" in aired)
    check("no file of the station is root's", 0 not in {path.lstat().st_uid for path in station.rglob("*")})
    service.end()
    check("it ended as it should", "STOPPING=1" in service.heard)


def still_there(chroot: Chroot) -> None:
    """The station after whatever was done to the package."""
    station = chroot.root / STATION
    for name in (
        "schedule.yaml",
        "campaigns/ben-hai.yaml",
        "audio/bulletins/ben-hai/thong-bao.mp3",
        ".loa/station.db",
        ".loa/console.db",
    ):
        check(f"{name} is there", (station / name).is_file())


def main() -> None:
    """The command line."""
    os.umask(0o022)
    parser = argparse.ArgumentParser(description="Try a Debian package of Loa in a fresh Debian.")
    parser.add_argument("chroot", type=Path)
    parser.add_argument("package", type=Path)
    parser.add_argument("--before", type=Path, help="the package of an earlier version, which is upgraded")
    parser.add_argument(
        "--port", type=int, help="where the console listens (else: the first from 18686 on that is free)"
    )
    given = parser.parse_args()
    port = given.port or next(number for number in range(18686, 18786) if not answers(number))
    if os.geteuid() != 0:
        raise SystemExit("chroot is for root")
    sys.stdout.reconfigure(line_buffering=True)  # type: ignore[union-attr]
    with fresh(given.chroot) as chroot:
        chroot.run("apt-get", "update")
        first = given.before or given.package
        begun = time.monotonic()
        chroot.install(first)
        print(f"installed {first.name} in {time.monotonic() - begun:.0f} s")
        check("the station is made, and the service's user's", (chroot.root / STATION / "schedule.yaml").is_file())
        first_bulletin(chroot, port, new=not given.before)
        if given.before:
            print(f"upgrade to {given.package.name}")
            chroot.install(given.package)
            still_there(chroot)
            service = started(chroot, port)
            check("the log is whole", chroot.run("/usr/bin/loa", "log", "verify"))
            check(
                "the approval holds",
                "aired" in chroot.run("/usr/bin/loa", "air", "ben-hai/thong-bao", "--on", "thu", LOA_LANG="en"),
            )
            check(
                "the administrator logs in",
                "Quản trị" in Browser(port).submit("/login", "/login", name="quantri", password=PASSWORD, next="/"),
            )
            service.end()
            refused = chroot.install(given.before, ok=False)
            check("a downgrade is refused in words", "newer than this one" in refused)
            check(
                "and nothing was changed by it", "ii" in chroot.run("dpkg-query", "-W", "-f=${db:Status-Abbrev}", "loa")
            )
        print("removal")
        for how in ("remove", "purge"):
            chroot.run("apt-get", how, "-y", "loa")
            still_there(chroot)
        check("the program is gone", not (chroot.root / "usr/lib/loa").exists())
    print("all held")


if __name__ == "__main__":
    main()
