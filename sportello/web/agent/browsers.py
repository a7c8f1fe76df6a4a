"""The browsers that an agent is told in, also while no page of the desk is open: this one, and his others."""

from types import SimpleNamespace

from django.conf import settings
from django.contrib import messages
from django.http import HttpRequest, HttpResponse, JsonResponse
from django.middleware.csrf import get_token
from django.shortcuts import redirect
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_POST, require_safe

from sportello.desk import access
from sportello.desk.actions import push
from sportello.desk.errors import Invalid
from sportello.kit import web_push
from sportello.web.agent.doors import agent_of, staff
from sportello.web.agent.navigation import page
from sportello.web.session.browser import browser_of, remember

# The first that stands in a user agent; later ones name the earlier ones too.
BROWSERS = {
    "Edg": "Edge",
    "OPR": "Opera",
    "SamsungBrowser": "Samsung Internet",
    "Firefox": "Firefox",
    "FxiOS": "Firefox",
    "CriOS": "Chrome",
    "Chrome": "Chrome",
    "Safari": "Safari",
}
SYSTEMS = {
    "Android": "Android",
    "iPhone": "iPhone",
    "iPad": "iPad",
    "CrOS": "ChromeOS",
    "Windows": "Windows",
    "Mac OS": "Mac",
    "Linux": "Linux",
}


@staff
def browsers(request: HttpRequest) -> HttpResponse:
    """The list; a POST adds the browser that asks (static/app/worker.js)."""
    if request.method == "POST":
        return _subscribe(request)
    here = browser_of(request)
    rows = [
        SimpleNamespace(row=row, is_here=row.pk == here, is_failing=row.failed_at is not None)
        for row in access.browsers(agent_of(request))
    ]
    context = {"browsers": rows, "here": reverse("agent:notices")}
    return page(request, "agent/browsers.html", context)


def _subscribe(request: HttpRequest) -> HttpResponse:
    said = {name: request.POST.get(name, "") for name in ("endpoint", "p256dh", "auth", "replaces")}
    label = label_of(request.headers.get("User-Agent", ""))
    try:
        kept = push.subscribe(**said, label=label, actor=agent_of(request), private=settings.WEBHOOK_PRIVATE)
    except Invalid as refusal:
        return JsonResponse({"said": str(refusal.fields["endpoint"])}, status=422)
    response = JsonResponse({}, status=201)
    remember(response, kept.pk)
    return response


@require_safe
@never_cache
@staff
def browser_key(request: HttpRequest) -> HttpResponse:
    """What the service worker needs before it subscribes; it has no page to read it from."""
    return JsonResponse({"key": web_push.public_key(), "token": get_token(request)})


@require_POST
@staff
def browser_removal(request: HttpRequest, browser_id: int) -> HttpResponse:
    push.remove(browser_id, actor=agent_of(request))
    messages.success(request, _("Nothing is told there any more."))
    return redirect("agent:browsers")


def label_of(user_agent: str) -> str:
    """Browser and system, by which their owner knows them: "Firefox, Android"."""
    found = (next((word for mark, word in words.items() if mark in user_agent), "") for words in (BROWSERS, SYSTEMS))
    return ", ".join(filter(None, found)) or _("a browser")
