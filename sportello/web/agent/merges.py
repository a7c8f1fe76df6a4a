"""Merge a ticket into another and take it back out; make a message a ticket of its own and put it back."""

from types import SimpleNamespace
from typing import Any

from django import forms
from django.contrib import messages
from django.db.models import Q
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_http_methods, require_POST

from sportello.desk import access, links
from sportello.desk.actions import merging, people, splitting
from sportello.desk.errors import DeskError, Invalid, Missing
from sportello.desk.models import Comment, Ticket, User
from sportello.desk.words import Permission, Status, Via
from sportello.kit.keys import key_of
from sportello.web.agent.doors import agent_of, attempt, permitted
from sportello.web.agent.navigation import page
from sportello.web.ui.forms import Form, TextInput

SUGGESTED = 8


class MergeForm(Form):
    """What goes with a merge, once the other ticket is chosen."""

    note = forms.CharField(
        label=gettext_lazy("Internal note"),
        required=False,
        widget=forms.Textarea({"rows": 2}),
        help_text=gettext_lazy("Why they belong together. It stands on the other ticket."),
    )
    add_ccs = forms.BooleanField(required=False)
    tell_requester = forms.BooleanField(required=False)


@permitted(Permission.MERGE)
@require_http_methods(["GET", "HEAD", "POST"])
def merge(request: HttpRequest, ticket_id: int) -> HttpResponse:
    agent = agent_of(request)
    ticket = access.get_ticket(agent, ticket_id, to="merge")
    asked = (request.POST if request.method == "POST" else request.GET).get("into", "").strip().lstrip("#")
    target, problem = _find(agent, ticket, asked)
    if target is None:
        return _choice(request, ticket, asked, problem)
    form = MergeForm(request.POST) if request.method == "POST" else _blank(ticket, target)
    if request.method != "POST" or not form.is_valid():
        return _preview(request, ticket, target, form)
    try:
        merging.merge(ticket.pk, target.pk, actor=agent, via=Via.WEB, **form.cleaned_data)
    except DeskError as refusal:
        return _preview(request, ticket, target, form, problem=refusal.sentence)
    messages.success(request, _("#%(ticket)s was merged into this one.") % {"ticket": ticket.pk})
    return redirect("agent:ticket", target.pk)


def _find(agent: User, ticket: Ticket, asked: str) -> tuple[Ticket | None, str]:
    """The other ticket, at the end of its own merges; or what is wrong with the number."""
    if not asked:
        return None, ""
    try:
        found = access.get_ticket(agent, key_of(asked), to="merge")
        while found.merged_into_id:
            found = access.get_ticket(agent, found.merged_into_id, to="merge")
    except Missing:
        return None, _("There is no ticket #%(number)s.") % {"number": asked}
    if found.pk == ticket.pk:
        return None, _("A ticket cannot be merged into itself.")
    if found.is_closed:
        return None, _("#%(number)s is closed: only a ticket that goes on can take in another.") % {"number": found.pk}
    return found, ""


def _blank(ticket: Ticket, target: Ticket) -> MergeForm:
    return MergeForm(initial={"add_ccs": merging.is_close(ticket, target)})


def _choice(request: HttpRequest, ticket: Ticket, asked: str, problem: str) -> HttpResponse:
    agent = agent_of(request)
    others = access.tickets(agent).exclude(pk=ticket.pk).exclude(status=Status.CLOSED).select_related("requester")
    theirs = Q(requester=ticket.requester_id)
    groups = [(_("Other tickets of %(name)s") % {"name": ticket.requester.name}, others.filter(theirs))]
    if ticket.organization:
        title = _("Other tickets of %(name)s") % {"name": ticket.organization.name}
        groups.append((title, others.filter(organization=ticket.organization_id).exclude(theirs)))
    context = {
        "ticket": ticket,
        "asked": asked,
        "problem": problem or (_sentence_if_closed(ticket)),
        "suggested": [(title, list(found.order_by("-id")[:SUGGESTED])) for title, found in groups],
    }
    return page(request, "agent/merge_choice.html", context, status=422 if problem else 200)


def _sentence_if_closed(ticket: Ticket) -> str:
    return _("This ticket is closed: it cannot be merged any more.") if ticket.is_closed else ""


def _preview(
    request: HttpRequest, ticket: Ticket, target: Ticket, form: MergeForm, *, problem: str = ""
) -> HttpResponse:
    agent = agent_of(request)
    context = {
        "ticket": ticket,
        "target": target,
        "both": [_card(agent, ticket), _card(agent, target)],
        "form": form,
        "is_other_person": ticket.requester_id != target.requester_id,
        "is_stranger": not merging.is_close(ticket, target),
        "problem": problem or _sentence_if_closed(ticket),
    }
    return page(request, "agent/merge.html", context, status=422 if problem or form.is_bound else 200)


def _card(agent: User, ticket: Ticket) -> SimpleNamespace:
    said = access.comments(agent, ticket).select_related("author")
    first, last = said.first(), said.last()
    return SimpleNamespace(ticket=ticket, said=[_said(it) for it in (first, last if last != first else None) if it])


def _said(comment: Comment) -> SimpleNamespace:
    text = links.without_tokens(comment.text)
    author = comment.author.name if comment.author else ""
    return SimpleNamespace(author=author, at=comment.created_at, text=text, is_internal=not comment.public)


@require_POST
@permitted(Permission.MERGE)
def unmerging(request: HttpRequest, ticket_id: int) -> HttpResponse:
    agent = agent_of(request)
    ticket = access.get_ticket(agent, ticket_id, to="merge")
    done = _("It is a ticket of its own again, as it was.")
    attempt(request, lambda: merging.unmerge(ticket.pk, actor=agent, via=Via.WEB), done)
    return redirect("agent:ticket", ticket.pk)


class SplitForm(Form):
    subject = forms.CharField(label=gettext_lazy("Subject"), max_length=200, widget=TextInput({"autofocus": True}))
    requester = forms.CharField(
        label=gettext_lazy("Requester"),
        help_text=gettext_lazy(
            "A mail address. Empty: whoever wrote it, or this ticket's requester where an agent did."
        ),
        required=False,
        max_length=254,
        widget=forms.EmailInput({"class": "input", "autocomplete": "off"}),
    )


@permitted(Permission.MERGE)
@require_http_methods(["GET", "HEAD", "POST"])
def split(request: HttpRequest, ticket_id: int, comment_id: int) -> HttpResponse:
    agent = agent_of(request)
    ticket = access.get_ticket(agent, ticket_id, to="merge")
    comment = access.get_comment(agent, ticket_id, comment_id)
    form = SplitForm(request.POST if request.method == "POST" else None, initial={"subject": _first_line(comment)})
    if request.method == "POST" and form.is_valid():
        try:
            address = form.cleaned_data["requester"]
            requester = people.find_or_add(people.Sender("", address)) if address else None
            made = splitting.split(
                comment.pk, subject=form.cleaned_data["subject"], actor=agent, via=Via.WEB, requester=requester
            )
        except Invalid as refusal:
            form.refuse({"requester" if name == "email" else name: text for name, text in refusal.fields.items()})
        else:
            messages.success(request, _("The message is a ticket of its own now."))
            return redirect("agent:ticket", made.pk)
    context: dict[str, Any] = {"ticket": ticket, "said": _said(comment), "form": form}
    return page(request, "agent/split.html", context, status=422 if form.is_bound else 200)


def _first_line(comment: Comment) -> str:
    line = next((line for line in comment.text.splitlines() if line.strip()), "")
    return " ".join(line.split())[:100]


@require_POST
@permitted(Permission.MERGE)
def unsplitting(request: HttpRequest, ticket_id: int) -> HttpResponse:
    agent = agent_of(request)
    ticket = access.get_ticket(agent, ticket_id, to="merge")
    if into_id := splitting.origin_of(ticket.pk):
        access.get_ticket(agent, into_id, to="merge")
    done = _("The message is back where it came from.")
    attempt(request, lambda: splitting.unsplit(ticket.pk, actor=agent, via=Via.WEB), done)
    return redirect("agent:ticket", ticket.pk)
