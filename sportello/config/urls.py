"""Every address of the desk."""

from django.contrib.auth.decorators import login_not_required
from django.http import HttpRequest, HttpResponse
from django.urls import include, path

from sportello.web.ui import brand
from sportello.web.ui.patterns import patterns


@login_not_required
def alive(request: HttpRequest) -> HttpResponse:
    """Says that the web process answers; the supervisor and a load balancer ask."""
    return HttpResponse("ok", content_type="text/plain")


urlpatterns = [
    path("alive", alive, name="alive"),
    path("brand/colour/<str:code>.css", brand.colour, name="brand_colour"),
    path("brand/logo/<str:digest>", brand.logo, name="brand_logo"),
    path("patterns", patterns, name="patterns"),
    path("", include("sportello.web.session.urls")),
    path("", include("sportello.web.setup.urls")),
    path("", include("sportello.web.portal.urls")),
    path("", include("sportello.web.reports.urls")),
    path("", include("sportello.web.agent.urls")),
]
handler500 = "sportello.web.errors.server_error"
