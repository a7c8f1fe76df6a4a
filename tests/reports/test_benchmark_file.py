"""The file of a month, made from the desk's facts."""

from datetime import UTC, datetime

import pytest

from sportello.benchmark.file import ENOUGH, NAMES, Figure, read, steps_of
from sportello.desk.actions import benchmark, configuration
from sportello.kit import clock
from sportello.reports import benchmark_file
from sportello.reports.figures.answer import ask
from sportello.reports.figures.query import Query
from sportello.reports.figures.source import own
from sportello.reports.folding import store, sync
from tests.reports.lived import Lived

pytestmark = pytest.mark.django_db
PROFILE = {"sector": "software", "size": "10-49", "audience": "business", "country": "IT"}
NOW = datetime(2026, 3, 3, 8, tzinfo=UTC)


@pytest.fixture(autouse=True)
def facts_folder(settings, tmp_path):
    settings.SPORTELLO_DATA = tmp_path


@pytest.fixture
def described():
    return benchmark.describe(PROFILE, actor=None, private=False)


@pytest.fixture
def lived():
    Lived(seed=9).happen(250)
    configuration.forget()
    sync.rebuild()


def test_windows_are_the_month_and_the_28_days_that_end_with_it_on_the_desks_calendar():
    (start, end), (first, last) = benchmark_file.windows("2026-03", "Europe/Rome")

    assert (start, end) == (datetime(2026, 2, 28, 23, tzinfo=UTC), datetime(2026, 3, 31, 22, tzinfo=UTC))
    assert (first, last) == (datetime(2026, 3, 3, 23, tzinfo=UTC), end)  # Through the night the clocks change.


def test_file_holds_the_figures_of_the_reports_in_steps_and_nothing_else(lived, described):
    with clock.at(NOW):
        signed = benchmark_file.build(described, "2026-01")

    (start, end), _days = benchmark_file.windows("2026-01", "Europe/Rome")
    reported = ask(own(), Query(NAMES, start, end, "Europe/Rome")).totals
    sent = signed.file.calendar_month
    assert sent.num_new_tickets
    assert sent.num_active_agents
    for name in NAMES:
        figure, exact = getattr(sent, name), reported[name]
        if isinstance(figure, Figure):
            assert figure.n <= exact.n
            near = [step for step in steps_of(name) if abs(step - exact.value) < abs(figure.value - exact.value)]
            assert near == []
        elif name.startswith("num_"):
            assert figure in steps_of(name)
        else:
            assert exact.n < ENOUGH
    assert read(signed.as_bytes(), NOW) == signed
    assert signed.file.profile == benchmark.profile_of(described)


def test_file_of_a_month_without_tickets_has_counts_and_no_figures(described):
    sync.rebuild()

    with clock.at(NOW):
        signed = benchmark_file.build(described, "2026-02")

    figures = signed.file.calendar_month
    assert (figures.num_new_tickets, figures.num_active_agents, figures.satisfaction_rating) == (0, 0, None)


def test_file_before_the_facts_are_folded_is_missing(described):
    with clock.at(NOW), pytest.raises(store.Missing):
        benchmark_file.build(described, "2026-02")


@pytest.mark.parametrize(
    ("now", "month"),
    [
        (datetime(2026, 3, 2, 22, 59, tzinfo=UTC), ""),
        (datetime(2026, 3, 2, 23, tzinfo=UTC), "2026-02"),  # The third in Rome.
        (datetime(2026, 3, 10, 23, tzinfo=UTC), "2026-02"),
        (datetime(2026, 3, 11, 0, tzinfo=UTC), ""),
        (datetime(2026, 1, 5, tzinfo=UTC), "2025-12"),
    ],
)
def test_due_is_last_month_from_the_third_day_until_hubs_take_no_more(now, month):
    with clock.at(now):
        assert benchmark_file.due() == month
