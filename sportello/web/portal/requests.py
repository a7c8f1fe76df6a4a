"""Open a request by form; list and follow one's own after signing in."""

from datetime import timedelta
from typing import TypeVar

from django.contrib import messages
from django.contrib.auth.decorators import login_not_required
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.utils import translation
from django.utils.translation import gettext as _
from django.views.decorators.csrf import csrf_exempt
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from sportello.desk import access
from sportello.desk.actions import people, tickets
from sportello.desk.actions.people import Sender
from sportello.desk.errors import Invalid
from sportello.desk.models import Ticket, User
from sportello.desk.words import Via
from sportello.helpcenter.actions import readings
from sportello.kit import tokens
from sportello.web.portal import about, conversation
from sportello.web.portal.conversation import Way
from sportello.web.portal.doors import broken_link, page, signed_in
from sportello.web.portal.forms import GuestRequestForm, OwnRequestForm
from sportello.web.portal.help_center import visit_of
from sportello.web.session.limits import Limit, client_of
from sportello.web.ui import paging

Filled = TypeVar("Filled", bound=OwnRequestForm)

BY_CLIENT = Limit(20, timedelta(hours=1))
BY_ADDRESS = Limit(10, timedelta(hours=1))
SENT_VALID = timedelta(days=1)


@signed_in
@require_safe
def own_requests(request: HttpRequest, person: User) -> HttpResponse:
    found = paging.page(access.own_requests(person).select_related("requester"), request.GET)
    return page(request, "portal/requests.html", {"requests": found.rows, "page": found}, person=person)


@signed_in
@require_http_methods(["GET", "HEAD", "POST"])
def new_own_request(request: HttpRequest, person: User) -> HttpResponse:
    if request.method != "POST":
        return _blank(request, OwnRequestForm(), person=person)
    form = _filled(request, OwnRequestForm)
    if form.is_valid():
        ticket = _open(request, form, person)
        if ticket:
            messages.success(request, _("Sent. We answer by mail and here."), extra_tags="new-request")
            return redirect("portal:request", ticket.pk)
    return _form(request, form, person=person, status=422)


# A guest's form rides on no session (cookies are SameSite=Lax), so that it works where cookies are refused.
@csrf_exempt
@login_not_required
@require_http_methods(["GET", "HEAD", "POST"])
def new_guest_request(request: HttpRequest) -> HttpResponse:
    if request.user.is_authenticated and request.method != "POST":
        return redirect("portal:new_own_request")
    if request.method != "POST":
        return _blank(request, GuestRequestForm())
    form = _filled(request, GuestRequestForm)
    if not form.is_valid():
        return _form(request, form, status=422)
    sender = Sender(form.cleaned_data["name"], form.cleaned_data["email"])
    if not BY_CLIENT.allows(client_of(request)) or not BY_ADDRESS.allows(sender.address.lower()):
        form.add_error(None, _("That is many requests at once. Please wait an hour, or write us a mail."))
        return _form(request, form, status=429)
    person = _guest(form, sender)
    ticket = _open(request, form, person) if person else None
    if ticket is None:
        return _form(request, form, status=422)
    return redirect("portal:sent", tokens.sign("sent", ticket.pk))


def _guest(form: GuestRequestForm, sender: Sender) -> User | None:
    """Who writes. The form proves nothing, so nobody speaks by it for an agent, nor for somebody who is suspended."""
    try:
        person = people.find_or_add(sender, language=translation.get_language() or "")
    except Invalid as refusal:
        form.refuse(refusal.fields)
        return None
    if not person.active or person.is_staff_member:
        form.add_error("email", _("This form takes no request from this address. If it is yours, sign in first."))
        return None
    return person


def _open(request: HttpRequest, form: OwnRequestForm, person: User) -> Ticket | None:
    try:
        with readings.sending(visit_of(request)):
            ticket = tickets.open_ticket(
                requester=person,
                subject=form.cleaned_data["subject"],
                words=form.words(),
                actor=person,
                via=Via.WEB,
                form=form.chosen,
                fields=form.said,
            )
    except Invalid as refusal:
        form.refuse(refusal.fields)
        return None
    return ticket


def _blank(request: HttpRequest, form: OwnRequestForm, *, person: User | None = None) -> HttpResponse:
    """An empty form for what the request is about, or the question what it is about."""
    chosen = about.named(request.GET.get("form", ""))
    if chosen is None and len(about.offered()) > 1:
        return page(request, "portal/what_about.html", {"forms": about.names()}, person=person)
    form.ask(chosen or about.usual())
    return _form(request, form, person=person)


def _filled(request: HttpRequest, kind: type[Filled]) -> Filled:
    form = kind(request.POST, request.FILES)
    form.ask(about.named(request.POST.get("form", "")) or about.usual())
    return form


def _form(request: HttpRequest, form: OwnRequestForm, *, person: User | None = None, status: int = 200) -> HttpResponse:
    names = about.names()
    context = {
        "form": form,
        "custom_fields": form.controls(),
        "about": names.get(form.ticket_form.id) if form.ticket_form and len(names) > 1 else "",
    }
    return page(request, "portal/new_request.html", context, person=person, status=status)


@login_not_required
@require_safe
def sent(request: HttpRequest, token: str) -> HttpResponse:
    """Says that the request has arrived; shows nothing of it, for whoever typed the address may not own it."""
    try:
        number = tokens.unsign("sent", token, valid_for=SENT_VALID)
    except tokens.BadToken as bad:
        return broken_link(request, expired=bad.expired)
    return page(request, "portal/sent.html", {"number": number})


@signed_in
@require_safe
def own_request(request: HttpRequest, person: User, ticket_id: int) -> HttpResponse:
    return conversation.request_page(request, access.get_ticket(person, ticket_id), Way(person))


@signed_in
@require_POST
def comments(request: HttpRequest, person: User, ticket_id: int) -> HttpResponse:
    ticket = access.get_ticket(person, ticket_id, to="comment")
    return conversation.say(request, ticket, Way(person))


@signed_in
@require_safe
def body(request: HttpRequest, person: User, ticket_id: int, comment_id: int) -> HttpResponse:
    return conversation.body(request, access.get_ticket(person, ticket_id), Way(person), comment_id)


@signed_in
@require_safe
def file(request: HttpRequest, person: User, ticket_id: int, file_id: int) -> HttpResponse:
    return conversation.download(person, access.get_ticket(person, ticket_id), file_id)
