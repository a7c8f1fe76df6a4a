"""Every address of the desk."""

from django.contrib.auth.decorators import login_not_required
from django.http import HttpRequest, HttpResponse
from django.urls import path


@login_not_required
def alive(request: HttpRequest) -> HttpResponse:
    """Says that the web process answers; the supervisor and a load balancer ask."""
    return HttpResponse("ok", content_type="text/plain")


urlpatterns = [path("alive", alive, name="alive")]
