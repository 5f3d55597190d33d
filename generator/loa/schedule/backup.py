"""Where the station puts its backups by itself, when, and how many it keeps."""

from collections.abc import Mapping
from pathlib import PurePosixPath, PureWindowsPath
from typing import Annotated

from pydantic import AfterValidator, Field, ValidationInfo, model_validator

from loa.i18n import N_, _
from loa.schedule.local_time import LocalTime
from loa.schedule.values import PASSWORD_VARIABLE, SECRET, Hour, SecretName
from loa.yamlfile import Strict, is_kept


def _absolute(path: str, info: ValidationInfo) -> str:
    if PurePosixPath(path).is_absolute() or PureWindowsPath(path).is_absolute() or is_kept(info):
        return path
    fix = _("Write the whole path, for example {example}").format(example="/mnt/luu-tru/loa")
    raise ValueError(_("This path does not say where it begins.") + "\n" + fix)


def _fingerprint(text: str | None, info: ValidationInfo) -> str | None:
    if text is None or is_kept(info) or (text.startswith("SHA256:") and len(text) == 50):
        return text
    fix = _("On the server: ssh-keygen -lf /etc/ssh/ssh_host_ed25519_key.pub")
    raise ValueError(_("This is not the fingerprint of a server's key (SHA256:…).") + "\n" + fix)


AbsolutePath = Annotated[str, AfterValidator(_absolute)]
Fingerprint = Annotated[str | None, AfterValidator(_fingerprint)]


class FolderPlace(Strict):
    """A folder on another disk or on the network, which the computer has mounted."""

    path: AbsolutePath = Field(
        title=N_("Folder"),
        description=N_("On another disk or computer, not in the station's own folder."),
        examples=["/mnt/luu-tru/loa"],
    )


class StickPlace(Strict):
    """A USB stick, by its name or by where it is mounted."""

    label: str | None = Field(default=None, title=N_("Name of the stick (label)"), examples=["SAO-LUU"])
    path: AbsolutePath | None = Field(
        default=None,
        title=N_("Or where it is mounted"),
        description=N_("If nothing is mounted there, nothing is written."),
        examples=["/media/usb"],
    )

    @model_validator(mode="after")
    def _is_named(self, info: ValidationInfo) -> "StickPlace":
        if not (self.label or self.path or is_kept(info)):
            fix = _("Write its name (label), or where it is mounted (path).")
            raise ValueError(_("Which stick is not said.") + "\n" + fix)
        return self


class SftpPlace(Strict):
    """A folder of another computer, reached by SSH. The password is not in the file."""

    host: str = Field(min_length=1, title=N_("Server"), examples=["nas.xa.vn"])
    port: int = Field(default=22, ge=1, le=65535, title=N_("Port"))
    user: str = Field(min_length=1, title=N_("User name"))
    path: str = Field(default="loa", min_length=1, title=N_("Folder"), description=N_("From the user's own folder."))
    host_key: Fingerprint = Field(
        default=None,
        title=N_("Fingerprint of the server's key"),
        description=N_(
            "Without it nothing is sent. The first try tells which key the server shows; compare it on the server."
        ),
        examples=["SHA256:…"],
    )
    key_file: AbsolutePath | None = Field(
        default=None, title=N_("File of the private key"), description=N_("Empty: by password.")
    )
    password_env: SecretName = Field(default="LOA_BACKUP_PASSWORD", title=PASSWORD_VARIABLE, description=SECRET)


class Keep(Strict):
    """How many backups are kept: the last one of each of so many days, weeks and months."""

    days: int = Field(default=7, ge=1, le=366, title=N_("Of how many days"))
    weeks: int = Field(default=5, ge=0, le=520, title=N_("Of how many weeks"))
    months: int = Field(default=12, ge=0, le=120, title=N_("Of how many months"))


Place = FolderPlace | StickPlace | SftpPlace


class Backup(Strict):
    """Each place is optional; where several are named, each gets every backup."""

    at: Hour = Field(
        default_factory=lambda: LocalTime(2, 30),
        title=N_("Every day at"),
        description=N_("Empty: 02:30. If the computer is off then: as soon as it runs again."),
    )
    warn_after_days: int = Field(
        default=3, ge=1, le=365, title=N_("Warn when the last good one is older than so many days")
    )
    keep: Keep = Field(default=Keep(), title=N_("How many are kept"))
    folder: FolderPlace | None = Field(default=None, title=N_("To a folder"), description=N_("Empty: none."))
    stick: StickPlace | None = Field(default=None, title=N_("To a USB stick"), description=N_("Empty: none."))
    sftp: SftpPlace | None = Field(default=None, title=N_("To another computer (SFTP)"), description=N_("Empty: none."))

    @property
    def places(self) -> Mapping[str, Place]:
        """The places that are named, by their key in schedule.yaml."""
        all_ = {"folder": self.folder, "stick": self.stick, "sftp": self.sftp}
        return {name: place for name, place in all_.items() if place}
