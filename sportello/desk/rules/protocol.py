"""The four-mail protocol: which mail is due now, which clock starts or stops. Pure; see docs/algorithms/protocol.md."""

from collections.abc import Mapping
from dataclasses import asdict, dataclass, field, fields, replace
from datetime import datetime, timedelta
from enum import StrEnum
from typing import Any

from ..words import FINISHED, Status, Step, TimerKind


@dataclass(frozen=True, slots=True)
class Steps:
    """What an administrator sets. A step that is off sends no mail; its clock runs all the same."""

    taken_charge: bool = True
    taken_charge_wait_minutes: int = 10
    solved: bool = True
    closed: bool = True
    close_hours: int = 48
    survey: bool = True
    survey_hours: int = 48
    survey_with_solved: bool = False
    surveys_a_month: int = 4
    survey_days: int = 28

    LIMITS = {
        "taken_charge_wait_minutes": (0, 7 * 24 * 60),
        "close_hours": (1, 60 * 24),
        "survey_hours": (0, 60 * 24),
        "surveys_a_month": (1, 100),
        "survey_days": (1, 365),
    }

    @classmethod
    def read(cls, stored: Mapping[str, Any]) -> "Steps":
        """From the JSON of a protocol: what is missing takes the default, what is unknown is left out."""
        known = {f.name for f in fields(cls)}
        return cls(**{name: value for name, value in stored.items() if name in known})

    def problems(self) -> dict[str, tuple[int, int]]:
        """The numbers outside their limits: {name: (lowest, highest)}."""
        return {
            name: limits for name, limits in self.LIMITS.items() if not limits[0] <= getattr(self, name) <= limits[1]
        }

    def as_json(self) -> dict[str, Any]:
        return asdict(self)


@dataclass(frozen=True, slots=True)
class Case:
    """What the protocol looks at, before or after an update. `told`: the first mail has gone or been made needless."""

    status: str
    has_assignee: bool = False
    told: bool = False
    silent: bool = False


@dataclass(frozen=True, slots=True)
class Verdict:
    """What follows from an update. `send`: one mail to the customer at most, a Step or "reply"."""

    send: str = ""
    start: Mapping[TimerKind, datetime] = field(default_factory=dict)
    stop: tuple[TimerKind, ...] = ()
    offer_rating: bool = False


REPLY = "reply"
# The mail to whoever reached an agent past the desk: what was written down, and where the desk is found next time.
CONTACT = "contact"


def follow(
    before: Case | None, after: Case, *, answered: bool, confirmed: bool, now: datetime, steps: Steps
) -> Verdict:
    """The mail and the clocks that follow from one update of a ticket.

    before: None when the ticket was just opened. answered: the update holds a public comment of an agent.
    confirmed: the customer himself closed it ("it works"). A customer gets one mail per update at most: an answer
    travels inside the mail of the step when both fall together.
    """
    was = before.status if before else None
    just_solved = after.status == Status.SOLVED and was != Status.SOLVED
    just_closed = after.status == Status.CLOSED and was != Status.CLOSED
    reopened = was in FINISHED and after.status not in FINISHED
    if after.silent:
        return _with_clocks(Verdict(send=REPLY if answered else ""), just_solved, just_closed, reopened, now, steps)
    if just_solved:
        merged = steps.survey and steps.survey_with_solved
        mail = Step.SOLVED if steps.solved else (REPLY if answered else "")
        verdict = Verdict(send=mail, offer_rating=merged and mail == Step.SOLVED)
    elif just_closed:
        verdict = Verdict(send=Step.CLOSED if steps.closed and not confirmed else "")
    elif after.status in FINISHED:
        verdict = Verdict(send=REPLY if answered else "")
    elif steps.taken_charge and not after.told and after.has_assignee:
        verdict = Verdict(send=Step.TAKEN_CHARGE)
    elif steps.taken_charge and not after.told and before is None and not answered:
        wait = timedelta(minutes=steps.taken_charge_wait_minutes)
        verdict = Verdict(start={TimerKind.TAKEN_CHARGE: now + wait})
    else:
        verdict = Verdict(send=REPLY if answered else "")
    return _with_clocks(verdict, just_solved, just_closed, reopened, now, steps)


def _with_clocks(
    verdict: Verdict, just_solved: bool, just_closed: bool, reopened: bool, now: datetime, steps: Steps
) -> Verdict:
    start, stop = dict(verdict.start), set(verdict.stop)
    if verdict.send:  # He has heard from a person: "we have your request" comes too late.
        stop.add(TimerKind.TAKEN_CHARGE)
    if just_solved:
        start[TimerKind.CLOSE] = now + timedelta(hours=steps.close_hours)
        stop.add(TimerKind.TAKEN_CHARGE)
    if just_closed:
        stop |= {TimerKind.CLOSE, TimerKind.TAKEN_CHARGE}
        if steps.survey and not steps.survey_with_solved:
            start[TimerKind.SURVEY] = now + timedelta(hours=steps.survey_hours)
    if reopened:
        stop |= {TimerKind.CLOSE, TimerKind.SURVEY}
    return replace(verdict, start=start, stop=tuple(sorted(stop)))


def after_contact(verdict: Verdict) -> Verdict:
    """What follows when the customer reached an agent past the desk: the mail that says so tells him all at once.

    A solution stays one, for its clock and its buttons: only its words are others (actions.letters).
    """
    return replace(
        verdict,
        send=verdict.send if verdict.send in (Step.SOLVED, Step.CLOSED) else CONTACT,
        start={kind: at for kind, at in verdict.start.items() if kind != TimerKind.TAKEN_CHARGE},
        stop=tuple(sorted({*verdict.stop, TimerKind.TAKEN_CHARGE})),
    )


# The clocks of a ticket that goes on elsewhere: none of its own steps is due.
MERGING = (TimerKind.CLOSE, TimerKind.SURVEY, TimerKind.TAKEN_CHARGE)


def resume(case: Case, *, now: datetime, steps: Steps) -> Verdict:
    """The clocks of a ticket that comes back from a merge as it was: they count from now; no mail."""
    if case.status == Status.SOLVED:
        return Verdict(start={TimerKind.CLOSE: now + timedelta(hours=steps.close_hours)})
    if steps.taken_charge and not case.told and not case.silent:
        return Verdict(start={TimerKind.TAKEN_CHARGE: now + timedelta(minutes=steps.taken_charge_wait_minutes)})
    return Verdict()


class Closing(StrEnum):
    """What becomes of a ticket whose close is due."""

    CLOSE = "close"
    WAIT = "wait"
    TELL_AGENT = "tell_agent"


@dataclass(frozen=True, slots=True)
class SolvedMail:
    """How the solved mail fared. accepted_at: when the next server took it; None while it is on its way."""

    accepted_at: datetime | None
    refused: bool
    bounced: bool


def on_close_due(mail: SolvedMail | None, *, now: datetime, steps: Steps) -> tuple[Closing, datetime | None]:
    """Close only a customer who could know: the clock counts from when his mail server took the solved mail.

    mail: None when none was to be sent (the step is off, or the person has no address). Returns the verdict and, for
    WAIT, when to look again.
    """
    if mail is None:
        return Closing.CLOSE, None
    if mail.refused or mail.bounced:
        return Closing.TELL_AGENT, None
    if mail.accepted_at is None:
        return Closing.WAIT, now + timedelta(minutes=15)
    # The queue's own seconds are no reason to move the promised hour.
    due = mail.accepted_at + timedelta(hours=steps.close_hours)
    if due - now > timedelta(minutes=5):
        return Closing.WAIT, due
    return Closing.CLOSE, None


def survey_refusal(
    *, wants_surveys: bool, reachable: bool, already_voted: bool, asked_last_month: int, steps: Steps
) -> str:
    """Why this person is not asked for a vote now: a stable code, "" when he is asked."""
    if not steps.survey:
        return "survey_off"
    if already_voted:
        return "already_voted"
    if not wants_surveys:
        return "opted_out"
    if not reachable:
        return "unreachable"
    if asked_last_month >= steps.surveys_a_month:
        return "asked_enough"
    return ""
