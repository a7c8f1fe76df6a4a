"""A side conversation's page: ask a third party, read what he answers, answer him, be done with it."""

from typing import Any

from django import forms
from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_GET, require_POST

from sportello.desk import access
from sportello.desk.actions import people
from sportello.desk.actions import side_conversations as verbs
from sportello.desk.actions.comments import Words
from sportello.desk.errors import DeskError, Invalid, Missing
from sportello.desk.models import Attachment, Comment, SideConversation, Ticket, User
from sportello.desk.words import SideState
from sportello.kit.keys import key_of, keys_of
from sportello.web.agent import person_lookup
from sportello.web.agent.conversation import as_file, said_aside
from sportello.web.agent.doors import agent_of, staff
from sportello.web.agent.navigation import page
from sportello.web.ui.files import new_files
from sportello.web.ui.forms import FilesField, Form
from sportello.web.ui.framed import framed_comment

OFFERED = 20  # The latest messages and files of the ticket, to go along.
EXCERPT = 60


class WordsForm(Form):
    """Words to third parties. files: those of the ticket that go along."""

    verb_names = {"comment": "text"}
    text = forms.CharField(
        label=gettext_lazy("Text"),
        widget=forms.Textarea,
        error_messages={"required": gettext_lazy("Write something first.")},
    )
    attachments = FilesField(label=gettext_lazy("Attachments"), required=False)

    def words(self) -> Words:
        text = self.cleaned_data["text"].replace("\r\n", "\n").strip()
        return Words(text, public=False, files=new_files(self.cleaned_data["attachments"]))


class QuestionForm(WordsForm):
    """who: addresses as they were typed, with a comma between; person, address: those that were chosen."""

    verb_names = {"comment": "text", "people": "who", "email": "who"}
    field_order = ("who", "subject", "text", "quote", "attachments")
    who = forms.CharField(required=False, max_length=1000)
    subject = forms.CharField(label=gettext_lazy("Subject"), max_length=200)
    quote = forms.CharField(required=False, max_length=20)

    def people(self, agent: User) -> list[User]:
        """Raises Invalid("people" | "email"), Missing."""
        chosen = [access.get_person(agent, key) for key in keys_of(_list(self, "person"))]
        typed = self.cleaned_data["who"].replace(";", ",").split(",")
        addresses = dict.fromkeys(it.strip() for it in (*_list(self, "address"), *typed) if it.strip())
        for address in addresses:
            if "@" in address:
                chosen.append(people.find_or_add(people.Sender("", address)))
            elif not chosen:
                raise Invalid(
                    "people", _("“%(typed)s” is no address: choose somebody, or write one.") % {"typed": address}
                )
        return chosen


def _list(form: Form, name: str) -> list[str]:
    return form.data.getlist(name) if hasattr(form.data, "getlist") else []


@staff
def new_side(request: HttpRequest, ticket_id: int) -> HttpResponse:
    """Asks third parties. ?quote: a message of the ticket to begin with."""
    agent = agent_of(request)
    ticket = access.get_ticket(agent, ticket_id, to="answer")
    if request.method != "POST":
        first = {"subject": ticket.subject, "quote": request.GET.get("quote", "")}
        return _new_page(request, ticket, QuestionForm(initial=first))
    form = QuestionForm(request.POST, request.FILES)
    if form.is_valid():
        try:
            side = verbs.start(
                ticket.pk,
                people=form.people(agent),
                subject=form.cleaned_data["subject"],
                words=form.words(),
                actor=agent,
                quote=_quoted(agent, ticket, form.cleaned_data["quote"]),
                files=_files(agent, ticket, request.POST.getlist("files")),
            )
        except DeskError as refusal:
            _refuse(form, refusal)
        else:
            messages.success(request, _("Question on its way."), extra_tags=f"side-{ticket.pk}")
            return redirect("agent:side", ticket.pk, side.pk)
    return _new_page(request, ticket, form, status=422)


def _refuse(form: Form, refusal: DeskError) -> None:
    if isinstance(refusal, Missing):
        raise refusal
    if isinstance(refusal, Invalid):
        form.refuse(refusal.fields)
    else:
        form.add_error(None, str(refusal))


def _quoted(agent: User, ticket: Ticket, said: str) -> Comment | None:
    return access.get_comment(agent, ticket.pk, key_of(said)) if said.isdecimal() else None


def _files(agent: User, ticket: Ticket, said: list[str]) -> list[Attachment]:
    return list(access.attachments(agent, ticket).filter(pk__in=keys_of(said)))


def _new_page(request: HttpRequest, ticket: Ticket, form: QuestionForm, *, status: int = 200) -> HttpResponse:
    agent = agent_of(request)
    newest = access.comments(agent, ticket).select_related("author").order_by("-id")[:OFFERED]
    chosen = [person_lookup.known(agent, access.get_person(agent, key))[0] for key in keys_of(_list(form, "person"))]
    context = {
        "ticket": ticket,
        "form": form,
        "quotable": [(str(it.pk), it.author.name if it.author else "", it.text[:EXCERPT], it.public) for it in newest],
        "chosen": chosen,
        "addresses": _list(form, "address"),
        **_offered_files(request, agent, ticket),
    }
    return page(request, "agent/side_new.html", context, status=status)


def _offered_files(request: HttpRequest, agent: User, ticket: Ticket) -> dict[str, Any]:
    newest = access.attachments(agent, ticket).filter(inline=False).order_by("-id")[:OFFERED]
    ticked = set(keys_of(request.POST.getlist("files")))
    return {"files": [(it.pk, as_file(it), it.pk in ticked) for it in newest]}


@staff
def side(request: HttpRequest, ticket_id: int, side_id: int) -> HttpResponse:
    found = access.get_side_conversation(agent_of(request), ticket_id, side_id)
    return _page(request, found, WordsForm())


def _page(request: HttpRequest, found: SideConversation, form: WordsForm, *, status: int = 200) -> HttpResponse:
    agent = agent_of(request)
    context = {
        "side": found,
        "ticket": found.ticket,
        "is_done": found.state == SideState.DONE,
        "people": found.people.order_by("id"),
        "messages_said": said_aside(agent, found.ticket, found.pk),
        "form": form,
        **_offered_files(request, agent, found.ticket),
    }
    return page(request, "agent/side.html", context, status=status)


@require_POST
@staff
def side_comments(request: HttpRequest, ticket_id: int, side_id: int) -> HttpResponse:
    agent = agent_of(request)
    found = access.get_side_conversation(agent, ticket_id, side_id, to="answer")
    form = WordsForm(request.POST, request.FILES)
    if form.is_valid():
        try:
            files = _files(agent, found.ticket, request.POST.getlist("files"))
            verbs.say(found.pk, form.words(), actor=agent, files=files)
        except DeskError as refusal:
            _refuse(form, refusal)
        else:
            messages.success(request, _("Answer on its way."), extra_tags=f"side-{found.pk}-answer")
            return redirect(reverse("agent:side", args=[ticket_id, side_id]) + "#latest")
    return _page(request, found, form, status=422)


@require_POST
@staff
def side_state(request: HttpRequest, ticket_id: int, side_id: int) -> HttpResponse:
    """state: "done" or "open"."""
    agent = agent_of(request)
    found = access.get_side_conversation(agent, ticket_id, side_id, to="answer")
    (verbs.close if request.POST.get("state") == SideState.DONE else verbs.reopen)(found.pk, actor=agent)
    return redirect("agent:side", ticket_id, side_id)


@staff
def side_body(request: HttpRequest, ticket_id: int, side_id: int, comment_id: int) -> HttpResponse:
    """The comment's own HTML, in a page for a frame."""
    comment = access.get_side_comment(agent_of(request), ticket_id, side_id, comment_id)
    return framed_comment(request, comment, lambda file: reverse("agent:attachment", args=[file.pk]))


@require_GET
@staff
def side_people(request: HttpRequest) -> HttpResponse:
    """Who could be meant by the last of what was typed, to choose from."""
    typed = request.GET.get("who", "").replace(";", ",").rpartition(",")[2].strip()[:254]
    found = [it for it in person_lookup.look_up(agent_of(request), typed) if "@" in it.detail]
    is_known = any(typed.lower() in it.detail.lower().split(" · ") for it in found)
    new = typed if "@" in typed and "." in typed.rpartition("@")[2] and not is_known else ""
    return render(request, "agent/_side_people.html", {"found": found, "new": new})
