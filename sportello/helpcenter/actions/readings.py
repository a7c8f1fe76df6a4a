"""What customers did with articles, written down once a visit. Nobody's name is in it. docs/help-center.md

A visit is a random word of the browser's. What is not one, and an article that is not published, leave nothing behind:
nobody is told, because nobody asked for anything.
"""

import re
from collections.abc import Iterable, Iterator, Sequence
from contextlib import contextmanager

from django.db import transaction

from sportello.desk.rules.texts import LANGUAGES
from sportello.kit import clock

from .. import access
from ..models import ArticleReading, Visit

VISIT = re.compile(r"[A-Za-z0-9_-]{8,32}", re.ASCII)
MOST = 10  # articles at once: more no form shows

Kind = ArticleReading.Kind


def show(articles: Sequence[int], *, visit: str, language: str) -> None:
    """These articles stood beside the form. Idempotent for each visit and article."""
    _write(Kind.SHOWN, articles[:MOST], visit, language)


def open(article_id: int, *, visit: str, language: str) -> None:
    """A customer had its page open. Idempotent for each visit."""
    _write(Kind.OPENED, [article_id], visit, language)


def answer(article_id: int, helped: bool, *, visit: str, language: str) -> bool:
    """What the reader said: it has answered his question, or not. The first answer of a visit counts.

    True: it also counts as a request avoided: articles stood beside the form in this visit, it has sent no request, and
    has avoided none before.
    """
    known = _published([article_id])
    if not known or not is_visit(visit):
        return False
    with transaction.atomic():
        held = _hold(visit)
        said = set(ArticleReading.objects.filter(visit=visit).values_list("article_id", "kind"))
        if {(article_id, Kind.HELPED), (article_id, Kind.NOT_HELPED)} & said:
            return False
        _add(Kind.HELPED if helped else Kind.NOT_HELPED, known, visit, language)
        kinds = {kind for _article, kind in said}
        is_avoided = helped and held.sent_at is None and Kind.SHOWN in kinds and Kind.AVOIDED not in kinds
        if is_avoided:
            _add(Kind.AVOIDED, known, visit, language)
        return is_avoided


@contextmanager
def sending(visit: str) -> Iterator[None]:
    """What is opened within is a request that this visit sends: both are written down, or neither is."""
    with transaction.atomic():
        yield
        request_sent(visit)


def request_sent(visit: str) -> None:
    """This visit has sent a request: it avoids none from now on, and what it said to have avoided is taken back.

    Idempotent.
    """
    if not is_visit(visit):
        return
    with transaction.atomic():
        held = _hold(visit)
        if held.sent_at is not None:
            return
        held.sent_at = clock.now()
        held.save(update_fields=["sent_at"])
        avoided = ArticleReading.objects.filter(visit=visit, kind=Kind.AVOIDED).first()
        if avoided:
            _add(Kind.WRITTEN, [avoided.article_id], visit, avoided.language)


def is_visit(word: str) -> bool:
    """Whether this can be the word of a visit."""
    return VISIT.fullmatch(word) is not None


def _hold(visit: str) -> Visit:
    """The row of the visit, held until the end of the transaction: two answers at once are one after the other."""
    Visit.objects.get_or_create(word=visit, defaults={"created_at": clock.now()})
    return Visit.objects.select_for_update().get(word=visit)


def _write(kind: Kind, articles: Iterable[int], visit: str, language: str) -> None:
    known = _published(articles) if is_visit(visit) else []
    if known:
        _add(kind, known, visit, language)


def _published(articles: Iterable[int]) -> list[int]:
    found = access.published().filter(article__in=[*articles]).values_list("article_id", flat=True)
    return sorted(set(found))


def _add(kind: Kind, articles: Iterable[int], visit: str, language: str) -> None:
    spoken = language if language in LANGUAGES else LANGUAGES[-1]
    rows = [
        ArticleReading(kind=kind, article_id=pk, language=spoken, visit=visit, happened_at=clock.now())
        for pk in articles
    ]
    ArticleReading.objects.bulk_create(rows, ignore_conflicts=True)
