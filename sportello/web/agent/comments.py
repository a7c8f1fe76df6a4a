"""What is said on a ticket: write it, see it as it was written, fetch its files."""

from dataclasses import replace

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST

from sportello.desk import access
from sportello.desk.actions import configuration, field_values, macros, tickets
from sportello.desk.errors import DeskError, Invalid
from sportello.desk.models import Ticket, User
from sportello.desk.words import Via
from sportello.kit import blobs
from sportello.web.agent.doors import agent_of, staff
from sportello.web.agent.macro_choice import source_of
from sportello.web.agent.tickets import CommentForm, ticket_page
from sportello.web.ui.files import download, new_files, shown_type
from sportello.web.ui.framed import framed_comment


@require_POST
@staff
def comments(request: HttpRequest, ticket_id: int) -> HttpResponse:
    agent = agent_of(request)
    ticket = access.get_ticket(agent, ticket_id, to="comment")
    form = CommentForm(request.POST, request.FILES)
    form.ask(configuration.current().form_of(ticket.form_id), field_values.of_ticket(ticket.pk), prefix="composer-")
    if not form.is_valid():
        return ticket_page(request, ticket, composer=form)
    if warning := _said_meanwhile(agent, ticket, form.cleaned_data["seen"]):
        return ticket_page(request, ticket, composer=form, problem=warning)
    try:
        source = source_of(agent, form.cleaned_data["macro"]) if form.cleaned_data["macro"] else None
        tickets.update(ticket.pk, _change(form), actor=agent, via=Via.WEB, source=source)
    except Invalid as refusal:
        form.refuse(refusal.fields)
        return ticket_page(request, ticket, composer=form)
    except DeskError as refusal:
        return ticket_page(request, ticket, composer=form, problem=str(refusal))
    tickets.mark_read(ticket, actor=agent)
    messages.success(request, _done(form), extra_tags=f"ticket-{ticket.pk}")
    return redirect(reverse("agent:ticket", args=[ticket.pk]) + "#latest")


def _change(form: CommentForm) -> tickets.Change:
    """What is said, with the changes that stay ticked. A button that names a status has the last word on it."""
    said, change = form.cleaned_data, macros.as_change(form.cleaned_data["changes"])
    words = _words(form)
    # A macro may change a ticket without a word.
    change = replace(change, words=None if words.is_empty and said["changes"] else words)
    change = replace(change, fields={**change.fields, **form.said})
    return replace(change, status=said["status"]) if said["status"] else change


def _done(form: CommentForm) -> str:
    if _words(form).is_empty:
        return _("Saved.")
    return _("Note added.") if form.cleaned_data["kind"] == "note" else _("Answer on its way.")


def _words(form: CommentForm) -> tickets.Words:
    said = form.cleaned_data
    text, files = said["text"].replace("\r\n", "\n").strip(), new_files(said["attachments"])
    return tickets.Words(text=text, public=said["kind"] == "answer", files=files)


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
    file = access.get_attachment(agent_of(request), attachment_id)
    try:
        content = blobs.read(file.digest)
    except FileNotFoundError:
        raise Http404 from None
    kind = shown_type(file.content_type)
    return download(content, file.file_name, kind, inline=bool(kind))


@staff
def original(request: HttpRequest, mail_id: int) -> HttpResponse:
    """The mail byte for byte as it came."""
    mail = access.get_inbound_mail(agent_of(request), mail_id)
    return download(bytes(mail.raw.content), f"mail-{mail.pk}.eml", "message/rfc822")
