"""The index of searches kept up to date by the worker, after the fact: no update of a ticket waits for it.

It follows the audits by their number, people and organizations by when they last changed, and can be written anew from
the newest row to the oldest, in pieces. docs/algorithms/search.md
"""

from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any

from django.db import connection, transaction
from django.db.models import Max, Model, Q

from sportello.kit import clock

from ..models import Audit, Organization, SearchState, Ticket, User
from ..rules.search_terms import KINDS, ORGANIZATION, TICKET, USER
from ..search import documents, index
from ..search.standing import FORMS, INDEX

PIECE = 200
# A number that was taken and not yet committed is looked for this long: PostgreSQL's arrive in any order.
GAP_LASTS = timedelta(minutes=10)
MOST_GAPS = 2_000
# Whoever changed a person so long ago has committed it.
SETTLED = timedelta(seconds=5)
MODELS: dict[str, type[Model]] = {TICKET: Ticket, USER: User, ORGANIZATION: Organization}
# Whose documents carry the name of a person, of an organization, and in which column.
CARRIERS = {USER: ((TICKET, "requester"),), ORGANIZATION: ((TICKET, "organization"), (USER, "organization"))}


@dataclass
class Piece:
    """What is to be written now, by kind, and where the index then stands."""

    position: dict[str, Any]
    keys: dict[str, set[int]] = field(default_factory=lambda: {kind: set() for kind in KINDS})

    def __bool__(self) -> bool:
        return any(self.keys.values())


def step() -> bool:
    """Write the next piece. True: there was something to do, call again at once.

    Texts are read and taken apart before the transaction, which only writes. If the index has moved meanwhile, by
    another worker, nothing is written: it begins anew. A crash costs nothing.
    """
    state = _state()
    piece = _next(state.position)
    if piece.position == state.position and not piece:
        return False
    read = {kind: documents.read(kind, keys) for kind, keys in piece.keys.items() if keys}
    with transaction.atomic():
        if not _moves(state, piece.position):
            return True
        for kind, found in read.items():
            index.drop(kind, piece.keys[kind] - {it.key for it in found})
            index.put(kind, found)
    return True


def refresh(ticket_id: int) -> None:
    """Write a ticket's document at once: something of it has changed that no audit tells."""
    with transaction.atomic():
        state = SearchState.objects.select_for_update().get(pk=_state().pk)
        _moves(state, state.position)
        index.put(TICKET, documents.read(TICKET, [ticket_id]))


def rebuild() -> None:
    """Write everything anew, the newest first; the steps that follow do it. What is found meanwhile stays found."""
    with transaction.atomic():
        state = SearchState.objects.select_for_update().get(pk=_state().pk)
        _moves(state, _beginning())


def left() -> int:
    """How many rows a rebuild has still to write, by their numbers; 0: the index is complete."""
    return sum(_state().position.get("rebuild", {}).values())


def _state() -> SearchState:
    found = SearchState.objects.filter(pk=INDEX).first()
    return found or SearchState.objects.get_or_create(pk=INDEX, defaults={"position": _beginning()})[0]


def _beginning() -> dict[str, Any]:
    """All that is there now is to be written; what comes later is followed."""
    last = {kind: _last(kind) for kind in MODELS}
    now = clock.now().isoformat()
    return {
        # Some of the latest once more: what is just being committed may have an earlier number.
        "audits": {"after": max(0, (Audit.objects.aggregate(last=Max("pk"))["last"] or 0) - PIECE), "gaps": {}},
        "changed": {USER: [now, 0], ORGANIZATION: [now, 0]},
        "rebuild": last,
        "forms": FORMS,
        "of": [],
    }


def _last(kind: str) -> int:
    return MODELS[kind]._default_manager.aggregate(last=Max("pk"))["last"] or 0


def _moves(state: SearchState, position: dict[str, Any]) -> bool:
    """Take the index to its new position, if it is still where it was."""
    moved = SearchState.objects.filter(pk=state.pk, version=state.version)
    return bool(moved.update(version=state.version + 1, position=position))


# --- what comes next --------------------------------------------------------------------------------------------------


def _next(position: dict[str, Any]) -> Piece:
    """What has changed comes first, what is written anew in the time that is left."""
    piece = Piece({**position})
    _follow_forms(piece)
    _follow_audits(piece)
    _follow_changes(piece, USER)
    _follow_changes(piece, ORGANIZATION)
    if not piece:
        _of_changed(piece)
    if not piece:
        _rebuild(piece)
    return piece


def _follow_forms(piece: Piece) -> None:
    """Documents that hold something else since an older version of the program are written anew."""
    had = piece.position.get("forms", {})
    if had != FORMS:
        anew = {kind: _last(kind) for kind, form in FORMS.items() if had.get(kind, 1) != form}
        piece.position |= {"rebuild": piece.position["rebuild"] | anew, "forms": FORMS}


def _follow_audits(piece: Piece) -> None:
    now = clock.now()
    found, piece.position["audits"] = follow(Audit, piece.position["audits"], now, "ticket", "ticket__requester")
    for ticket_id, requester_id in found:
        piece.keys[TICKET].add(ticket_id)
        piece.keys[USER].add(requester_id)  # Whoever writes for the first time is found at once.


def follow(
    model: type[Model], position: dict[str, Any], now: datetime, *columns: str
) -> tuple[list[tuple[Any, ...]], dict[str, Any]]:
    """Rows of a table that only grows, a piece of those not seen yet; where it has come to.

    position: "after", the last number seen, and "gaps": numbers before it that were not there, and since when.
    """
    gaps: dict[str, str] = position["gaps"]
    known = Q(pk__gt=position["after"])
    if gaps:
        known |= Q(pk__in=[int(number) for number in gaps])
    rows = list(model._default_manager.filter(known).order_by("pk").values_list("pk", *columns)[:PIECE])
    seen = {row[0] for row in rows}
    after = max(position["after"], *seen) if seen else position["after"]
    if connection.vendor == "postgresql":
        missing = set(range(max(position["after"] + 1, after - 5 * MOST_GAPS), after)) - seen
        newest = sorted(missing)[-MOST_GAPS:]
        young = {number: at for number, at in gaps.items() if now - datetime.fromisoformat(at) < GAP_LASTS}
        gaps = {number: at for number, at in young.items() if int(number) not in seen}
        gaps |= {str(number): now.isoformat() for number in newest}
    return [tuple(row[1:]) for row in rows], {"after": after, "gaps": gaps}


def _follow_changes(piece: Piece, kind: str) -> None:
    at, last = piece.position["changed"][kind]
    since = datetime.fromisoformat(at)
    later = Q(updated_at__gt=since) | Q(updated_at=since, pk__gt=last)
    settled = MODELS[kind]._default_manager.filter(later, updated_at__gte=since, updated_at__lte=clock.now() - SETTLED)
    rows = list(settled.order_by("updated_at", "pk").values_list("pk", "updated_at")[:PIECE])
    if not rows:
        return
    keys = {pk for pk, _at in rows}
    piece.keys[kind] |= keys
    piece.position["changed"] = piece.position["changed"] | {kind: [rows[-1][1].isoformat(), rows[-1][0]]}
    piece.position["of"] = [*piece.position["of"], *_of_these(kind, keys)]


def _of_these(kind: str, keys: Iterable[int]) -> list[list[Any]]:
    """What is still to be written because these changed: [kind, column, key, below which number to go on]."""
    found: list[list[Any]] = []
    for carrier, column in CARRIERS[kind]:
        theirs = MODELS[carrier]._default_manager.filter(**{f"{column}__in": keys}).order_by()
        last = theirs.values(column).annotate(last=Max("pk")).values_list(column, "last")
        found += [[carrier, column, key, number + 1] for key, number in last]
    return found


def _of_changed(piece: Piece) -> None:
    if not piece.position["of"]:
        return
    (*kinds, column, key, below), *others = piece.position["of"]
    # A position that an older version left names no kind: it knew tickets only.
    kind = kinds[0] if kinds else TICKET
    theirs = MODELS[kind]._default_manager.filter(**{column: key}, pk__lt=below).order_by("-pk")
    found = list(theirs.values_list("pk", flat=True)[:PIECE])
    piece.keys[kind] |= set(found)
    piece.position["of"] = [[kind, column, key, found[-1]], *others] if len(found) == PIECE else others


def _rebuild(piece: Piece) -> None:
    for kind, top in piece.position["rebuild"].items():
        if top:
            older = MODELS[kind]._default_manager.filter(pk__lte=top).order_by("-pk")
            found = list(older.values_list("pk", flat=True)[:PIECE])
            piece.keys[kind] |= set(found)
            below = found[-1] - 1 if len(found) == PIECE else 0
            piece.position["rebuild"] = piece.position["rebuild"] | {kind: below}
            return
