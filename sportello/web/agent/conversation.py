"""A ticket's conversation, protocol and history as the page shows them."""

from collections.abc import Iterable
from datetime import timedelta
from types import SimpleNamespace
from typing import Any

from django.db.models import QuerySet
from django.urls import reverse
from django.utils.text import capfirst
from django.utils.translation import gettext as _

from sportello.desk import access, links
from sportello.desk.actions import configuration
from sportello.desk.actions.defaults import title_for_reader
from sportello.desk.models import Ticket, User
from sportello.desk.rules import history
from sportello.desk.words import Permission, Role, Score, SendState, Status, Step, TimerKind, Via
from sportello.kit import html as kit_html
from sportello.web.agent.names import Staff, names_of
from sportello.web.agent.prepared import prepared
from sportello.web.ui.written import written

SHOWN = 100
HISTORY = 200
STAFF = (Role.AGENT, Role.ADMIN)
TIMER_ICON = {
    TimerKind.TAKEN_CHARGE: "mail",
    TimerKind.CLOSE: "lock",
    TimerKind.SURVEY: "star",
    TimerKind.AUTOMATION: "timer",
    TimerKind.SEND: "send",
}


@prepared
def mails_of(agent: User, ticket_id: int) -> QuerySet[Any]:
    """All that went out for the ticket, oldest first, without the bodies."""
    columns = ("pk", "step", "comment_id", "to", "state", "created_at", "settled_at", "bounced_at", "bounce")
    mails = Ticket(pk=ticket_id).outgoing_mails.order_by("id")
    return mails.values_list(*columns, "server_answer", "last_error", named=True)


@prepared
def timers_of(agent: User, ticket_id: int) -> QuerySet[Any]:
    """What will happen by itself; promises have their own place."""
    columns = ("pk", "kind", "due_at", "automation__title", "draft_id", "draft__author__name")
    return access.timers(agent, ticket_id).values_list(*columns, named=True)


@prepared
def audits_of(agent: User, ticket_id: int) -> QuerySet[Any]:
    """The latest updates, newest first."""
    newest = Ticket(pk=ticket_id).audits.order_by("-id")[:HISTORY]
    return newest.values_list("events", "via", "created_at", "author__name", named=True)


COLUMNS = ("pk", "ticket_id", "public", "via", "automatic", "text", "html", "quoted_text", "quoted_html", "created_at")
PEOPLE = ("mail_id", "author_id", "author__name", "author__role", "audit__author_id", "audit__author__name")


@prepared
def _comments(agent: User, ticket_id: int) -> QuerySet[Any]:
    newest = access.comments(agent, Ticket(pk=ticket_id)).order_by("-id")
    return newest.values_list(*COLUMNS, *PEOPLE, named=True)


@prepared
def _latest_comments(agent: User, ticket_id: int) -> QuerySet[Any]:
    return _comments.queryset(agent, ticket_id)[: SHOWN + 1]


@prepared
def _attachments(agent: User, ticket_id: int) -> QuerySet[Any]:
    columns = ("pk", "comment_id", "file_name", "content_type", "size", "inline", "content_id")
    return access.attachments(agent, Ticket(pk=ticket_id)).values_list(*columns, named=True)


def messages(
    agent: User, ticket: Ticket, mails: Iterable[Any], *, whole: bool, has_merged: bool = False
) -> tuple[list[SimpleNamespace], bool]:
    """The comments, oldest first, the latest hundred unless whole; and whether there are earlier ones.

    has_merged: those of the tickets that were merged into this one, too.
    """
    if has_merged:
        return _family(agent, ticket, whole)
    found = (_comments if whole else _latest_comments)(agent, ticket.pk)
    sent, files = _by_comment(mails), _by_comment(_attachments(agent, ticket.pk))
    shown = found if whole else found[:SHOWN]
    said = [_message(agent, row, ticket, sent.get(row.pk, []), files.get(row.pk, [])) for row in reversed(shown)]
    return said, len(found) > len(shown)


def _family(agent: User, ticket: Ticket, whole: bool) -> tuple[list[SimpleNamespace], bool]:
    columns = (*COLUMNS, *PEOPLE, "ticket__requester_id")
    newest = access.conversation(agent, ticket).reverse().values_list(*columns, named=True)
    found = list(newest if whole else newest[: SHOWN + 1])
    shown = found if whole else found[:SHOWN]
    owners = {row.ticket_id for row in shown} | {ticket.pk}
    sent = _by_comment(mail for pk in sorted(owners) for mail in mails_of(agent, pk))
    files = _by_comment(file for pk in sorted(owners) for file in _attachments(agent, pk))
    said = []
    for row in reversed(shown):
        shell = Ticket(pk=ticket.pk, requester_id=row.ticket__requester_id)
        said.append(_message(agent, row, shell, sent.get(row.pk, []), files.get(row.pk, [])))
    return said, len(found) > len(shown)


@prepared
def _requester(agent: User, ticket_id: int) -> QuerySet[Any]:
    return access.tickets(agent).filter(pk=ticket_id).values_list("requester_id", flat=True)


@prepared
def _comments_since(agent: User, ticket_id: int, audit_id: int, comment_id: int) -> QuerySet[Any]:
    return _comments.queryset(agent, ticket_id).filter(audit__gte=audit_id, pk__gt=comment_id)


def said_since(agent: User, ticket_id: int, audit_id: int = 0, comment_id: int = 0) -> list[SimpleNamespace]:
    """What was said from this audit on and after this comment, oldest first; nothing on a ticket that he does not see.

    On one ticket updates follow each other in the order of their ids, on PostgreSQL too: each holds its row.
    """
    requester = _requester(agent, ticket_id)
    found = _comments_since(agent, ticket_id, audit_id, comment_id) if requester else []
    if not found:
        return []
    ticket = Ticket(pk=ticket_id, requester_id=requester[0])
    sent, files = _by_comment(mails_of(agent, ticket_id)), _by_comment(_attachments(agent, ticket_id))
    return [_message(agent, row, ticket, sent.get(row.pk, []), files.get(row.pk, [])) for row in reversed(found)]


@prepared
def _aside(agent: User, ticket_id: int, side_id: int) -> QuerySet[Any]:
    said = access.side_comments(agent, ticket_id).filter(side_conversation=side_id)
    return said.values_list(*COLUMNS, *PEOPLE, named=True)


def said_aside(agent: User, ticket: Ticket, side_id: int) -> list[SimpleNamespace]:
    """What was said in a side conversation, oldest first: the desk's own words are answers there, not notes."""
    sent, files = _by_comment(mails_of(agent, ticket.pk)), _by_comment(_attachments(agent, ticket.pk))
    said = []
    for row in _aside(agent, ticket.pk, side_id):
        message = _message(agent, row, ticket, sent.get(row.pk, []), files.get(row.pk, []))
        message.kind, message.is_internal, message.split_url = "answer" if sent.get(row.pk) else "customer", False, ""
        if message.body_url:
            message.body_url = reverse("agent:side_body", args=[ticket.pk, side_id, row.pk])
        said.append(message)
    return said


def _by_comment(rows: Iterable[Any]) -> dict[int, list[Any]]:
    found: dict[int, list[Any]] = {}
    for row in rows:
        found.setdefault(row.comment_id, []).append(row)
    return found


def _message(agent: User, comment: Any, ticket: Ticket, mails: list[Any], files: list[Any]) -> SimpleNamespace:
    fates = [_delivery(mail) for mail in mails]
    is_answer = comment.author__role in STAFF and comment.author_id != ticket.requester_id
    pictures = {file.content_id: reverse("agent:attachment", args=[file.pk]) for file in files if file.inline}
    shown = written(comment.via, comment.html, pictures)
    has_body = (comment.html and not shown) or comment.quoted_html
    body = reverse("agent:body", args=[ticket.pk, comment.pk]) if has_body else ""
    return SimpleNamespace(
        id=comment.pk,
        author=comment.author__name or configuration.current().desk.name,
        is_machine=comment.automatic or comment.author_id is None,
        kind=_kind(comment, is_answer),
        is_internal=not comment.public,
        via_label=_way(comment),
        at=comment.created_at,
        route=_("to %(addresses)s") % {"addresses": ", ".join(mail.to for mail in mails)} if mails else "",
        text=links.without_tokens(comment.text),
        written=shown,
        quoted=links.without_tokens(comment.quoted_text),
        body_url=body,
        has_remote_images=kit_html.has_remote_images(comment.html + comment.quoted_html),
        original_url=reverse("agent:original", args=[comment.mail_id]) if comment.mail_id else "",
        attachments=[as_file(file) for file in files if not file.inline or not comment.html],
        delivery=next((fared for fared in fates if fared.kind), fates[0] if fates else None),
        origin=comment.ticket_id if comment.ticket_id != ticket.pk else None,
        split_url=reverse("agent:split", args=[ticket.pk, comment.pk]) if access.may(agent, Permission.MERGE) else "",
    )


def _kind(comment: Any, is_answer: bool) -> str:
    if not comment.public and (is_answer or comment.author_id is None):
        return "note"
    return "answer" if is_answer else "customer"


def _way(comment: Any) -> str:
    """By which channel it came, and who wrote it down where those were not his own words."""
    if comment.automatic:
        return _("automatic")
    channel = str(Via(comment.via).label)
    if comment.audit__author_id in (None, comment.author_id) or comment.author_id is None:
        return channel
    return _("%(channel)s, written down by %(agent)s") % {"channel": channel, "agent": comment.audit__author__name}


def as_file(file: Any) -> SimpleNamespace:
    """An attachment as the tag `attachment` wants it."""
    return SimpleNamespace(
        url=reverse("agent:attachment", args=[file.pk]),
        name=file.file_name,
        size=file.size,
        is_image=file.content_type.startswith("image/"),
    )


def _delivery(mail: Any) -> SimpleNamespace:
    """How the mail with these words fared: kind is a badge's variant, "" while all is well."""
    url = reverse("agent:outgoing", args=[mail.pk])
    if mail.bounced_at:
        return SimpleNamespace(kind="negative", icon="mail-x", text=_("came back"), detail=mail.bounce, url=url)
    if mail.state == SendState.FAILED:
        return SimpleNamespace(kind="negative", icon="mail-x", text=_("not sent"), detail=mail.last_error, url=url)
    icon = "mail-check" if mail.state == SendState.SENT else "mail"
    detail = mail.server_answer or mail.last_error
    return SimpleNamespace(kind="", icon=icon, text=str(SendState(mail.state).label), detail=detail, url=url)


def protocol_line(ticket: Ticket, mails: Iterable[Any], timers: Iterable[Any]) -> list[SimpleNamespace]:
    """What the four-mail protocol has done and will do, oldest first."""
    line = [_event("ticket", _("Opened: %(channel)s") % {"channel": Via(ticket.channel).label}, ticket.created_at)]
    line += [_step_event(mail) for mail in mails if mail.step in Step.values]
    rating = getattr(ticket, "satisfaction_rating", None)
    if rating and rating.rated_at:
        good = rating.score == Score.GOOD
        text = _("Vote: good") if good else _("Vote: bad")
        line.append(
            _event("thumbs-up" if good else "thumbs-down", text, rating.rated_at, kind="done" if good else "failed")
        )
    for timer in timers:
        line.append(_timer_event(ticket, timer))
        if timer.kind == TimerKind.CLOSE:
            line += _afterwards(ticket, timer)
    return line


def _event(icon: str, text: object, at: Any, **more: Any) -> SimpleNamespace:
    usual = {"kind": "", "detail": "", "cancel_url": "", "cancel_label": "", "cancel_question": ""}
    return SimpleNamespace(icon=icon, text=text, at=at, **{**usual, **more})


def _step_event(mail: Any) -> SimpleNamespace:
    fared = _delivery(mail)
    detail = " · ".join(filter(None, (fared.text, fared.detail)))
    return _event(
        fared.icon,
        Step(mail.step).label,
        mail.settled_at or mail.created_at,
        kind="failed" if fared.kind else "mail",
        detail=detail,
    )


def _timer_event(ticket: Ticket, timer: Any) -> SimpleNamespace:
    if timer.kind == TimerKind.SEND:  # Only its author takes it back, where he writes.
        leaves = _("%(agent)s's answer leaves") % {"agent": timer.draft__author__name}
        return _event(TIMER_ICON[TimerKind.SEND], leaves, timer.due_at, kind="future")
    label = title_for_reader(timer.automation__title or "") or TimerKind(timer.kind).label
    return _event(
        TIMER_ICON[TimerKind(timer.kind)],
        capfirst(label),
        timer.due_at,
        kind="future",
        cancel_url=reverse("agent:timer_cancellation", args=[ticket.pk, timer.pk]),
        cancel_label=_("Stop"),
        cancel_question=_("Stop this: “%(timer)s”? It will not happen by itself any more.") % {"timer": label},
    )


def _afterwards(ticket: Ticket, close: Any) -> list[SimpleNamespace]:
    steps = configuration.current().steps_of(ticket.organization_id)
    if not steps.survey or steps.survey_with_solved:
        return []
    at = close.due_at + timedelta(hours=steps.survey_hours)
    return [_event("star", capfirst(TimerKind.SURVEY.label), at, kind="future")]


def history_line(agent: User, ticket: Ticket, audits: list[Any], staff: Staff) -> list[SimpleNamespace]:
    """Everything that was changed, newest first: one entry for each update, its events as sentences."""
    name, own = names_of(audits, agent, staff, (ticket.requester,)), configuration.current().custom_fields
    line = []
    for audit in audits:
        sentences = [sentence for event in audit.events if (sentence := history.describe(event, name, own))]
        source = audit.via.get("source") or {}
        if source.get("rel") in ("job", "undo", "redo"):
            sentences.insert(0, _("Together with other tickets"))
        if source.get("rel") == "macro":
            sentences.insert(0, _("With the macro “%(title)s”") % {"title": source["title"]})
        if sentences:
            author = audit.author__name or configuration.current().desk.name
            is_rule = audit.author__name is None
            line.append(SimpleNamespace(author=author, is_rule=is_rule, at=audit.created_at, sentences=sentences))
    return line


def has_undone_thanks(ticket: Ticket, audits: list[Any]) -> bool:
    """Whether the latest word was taken for a mere thank-you: the ticket stayed solved. audits: newest first."""
    if ticket.status != Status.SOLVED:
        return False
    latest = next((audit for audit in audits if any(event["type"] == "Comment" for event in audit.events)), None)
    return latest is not None and any(event.get("code") == "thanks" for event in latest.events)
