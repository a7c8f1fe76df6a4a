"""Every figure of a random life, counted once more straight from the audits."""

import pytest

from sportello.reports.figures import answer, source
from sportello.reports.figures.measures import MEASURES
from sportello.reports.figures.query import Query, of_month
from sportello.reports.folding import sync
from tests.reports.lived import Lived
from tests.reports.recount import Recount

pytestmark = pytest.mark.django_db
# What another measure has the same rows and arithmetic as, and what only differs in a word.
ZONE = "Europe/Rome"


@pytest.fixture
def lived(settings, tmp_path):
    settings.SPORTELLO_DATA = tmp_path
    found = Lived(seed=5).happen(260)
    sync.rebuild()
    return found


def test_figures_of_each_month_then_as_recounted(lived):
    recount, asked = Recount(), source.own()
    for month in (1, 2, 3):
        start, end = of_month(2026, month, ZONE)
        expected = recount.figures(start, end)
        found = answer.ask(asked, Query(tuple(expected), start, end, ZONE)).totals
        for key, (value, n) in expected.items():
            assert (found[key].value, found[key].n) == (
                value if value is None else pytest.approx(value, abs=1e-6),
                n,
            ), (month, key)


def test_figures_by_month_then_each_month_as_alone(lived):
    asked, keys = source.own(), tuple(MEASURES)
    start, _end = of_month(2026, 1, ZONE)
    _start, end = of_month(2026, 3, ZONE)

    table = answer.ask(asked, Query(keys, start, end, ZONE, ("month",)))

    for row in table.rows:
        alone = answer.ask(asked, Query(keys, *of_month(row.cell[0].year, row.cell[0].month, ZONE), ZONE)).totals
        assert row.figures == alone
