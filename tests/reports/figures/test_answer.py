"""Questions to the facts of a random life: splits, the tickets behind, filters, and what must not go wrong."""

from datetime import UTC, date, datetime, timedelta

import pytest

from sportello.desk.errors import Invalid
from sportello.kit import clock
from sportello.reports.figures import answer, filters, source
from sportello.reports.figures.dimensions import DIMENSIONS
from sportello.reports.figures.measure import DISTINCT
from sportello.reports.figures.measures import MEASURES, is_of_tickets
from sportello.reports.figures.query import Query, of_month
from sportello.reports.folding import store, sync
from sportello.reports.folding.schema import TABLES
from tests.reports.lived import Lived

pytestmark = pytest.mark.django_db
ZONE = "Europe/Rome"
START, END = datetime(2025, 12, 31, 23, tzinfo=UTC), datetime(2026, 3, 31, 22, tzinfo=UTC)


@pytest.fixture(autouse=True)
def facts_folder(settings, tmp_path):
    settings.SPORTELLO_DATA = tmp_path


@pytest.fixture(scope="module")
def kept(tmp_path_factory):
    return tmp_path_factory.mktemp("lived")


@pytest.fixture
def lived(settings, kept):
    """The facts of a life; it is lived once, and asked often."""
    settings.SPORTELLO_DATA = kept
    if not sync.folder().exists():
        Lived(seed=9).happen(150)
        sync.rebuild()


HIGH = filters.read({"all": [{"field": "priority", "operator": "is", "value": "high"}]})


def ask(*measures, by=(), start=START, end=END, **more):
    return answer.ask(source.own(), Query(measures, start, end, ZONE, by, **more))


def value(table, key):
    return table.totals[key].value


def test_ask_when_split_then_the_parts_are_the_whole(lived):
    one_each = ("num_new_tickets", "num_solved_tickets", "num_touches", "num_surveyed", "backlog")
    whole = ask(*one_each).totals

    for split in ("agent", "group", "organization", "requester", "channel", "priority", "type", "form", "vote"):
        rows = ask(*one_each, by=(split,)).rows
        for key in one_each:
            assert sum(row.figures[key].n for row in rows) == whole[key].n, (split, key)


def test_ask_when_any_split_then_the_tickets_behind_each_cell_are_as_many(lived):
    asked = source.own()
    tried = 0
    of_tickets = [it for it in MEASURES.values() if is_of_tickets(it.key)]
    for measure in {(it.table, it.clock, it.held, it.how): it for it in of_tickets}.values():
        for split in DIMENSIONS.values():
            try:
                query = Query((measure.key,), START, END, ZONE, (split.key,))
            except Invalid:
                continue
            for row in answer.ask(asked, query).rows[:2]:
                n = row.figures[measure.key].n
                found = answer.tickets(asked, query, measure.key, row.cell)
                assert len(found) <= n or measure.of or measure.how == DISTINCT, (measure.key, split.key, row)
                assert answer.count_tickets(asked, query, measure.key, row.cell) == len(found)
                assert bool(found) == bool(n) or measure.of, (measure.key, split.key, row)
                tried += 1
    assert tried > 200


def test_tickets_then_those_of_the_cell(lived):
    query = Query(("num_new_tickets",), START, END, ZONE, ("channel",))
    found = answer.tickets(source.own(), query, "num_new_tickets", ("email",))

    assert found == sorted(found, reverse=True)
    assert len(found) == {row.cell: row.figures["num_new_tickets"].n for row in ask("num_new_tickets", by=("channel",)).rows}[("email",)]  # fmt: skip  # noqa: E501


def test_tickets_when_only_the_part_then_as_many_as_the_share_says(lived):
    query = Query(("one_touch_percentage",), START, END, ZONE)
    figure = answer.ask(source.own(), query).totals["one_touch_percentage"]

    part = answer.tickets(source.own(), query, "one_touch_percentage", part=True)

    assert len(part) == round(figure.value * figure.n)


def test_backlog_by_day_then_as_asked_at_the_end_of_each(lived):
    rows = ask("backlog", by=("day", "group"), end=datetime(2026, 2, 1, 23, tzinfo=UTC)).rows
    days = sorted({row.cell[0] for row in rows})[-6:]

    for day in days:
        end = datetime(day.year, day.month, day.day, 23, tzinfo=UTC)
        alone = {row.cell: row.figures["backlog"].n for row in ask("backlog", by=("group",), end=end).rows}
        assert {row.cell[1:]: row.figures["backlog"].n for row in rows if row.cell[0] == day} == alone


def test_ask_when_split_by_time_alone_then_every_bucket_is_there():
    sync.rebuild()

    rows = ask("num_new_tickets", "satisfaction_rating", "backlog", by=("month",)).rows

    assert [row.cell for row in rows] == [(date(2026, month, 1),) for month in (1, 2, 3)]
    assert {row.figures["satisfaction_rating"].value for row in rows} == {None}


@pytest.mark.parametrize("key", MEASURES)
def test_ask_when_nothing_happened_then_no_value_or_none(key, mailbox):
    sync.rebuild()

    figure = ask(key).totals[key]

    assert (figure.value, figure.n) in ((None, 0), (0.0, 0))


def test_ask_when_filtered_then_as_split(lived):
    rows = ask("num_new_tickets", by=("priority",)).rows

    found = ask("num_new_tickets", filters=HIGH).totals["num_new_tickets"]

    assert found.n == {row.cell: row.figures["num_new_tickets"].n for row in rows}[("high",)]


def test_ask_when_filtered_by_vote_then_as_it_stands(lived):
    good = filters.read({"all": [{"field": "satisfaction_score", "operator": "is", "value": "good"}]})

    assert ask("satisfaction_rating", filters=good).totals["satisfaction_rating"].value == 1
    assert ask("num_solved_tickets", filters=good).totals["num_solved_tickets"].n > 0


def test_readings_by_article_then_the_parts_are_the_whole(lived):
    keys = ("num_articles_shown", "num_articles_opened", "num_article_answers", "num_tickets_avoided")
    whole = ask(*keys).totals

    for split in ("article", "language", "hour", "weekday", "month"):
        rows = ask(*keys, by=(split,)).rows
        assert {key: sum(row.figures[key].value for row in rows) for key in keys} == {
            key: whole[key].value for key in keys
        }, split
    assert all(whole[key].n for key in keys)


def test_tickets_behind_what_is_of_no_ticket_are_refused(lived):
    for key in ("num_tickets_avoided", "tickets_avoided_percentage"):
        with pytest.raises(Invalid, match="measures"):
            answer.tickets(source.own(), Query((key,), START, END, ZONE), key)


def test_ask_when_by_tag_then_a_ticket_counts_for_each_of_its_tags(lived):
    by_tag = {row.cell[0]: row.figures["num_new_tickets"].n for row in ask("num_new_tickets", by=("tag",)).rows}
    vpn = filters.read({"all": [{"field": "current_tags", "operator": "includes", "value": "vpn"}]})

    assert by_tag["vpn"] == ask("num_new_tickets", filters=vpn).totals["num_new_tickets"].n


def test_ask_when_filtered_by_votes_with_words_then_those_alone(lived):
    def rated(score):
        asked = filters.read({"all": [{"field": "satisfaction_score", "operator": "is", "value": score}]})
        return ask("num_votes", "num_new_tickets", filters=asked).totals

    relation = source.own().relation(TABLES["votes"])
    ((with_words,),) = source.own().fetch(f"SELECT count(*) FROM {relation} AS v WHERE score = 'good' AND commented")

    assert 0 < rated("good_with_comment")["num_votes"].n == with_words < rated("good")["num_votes"].n
    assert rated("good_with_comment")["num_new_tickets"].n < rated("good")["num_new_tickets"].n


def test_backlog_by_age_then_the_parts_are_the_whole(lived):
    end = datetime(2026, 1, 20, tzinfo=UTC)
    rows = ask("backlog", by=("age",), end=end).rows

    assert sum(row.figures["backlog"].n for row in rows) == ask("backlog", end=end).totals["backlog"].n
    assert len(rows) > 1


def test_backlog_by_age_in_a_period_that_runs_then_nothing_is_older_than_now(lived):
    now = datetime(2028, 1, 1, tzinfo=UTC)
    until_now = ask("backlog", by=("age",), end=now)
    with clock.at(now):
        running = ask("backlog", by=("age",), end=now + timedelta(days=300))

    assert running.rows == until_now.rows
    assert until_now.rows


def test_ask_when_there_are_more_cells_than_shown_then_those_with_most_cases_and_how_many_more(lived):
    query = Query(("num_new_tickets", "num_touches"), START, END, ZONE, ("requester", "tag"))
    whole = answer.ask(source.own(), query)

    cut = answer.ask(source.own(), query, most=7)

    by_cell = {row.cell: row.figures for row in whole.rows}
    least = min(row.figures["num_new_tickets"].n for row in cut.rows)
    hidden = [row for row in whole.rows if row.cell not in {it.cell for it in cut.rows}]
    assert (len(cut.rows), cut.more, whole.more) == (7, len(whole.rows) - 7, 0)
    assert all(by_cell[row.cell] == row.figures for row in cut.rows)
    assert all(row.figures["num_new_tickets"].n <= least for row in hidden)


def test_backlog_by_time_and_more_when_cut_then_the_largest_and_how_many_more(lived):
    query = Query(("backlog",), START, END, ZONE, ("week", "requester", "tag"))
    whole = answer.ask(source.own(), query)

    cut = answer.ask(source.own(), query, most=7)

    sizes = sorted((row.figures["backlog"].n for row in whole.rows), reverse=True)
    assert sorted((row.figures["backlog"].n for row in cut.rows), reverse=True) == sizes[:7]
    assert cut.more == len(whole.rows) - 7


@pytest.mark.parametrize(("where", "most"), [("stock.MOST_STEPS", 100), ("source.MOST_ROWS", 3)])
def test_backlog_of_more_than_can_be_held_is_refused(lived, monkeypatch, where, most):
    monkeypatch.setattr(f"sportello.reports.figures.{where}", most)

    with pytest.raises(Invalid, match="period"):
        ask("backlog", by=("day", "requester", "tag"))


def test_query_of_too_many_buckets_and_something_else_is_refused():
    query = {"measures": ("backlog",), "start": START, "time_zone": ZONE}

    with pytest.raises(Invalid, match="period"):
        Query(end=START + timedelta(days=1_501), dimensions=("day", "agent"), **query)
    Query(end=START + timedelta(days=1_500), dimensions=("day", "agent"), **query)
    Query(end=START + timedelta(days=9_000), dimensions=("day",), **query)
    Query(end=START + timedelta(days=9_000), dimensions=("week", "agent"), **query)


def test_ask_all_then_the_same_as_one_after_the_other(lived):
    asked = source.own()
    queries = [
        Query(keys, START, END, ZONE, by)
        for keys in (("num_new_tickets", "backlog"), ("satisfaction_rating",), ("num_touches", "touches_per_ticket"))
        for by in ((), ("month",), ("agent",), ("agent", "week"))
    ]

    assert answer.ask_all(asked, queries) == [answer.ask(asked, query) for query in queries]


def test_ask_when_a_month_is_over_then_what_comes_later_changes_nothing_but_votes():
    lived = Lived(seed=9).happen(130)
    sync.rebuild()
    month = dict(zip(("start", "end"), of_month(2026, 1, ZONE), strict=True))
    keys = [key for key, it in MEASURES.items() if it.table not in ("votes", "spent") and not it.of]
    before = ask(*keys, **month)

    lived.happen(120)
    sync.rebuild()

    assert ask(*keys, **month) == before


@pytest.mark.parametrize(
    ("asked", "place"),
    [
        ({"measures": ("nonsense",)}, "measures"),
        ({"dimensions": ("nonsense",)}, "dimensions"),
        ({"dimensions": ("field:x",)}, "dimensions"),
        ({"dimensions": ("about",)}, "dimensions"),
        ({"measures": ("backlog",), "dimensions": ("hour",)}, "dimensions"),
        ({"measures": ("backlog",), "dimensions": ("day", "month")}, "dimensions"),
        ({"measures": ("backlog",), "dimensions": ("month", "age")}, "dimensions"),
        ({"measures": ("num_closed_tickets",), "dimensions": ("age",)}, "dimensions"),
        ({"dimensions": ("agent", "agent")}, "dimensions"),
        ({"dimensions": ("article",)}, "dimensions"),
        ({"measures": ("num_articles_opened",), "dimensions": ("agent",)}, "dimensions"),
        ({"measures": ("num_articles_opened",), "dimensions": ("field:1",)}, "dimensions"),
        ({"measures": ("num_articles_opened",), "dimensions": ("contact",)}, "dimensions"),
        ({"measures": ("num_new_tickets", "num_articles_opened"), "filters": HIGH}, "filters"),
        ({"measures": ("tickets_avoided_percentage",), "filters": HIGH}, "filters"),
        ({"start": END, "end": START}, "period"),
    ],
)
def test_query_when_wrong_then_says_where(asked, place):
    with pytest.raises(Invalid) as refusal:
        Query(**{"measures": ("num_new_tickets",), "start": START, "end": END, "time_zone": ZONE} | asked)

    assert set(refusal.value.fields) == {place}


def test_source_when_nothing_is_built_then_says_so():
    with pytest.raises(store.Missing):
        source.own()
