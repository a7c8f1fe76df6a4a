"""Correspondents who wrote too much: their mail is held until somebody lifts the breaker."""

from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST

from sportello.desk import access
from sportello.desk.actions import configuration, inbox
from sportello.desk.words import Permission
from sportello.web.agent.doors import agent_of, attempt, permitted, staff
from sportello.web.agent.navigation import page


@staff
def breakers(request: HttpRequest) -> HttpResponse:
    context = {"breakers": access.breakers(agent_of(request)), "budget": configuration.current().desk.hourly_budget}
    return page(request, "agent/breakers.html", context)


@require_POST
@permitted(Permission.MAIL)
def lifting(request: HttpRequest, breaker_id: int) -> HttpResponse:
    breaker = access.breakers(agent_of(request)).filter(pk=breaker_id).first()
    if breaker is None:
        raise Http404
    done = _("Lifted. What was held meanwhile waits in the held mail.")
    attempt(request, lambda: inbox.lift(breaker.pk, actor=agent_of(request)), done)
    return redirect("agent:breakers")
