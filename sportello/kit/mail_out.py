"""Where mails leave, read from an address like smtp://user:password@host:587. Knows no Django."""

from dataclasses import dataclass
from pathlib import Path
from urllib.parse import unquote, urlsplit

SCHEMES = ("smtp", "smtps", "file")


class BadAddress(ValueError):
    """`problem`: "scheme" (not one of SCHEMES), "folder" (file:/// without one), "server" (more or less than one)."""

    def __init__(self, problem: str) -> None:
        super().__init__(problem)
        self.problem = problem


@dataclass(frozen=True, slots=True)
class MailOut:
    """Where mails leave: scheme "smtp" (STARTTLS when offered), "smtps" (TLS from the start) or "file" (folder)."""

    scheme: str
    host: str = ""
    port: int = 0
    user: str = ""
    password: str = ""
    folder: Path | None = None

    def __repr__(self) -> str:  # no password in a log or a traceback
        return f"MailOut({self.folder.as_uri() if self.folder else f'{self.scheme}://{self.host}:{self.port}'})"


def parse(text: str) -> MailOut:
    """The way out that an address means. Raises BadAddress."""
    try:
        url = urlsplit(text)
        port = url.port
    except ValueError:
        raise BadAddress("scheme") from None
    if url.scheme not in SCHEMES or port == 0:
        raise BadAddress("scheme")
    if url.scheme == "file":
        if url.netloc not in ("", "localhost") or not url.path.strip("/"):
            raise BadAddress("folder")
        return MailOut("file", folder=Path(unquote(url.path)))
    if not url.hostname or url.path.strip("/") or url.query or url.fragment:
        raise BadAddress("server")
    user = unquote(url.username or "")
    return MailOut(
        url.scheme,
        url.hostname,
        port or (465 if url.scheme == "smtps" else 587 if user else 25),
        user,
        unquote(url.password or ""),
    )
