"""The pages of figures where nothing has happened yet, before there are facts, and for whom there are none."""

import pytest
from django.test import Client
from django.utils.html import strip_tags

from sportello.kit import clock
from sportello.reports.boards import BOARDS
from sportello.reports.folding import sync

pytestmark = pytest.mark.django_db
PATHS = {key: "/reports/" if key == "overview" else f"/reports/{key}" for key in BOARDS}


@pytest.fixture
def empty(ada):
    """A desk where nothing has happened yet."""
    sync.rebuild()
    return ada


@pytest.mark.parametrize("key", BOARDS)
def test_board_of_an_empty_desk_says_so(empty, enter, key):
    answered = enter(empty).get(PATHS[key])

    text = strip_tags(answered.content.decode())
    assert answered.status_code == 200
    assert {it.value for it in answered.context.get("tiles", ())} <= {"0", "–"}
    assert "Nothing to show" in text
    assert "nan" not in text.lower().split()


@pytest.mark.parametrize("key", BOARDS)
def test_board_for_whom_there_are_no_figures_is_not_there(enter, rita, anna, role_of, key):
    sync.rebuild()

    for person in (rita, role_of(anna, "edit")):
        assert enter(person).get(PATHS[key]).status_code == 404
    assert Client().get(PATHS[key]).status_code == 302


def test_board_before_there_are_facts_says_that_they_come(enter, ada):
    answered = enter(ada).get("/reports/")

    assert answered.status_code == 503
    assert "folded for the first time" in answered.content.decode()


def test_board_opened_in_the_first_hours_of_a_year_asks_whole_months(empty, enter):
    with clock.at(clock.now().replace(year=2027, month=1, day=1, hour=1, minute=5)):
        bar = enter(empty).get("/reports/trends?period=this_month").context["bar"]

    assert (bar.said, bar.said_earlier) == ("1 January 2027", "1 December 2026, up to 02:05")


def test_tickets_before_there_are_facts_says_that_they_come(enter, ada):
    answered = enter(ada).get("/reports/tickets?m=backlog")

    assert answered.status_code == 503
    assert "folded for the first time" in answered.content.decode()


def test_tickets_for_who_may_not_see_figures_are_not_there(enter, rita, anna, role_of):
    for person in (rita, role_of(anna, "edit")):
        assert enter(person).get("/reports/tickets?m=backlog").status_code == 404
    assert Client().get("/reports/tickets?m=backlog").status_code == 302
