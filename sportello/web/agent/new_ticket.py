"""A ticket on behalf of somebody who called, or stands at the door."""

from typing import Any

from django import forms
from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, pgettext_lazy
from django.views.decorators.http import require_GET

from sportello.desk import access
from sportello.desk.actions import configuration, people, ticket_forms, tickets
from sportello.desk.errors import DeskError, Invalid
from sportello.desk.models import Ticket, User
from sportello.desk.rules.forms import AGENT, Form
from sportello.desk.rules.texts import for_reader
from sportello.desk.words import Permission, Priority, Via
from sportello.kit.keys import key_of
from sportello.web.agent import person_lookup
from sportello.web.agent.doors import agent_of, permitted
from sportello.web.agent.names import find_group, staff_of
from sportello.web.agent.navigation import page
from sportello.web.ui.asked_fields import AskingForm
from sportello.web.ui.files import new_files
from sportello.web.ui.forms import FilesField, Segmented, offer

FEW = 8


class NewTicketForm(AskingForm):
    """who: an address or a name; person: the choice among several of that name."""

    verb_names = {"email": "who", "comment": "text"}
    channel = forms.ChoiceField(
        label=gettext_lazy("Channel"),
        choices=[(Via.VOICE.value, gettext_lazy("by phone")), (Via.WEB.value, pgettext_lazy("channel", "otherwise"))],
        initial=Via.VOICE.value,
        widget=Segmented,
    )
    who = forms.CharField(
        label=gettext_lazy("Requester"),
        help_text=gettext_lazy("A mail address, or a name the desk knows. A new address adds a new person."),
        max_length=254,
        widget=forms.SearchInput(attrs={"autofocus": True, "autocomplete": "off", "class": "input"}),
    )
    name = forms.CharField(label=gettext_lazy("Name, if new"), required=False, max_length=200)
    phone = forms.CharField(label=gettext_lazy("Phone, if new"), required=False, max_length=40)
    subject = forms.CharField(label=gettext_lazy("Subject"), max_length=200)
    text = forms.CharField(label=gettext_lazy("Request"), widget=forms.Textarea)
    attachments = FilesField(label=gettext_lazy("Attachments"), required=False)
    group = forms.ChoiceField(label=gettext_lazy("Group"), required=False)
    priority = forms.TypedChoiceField(
        label=gettext_lazy("Priority"),
        choices=[("", "–"), *Priority.choices],
        coerce=int,
        empty_value=None,
        required=False,
    )
    mine = forms.BooleanField(label=gettext_lazy("I'll take it"), required=False, initial=True)

    def __init__(self, *args: Any, agent: User, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.agent = agent
        self.same_name: list[User] = []
        if not (access.may(agent, Permission.EDIT) and access.may(agent, Permission.ANSWER)):
            del self.fields["mine"]  # Whoever changes no ticket, or answers none, has none.
        offer(self, "group", [("", "–"), *((str(pk), name) for pk, name in staff_of(agent).groups.items())])

    def requester(self) -> User:
        """Requester: known by address or by name, or new. Raises Invalid("who" | "name" | "email")."""
        who, said = self.cleaned_data["who"].strip(), self.cleaned_data
        chosen = self.data.get("person", "")
        if chosen.isdecimal():
            return access.get_person(self.agent, key_of(chosen))
        if "@" in who:
            return people.by_address(who) or people.add(said["name"], who, phone=said["phone"])
        self.same_name = list(
            access.people(self.agent).filter(name__iexact=who).select_related("organization").order_by("id")[:FEW]
        )
        if len(self.same_name) == 1:
            return self.same_name[0]
        if self.same_name:
            raise Invalid("who", _("Several people have this name: choose one."))
        if said["phone"]:
            return people.add(who, phone=said["phone"])
        raise Invalid(
            "who", _("Nobody has this name. Write an address, or a phone number for somebody new without one.")
        )


@permitted(Permission.OPEN)
def new_ticket(request: HttpRequest) -> HttpResponse:
    agent = agent_of(request)
    if request.method != "POST":
        form = NewTicketForm(agent=agent)
        form.ask(_form_named(request.GET.get("form", "")))
        return _page(request, form)
    form = NewTicketForm(request.POST, request.FILES, agent=agent)
    form.ask(_form_named(request.POST.get("form", "")))
    if form.is_valid():
        try:
            ticket = _open(form, agent)
        except Invalid as refusal:
            form.refuse(refusal.fields)
        except DeskError as refusal:
            form.add_error(None, str(refusal))
        else:
            tickets.mark_read(ticket, actor=agent)
            messages.success(request, _("Ticket #%(id)s is open.") % {"id": ticket.pk}, extra_tags="new-ticket")
            return to_opened(agent, ticket)
    return _page(request, form, status=422)


def to_opened(agent: User, ticket: Ticket) -> HttpResponse:
    """To the ticket that he has opened; to his queue where it is for others to see."""
    is_seen = access.sees_every_ticket(agent) or access.tickets(agent).filter(pk=ticket.pk).exists()
    return redirect("agent:ticket", ticket.pk) if is_seen else redirect("agent:queue")


def _page(request: HttpRequest, form: NewTicketForm, *, status: int = 200) -> HttpResponse:
    offered = {it.id: for_reader(it.name) for it in ticket_forms.offered_to(AGENT)}
    chosen = form.data.get("person", "")
    meant = access.people(form.agent).filter(pk=key_of(chosen)).first() if chosen.isdecimal() else None
    context = {
        "form": form,
        "found": person_lookup.known(form.agent, *([meant] if meant else form.same_name)),
        "chosen": meant.pk if meant else None,
        "ticket_forms": offered if len(offered) > 1 else None,
        "custom_fields": form.controls(),
    }
    return page(request, "agent/new_ticket.html", context, status=status)


@require_GET
@permitted(Permission.OPEN)
def requesters(request: HttpRequest) -> HttpResponse:
    """Who could be meant by what was typed, to choose from."""
    typed = request.GET.get("who", "")[:254].strip()
    found = person_lookup.look_up(agent_of(request), typed)
    return render(request, "agent/_requesters.html", {"found": found})


def _form_named(form_id: str) -> Form | None:
    """The form that the address or the agent chose; else the default one."""
    now = configuration.current()
    chosen = now.forms.get(key_of(form_id))
    return chosen if chosen and chosen.active else now.form_of(None)


def _open(form: NewTicketForm, agent: User) -> Ticket:
    """The words are the caller's: his clock starts, nobody has answered yet. The agent only wrote them down."""
    said = form.cleaned_data
    requester = form.requester()
    text = said["text"].replace("\r\n", "\n").strip()
    return tickets.open_ticket(
        requester=requester,
        subject=said["subject"],
        words=tickets.Words(text, files=new_files(said["attachments"]), author=requester),
        actor=agent,
        via=said["channel"],
        group=find_group(said["group"]),
        assignee=agent if said.get("mine") else None,
        priority=said["priority"],
        form=form.chosen,
        fields=form.said,
    )
