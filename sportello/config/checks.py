"""Numbered checks of settings that can be read and yet cannot work. docs/settings.md lists the numbers.

A value that cannot be read at all is refused by readers.py. Asked by `serve`, which has no Django, by
`sportello doctor` and, through apps.py, by Django's `check`.
"""

import os
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from importlib.util import find_spec
from ipaddress import ip_address
from pathlib import Path
from urllib.parse import urlsplit

from sportello.config.readers import Settings
from sportello.kit.terminal import _

EVERYWHERE = ("0.0.0.0", "::")


@dataclass(frozen=True, slots=True)
class Problem:
    """number: "E001" (the desk cannot work) or "W001" (it can, but). hint: what to do about it."""

    number: str
    setting: str
    sentence: str
    hint: str

    @property
    def is_error(self) -> bool:
        return self.number.startswith("E")

    def __str__(self) -> str:
        return f"{self.setting}: {self.sentence} {self.hint} (sportello.{self.number})"


def problems(settings: Settings) -> Iterator[Problem]:
    """What cannot work together, or not on this machine. Changes nothing."""
    for number, (setting, look, sentence, hint) in CHECKS.items():
        found = look(settings)
        if found is not None:
            yield Problem(number, f"SPORTELLO_{setting}", _(sentence).format(it=found), _(hint))


def _data_folder(settings: Settings) -> object:
    return None if _can_write(settings.data) else settings.data


def _sqlite_folder(settings: Settings) -> object:
    path = settings.database.path
    if path is None or path.parent == settings.data:
        return None
    can_write = path.parent.is_dir() and _can_write(path.parent) and (not path.exists() or os.access(path, os.W_OK))
    return None if can_write else path


def _postgres_driver(settings: Settings) -> object:
    return "psycopg" if settings.database.engine == "postgres" and find_spec("psycopg") is None else None


def _unreachable_host(settings: Settings) -> object:
    host = urlsplit(settings.public_url).hostname or ""
    return host if host in EVERYWHERE else None


def _mail_folder(settings: Settings) -> object:
    folder = settings.mail_out.folder if settings.mail_out else None
    return None if folder is None or _can_write(folder) else folder


def _mail_to_itself(settings: Settings) -> object:
    way, door = settings.mail_out, settings.mail_in
    if way is None or way.folder is not None or way.port != door.port:
        return None
    is_same = way.host == door.host or (_is_here(way.host) and (_is_here(door.host) or door.host in EVERYWHERE))
    return door if is_same else None


def _same_port(settings: Settings) -> object:
    http, mail_in = settings.http, settings.mail_in
    return http if http == mail_in and http.port else None


def _only_here(settings: Settings) -> object:
    listens_to_network = not _is_here(settings.http.host)
    return (
        settings.public_url if listens_to_network and _is_here(urlsplit(settings.public_url).hostname or "") else None
    )


def _can_write(folder: Path) -> bool:
    """Whether files can be made in it, or it can be made in the nearest folder that exists."""
    while not folder.exists() and folder != folder.parent:
        folder = folder.parent
    return folder.is_dir() and os.access(folder, os.W_OK | os.X_OK)


def _is_here(host: str) -> bool:
    if host == "localhost":
        return True
    try:
        return ip_address(host).is_loopback
    except ValueError:
        return False


def gettext_noop(message: str) -> str:
    """Marks a sentence for the catalogue; `problems` translates it."""
    return message


Look = Callable[[Settings], object]
# number: setting, look (None: fine), what is wrong ({it}: what look found), what to do.
CHECKS: dict[str, tuple[str, Look, str, str]] = {
    "E001": (
        "DATA",
        _data_folder,
        gettext_noop("The folder {it} cannot be written."),
        gettext_noop("Give it to the user that runs the desk, or choose another folder."),
    ),
    "E002": (
        "DATABASE_URL",
        _sqlite_folder,
        gettext_noop("The database file {it} cannot be written."),
        gettext_noop("Make its folder, writable for the user that runs the desk."),
    ),
    "E003": (
        "DATABASE_URL",
        _postgres_driver,
        gettext_noop("The package {it} that speaks to PostgreSQL is not installed."),
        gettext_noop("Install sportello[postgres]."),
    ),
    "E004": (
        "PUBLIC_URL",
        _unreachable_host,
        gettext_noop("Nobody can open links to {it}, which means every address of this machine."),
        gettext_noop("Write the name that people type into the browser."),
    ),
    "E005": (
        "MAIL_OUT",
        _mail_folder,
        gettext_noop("The folder {it} cannot be written."),
        gettext_noop("Give it to the user that runs the desk, or choose another folder."),
    ),
    "E006": (
        "MAIL_OUT",
        _mail_to_itself,
        gettext_noop("{it} is the desk's own mail listener: its mails would come back to it."),
        gettext_noop("Write the address of your mail server."),
    ),
    "E007": (
        "MAIL_IN",
        _same_port,
        gettext_noop("The pages listen on {it} as well."),
        gettext_noop("Choose another port."),
    ),
    "W001": (
        "PUBLIC_URL",
        _only_here,
        gettext_noop(
            "The desk listens to the network, but links in mails lead to {it}, which each reader's own machine answers."
        ),
        gettext_noop("Set it to the address that people type into the browser."),
    ),
}
