"""Verbs on the four-mail protocol: edit it, and do what its clocks stand for when they are due."""

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from django.db import transaction
from django.utils.translation import gettext as _

from sportello.kit import clock

from ..errors import Invalid
from ..models import Identity, Organization, OutgoingMail, Protocol, Ticket, User
from ..rules import placeholders, protocol, triggers
from ..rules.protocol import Closing, SolvedMail, Steps
from ..words import SendState, Status, Step, TimerKind, Via
from . import configuration, rule_rows, surveys
from .update import Update

KIND = "protocol"
SOURCE = {"rel": "protocol"}


def on_timer(ticket: Ticket, kind: TimerKind) -> datetime | None:
    """Do what a due clock of a locked ticket stands for. Returns when to look again, or None when it is done."""
    return {
        TimerKind.TAKEN_CHARGE: _say_in_charge,
        TimerKind.CLOSE: _close,
        TimerKind.SURVEY: _survey,
    }[kind](ticket)


def _update(ticket: Ticket) -> Update:
    return Update(ticket, actor=None, via=Via.RULE, source=SOURCE)


def _say_in_charge(ticket: Ticket) -> None:
    """Nobody has taken it yet: tell the customer all the same that it is here. Once; never repeated with a name."""
    if ticket.told_at or ticket.is_solved or ticket.silent:
        return
    update = _update(ticket)
    if update.configuration.steps_of(ticket.organization_id).taken_charge:
        update.letter = Step.TAKEN_CHARGE
        update.commit()


def _close(ticket: Ticket) -> datetime | None:
    if ticket.status != Status.SOLVED:
        return None
    update = _update(ticket)
    mail = _solved_mail(ticket)
    facts = None if mail is None else _how_it_fared(mail)
    steps = update.configuration.steps_of(ticket.organization_id)
    verdict, again_at = protocol.on_close_due(facts, now=update.now, steps=steps)
    if verdict == Closing.WAIT:
        return again_at
    if verdict == Closing.TELL_AGENT:
        tell_not_reached(ticket, mail, update=update)
        return None
    if mail is None:
        update.note("closed_untold")
    update.set_status(Status.CLOSED)
    update.commit()
    return None


def _solved_mail(ticket: Ticket) -> OutgoingMail | None:
    """The mail that told of the present solution."""
    return (
        OutgoingMail.objects.filter(ticket=ticket, step=Step.SOLVED, created_at__gte=ticket.solved_at)
        .order_by("-id")
        .first()
    )


def _how_it_fared(mail: OutgoingMail) -> SolvedMail:
    return SolvedMail(
        accepted_at=mail.settled_at if mail.was_accepted else None,
        refused=mail.state in (SendState.FAILED, SendState.CANCELLED),
        bounced=mail.bounced_at is not None,
    )


def tell_not_reached(ticket: Ticket, mail: OutgoingMail | None, *, update: Update | None = None) -> None:
    """The customer does not know that it is solved: back to the agent, with a note that says why. Not when closed."""
    update = update or _update(ticket)
    why = mail.bounce or mail.last_error or mail.server_answer if mail else ""
    update.note("not_reached", address=mail.to if mail else "", why=why)
    if ticket.status == Status.SOLVED:
        update.set_status(Status.OPEN)
        update.keep(waiting_since=update.now)
    update.commit()


def _survey(ticket: Ticket) -> None:
    if ticket.status != Status.CLOSED:
        return
    update = _update(ticket)
    steps = update.configuration.steps_of(ticket.organization_id)
    rating = getattr(ticket, "satisfaction_rating", None)
    reason = protocol.survey_refusal(
        wants_surveys=ticket.requester.surveys and ticket.requester.active,
        reachable=Identity.objects.filter(user=ticket.requester, undeliverable_at=None).exists(),
        already_voted=rating is not None,
        asked_last_month=surveys.asked_last_month(ticket.requester_id, update.now),
        steps=steps,
    )
    if ticket.requester.is_staff_member and not reason:
        reason = "colleague"
    if reason:
        update.note("survey_skipped", reason=reason)
    else:
        update.offer = True
        update.letter = Step.SURVEY
    update.commit()


def save(
    steps: Steps,
    texts: Mapping[str, Mapping[str, Mapping[str, str]]],
    *,
    organization: Organization | None,
    actor: User,
) -> Protocol:
    """A new version of the protocol of the desk or of an organization. Running clocks keep their times.

    texts: {language: {step: {"subject", "body"}}}. Raises Invalid with the field's path, as "texts.it.solved.body".
    """
    problems: dict[str, object] = {}
    known = configuration.current().fields
    for name, (lowest, highest) in steps.problems().items():
        problems[f"steps.{name}"] = _("Between %(lowest)s and %(highest)s, please.") % {
            "lowest": lowest,
            "highest": highest,
        }
    kept: dict[str, dict[str, dict[str, str]]] = {}
    for language, by_step in texts.items():
        for step, text in by_step.items():
            for part in ("subject", "body"):
                own = triggers.own_placeholders(text[part], known)
                errors = placeholders.check(text[part], own) if text[part].strip() else [_("This cannot be empty.")]
                if errors:
                    problems[f"texts.{language}.{step}.{part}"] = " ".join(errors)
            kept.setdefault(language, {})[step] = {"subject": text["subject"], "body": text["body"]}
    if problems:
        raise Invalid(problems)
    with transaction.atomic():
        made = _next_version(organization, steps.as_json(), kept, actor)
    configuration.forget()
    return made


def _next_version(
    organization: Organization | None, steps: dict[str, Any], texts: dict[str, Any], actor: User
) -> Protocol:
    earlier = Protocol.objects.select_for_update().filter(organization=organization)
    before = next((export(row) for row in earlier if row.current), None)
    version = max((row.version for row in earlier), default=0) + 1
    earlier.filter(current=True).update(current=False)
    made = Protocol.objects.create(
        organization=organization, version=version, steps=steps, texts=texts, author=actor, created_at=clock.now()
    )
    rule_rows.log(KIND, made.pk, before, export(made), actor)
    return made


def take_over(source: Organization, into: Organization, *, actor: User) -> int | None:
    """An organization without a protocol of its own gets the source's, whose stays as it is. The id of the version
    that was made; None where there is nothing to take over."""
    own = {it.organization_id: it for it in Protocol.objects.filter(organization__in=(source, into), current=True)}
    if into.pk in own or source.pk not in own:
        return None
    return _next_version(into, own[source.pk].steps, own[source.pk].texts, actor).pk


def export(found: Protocol) -> dict[str, Any]:
    """A version as the history tells it: "steps.close_hours", and "texts.it.solved.body" where it is the desk's own."""
    texts = {
        f"texts.{language}.{step}.{part}": words
        for language, by_step in found.texts.items()
        for step, text in by_step.items()
        for part, words in text.items()
    }
    of = found.organization.name if found.organization else ""
    return {"organization": of, **{f"steps.{name}": it for name, it in found.steps.items()}, **texts}


def drop(organization: Organization, *, actor: User) -> None:
    """The organization follows the desk's protocol again; its versions stay, and a row tells who dropped it."""
    with transaction.atomic():
        for own in Protocol.objects.select_for_update().filter(organization=organization, current=True):
            own.current = False
            own.save(update_fields=["current"])
            rule_rows.log(KIND, own.pk, export(own), None, actor)
    configuration.forget()


def as_values(found: Protocol | None) -> dict[str, Any]:
    """Steps and own texts of a protocol, None being the default one."""
    return {"steps": Steps.read(found.steps) if found else Steps(), "texts": found.texts if found else {}}
