"""A request as its customer reads it, and what he says in it; the same by signed link and by session."""

from dataclasses import dataclass
from types import SimpleNamespace
from typing import Any
from urllib.parse import urlsplit

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.urls import reverse
from django.utils.translation import get_language
from django.utils.translation import gettext as _

from sportello.desk import access, families, links, threads
from sportello.desk.actions import configuration, field_values, tickets
from sportello.desk.errors import Invalid, Missing
from sportello.desk.models import Attachment, Audit, Comment, Ticket, User
from sportello.desk.rules import custom_fields
from sportello.desk.rules.texts import in_language
from sportello.desk.words import Status, TimerKind, TimerState, Via
from sportello.kit import clock
from sportello.kit import html as kit_html
from sportello.web.portal.doors import page
from sportello.web.portal.forms import WordsForm
from sportello.web.ui import files
from sportello.web.ui.framed import framed_comment
from sportello.web.ui.written import written


@dataclass(frozen=True, slots=True)
class Way:
    """How the person came: by the signed link `token`, or by a session (""). Pages lead on by the same way."""

    person: User
    token: str = ""

    def request_url(self, ticket: Ticket, *, same: bool = True) -> str:
        """The page of the ticket. same: it is the one that the token is for."""
        if self.token and same:
            return reverse("portal:followed", args=[self.token])
        return (
            path_of(links.request_url(ticket.pk, self.person.pk))
            if self.token
            else reverse("portal:request", args=[ticket.pk])
        )

    def comments_url(self, ticket: Ticket) -> str:
        return (
            reverse("portal:followed_comments", args=[self.token])
            if self.token
            else reverse("portal:comments", args=[ticket.pk])
        )

    def body_url(self, ticket: Ticket, comment: Comment) -> str:
        return (
            reverse("portal:followed_body", args=[self.token, comment.pk])
            if self.token
            else reverse("portal:body", args=[ticket.pk, comment.pk])
        )

    def file_url(self, ticket: Ticket, file: Attachment) -> str:
        return (
            reverse("portal:followed_file", args=[self.token, file.pk])
            if self.token
            else reverse("portal:file", args=[ticket.pk, file.pk])
        )


def path_of(url: str) -> str:
    """The path of one of our own links, for use inside our pages, whatever name the browser knows us by."""
    return urlsplit(url).path


def request_page(
    request: HttpRequest, ticket: Ticket, way: Way, *, form: WordsForm | None = None, status: int = 200
) -> HttpResponse:
    person = way.person
    found = access.conversation(person, ticket).filter(public=True)
    found = found.select_related("author").prefetch_related("attachments")
    closes = ticket.timers.filter(kind=TimerKind.CLOSE, state=TimerState.WAITING).first()
    rating = getattr(ticket, "satisfaction_rating", None)
    can_vote = rating is not None and rating.requester_id == person.pk and clock.now() <= rating.expires_at
    end, stands = _end(person, ticket) if ticket.merged_into_id else (None, ticket.status)
    context: dict[str, Any] = {
        "ticket": ticket,
        "status": stands,
        "end": end,
        "end_url": way.request_url(end, same=False) if end else "",
        "fields": _visible(ticket),
        "messages_of_ticket": [_message(comment, ticket, way) for comment in found],
        "form": form or WordsForm(),
        "comments_url": way.comments_url(ticket),
        "is_over": stands == Status.CLOSED,
        "closes_at": closes.due_at if closes else None,
        "may_confirm": ticket.status == Status.SOLVED and ticket.requester_id == person.pk,
        "confirm_url": path_of(links.confirm_url(ticket.pk, person.pk)),
        "not_yet_url": path_of(links.not_yet_url(ticket.pk, person.pk)),
        "vote_url": path_of(links.vote_url(ticket.pk, person.pk, "good")) if can_vote else "",
        "rating": rating,
        "has_session": not way.token,
    }
    return page(request, "portal/request.html", context, person=person, status=status)


def _end(person: User, ticket: Ticket) -> tuple[Ticket | None, str]:
    """Where a merged request goes on, if he may read that, and how it stands there.

    Of a request that is somebody else's he learns neither the number nor that its requester is waited for.
    """
    end_id = families.chain(ticket.pk)[-1]
    seen = access.tickets(person).filter(pk=end_id).first()
    if seen:
        return seen, seen.status
    status = threads.status_of(end_id)
    return None, Status.OPEN if status == Status.PENDING else status


def _visible(ticket: Ticket) -> list[tuple[str, str]]:
    """What stands in the fields that customers see, as (title, value) in the active language."""
    now, language = configuration.current(), get_language() or "en"
    form = now.form_of(ticket.form_id)
    listed = [now.custom_fields[pk] for pk in (form.fields if form else now.custom_fields) if pk in now.custom_fields]
    visible = [it for it in listed if it.of == custom_fields.TICKET and it.active and it.visible_in_portal]
    values = field_values.of_ticket(ticket.pk) if visible else {}
    return [
        (in_language(it.title, language), custom_fields.shown(it, values[it.id], language))
        for it in visible
        if not custom_fields.is_empty(values.get(it.id))
    ]


def _message(comment: Comment, ticket: Ticket, way: Way) -> SimpleNamespace:
    author = comment.author
    is_answer = author is not None and author.is_staff_member and author.pk != ticket.requester_id
    return SimpleNamespace(
        id=comment.pk,
        author=author.name if author else configuration.current().desk.name,
        is_machine=author is None,
        kind="answer" if is_answer else "customer",
        at=comment.created_at,
        # A quoted letter holds the keys of whom it was sent to; others read along.
        text=links.without_tokens(comment.text),
        quoted=links.without_tokens(comment.quoted_text),
        body_url=way.body_url(ticket, comment) if comment.html else "",
        written=written(comment.via, comment.html, _pictures(comment, ticket, way)) if not comment.quoted_html else "",
        has_remote_images=kit_html.has_remote_images(comment.html + comment.quoted_html),
        attachments=[
            _file(file, ticket, way) for file in comment.attachments.all() if not file.inline or not comment.html
        ],
    )


def _pictures(comment: Comment, ticket: Ticket, way: Way) -> dict[str, str]:
    return {file.content_id: way.file_url(ticket, file) for file in comment.attachments.all() if file.inline}


def _file(file: Attachment, ticket: Ticket, way: Way) -> SimpleNamespace:
    return SimpleNamespace(
        url=way.file_url(ticket, file),
        name=file.file_name,
        size=file.size,
        is_image=file.content_type.startswith("image/"),
    )


def body(request: HttpRequest, ticket: Ticket, way: Way, comment_id: int) -> HttpResponse:
    """The HTML of a public comment, in a page for a frame."""
    comment = access.get_comment(way.person, ticket.pk, comment_id)
    if not comment.public:
        raise Missing
    return framed_comment(request, comment, lambda file: way.file_url(ticket, file))


def say(request: HttpRequest, ticket: Ticket, way: Way) -> HttpResponse:
    """Take in an answer. After closed it opens a follow-up, and the person goes on there."""
    form = WordsForm(request.POST, request.FILES)
    if not form.is_valid():
        return request_page(request, ticket, way, form=form, status=422)
    try:
        heard, audit = tickets.hear(ticket.pk, form.words(), actor=way.person, via=Via.WEB)
    except Invalid as refusal:
        form.refuse(refusal.fields)
        return request_page(request, ticket, way, form=form, status=422)
    return said(request, ticket, heard, audit, way)


def said(request: HttpRequest, ticket: Ticket, heard: Ticket, audit: Audit | None, way: Way) -> HttpResponse:
    """To the page on which the words of `ticket` stand now."""
    sentence = _("Sent. Thank you.")
    if heard.follow_up_of_id and heard.pk != ticket.pk and audit and audit.events[0]["type"] == "Create":
        sentence = _("Sent. Your request was closed, so we opened a new one that follows it up.")
    messages.success(request, sentence, extra_tags=f"request-{ticket.pk}")
    comment = audit.comments.earliest("id") if audit else None
    return redirect(way.request_url(heard, same=heard.pk == ticket.pk) + (f"#comment-{comment.pk}" if comment else ""))


def download(person: User, ticket: Ticket, file_id: int) -> HttpResponse:
    """A file of the public conversation: a page shows pictures in its text; opened by itself it is saved."""
    file = access.get_attachment(person, file_id)
    if not access.conversation(person, ticket).filter(pk=file.comment_id, public=True).exists():
        raise Missing
    return files.stored(file, opens=False)
