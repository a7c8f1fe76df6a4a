"""The desk as an app that a browser installs: manifest, service worker, the page for when it cannot be reached."""

from django.contrib.auth.decorators import login_not_required
from django.contrib.staticfiles import finders
from django.http import HttpRequest, HttpResponse, JsonResponse
from django.shortcuts import render
from django.templatetags.static import static
from django.urls import reverse
from django.utils.translation import get_language
from django.utils.translation import gettext as _
from django.views.decorators.http import require_safe

from sportello.desk.actions import configuration

# The canvas of the light theme (static/css/_global.css) as browsers want it.
CANVAS = "#f6f8f9"
SHORT = 12  # Characters that every launcher shows.


@login_not_required
@require_safe
def manifest(request: HttpRequest) -> HttpResponse:
    desk = configuration.current().desk
    return JsonResponse(
        {
            "name": desk.name,
            "short_name": _short(desk.name),
            "id": "/",
            "start_url": reverse("agent:queue"),
            "scope": "/",
            "display": "standalone",
            "lang": get_language(),
            "background_color": CANVAS,
            "theme_color": CANVAS,
            "icons": [
                _icon("icons/favicon.svg", "any", kind="image/svg+xml"),
                _icon("icons/app-192.png", "192x192"),
                _icon("icons/app-512.png", "512x512"),
                _icon("icons/app-maskable-512.png", "512x512", purpose="maskable"),
            ],
            "shortcuts": [
                {"name": _("New ticket"), "url": reverse("agent:new_ticket")},
                {"name": _("Write down a contact"), "url": reverse("agent:new_contact")},
                {"name": _("Search"), "url": reverse("agent:search")},
            ],
        },
        content_type="application/manifest+json",
    )


def _short(name: str) -> str:
    """For below an icon: as many of its words as fit."""
    return name if len(name) <= SHORT else name[: SHORT + 1].rpartition(" ")[0] or name[:SHORT]


def _icon(path: str, sizes: str, *, kind: str = "image/png", purpose: str = "any") -> dict[str, str]:
    return {"src": static(path), "sizes": sizes, "type": kind, "purpose": purpose}


@login_not_required
@require_safe
def worker(request: HttpRequest) -> HttpResponse:
    """From the root, because a worker rules over what lies below its address."""
    path = finders.find("app/worker.js")
    assert isinstance(path, str)
    with open(path, encoding="utf-8") as file:
        answer = HttpResponse(file.read(), content_type="text/javascript")
    answer["Cache-Control"] = "no-cache"
    return answer


@login_not_required
@require_safe
def offline(request: HttpRequest) -> HttpResponse:
    return render(request, "offline.html", {"desk_name": configuration.current().desk.name})
