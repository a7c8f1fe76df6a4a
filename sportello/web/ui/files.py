"""Files that come by a form and files that are fetched."""

from collections.abc import Iterable
from urllib.parse import quote

from django.core.files.uploadedfile import UploadedFile
from django.http import HttpResponse
from django.utils.translation import gettext as _

from sportello.desk.actions.tickets import NewFile

# Whatever a file is, opened by itself it runs nothing and loads nothing.
RULES = "default-src 'none'; style-src 'unsafe-inline'; sandbox"

# What a browser may show by itself; everything else is saved. SVG is a program in disguise.
SHOWN_AS_THEY_ARE = ("image/png", "image/jpeg", "image/gif", "image/webp", "text/plain")


def shown_type(content_type: str) -> str:
    """The type under which a browser may show a file of this type by itself; "" for one that it may only save."""
    return content_type.lower() if content_type.lower() in SHOWN_AS_THEY_ARE else ""


def new_files(uploaded: Iterable[UploadedFile]) -> tuple[NewFile, ...]:
    """What FilesField cleaned, as a verb takes it."""
    return tuple(
        NewFile(file.name or _("file"), file.content_type or "application/octet-stream", file.read())
        for file in uploaded
    )


def download(content: bytes, name: str, content_type: str = "", *, inline: bool = False) -> HttpResponse:
    """A file from outside. inline: the browser may show it by itself; else it is saved."""
    response = HttpResponse(content, content_type=content_type or "application/octet-stream")
    how = "inline" if inline else "attachment"
    response["Content-Disposition"] = f"{how}; filename*=UTF-8''{quote(name, safe='')}"
    response["Content-Security-Policy"] = RULES
    response["X-Content-Type-Options"] = "nosniff"
    response["Cache-Control"] = "private, max-age=3600"
    return response
