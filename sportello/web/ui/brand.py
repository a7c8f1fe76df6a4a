"""The desk's own colour and picture, for whoever looks at its pages or mails: both kept by browsers for good."""

from django.contrib.auth.decorators import login_not_required
from django.http import Http404, HttpRequest, HttpResponse
from django.views.decorators.http import require_safe

from sportello.desk import access
from sportello.desk.actions.desks import is_colour
from sportello.desk.rules import colours
from sportello.kit import blobs, pictures
from sportello.web.ui.files import RULES

FOR_GOOD = "public, max-age=31536000, immutable"


@login_not_required
@require_safe
def colour(request: HttpRequest, code: str) -> HttpResponse:
    """A stylesheet that hangs on nothing but its address."""
    if not is_colour(f"#{code}"):
        raise Http404
    return _kept(HttpResponse(colours.stylesheet(f"#{code.lower()}"), content_type="text/css; charset=utf-8"))


@login_not_required
@require_safe
def logo(request: HttpRequest, digest: str) -> HttpResponse:
    """A picture that is the desk's, or was: mails that left show it still. Nothing else is found here."""
    if not access.is_logo(digest):
        raise Http404
    try:
        content = blobs.read(digest)
        kind = pictures.read(content).type
    except (OSError, ValueError):
        raise Http404 from None
    response = HttpResponse(content, content_type=kind)
    response["Content-Security-Policy"] = RULES
    return _kept(response)


def _kept(response: HttpResponse) -> HttpResponse:
    response["Cache-Control"] = FOR_GOOD
    # Mail programs show it from anywhere.
    response["Cross-Origin-Resource-Policy"] = "cross-origin"
    return response
