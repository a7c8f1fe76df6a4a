"""The settings of a desk, read from the environment by typed readers that refuse nonsense by name.

Knows no Django: the supervisor reads settings too and must stay small. docs/settings.md has a line for each name.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any
from urllib.parse import SplitResult, parse_qsl, unquote, urlsplit

from sportello.kit import mail_out
from sportello.kit.mail_out import MailOut
from sportello.kit.terminal import _

PREFIX = "SPORTELLO_"


class SettingError(Exception):
    """A setting that cannot be used; str() is a sentence with its name and an example."""

    def __init__(self, name: str, wrong: str, example: str = "") -> None:
        self.name = name
        hint = " " + _("Example: {example}").format(example=example) if example else ""
        super().__init__(f"{name}: {wrong}{hint}")


@dataclass(frozen=True, slots=True)
class Address:
    """Where to listen; port 0 asks the system for a free one."""

    host: str
    port: int

    def __str__(self) -> str:
        return f"[{self.host}]:{self.port}" if ":" in self.host else f"{self.host}:{self.port}"


@dataclass(frozen=True, slots=True)
class Database:
    """engine "sqlite" with path, or "postgres" with the rest; options go to the driver as they are."""

    engine: str
    path: Path | None = None
    name: str = ""
    user: str = ""
    password: str = ""
    host: str = ""
    port: str = ""
    options: tuple[tuple[str, str], ...] = ()

    def __repr__(self) -> str:
        return f"Database({self.engine} {self.path or self.name})"


@dataclass(frozen=True, slots=True)
class Settings:
    data: Path
    database: Database
    public_url: str
    http: Address
    mail_in: Address
    mail_out: MailOut | None
    mail_max_bytes: int
    webhook_private: bool
    secret_key: str | None


def read(environ: Mapping[str, str]) -> Settings:
    """The settings in environ, defaults filled in. Raises SettingError for the first wrong or unknown one.

    NAME_FILE gives the value of NAME from a file, for secrets. An empty value counts as absent.
    """
    known = {f"{PREFIX}{name}" for name in READERS}
    for name in sorted(environ):
        if name.startswith(PREFIX) and name.removesuffix("_FILE") not in known:
            raise SettingError(name, _("there is no such setting."), ", ".join(sorted(known)))
    raw = {name: _raw(environ, f"{PREFIX}{name}") for name in READERS}
    values = {name: READERS[name](f"{PREFIX}{name}", text) if text else None for name, text in raw.items()}

    data = values["DATA"] or Path("data").absolute()
    http = values["HTTP"] or Address("127.0.0.1", 8000)
    return Settings(
        data=data,
        database=values["DATABASE_URL"] or Database("sqlite", path=data / "desk.sqlite3"),
        public_url=values["PUBLIC_URL"] or f"http://{Address(_reachable(http.host), http.port)}",
        http=http,
        mail_in=values["MAIL_IN"] or Address("127.0.0.1", 2525),
        mail_out=values["MAIL_OUT"],
        mail_max_bytes=(values["MAIL_MAX_MB"] or 25) * 1024 * 1024,
        webhook_private=bool(values["WEBHOOK_PRIVATE"]),
        secret_key=values["SECRET_KEY"],
    )


def _reachable(host: str) -> str:
    return "localhost" if host in ("0.0.0.0", "::") else host


def _raw(environ: Mapping[str, str], name: str) -> str:
    text, file = environ.get(name, "").strip(), environ.get(f"{name}_FILE", "").strip()
    if text and file:
        raise SettingError(name, _("{name} and {name}_FILE are both set, keep one.").format(name=name))
    if not file:
        return text
    try:
        text = Path(file).read_text(encoding="utf-8").strip()
    except (OSError, UnicodeDecodeError) as error:
        reason = getattr(error, "strerror", None) or "not UTF-8"
        sentence = _("the file {file} cannot be read ({reason}).").format(file=file, reason=reason)
        raise SettingError(f"{name}_FILE", sentence) from None
    if not text:
        raise SettingError(f"{name}_FILE", _("the file {file} is empty.").format(file=file))
    return text


def _folder(name: str, text: str) -> Path:
    path = Path(text).expanduser().absolute()
    if path.exists() and not path.is_dir():
        raise SettingError(name, _("{path} is not a folder.").format(path=path), "/var/lib/sportello")
    return path


def address(name: str, text: str) -> Address:
    """HOST:PORT. Raises SettingError in the name of whoever wants it."""
    example = "127.0.0.1:8000"
    host, separator, port = text.rpartition(":")
    if not separator or not host or not (port.isascii() and port.isdigit()) or int(port) > 65535:
        raise SettingError(
            name,
            _("“{text}” is not HOST:PORT with a port from 0 to 65535.").format(text=text),
            example,
        )
    bracketed = host.startswith("[") and host.endswith("]")
    if (":" in host) != bracketed or "/" in host or " " in host:
        raise SettingError(
            name,
            _("“{host}” is not a host name or an address (IPv6 goes in brackets).").format(host=host),
            example,
        )
    return Address(host.strip("[]"), int(port))


def _split(name: str, text: str, schemes: tuple[str, ...], example: str) -> SplitResult:
    try:
        url = urlsplit(text)
        port_is_fine = url.port is None or url.port > 0
    except ValueError:
        url, port_is_fine = None, False
    if url is None or url.scheme not in schemes or not port_is_fine:
        wanted = " / ".join(f"{scheme}://" for scheme in schemes)
        raise SettingError(name, _("this is not an address that starts with {wanted}.").format(wanted=wanted), example)
    return url


def _public_url(name: str, text: str) -> str:
    example = "https://desk.example.org"
    url = _split(name, text, ("http", "https"), example)
    if not url.hostname or url.path not in ("", "/") or url.query or url.fragment or url.username or url.password:
        raise SettingError(name, _("only scheme, host and port belong here, no path."), example)
    return f"{url.scheme}://{url.netloc}"


def _database(name: str, text: str) -> Database:
    example = "postgres://desk:password@localhost/desk"
    url = _split(name, text, ("sqlite", "postgres", "postgresql"), example)
    if url.scheme == "sqlite":
        path = unquote(url.path)
        if url.netloc or not path.strip("/") or path.endswith("/"):
            raise SettingError(name, _("sqlite:/// needs a file."), "sqlite:////var/lib/sportello/desk.sqlite3")
        # As elsewhere: three slashes before a relative path, four before an absolute one.
        return Database("sqlite", path=Path(path[1:]).absolute())
    if not url.path.strip("/"):
        raise SettingError(name, _("the name of the database is missing."), example)
    return Database(
        "postgres",
        name=unquote(url.path[1:]),
        user=unquote(url.username or ""),
        password=unquote(url.password or ""),
        host=unquote(url.hostname or ""),
        port=str(url.port or ""),
        options=tuple(parse_qsl(url.query)),
    )


def _mail_out(name: str, text: str) -> MailOut:
    try:
        return mail_out.parse(text)
    except mail_out.BadAddress as error:
        sentence, example = {
            "scheme": (
                _("this is not an address that starts with {wanted}.").format(wanted="smtp:// / smtps:// / file://"),
                "smtp://desk:password@mail.example.org:587",
            ),
            "folder": (_("file:/// needs a folder."), "file:///var/mail/desk"),
            "server": (
                _("a mail server is user, password, host and port."),
                "smtp://desk:password@mail.example.org:587",
            ),
        }[error.problem]
        raise SettingError(name, sentence, example) from None


def _megabytes(name: str, text: str) -> int:
    if not (text.isascii() and text.isdigit()) or not 1 <= int(text) <= 1024:
        raise SettingError(name, _("“{text}” is not a whole number from 1 to 1024.").format(text=text), "25")
    return int(text)


def _switch(name: str, text: str) -> bool:
    if text not in ("0", "1"):
        raise SettingError(name, _("“{text}” is neither 0 nor 1.").format(text=text), "1")
    return text == "1"


def _secret(name: str, text: str) -> str:
    if len(text) < 32:
        raise SettingError(name, _("a secret key has at least 32 characters; leave it out and one is made."))
    return text


# Any: each name has a type of its own, and read() puts each where it belongs.
READERS: dict[str, Callable[[str, str], Any]] = {
    "DATA": _folder,
    "DATABASE_URL": _database,
    "PUBLIC_URL": _public_url,
    "HTTP": address,
    "MAIL_IN": address,
    "MAIL_OUT": _mail_out,
    "MAIL_MAX_MB": _megabytes,
    "WEBHOOK_PRIVATE": _switch,
    "SECRET_KEY": _secret,
}
