"""A ticket's page and the small changes made on it."""

from contextlib import suppress
from typing import Any

from django import forms
from django.contrib import messages
from django.db.models import QuerySet
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_POST

from sportello.desk import access
from sportello.desk.actions import configuration, field_values, people, tickets, timers
from sportello.desk.errors import DeskError, Invalid, Missing
from sportello.desk.models import Group, Participant, Schedule, Ticket, User
from sportello.desk.rules.forms import Form as TicketForm
from sportello.desk.rules.texts import for_reader
from sportello.desk.words import Permission, Priority, Status, TicketType, Via
from sportello.kit import clock
from sportello.kit.keys import key_of
from sportello.web.agent import conversation
from sportello.web.agent.composing import BY_HAND, CommentForm, composer_of
from sportello.web.agent.customer import Owned, owned
from sportello.web.agent.doors import agent_of, attempt, permitted, staff
from sportello.web.agent.links import linked_of
from sportello.web.agent.names import Staff, find_group, staff_of
from sportello.web.agent.navigation import page
from sportello.web.agent.panels import panels_of
from sportello.web.agent.prepared import prepared
from sportello.web.agent.promises import standing_of
from sportello.web.ui.asked_fields import AskingForm
from sportello.web.ui.forms import Select, TextInput, offer


class FieldsForm(AskingForm):
    """What an agent sets beside the conversation, the desk's own fields too: those of the form that he chooses."""

    status = forms.ChoiceField(label=gettext_lazy("Status"), widget=Select({"data-hotkey": "s"}))
    priority = forms.TypedChoiceField(
        label=gettext_lazy("Priority"),
        choices=[("", "–"), *Priority.choices],
        coerce=int,
        empty_value=None,
        required=False,
        widget=Select({"data-hotkey": "p"}),
    )
    type = forms.ChoiceField(
        label=gettext_lazy("Type"), choices=[("", "–"), *TicketType.choices], required=False, widget=Select
    )
    group = forms.ChoiceField(label=gettext_lazy("Group"), required=False, widget=Select)
    tags = forms.CharField(label=gettext_lazy("Tags"), required=False, widget=TextInput({"data-hotkey": "l"}))

    def __init__(
        self,
        *args: Any,
        ticket: Ticket,
        groups: dict[int, str],
        tags: list[str],
        values: dict[int, Any],
        **kwargs: Any,
    ) -> None:
        stands = {"status": ticket.status, "priority": ticket.priority, "type": ticket.type, "group": ticket.group_id}
        super().__init__(*args, initial={**stands, "tags": " ".join(tags)}, **kwargs)
        self.ticket, self.had = ticket, set(tags)
        possible = [status for status in BY_HAND if status != Status.NEW or ticket.status == Status.NEW]
        if ticket.is_closed:
            possible = [Status.CLOSED]
        offer(self, "status", [(status.value, str(status.label)) for status in possible])
        if ticket.group and ticket.group_id not in groups:  # Not in use any more: it stays until another is chosen.
            groups = {**groups, ticket.group.pk: ticket.group.name}
        offer(self, "group", [("", "–"), *((str(pk), name) for pk, name in groups.items())])

        now = configuration.current()
        if len(now.schedules) > 1:
            own = [(pk, it.name) for pk, it in now.schedules.items() if not it.default or pk == ticket.schedule_id]
            self._choose("schedule", _("Schedule"), [("", _("the desk's")), *own], ticket.schedule_id)
        self.form_had = now.form_of(ticket.form_id)
        forms_in_use = [(it.id, it.name) for it in now.forms.values() if it.active or it == self.form_had]
        if self.form_had and len(forms_in_use) > 1:
            named = [(pk, for_reader(name)) for pk, name in forms_in_use]
            self._choose("form", _("Form"), named, self.form_had.id).widget.attrs["data-autosubmit"] = True
        self.ask(self._form() or self.form_had, values)

    def _choose(self, name: str, label: str, choices: list[tuple[Any, str]], chosen: int | None) -> forms.ChoiceField:
        field = forms.ChoiceField(label=label, choices=choices, initial=chosen, required=False, widget=Select)
        self.fields[name] = field
        return field

    def clean(self) -> dict[str, Any]:
        cleaned = super().clean()
        if self.ticket_form != self.form_had:
            with suppress(Invalid):  # What was typed before another form was chosen is not lost with the old one.
                self.said = {**self.taken(self.form_had), **self.said}
        return cleaned

    def _form(self) -> TicketForm | None:
        chosen = self.data.get("form", "") if "form" in self.fields else ""
        return configuration.current().forms.get(key_of(chosen))

    def _schedule(self) -> Schedule | tickets.Unset | None:
        if "schedule" not in self.fields:
            return tickets.UNSET
        chosen = self.cleaned_data["schedule"]
        return configuration.current().schedules.get(int(chosen)) if chosen else None

    def _group(self) -> Group | tickets.Unset | None:
        chosen = self.cleaned_data["group"]
        return tickets.UNSET if chosen == str(self.ticket.group_id or "") else find_group(chosen)

    def as_change(self) -> tickets.Change:
        said = self.cleaned_data
        wanted = {tag.lower() for tag in said["tags"].replace(",", " ").split()}
        return tickets.Change(
            status=said["status"],
            priority=said["priority"],
            type=said["type"],
            group=self._group(),
            schedule=self._schedule(),
            add_tags=tuple(sorted(wanted - self.had)),
            remove_tags=tuple(sorted(self.had - wanted)),
            form=tickets.UNSET if self.ticket_form == self.form_had else self.chosen,
            fields=self.said,
        )


@staff
def show(request: HttpRequest, ticket_id: int) -> HttpResponse:
    found = _ticket(agent_of(request), ticket_id)
    if not found:
        raise Missing
    return ticket_page(request, found[0])


def ticket_page(
    request: HttpRequest,
    ticket: Ticket,
    *,
    composer: CommentForm | None = None,
    fields: FieldsForm | None = None,
    customer: list[Owned] | None = None,
    beside: dict[str, Any] | None = None,
    problem: str = "",
) -> HttpResponse:
    """The whole page; 422 with what was typed when something was refused."""
    agent = agent_of(request)
    is_refused = bool(problem or composer or fields or customer or beside)
    mails, audits = conversation.mails_of(agent, ticket.pk), conversation.audits_of(agent, ticket.pk)
    linked = linked_of(agent, ticket, audits)
    said, has_earlier = conversation.messages(
        agent, ticket, mails, whole="all" in request.GET, has_merged=bool(linked.merged)
    )
    known, tags = staff_of(agent), _tags(agent, ticket.pk)
    taking_part = _participants(agent, ticket.pk)
    waiting = conversation.timers_of(agent, ticket.pk)
    fields = fields or FieldsForm(
        ticket=ticket, groups=known.groups, tags=tags, values=field_values.of_ticket(ticket.pk)
    )
    context = {
        "here": request.path if request.method == "GET" else None,
        "ticket": ticket,
        "linked": linked,
        "messages_said": said,
        "has_earlier": has_earlier,
        "last_seen": max((it.id for it in said), default=0),
        **composer_of(request, ticket, tags, composer, waiting),
        "fields": fields,
        "custom_fields": fields.controls(),
        "customer": customer or owned(ticket),
        "tags": tags,
        "agents": known.of_group(ticket.group_id),
        "assignable": _assignable(ticket, known),
        "protocol": conversation.protocol_line(ticket, mails, waiting),
        "history": conversation.history_line(agent, ticket, audits, known),
        "sla": standing_of(agent, ticket.pk, clock.now()),
        "was_thanked": conversation.has_undone_thanks(ticket, audits),
        "addresses": _addresses(agent, ticket.requester_id),
        "earlier": _others(agent, ticket.requester_id, ticket.pk),
        "ccs": [row for row in taking_part if row.kind == Participant.Kind.CC],
        "followers": [row for row in taking_part if row.kind == Participant.Kind.FOLLOWER],
        "rating": getattr(ticket, "satisfaction_rating", None),
        "problem": problem,
        **panels_of(agent, ticket),
        **(beside or {}),
    }
    return page(request, "agent/ticket.html", context, status=422 if is_refused else 200)


_ticket = prepared(access.one_ticket)


@prepared
def _tags(agent: User, ticket_id: int) -> QuerySet[Any]:
    return Ticket(pk=ticket_id).taggings.order_by("tag").values_list("tag", flat=True)


def _assignable(ticket: Ticket, known: Staff) -> dict[int, str]:
    """Who can be given the ticket, and who has it, by name."""
    answerers = configuration.current().answerers
    agents = known.of_group(ticket.group_id)
    found = {pk: name for pk, name in agents.items() if pk in answerers or pk == ticket.assignee_id}
    if ticket.assignee and ticket.assignee_id not in found:
        found[ticket.assignee.pk] = ticket.assignee.name
    return found


@prepared
def _participants(agent: User, ticket_id: int) -> QuerySet[Any]:
    everybody = Ticket(pk=ticket_id).participants.order_by("id")
    return everybody.values_list("kind", "user_id", "user__name", named=True)


@prepared
def _addresses(agent: User, requester_id: int) -> QuerySet[Any]:
    addresses = User(pk=requester_id).identities.order_by("-primary", "id")
    return addresses.values_list("address", "undeliverable_at", "undeliverable_reason", named=True)


@prepared
def _others(agent: User, requester_id: int, ticket_id: int) -> QuerySet[Any]:
    """The requester's latest other tickets."""
    others = access.tickets(agent).filter(requester=requester_id).exclude(pk=ticket_id)
    return others.order_by("-id").values_list("pk", "subject", "status", "created_at", named=True)[:5]


@require_POST
@staff
def assignment(request: HttpRequest, ticket_id: int) -> HttpResponse:
    agent = agent_of(request)
    ticket = access.get_ticket(agent, ticket_id, to="edit")
    wanted = request.POST.get("agent", "")
    chosen = access.get_person(agent, key_of(wanted)) if wanted.isdecimal() else None
    return _change(request, ticket, tickets.Change(assignee=chosen))


@require_POST
@staff
def fields(request: HttpRequest, ticket_id: int) -> HttpResponse:
    ticket = access.get_ticket(agent_of(request), ticket_id, to="edit")
    groups, tags = staff_of(agent_of(request)).groups, _tags(agent_of(request), ticket_id)
    form = FieldsForm(request.POST, ticket=ticket, groups=groups, tags=tags, values=field_values.of_ticket(ticket.pk))
    if not form.is_valid():
        return ticket_page(request, ticket, fields=form)
    return _change(request, ticket, form.as_change(), form)


@require_POST
@permitted(Permission.PEOPLE)
def customer(request: HttpRequest, ticket_id: int) -> HttpResponse:
    """The own fields of the requester and of his organization."""
    agent = agent_of(request)
    ticket = access.get_ticket(agent, ticket_id)
    found = owned(ticket)
    for it in found:
        it.take(request.POST, agent)
    if any(it.faults for it in found):
        return ticket_page(request, ticket, customer=found)
    messages.success(request, _("Saved."))
    return redirect(reverse("agent:ticket", args=[ticket.pk]) + "#customer")


@require_POST
@staff
def participants(request: HttpRequest, ticket_id: int) -> HttpResponse:
    agent, asked = agent_of(request), request.POST
    ticket = access.get_ticket(agent, ticket_id, to="edit")
    try:
        change = tickets.Change(
            add_ccs=_by_address(asked.get("add_cc", "")),
            remove_ccs=_by_id(agent, asked.get("remove_cc", "")),
            add_followers=_by_id(agent, asked.get("add_follower", "")),
            remove_followers=_by_id(agent, asked.get("remove_follower", "")),
        )
    except Invalid as refusal:
        return ticket_page(request, ticket, problem=refusal.sentence)
    return _change(request, ticket, change)


def _by_address(address: str) -> tuple[User, ...]:
    return (people.find_or_add(people.Sender("", address)),) if address.strip() else ()


def _by_id(agent: User, number: str) -> tuple[User, ...]:
    return (access.get_person(agent, key_of(number)),) if number.isdecimal() else ()


@require_POST
@staff
def reopening(request: HttpRequest, ticket_id: int) -> HttpResponse:
    """It was more than a thank-you."""
    ticket = access.get_ticket(agent_of(request), ticket_id, to="edit")
    return _change(request, ticket, tickets.Change(status=Status.OPEN))


@require_POST
@staff
def reading(request: HttpRequest, ticket_id: int) -> HttpResponse:
    tickets.mark_read(access.get_ticket(agent_of(request), ticket_id), actor=agent_of(request))
    return HttpResponse(status=204)


@require_POST
@staff
def timer_cancellation(request: HttpRequest, ticket_id: int, timer_id: int) -> HttpResponse:
    timer = access.get_timer(agent_of(request), timer_id)
    attempt(request, lambda: timers.cancel(timer.pk, actor=agent_of(request), via=Via.WEB), _("Stopped."))
    return redirect("agent:ticket", timer.ticket_id)


def _change(
    request: HttpRequest, ticket: Ticket, change: tickets.Change, form: FieldsForm | None = None
) -> HttpResponse:
    try:
        changed = tickets.update(ticket.pk, change, actor=agent_of(request), via=Via.WEB)
    except DeskError as refusal:
        if form and isinstance(refusal, Invalid):
            form.refuse(refusal.fields)
            return ticket_page(request, ticket, fields=form)
        return ticket_page(request, ticket, fields=form, problem=refusal.sentence)
    if changed:
        messages.success(request, _("Saved."))
    return redirect("agent:ticket", ticket.pk)
