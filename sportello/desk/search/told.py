"""What the desk has told a customer already: earlier answers that fit a new ticket, found by its words alone.

docs/algorithms/search.md
"""

from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass, replace
from datetime import datetime
from math import log

from django.db.models import F, Q
from django.db.models.functions import Left

from sportello.kit import stems

from .. import access
from ..models import Comment, Ticket, User
from ..rules.search_passages import Piece, Wanted, passage
from ..rules.search_terms import TICKET, Text
from ..words import Role
from . import index

SHOWN = 3
MOST_TICKETS = 300  # The latest of the requester and of the organization.
MOST_ANSWERS = 300
MOST_WORDS = 40
READ = 4_000  # Characters of a text.
LEAST_FITTING = 2  # Different words.
# Said in every letter, and nothing about what it is about.
POLITE = frozenset(
    """buongiorno buonasera buon giorno salve ciao grazie saluti saluto cordiali distinti gentile gentili egregio spett
    prego cortesemente cortese attendo riscontro disposizione anticipo hello hi dear thanks thank regards best kind
    please sincerely cheers morning afternoon team staff support help assistenza""".split()
)


@dataclass(frozen=True, slots=True)
class Told:
    """An earlier answer. passage: where it fits."""

    comment_id: int
    ticket_id: int
    subject: str
    requester: str
    author: str
    at: datetime
    text: str
    passage: tuple[Piece, ...] = ()


def read(agent: User, ticket: Ticket) -> list[Told]:
    """The answers that fit best, one of a ticket, the best first; public ones, on tickets that the agent may see."""
    words = list(_telling(_said(ticket)))[:MOST_WORDS]
    theirs = Q(requester=ticket.requester_id)
    if ticket.organization_id:
        theirs |= Q(organization=ticket.organization_id)
    others = access.tickets(agent).filter(theirs).exclude(pk=ticket.pk).order_by("-pk")
    keys = list(others.values_list("pk", flat=True)[:MOST_TICKETS]) if words else []
    if not keys:
        return []
    fitting = index.among(TICKET, (tuple(Text((word,)) for word in words),), keys)
    return _best(_answers(fitting), {stem for word in words for stem in stems.stems(word)}, _stems(ticket.subject))


def _said(ticket: Ticket) -> list[str]:
    """The subject, and the customer's first and latest words."""
    said = ticket.comments.filter(public=True, author=ticket.requester_id).annotate(beginning=Left("text", READ))
    texts = said.values_list("beginning", flat=True)
    return [ticket.subject, *texts.order_by("pk")[:1], *texts.order_by("-pk")[:1]]


def _telling(texts: Iterable[str]) -> dict[str, None]:
    """The words that may tell what it is about, in their order."""
    found = (word for text in texts for word in stems.words(text))
    return dict.fromkeys(word for word in found if len(word) > 2 and word not in stems.COMMON and word not in POLITE)


def _answers(keys: Iterable[int]) -> list[Told]:
    answers = Comment.objects.filter(
        ticket__in=keys, public=True, automatic=False, author__role__in=(Role.AGENT, Role.ADMIN)
    ).exclude(author=F("ticket__requester"))
    columns = ("pk", "ticket", "ticket__subject", "ticket__requester__name", "author__name", "created_at")
    rows = answers.filter(side_conversation=None).order_by("-pk").values_list(*columns, Left("text", READ))
    return [Told(*row) for row in rows[:MOST_ANSWERS]]


def _best(answers: list[Told], wanted: set[str], subject: set[str]) -> list[Told]:
    """By the weight of the words that each shares with the ticket: rare ones say more, those of its title half as much.

    One of them stands in the subject of the ticket; what fits half as well as the best is left out.
    """
    shared = {it.comment_id: _stems(it.text) & wanted for it in answers}
    titles = {it.ticket_id: _stems(it.subject) & wanted for it in answers}
    counted = Counter(stem for found in shared.values() for stem in found)
    weight = {stem: log(1 + len(answers) / (1 + counted[stem])) for stem in wanted}
    sought = Wanted(stems=frozenset(wanted))
    scores: dict[int, tuple[float, Told]] = {}
    for it in answers:
        own, title = shared[it.comment_id], titles[it.ticket_id]
        if not own or not (own | title) & subject or _count(own | title) < LEAST_FITTING:
            continue
        score = sum(weight[stem] for stem in own) + sum(weight[stem] for stem in title) / 2
        if score > scores.get(it.ticket_id, (0.0, it))[0]:
            scores[it.ticket_id] = score, it
    best = sorted(scores.values(), key=lambda found: (-found[0], -found[1].comment_id))[:SHOWN]
    return [replace(it, passage=tuple(passage([it.text], sought))) for score, it in best if score > best[0][0] / 2]


def _stems(text: str) -> set[str]:
    return {stem for word in stems.words(text) for stem in stems.stems(word)}


def _count(found: set[str]) -> int:
    """How many words these stems are: the Italian and the English stem of one word begin alike."""
    return len({stem[:4] for stem in found})
