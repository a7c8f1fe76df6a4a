"""What articles did lately, for the page where they are kept; the boards of the reports tell it in full."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime

from django.db.models import Count

from sportello.kit.statistics import ENOUGH

from .models import ArticleReading

Kind = ArticleReading.Kind


@dataclass(frozen=True, slots=True)
class Figures:
    """opened: in so many visits; helped: of those who answered; avoided: requests, less those written after all."""

    opened: int = 0
    helped: int = 0
    answered: int = 0
    avoided: int = 0

    @property
    def is_enough(self) -> bool:
        """Whether so many answered that a share of them tells something."""
        return self.answered >= ENOUGH

    @property
    def helped_percentage(self) -> int | None:
        return round(100 * self.helped / self.answered) if self.answered else None


def since(moment: datetime, articles: Iterable[int] | None = None) -> dict[int, Figures]:
    """Of each article that did anything since; one query. articles: of these alone."""
    rows = ArticleReading.objects.filter(happened_at__gte=moment)
    if articles is not None:
        rows = rows.filter(article__in=articles)
    counts: dict[int, dict[str, int]] = {}
    for article_id, kind, count in rows.values_list("article", "kind").order_by().annotate(count=Count("pk")):
        counts.setdefault(article_id, {})[kind] = count
    return {article_id: _figures(of) for article_id, of in counts.items()}


def _figures(of: dict[str, int]) -> Figures:
    helped, not_helped = of.get(Kind.HELPED, 0), of.get(Kind.NOT_HELPED, 0)
    avoided = of.get(Kind.AVOIDED, 0) - of.get(Kind.WRITTEN, 0)
    return Figures(of.get(Kind.OPENED, 0), helped, helped + not_helped, avoided)
