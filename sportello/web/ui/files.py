"""Files that come by a form and files that are fetched."""

from collections.abc import Iterable
from typing import Protocol
from urllib.parse import quote

from django.core.files.uploadedfile import UploadedFile
from django.http import Http404, HttpResponse
from django.utils.translation import gettext as _

from sportello.desk.actions.tickets import NewFile
from sportello.kit import blobs

# Whatever a file is, opened by itself it runs nothing and loads nothing.
RULES = "default-src 'none'; style-src 'unsafe-inline'; sandbox"

# What a browser may show by itself; everything else is saved. SVG is a program in disguise.
SHOWN_AS_THEY_ARE = ("image/png", "image/jpeg", "image/gif", "image/webp", "text/plain")


class Stored(Protocol):
    """A file whose bytes are in kit.blobs."""

    digest: str
    file_name: str
    content_type: str


def shown_type(content_type: str) -> str:
    """The type under which a browser may show a file of this type by itself; "" for one that it may only save."""
    return content_type.lower() if content_type.lower() in SHOWN_AS_THEY_ARE else ""


def new_files(uploaded: Iterable[UploadedFile]) -> tuple[NewFile, ...]:
    """What FilesField cleaned, as a verb takes it."""
    return tuple(
        NewFile(file.name or _("file"), file.content_type or "application/octet-stream", file.read())
        for file in uploaded
    )


def stored(file: Stored, *, opens: bool) -> HttpResponse:
    """A file that somebody sent or attached. opens: by itself, too, where a browser may show it; else it is saved.

    Raises Http404 where its bytes are gone.
    """
    try:
        content = blobs.read(file.digest)
    except FileNotFoundError:
        raise Http404 from None
    kind = shown_type(file.content_type)
    return download(content, file.file_name, kind, inline=opens and bool(kind))


def download(content: bytes, name: str, content_type: str = "", *, inline: bool = False) -> HttpResponse:
    """A file from outside. inline: the browser may show it by itself; else it is saved."""
    response = HttpResponse(content, content_type=content_type or "application/octet-stream")
    how = "inline" if inline else "attachment"
    response["Content-Disposition"] = f"{how}; filename*=UTF-8''{quote(name, safe='')}"
    response["Content-Security-Policy"] = RULES
    response["X-Content-Type-Options"] = "nosniff"
    response["Cache-Control"] = "private, max-age=3600"
    return response
