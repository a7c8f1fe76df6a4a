"""The page that leads to everything that can be arranged."""

from django.http import HttpRequest, HttpResponse

from sportello.web.agent.doors import agent_of, staff
from sportello.web.agent.navigation import page, where_to_arrange


@staff
def settings(request: HttpRequest) -> HttpResponse:
    return page(request, "agent/settings.html", {"sections": where_to_arrange(agent_of(request))})
