"""What is said on a ticket: write it, see it as it was written, fetch its files."""

from datetime import datetime

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods

from sportello.desk import access
from sportello.desk.actions import configuration, field_values, sending, tickets
from sportello.desk.actions.drafts import Written
from sportello.desk.errors import DeskError, Invalid
from sportello.desk.models import Ticket, User
from sportello.desk.rules.drafts import word_of_attachment
from sportello.desk.words import Via
from sportello.web.agent.composing import ATTACHMENT, CommentForm, has_files, written_of
from sportello.web.agent.doors import agent_of, staff
from sportello.web.agent.tickets import ticket_page
from sportello.web.ui import times
from sportello.web.ui.files import download, new_files, stored
from sportello.web.ui.framed import framed_comment

SCRIPT = "application/json"


@require_http_methods(["GET", "POST"])
@staff
def comments(request: HttpRequest, ticket_id: int) -> HttpResponse:
    """Say what the composer holds. GET: whoever had to sign in first comes back to his text."""
    agent = agent_of(request)
    ticket = access.get_ticket(agent, ticket_id, to="comment")
    if request.method == "GET":
        return redirect(reverse("agent:ticket", args=[ticket.pk]) + "#composer")
    form = CommentForm(request.POST, request.FILES)
    form.ask(configuration.current().form_of(ticket.form_id), field_values.of_ticket(ticket.pk), prefix="composer-")
    if not form.is_valid():
        return ticket_page(request, ticket, composer=form)
    written = written_of(form, agent, ticket)
    if warning := _warning(agent, ticket, form, written):
        form.is_warned = True
        return ticket_page(request, ticket, composer=form, problem=warning)
    try:
        done = _say(form, written, agent, ticket)
    except Invalid as refusal:
        form.refuse(refusal.fields)
        return ticket_page(request, ticket, composer=form)
    except DeskError as refusal:
        return ticket_page(request, ticket, composer=form, problem=str(refusal))
    tickets.mark_read(ticket, actor=agent)
    messages.success(request, done, extra_tags=f"ticket-{ticket.pk}")
    if request.headers.get("accept") == SCRIPT:  # It cannot see where a redirect leads: here, or to the sign-in.
        return HttpResponse(status=204)
    return redirect(reverse("agent:ticket", args=[ticket.pk]) + "#latest")


def _say(form: CommentForm, written: Written, agent: User, ticket: Ticket) -> str:
    """An answer waits before it leaves; a note, or changes without a word, are done now. What was done, in words."""
    said = form.cleaned_data
    files, at = new_files(said["attachments"]), said["own_at"]
    now = {"actor": agent, "files": files, "seen": said["seen"], "version": said["version"]}
    says_nothing = not (written.text or written.html or files or has_files(agent, ticket.pk, written.html))
    if says_nothing or form.is_note:
        sending.say(ticket.pk, written, via=Via.WEB, **now)
        return _("Saved.") if says_nothing else _("Note added.")
    sending.send(ticket.pk, written, at=at, **now)
    return _("The answer leaves %(when)s.") % {"when": _when(at)} if at else _("Answer on its way.")


def _when(at: datetime) -> str:
    return times.moment(timezone.localtime(at))


def _warning(agent: User, ticket: Ticket, form: CommentForm, written: Written) -> str:
    said = form.cleaned_data
    if warning := _said_meanwhile(agent, ticket, said["seen"]):
        return warning
    word = word_of_attachment(written.text) if written.public and said["asked"] != ATTACHMENT else ""
    if not word or said["attachments"] or has_files(agent, ticket.pk, written.html):
        return ""
    form.forgotten = word
    return _("You write “%(word)s”, but nothing is attached. Attach it, or send it as it is.") % {"word": word}


def _said_meanwhile(agent: User, ticket: Ticket, seen: int | None) -> str:
    """Who spoke after the latest comment that the writer had before him; "" when nobody did."""
    if seen is None:
        return ""
    newer = access.comments(agent, ticket).filter(pk__gt=seen).select_related("author").last()
    if newer is None:
        return ""
    if newer.author_id == agent.pk:
        return _("You sent this a moment ago: look at the end of the conversation before you send again.")
    author = newer.author.name if newer.author else _("The desk")
    return _("%(author)s wrote while you were writing. Read it, then send again.") % {"author": author}


@staff
def body(request: HttpRequest, ticket_id: int, comment_id: int) -> HttpResponse:
    """The comment's own HTML, in a page for a frame."""
    comment = access.get_comment(agent_of(request), ticket_id, comment_id)
    return framed_comment(request, comment, lambda file: reverse("agent:attachment", args=[file.pk]))


@staff
def attachment(request: HttpRequest, attachment_id: int) -> HttpResponse:
    return stored(access.get_attachment(agent_of(request), attachment_id), opens=True)


@staff
def original(request: HttpRequest, mail_id: int) -> HttpResponse:
    """The mail byte for byte as it came."""
    mail = access.get_inbound_mail(agent_of(request), mail_id)
    return download(bytes(mail.raw.content), f"mail-{mail.pk}.eml", "message/rfc822")
