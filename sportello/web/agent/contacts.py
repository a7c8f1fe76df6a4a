"""A direct contact: somebody reached an agent past the desk. Written down in ten seconds, on a phone too."""

from dataclasses import dataclass
from datetime import datetime, timedelta
from functools import partial
from typing import Any

from django import forms
from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, pgettext_lazy
from django.views.decorators.http import require_GET

from sportello.desk import access
from sportello.desk.actions import contacts, people, tickets
from sportello.desk.errors import DeskError, Invalid, Missing
from sportello.desk.models import Group, Ticket, User
from sportello.desk.words import Contact, Permission
from sportello.kit import clock
from sportello.kit.keys import key_of
from sportello.web.agent import person_lookup
from sportello.web.agent.doors import agent_of, permitted
from sportello.web.agent.names import find_group, staff_of
from sportello.web.agent.navigation import page
from sportello.web.agent.new_ticket import to_opened
from sportello.web.agent.person_lookup import Found
from sportello.web.ui.forms import Form, offer

ICONS = {
    Contact.CALL: "phone-call",
    Contact.IN_PERSON: "footprints",
    Contact.MESSAGE: "message-circle",
    Contact.MAIL: "at-sign",
}
# What stands on a big button: the label of words.Contact is a sentence.
SHORT = {
    Contact.CALL: pgettext_lazy("direct contact", "Call"),
    Contact.IN_PERSON: pgettext_lazy("direct contact", "In person"),
    Contact.MESSAGE: pgettext_lazy("direct contact", "Message"),
    Contact.MAIL: pgettext_lazy("direct contact", "Mail"),
}
WHEN = (
    ("0", gettext_lazy("now")),
    ("10", gettext_lazy("10 min ago")),
    ("30", gettext_lazy("30 min ago")),
    ("60", gettext_lazy("1 h ago")),
    ("at", gettext_lazy("at…")),
)
NEW = "new"
MINE, SOLVED, GROUP = "mine", "solved", "group"
OUTCOME = (
    (MINE, pgettext_lazy("direct contact", "For me")),
    (SOLVED, pgettext_lazy("direct contact", "Solved on the spot")),
    (GROUP, pgettext_lazy("direct contact", "For a group")),
)
# Of whoever changes no ticket: it is for the desk.
HANDED_ON = (("", pgettext_lazy("direct contact", "For the desk")), OUTCOME[2])


@dataclass(frozen=True, slots=True)
class Way:
    """How he reached the agent, as a big button. label: the whole sentence."""

    value: str
    icon: str
    short: str
    label: str
    is_chosen: bool


class ContactForm(Form):
    """who: what was typed; person: the id of whom was meant, or "new".

    about-<person>: the id of his open ticket, if it is about one.
    """

    verb_names = {"comment": "text"}
    who = forms.CharField(max_length=254, required=False)
    person = forms.CharField(max_length=20, required=False)
    name = forms.CharField(max_length=200, required=False)
    email = forms.CharField(max_length=254, required=False)
    phone = forms.CharField(max_length=40, required=False)
    text = forms.CharField(max_length=20_000, widget=forms.Textarea, error_messages={"required": ""})
    contact = forms.ChoiceField(choices=[(it.value, "") for it in Contact], initial=Contact.CALL.value)
    when = forms.ChoiceField(choices=WHEN, initial="0", required=False)
    at = forms.DateTimeField(required=False, input_formats=["%Y-%m-%dT%H:%M", "%Y-%m-%dT%H:%M:%S"])
    outcome = forms.ChoiceField(choices=OUTCOME, initial=MINE, required=False)
    group = forms.ChoiceField(required=False)

    def __init__(self, *args: Any, agent: User, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.agent = agent
        self.fields["text"].error_messages["required"] = _("Write what it is about.")
        offer(self, "group", [("", "–"), *((str(pk), name) for pk, name in staff_of(agent).groups.items())])
        if not access.may(agent, Permission.EDIT):
            offer(self, "outcome", [(value, str(label)) for value, label in HANDED_ON])
            self.fields["outcome"].initial = ""
        elif not access.may(agent, Permission.ANSWER):
            offer(self, "outcome", [(value, str(label)) for value, label in (*HANDED_ON, OUTCOME[1])])
            self.fields["outcome"].initial = ""

    def requester(self) -> User:
        """Who it was: chosen, known by address or by name, or new. Raises Invalid("who" | "name" | "email")."""
        said, who = self.cleaned_data, self.cleaned_data["who"].strip()
        if said["person"].isdecimal():
            return access.get_person(self.agent, key_of(said["person"]))
        if said["person"] == NEW:
            name, address = said["name"].strip() or who, said["email"].strip() or (who if "@" in who else "")
            return people.add("" if name == address else name, address, phone=said["phone"])
        if not who:
            raise Invalid("who", _("Say who it was."))
        found = [it for it in person_lookup.people_like(self.agent, who) if who.lower() in (it.name.lower(), it.email)]
        if len(found) != 1:
            raise Invalid("who", _("Choose who it was, or add him as a new person."))
        return found[0]

    @property
    def about(self) -> str:
        """The id of the open ticket that was chosen with the person; "" for something new."""
        return str(self.data.get(f"about-{self['person'].value()}", ""))

    def happened_at(self) -> datetime | None:
        """None: now. Raises Invalid("at")."""
        when = self.cleaned_data["when"]
        if when == "at":
            if self.cleaned_data["at"] is None:
                raise Invalid("at", _("Say when it was."))
            at: datetime = self.cleaned_data["at"]
            return at
        return clock.now() - timedelta(minutes=int(when)) if when not in ("", "0") else None

    def handed_to(self) -> Group | None:
        """The group that is to deal with it; None: no group was meant. Raises Invalid("group")."""
        if self.cleaned_data["outcome"] != GROUP or self.about.isdecimal():
            return None
        if (found := find_group(self.cleaned_data["group"])) is None:
            raise Invalid("group", _("Choose the group."))
        return found

    def ways(self) -> list[Way]:
        chosen = self["contact"].value()
        return [Way(it.value, ICONS[it], str(SHORT[it]), str(it.label), it.value == chosen) for it in Contact]


@permitted(Permission.OPEN)
def new_contact(request: HttpRequest) -> HttpResponse:
    agent = agent_of(request)
    if request.method != "POST":
        return _page(request, ContactForm(agent=agent), _asked_for(agent, request.GET.get("person", "")))
    form = ContactForm(request.POST, agent=agent)
    if form.is_valid():
        try:
            ticket = _log(request, form, agent)
        except Invalid as refusal:
            form.refuse(refusal.fields)
        except Missing:
            raise
        except DeskError as refusal:
            form.add_error(None, str(refusal))
        else:
            tickets.mark_read(ticket, actor=agent)
            return to_opened(agent, ticket)
    found = _asked_for(agent, form["person"].value() or "")
    found = found or person_lookup.look_up(agent, form["who"].value() or "", with_requests=True)
    return _page(request, form, found, status=422)


def _asked_for(agent: User, person: str) -> list[Found]:
    if not person.isdecimal():
        return []
    return person_lookup.known(agent, access.get_person(agent, key_of(person)), with_requests=True)


def _page(request: HttpRequest, form: ContactForm, found: list[Found], *, status: int = 200) -> HttpResponse:
    now = timezone.localtime(clock.now())
    context = {
        "form": form,
        "chosen": form["person"].value() or (str(found[0].id) if len(found) == 1 and not form.is_bound else ""),
        "found": found,
        "typed": form["who"].value() or "",
        "about": form.about,
        "latest": now.strftime("%Y-%m-%dT%H:%M"),
        "earliest": (now - contacts.LONGEST_AGO).strftime("%Y-%m-%dT%H:%M"),
    }
    return page(request, "agent/contact.html", context, status=status)


def _log(request: HttpRequest, form: ContactForm, agent: User) -> Ticket:
    said = form.cleaned_data
    # In this order: for a refusal nobody new is added.
    at, group, requester = form.happened_at(), form.handed_to(), form.requester()
    if form.about.isdecimal():
        ticket = access.get_ticket(agent, key_of(form.about), to="log")
        contacts.add(ticket.pk, said["text"], said["contact"], requester=requester, actor=agent, at=at)
        messages.success(request, _("Written down on #%(id)s.") % {"id": ticket.pk}, extra_tags="new-contact")
        return ticket
    log = partial(contacts.log, requester, said["text"], said["contact"], actor=agent, at=at)
    try:
        ticket = log(assignee=agent if said["outcome"] == MINE else None, group=group, solved=said["outcome"] == SOLVED)
    except Invalid as refusal:
        if not all(name.startswith("custom_fields_") for name in refusal.fields):
            raise
        # The words are not lost for a field that is still to be filled in.
        ticket = log(assignee=agent if access.may(agent, Permission.ANSWER) else None)
        messages.warning(request, refusal.sentence)
        return ticket
    messages.success(request, _("Ticket #%(id)s is open.") % {"id": ticket.pk}, extra_tags="new-contact")
    return ticket


@require_GET
@permitted(Permission.OPEN)
def contact_people(request: HttpRequest) -> HttpResponse:
    """Who could be meant by what was typed, to choose from; and the way to add somebody."""
    typed = request.GET.get("who", "")[:254].strip()
    found = person_lookup.look_up(agent_of(request), typed, with_requests=True)
    return render(request, "agent/_contact_people.html", {"found": found, "typed": typed})
