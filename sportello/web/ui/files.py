"""Files that come by a form and files that are fetched."""

from collections.abc import Iterable
from urllib.parse import quote

from django.core.files.uploadedfile import UploadedFile
from django.http import HttpResponse
from django.utils.translation import gettext as _

from sportello.desk.actions.tickets import NewFile

# Whatever a file is, opened by itself it runs nothing and loads nothing.
RULES = "default-src 'none'; style-src 'unsafe-inline'; sandbox"


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
