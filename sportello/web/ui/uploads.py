"""How much a browser may send at once, judged by what it announces: nothing of more is read, whoever sends it."""

from collections.abc import Callable

from django.conf import settings
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.template.defaultfilters import filesizeformat
from django.utils.translation import gettext as _

Handler = Callable[[HttpRequest], HttpResponse]

# Texts, and the lines between the parts of a form, beside the files.
ROOM_BYTES = 1024 * 1024


def bounded(get_response: Handler) -> Handler:
    """Middleware: 413 for a body larger than the files of a mail may be, 411 for one that does not say its length.

    Stands before whatever reads a body, behind what knows the reader's language.
    """

    def middleware(request: HttpRequest) -> HttpResponse:
        length = request.META.get("CONTENT_LENGTH") or ""
        if not length.isdecimal() and (length or "Transfer-Encoding" in request.headers):
            return HttpResponse(_("The length of what was sent is missing."), status=411, content_type="text/plain")
        if int(length or 0) > settings.MAIL_MAX_BYTES + ROOM_BYTES:
            limit = filesizeformat(settings.MAIL_MAX_BYTES)
            return render(request, "413.html", {"limit": limit}, status=413)
        return get_response(request)

    return middleware
