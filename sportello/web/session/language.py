"""The language of the pages: a signed-in person's own, else the browser's cookie."""

from django.conf import settings
from django.contrib.auth.decorators import login_not_required
from django.http import HttpRequest, HttpResponseBase
from django.views.decorators.http import require_POST
from django.views.i18n import set_language

from sportello.desk.actions import people
from sportello.desk.models import User


@login_not_required
@require_POST
def language(request: HttpRequest) -> HttpResponseBase:
    """Choose one. Mails to the person speak it too from now on."""
    chosen = request.POST.get("language", "")
    if isinstance(request.user, User) and chosen in dict(settings.LANGUAGES):
        people.set_language(request.user, chosen)
    return set_language(request)
