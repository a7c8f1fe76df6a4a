"""Verbs on webhooks and their calls: kept, queued with the change they tell of, reported by whoever makes them.

The calls are made by delivery.webhooks. What is sent: docs/webhooks.md
"""

import secrets as dice
from typing import TYPE_CHECKING, Any

from django.db import transaction
from django.utils.translation import gettext as _

from sportello.kit import claims, clock, outward, rows, secrets
from sportello.kit.outward import Answer

from .. import links
from ..errors import Invalid, Refused, Stale
from ..models import Ticket, User, Webhook, WebhookCall
from ..rules import webhooks as rules
from ..words import Priority, SendState, Via
from . import configuration, letters, rule_rows
from .lists import TAGS
from .references import naming

if TYPE_CHECKING:
    from .update import Update

KIND = "webhook"
FAILED = "webhook_failed"
COMMENT_LIMIT = 10_000  # characters of what was said


def save(data: dict[str, Any], *, actor: User | None, private: bool, webhook_id: int | None = None) -> Webhook:
    """Keep a new webhook, or change one. data: {"name", "url"}. private: the desk may call private machines.

    A new one has a secret that nobody knows yet (`rotate`). Raises Invalid("name" | "url"), Missing.
    """
    name, url = " ".join(str(data.get("name", "")).split())[:100], str(data.get("url", "")).strip()
    faults: dict[str, object] = {}
    if not name or Webhook.objects.filter(name=name).exclude(pk=webhook_id or 0).exists():
        faults["name"] = _("A webhook needs a name of its own.")
    try:
        outward.check(url, private=private)
    except outward.Refused:
        faults["url"] = _("Write a public address that begins with https://.")
    if len(url) > 1000:
        faults["url"] = _("At most %(limit)s characters, please.") % {"limit": 1000}
    if faults:
        raise Invalid(faults)
    with transaction.atomic():
        now = clock.now()
        found = rule_rows.find(Webhook, webhook_id) if webhook_id else Webhook(created_at=now, secret=_new_secret()[1])
        before = export(found) if webhook_id else None
        found.name, found.url, found.updated_at = name, url, now
        found.save()
        if before != export(found):
            rule_rows.log(KIND, found.pk, before, export(found), actor)
    configuration.forget()
    return found


def _new_secret() -> tuple[str, str]:
    """(the secret, the secret as it is kept)"""
    secret = dice.token_urlsafe(32)
    return secret, secrets.encrypt(secret)


def export(webhook: Webhook) -> dict[str, Any]:
    """The webhook as it is kept in its history; never its secret."""
    return {"name": webhook.name, "url": webhook.url, "active": webhook.active}


def rotate(webhook_id: int, *, actor: User | None) -> str:
    """A new secret, to be shown once; the old one is worth nothing from now on. Raises Missing."""
    with transaction.atomic():
        found = rule_rows.find(Webhook, webhook_id)
        secret, found.secret = _new_secret()
        found.updated_at = clock.now()
        found.save(update_fields=["secret", "updated_at"])
        rule_rows.log(KIND, found.pk, export(found), export(found) | {"secret": "new"}, actor)
    return secret


def switch(webhook_id: int, *, on: bool, actor: User | None) -> Webhook:
    """On or off. Idempotent. What waits is called once it is on again, and gets a new count. Raises Missing."""
    with transaction.atomic():
        found = rule_rows.find(Webhook, webhook_id)
        if found.active != on:
            before = export(found)
            found.active, found.off_because, found.updated_at = on, "", clock.now()
            found.save(update_fields=["active", "off_because", "updated_at"])
            rule_rows.log(KIND, found.pk, before, export(found), actor)
            if on:
                _queued(found).update(attempts=0, due_at=clock.now())
    configuration.forget()
    return found


def _queued(webhook: Webhook) -> Any:
    return WebhookCall.objects.filter(webhook=webhook, state=SendState.QUEUED)


def drop(webhook_id: int, *, actor: User | None) -> None:
    """Gone, with its calls. Raises Missing, Refused while a rule in use names it."""
    with transaction.atomic():
        found = rule_rows.find(Webhook, webhook_id)
        names = naming("webhook", webhook_id)
        if names:
            raise Refused(_("It is named by: %(names)s. Change these first.") % {"names": ", ".join(names)})
        rule_rows.log(KIND, found.pk, export(found), None, actor)
        found.delete()
    configuration.forget()


# --- calls -----------------------------------------------------------------------------------------------------------


def is_about_a_failure(update: "Update") -> bool:
    """Nobody is called because a call failed: that would never end."""
    return any(event.get("code") == FAILED for event in update.events)


def queue(update: "Update", rule: dict[str, Any], webhook_id: int, body: str) -> None:
    """A call with the update that made a rule act; none while the webhook is off. body: "" for the usual one.

    rule: the event that tells of it.
    """
    assert update.audit
    webhook = update.configuration.webhooks.get(webhook_id)
    if webhook is None or not webhook.active:
        return
    rows.insert(
        WebhookCall(
            webhook_id=webhook_id,
            ticket=update.ticket,
            audit=update.audit,
            body=rules.fill(body, _values(update, body)) if body else rules.write(payload(update, rule)),
            due_at=update.now,
            created_at=update.now,
        )
    )


def _values(update: "Update", body: str) -> dict[str, Any]:
    ticket, language = update.ticket, update.configuration.desk.language
    values = letters.values_of(ticket, ticket.requester, update.configuration, language, texts=(body,))
    values["ticket"]["url"] = links.ticket_url(ticket.pk)  # Never the requester's own key.
    return values | {"answer": update.words.text if update.words else ""}


def payload(update: "Update", rule: dict[str, Any]) -> dict[str, Any]:
    """The usual body: the ticket as it is now, who is concerned, and what has just changed."""
    assert update.audit
    changes = [
        {"field": it["field_name"], "from": it.get("previous_value"), "to": it["value"]}
        for it in update.events
        if it["type"] in ("Create", "Change")
    ]
    return {
        "event": "ticket.created" if update.opening else "ticket.changed",
        "audit_id": update.audit.pk,
        "at": update.now.isoformat(),
        "via": update.via,
        "author": _person(update.author),
        "rule": {"type": rule["rel"], "id": rule["id"], "title": rule["title"]},
        **_about(update.ticket, sorted(update.lists.has(TAGS)), update.configuration),
        "changes": changes,
        "comment": {"public": update.words.public, "text": update.words.text[:COMMENT_LIMIT]} if update.words else None,
    }


def _about(ticket: Ticket, tags: list[str], desk: configuration.Configuration) -> dict[str, Any]:
    group = desk.groups.get(ticket.group_id or 0)
    return {
        "ticket": {
            "id": ticket.pk,
            "url": links.ticket_url(ticket.pk),
            "subject": ticket.subject,
            "status": ticket.status,
            "priority": Priority(ticket.priority).name.lower() if ticket.priority else None,
            "type": ticket.type or None,
            "channel": ticket.channel,
            "tags": tags,
            "group": {"id": group.pk, "name": group.name} if group else None,
            "created_at": ticket.created_at.isoformat(),
            "updated_at": ticket.updated_at.isoformat(),
        },
        "requester": _person(ticket.requester),
        "assignee": _person(ticket.assignee),
        "organization": {"id": ticket.organization.pk, "name": ticket.organization.name}
        if ticket.organization
        else None,
    }


def _person(person: User | None) -> dict[str, Any] | None:
    return {"id": person.pk, "name": person.name, "email": person.email} if person else None


def signed(webhook: Webhook, body: str, call: str) -> dict[str, str]:
    """The headers of a call. call: its name, the same in all its attempts. Raises secrets.Unreadable."""
    return rules.headers(secrets.decrypt(webhook.secret), body, clock.now(), webhook_id=webhook.pk, call=call)


def sample() -> str:
    """A body to try a webhook with: no ticket's, and it says so."""
    return rules.write({"event": "test", "audit_id": None, "at": clock.now().isoformat(), "ticket": None})


def finish(call: WebhookCall, answer: Answer | None, error: str = "") -> None:
    """Report what came of an attempt; later again, or given up where people see it. answer: None: nobody answered.

    Raises claims.LeaseLost when the call is no longer ours: whoever has it now makes it again.
    """
    now = clock.now()
    state = rules.state_after(answer.status if answer else None, now - call.created_at)
    said = rules.line(answer.text if answer else error)
    kept: dict[str, Any] = {"status": answer.status if answer else None, "answer": said}
    if state == SendState.QUEUED:
        kept["due_at"] = claims.retry_at(call.attempts, now)
    else:
        kept |= {"state": state, "settled_at": now}
    with transaction.atomic():
        claims.finish(call, last_error="" if state == SendState.SENT else said, **kept)
        if state == SendState.FAILED:
            _tell(call, f"HTTP {answer.status}" if answer else said)
        if state != SendState.SENT:
            _switch_off_hopeless(call.webhook_id, answer)


def refuse(call: WebhookCall, error: str) -> None:
    """It can never be made: given up at once. Raises claims.LeaseLost."""
    with transaction.atomic():
        claims.finish(
            call,
            state=SendState.FAILED,
            settled_at=clock.now(),
            status=None,
            answer=error[:500],
            last_error=error[:500],
        )
        _tell(call, error)
        _switch_off_hopeless(call.webhook_id, None)


def _tell(call: WebhookCall, why: str) -> None:
    """Write on the ticket that the other program does not know."""
    from . import tickets  # Which writes its webhooks by this module.

    if call.ticket_id:
        tickets.notice(call.ticket_id, FAILED, actor=None, via=Via.RULE, title=call.webhook.name, why=why)


def _switch_off_hopeless(webhook_id: int, answer: Answer | None) -> None:
    """Off, and why, when it says that it is gone, or has not answered well for long."""
    latest = WebhookCall.objects.filter(webhook=webhook_id, attempts__gt=0).order_by("-id")[: rules.FAILURES]
    failures = 0
    for state, attempts in latest.values_list("state", "attempts"):
        if state == SendState.SENT:
            break
        failures += attempts
    gone = answer is not None and answer.status == rules.GONE
    if gone or failures >= rules.FAILURES:
        why = "410 Gone" if gone else f"{failures} failures in a row"
        Webhook.objects.filter(pk=webhook_id, active=True).update(active=False, off_because=why, updated_at=clock.now())


def retry(call_id: int, *, actor: User) -> None:
    """Make a call that was given up once more, in its place before those that wait. Raises Stale."""
    changed = WebhookCall.objects.filter(pk=call_id, state=SendState.FAILED).update(
        state=SendState.QUEUED, due_at=clock.now(), attempts=0, settled_at=None, claimed_by="", claimed_until=None
    )
    if not changed:
        raise Stale(_("Only a call that was given up can be made again."))
