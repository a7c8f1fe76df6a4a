"""Verbs on comparing this desk with others: its profile, joining and leaving, files sent, what hubs publish.

Nothing leaves before an administrator has joined. What is sent, and why it gives nobody away:
docs/algorithms/benchmark.md
"""

from collections.abc import Mapping
from datetime import datetime, timedelta
from typing import Any

from django.db import transaction
from django.utils.translation import gettext as _

from sportello.benchmark import exchange
from sportello.benchmark.exchange import Collection
from sportello.benchmark.file import Signed, end_of, new_key
from sportello.benchmark.hub import TAKEN_FOR
from sportello.benchmark.profile import WORDS, Profile
from sportello.benchmark.refusals import Refused as FileRefused
from sportello.kit import claims, clock, outward, secrets

from ..errors import Invalid, Refused, Stale
from ..models import BenchmarkMembership, BenchmarkPublication, BenchmarkSending, User
from ..words import SendState
from . import rule_rows

KIND = "benchmark"
ONLY = 1
LONGEST_HUB = 200
# How often a hub is asked whether it has published something.
ASK_EVERY = timedelta(hours=6)
# A hub that says one of these may take the same file later.
FOR_NOW = frozenset({"too_many", "too_slow", "hub_full", "wrong_time"})


def membership() -> BenchmarkMembership | None:
    """How the desk describes itself, None before it has ever done so."""
    return BenchmarkMembership.objects.filter(pk=ONLY).first()


def profile_of(found: BenchmarkMembership) -> Profile:
    return Profile(found.sector, found.size, found.audience, found.country)


def key_of(found: BenchmarkMembership) -> bytes:
    """The private key. Raises secrets.Unreadable when the desk's own key has changed."""
    return bytes.fromhex(secrets.decrypt(found.key))


def describe(data: Mapping[str, Any], *, actor: User | None, private: bool) -> BenchmarkMembership:
    """Keep the profile and the hub's address; nothing is sent by that. A desk that has no key gets one.

    data: "sector", "size", "audience", "country", as in benchmark.profile, and "hub" (empty: none). private: hubs on
    private machines too. With another hub the desk has to join anew. Raises Invalid with the names of data.
    """
    hub = str(data.get("hub", "")).strip().rstrip("/")
    faults: dict[str, object] = {
        name: _("Choose one from the list.") for name, known in WORDS.items() if data.get(name) not in known
    }
    if hub:
        try:
            outward.check(hub, private=private)
        except outward.Refused:
            faults["hub"] = _("Write a public address that begins with https://.")
    if len(hub) > LONGEST_HUB or "?" in hub or "#" in hub:
        faults["hub"] = _("This is not the address of a hub.")
    if faults:
        raise Invalid(faults)
    with transaction.atomic():
        found = BenchmarkMembership.objects.select_for_update().filter(pk=ONLY).first()
        before = export(found) if found else None
        found = found or BenchmarkMembership(pk=ONLY, key=secrets.encrypt(new_key().hex()))
        for name in WORDS:
            setattr(found, name, data[name])
        if found.hub != hub:
            _stop(found)
            found.hub = hub
        found.save()
        if before != export(found):
            rule_rows.log(KIND, ONLY, before, export(found), actor)
    return found


def join(*, actor: User) -> BenchmarkMembership:
    """From now on figures are sent. Idempotent. Raises Stale before `describe`, Refused without a hub."""
    with transaction.atomic():
        found = _held()
        if not found.hub:
            raise Refused(_("Write the address of a hub first."))
        _switch(found, clock.now(), actor)
    return found


def leave(*, actor: User) -> BenchmarkMembership:
    """Nothing is sent or asked any more; what waits is taken back. The key stays: who comes back is the same desk.

    Idempotent. Raises Stale before `describe`.
    """
    with transaction.atomic():
        found = _held()
        _switch(found, None, actor)
    return found


def _held() -> BenchmarkMembership:
    found = BenchmarkMembership.objects.select_for_update().filter(pk=ONLY).first()
    if found is None:
        raise Stale(_("Say first what the desk is."))
    return found


def _switch(found: BenchmarkMembership, joined_at: datetime | None, actor: User) -> None:
    if bool(found.joined_at) == bool(joined_at):
        return
    before = export(found)
    _stop(found)
    found.joined_at = joined_at
    found.save()
    rule_rows.log(KIND, ONLY, before, export(found), actor)


def _stop(found: BenchmarkMembership) -> None:
    """Out of a hub: what waits for it is not sent; the next one is asked at once."""
    found.joined_at = found.asked_at = found.ask_at = None
    found.failures, found.last_error = 0, ""
    _take_back()


def export(found: BenchmarkMembership) -> dict[str, Any]:
    """As it is kept in the history of changes; never the key."""
    words = ", ".join((found.sector, found.size, found.audience, found.country))
    return {"profile": words, "hub": found.hub, "joined": bool(found.joined_at)}


# --- files out -------------------------------------------------------------------------------------------------------


def is_open(month: str, now: datetime) -> bool:
    """Whether hubs still take files for a month that is over."""
    return now < end_of(month) + TAKEN_FOR


def has_sending(month: str, hub: str) -> bool:
    """Whether a file for the month was queued for the hub, whatever came of it; not one that was taken back."""
    return BenchmarkSending.objects.filter(month=month, hub=hub).exclude(state=SendState.CANCELLED).exists()


def queue(signed: Signed, *, again: bool = False) -> BenchmarkSending | None:
    """The file of a month on its way to the hub; None when the desk has not joined, or sent it before.

    again: in the place of one that was sent; one that still waits is taken back. Raises Refused when the month is
    frozen.
    """
    now, month = clock.now(), signed.file.month
    with transaction.atomic():
        found = BenchmarkMembership.objects.select_for_update().filter(pk=ONLY).first()
        if found is None or not found.joined_at or (not again and has_sending(month, found.hub)):
            return None
        if not is_open(month, now):
            raise Refused(_("Hubs take no more files for this month."))
        _take_back(month=month)
        return BenchmarkSending.objects.create(
            month=month, hub=found.hub, file=signed.as_bytes().decode("ascii"), due_at=now, created_at=now
        )


def _take_back(**which: Any) -> None:
    waiting = BenchmarkSending.objects.filter(state=SendState.QUEUED, **which)
    # Also from a worker that has claimed it: whoever reports then has lost it.
    waiting.update(state=SendState.CANCELLED, settled_at=clock.now(), claimed_by="", claimed_until=None)


def mark_sent(sending: BenchmarkSending, answer: str) -> None:
    """answer: as the hub says. Raises claims.LeaseLost."""
    claims.finish(sending, state=SendState.SENT, answer=answer, last_error="", settled_at=clock.now())


def mark_failed(sending: BenchmarkSending, error: str, *, code: str = "", hopeless: bool = False) -> None:
    """Later again, while hubs take files for the month; else given up. code: of the hub's refusal.

    Raises claims.LeaseLost.
    """
    now = clock.now()
    kept: dict[str, Any] = {"answer": code, "last_error": error[:500]}
    due_at = claims.retry_at(sending.attempts, now)
    if hopeless or (code and code not in FOR_NOW) or not is_open(sending.month, due_at):
        kept |= {"state": SendState.FAILED, "settled_at": now}
    claims.finish(sending, due_at=due_at, **kept)


# --- publications in -------------------------------------------------------------------------------------------------


def keep(collection: Collection, *, hub: str = "") -> int:
    """Keep what was published, in the place of what the same source said before. Returns of how many cohorts.

    hub: its URL; "" when it came as a file. Raises FileRefused when a month is not over: it would stand before the
    true ones.
    """
    now = clock.now()
    for each in collection.publications:
        if now < end_of(each.month):
            raise FileRefused("future_month", each.month)
    with transaction.atomic():
        for each in collection.publications:
            BenchmarkPublication.objects.update_or_create(
                hub=hub,
                source=collection.source,
                month=each.month,
                cohort=each.cohort,
                defaults={"said": exchange.publication_as_json(each), "kept_at": now},
            )
    return len(collection.publications)


def known_months(hub: str) -> set[str]:
    """Of which months the hub's publications are here."""
    return set(BenchmarkPublication.objects.filter(hub=hub).values_list("month", flat=True).distinct())


def mark_asked(hub: str, error: str = "") -> None:
    """When the hub was asked, and what went wrong; after a failure it is asked sooner."""
    now = clock.now()
    with transaction.atomic():
        found = BenchmarkMembership.objects.select_for_update().filter(pk=ONLY, hub=hub).first()
        if found is None:
            return
        found.failures = found.failures + 1 if error else 0
        found.asked_at, found.last_error = now, error[:500]
        found.ask_at = claims.retry_at(found.failures, now) if error else now + ASK_EVERY
        found.save(update_fields=["failures", "asked_at", "last_error", "ask_at"])
