import pytest
from django.http import QueryDict
from django.utils import translation
from hypothesis import given
from hypothesis import strategies as st

from sportello.desk.rules.sla_targets import LONGEST
from sportello.web.agent import sla_grid


@pytest.mark.parametrize(
    ("text", "minutes"),
    [
        ("1:30", 90),
        (" 0:05 ", 5),
        ("100:00", 6000),
        ("1:30 h", 90),
        ("90 m", 90),
        ("90min", 90),
        ("90 Minuti", 90),
        ("45'", 45),
        ("1 h 30", 90),
        ("1h30m", 90),
        ("2 ore", 120),
        ("1 ora 5 min", 65),
        ("1,5 h", 90),
        ("0.25 hours", 15),
        ("8 h", 480),
        ("0 min", 0),
        ("", None),
        ("90", None),
        ("1:60", None),
        ("1:3", None),
        ("2 d", None),
        ("-5 min", None),
        ("soon", None),
        ("h", None),
    ],
)
def test_read_minutes(text, minutes):
    assert sla_grid.read_minutes(text) == minutes


@given(st.integers(0, LONGEST), st.sampled_from(["it", "en"]))
def test_read_minutes_reads_what_is_written(minutes, language):
    with translation.override(language):
        assert sla_grid.read_minutes(sla_grid.written(minutes)) == minutes


@given(st.text(max_size=40))
def test_read_minutes_of_any_text_reads_or_gives_up(text):
    minutes = sla_grid.read_minutes(text)

    assert minutes is None or minutes >= 0


def test_grid_when_kept_and_posted_again_is_the_same():
    targets = [
        {"metric": "first_reply_time", "priority": "urgent", "target": 90, "business_hours": True},
        {"metric": "first_reply_time", "priority": "low", "target": 2880, "business_hours": True},
        {"metric": "agent_work_time", "priority": "high", "target": 5, "business_hours": False},
    ]
    shown = sla_grid.kept(targets).rows({})

    post = QueryDict(mutable=True)
    for row in shown:
        post[row.name] = row.business
        post.update({cell.name: cell.text for cell in row.cells})

    assert sla_grid.posted(post).data() == targets


def test_grid_when_a_row_counts_in_both_ways_asks_for_one():
    targets = [
        {"metric": "first_reply_time", "priority": "urgent", "target": 90, "business_hours": True},
        {"metric": "first_reply_time", "priority": "low", "target": 90, "business_hours": False},
    ]

    assert sla_grid.kept(targets).business["first_reply_time"] == ""
    assert [it["business_hours"] for it in sla_grid.kept(targets).data()] == [None, None]
