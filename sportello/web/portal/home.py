from django.contrib.auth.decorators import login_not_required
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.views.decorators.http import require_safe

from sportello.desk import staff
from sportello.desk.actions import configuration
from sportello.desk.models import User
from sportello.web.portal.doors import page
from sportello.web.setup.links import HERE, is_at_home


@login_not_required
@require_safe
def home(request: HttpRequest) -> HttpResponse:
    """Everybody to the page where his work begins."""
    person = request.user
    if isinstance(person, User):
        return redirect("agent:queue" if person.is_staff_member else "portal:requests")
    if configuration.current().desk.set_up_at is None:
        if staff.exists():
            return redirect("sign_in")
        if is_at_home(request):
            return redirect("setup:desk", HERE)
        return page(request, "portal/not_set_up.html", {}, status=503)
    return redirect("portal:new_request")
