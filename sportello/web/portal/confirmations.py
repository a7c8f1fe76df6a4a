"""The two answers to the solved mail: it works, not yet. Opening their links changes nothing."""

from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.urls import reverse
from django.views.decorators.http import require_http_methods

from sportello.desk import links
from sportello.desk.actions import tickets
from sportello.desk.errors import Invalid
from sportello.desk.models import Ticket, User
from sportello.desk.words import Via
from sportello.kit import clock
from sportello.web.portal import conversation
from sportello.web.portal.conversation import Way, path_of
from sportello.web.portal.doors import by_link, page
from sportello.web.portal.forms import NotYetForm


@by_link("confirm")
@require_http_methods(["GET", "HEAD", "POST"])
def confirmation(request: HttpRequest, person: User, ticket: Ticket, token: str) -> HttpResponse:
    if ticket.merged_into_id:  # What was solved goes on elsewhere.
        return redirect(path_of(links.request_url(ticket.pk, person.pk)))
    if request.method == "POST":
        tickets.confirm(ticket.pk, actor=person, via=Via.WEB)
        return redirect("portal:confirmation", token)
    rating = getattr(ticket, "satisfaction_rating", None)
    can_vote = rating is not None and not rating.rated_at and clock.now() <= rating.expires_at
    context = {
        "ticket": ticket,
        "request_url": path_of(links.request_url(ticket.pk, person.pk)),
        "not_yet_url": reverse("portal:not_yet", args=[token]),
        "vote_url": path_of(links.vote_url(ticket.pk, person.pk, "good")) if can_vote else "",
    }
    return page(request, "portal/confirmation.html", context, person=person)


@by_link("confirm")
@require_http_methods(["GET", "HEAD", "POST"])
def not_yet(request: HttpRequest, person: User, ticket: Ticket, token: str) -> HttpResponse:
    is_post = request.method == "POST"
    form = NotYetForm(request.POST, request.FILES) if is_post else NotYetForm()
    if is_post and form.is_valid():
        try:
            heard, audit = tickets.not_yet(ticket.pk, form.words(), actor=person, via=Via.WEB)
        except Invalid as refusal:
            form.refuse(refusal.fields)
        else:
            way = Way(person, path_of(links.request_url(ticket.pk, person.pk)).rpartition("/")[2])
            return conversation.said(request, ticket, heard, audit, way)
    context = {"ticket": ticket, "form": form, "confirm_url": reverse("portal:confirmation", args=[token])}
    return page(request, "portal/not_yet.html", context, person=person, status=422 if is_post else 200)
