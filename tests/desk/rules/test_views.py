"""Views: what their layout may be, and which of their conditions can be kept."""

import pytest

from sportello.desk.errors import Invalid
from sportello.desk.rules import conditions, views
from sportello.desk.rules.conditions import Conditions
from sportello.desk.rules.custom_fields import CustomField
from sportello.desk.rules.custom_kinds import field_of
from sportello.desk.rules.fields import ALL, BY_NAME
from sportello.desk.rules.views import Layout

UNSOLVED = {"field": "status", "operator": "less_than", "value": "solved"}
VIP = {"field": "current_tags", "operator": "includes", "value": "vip"}
OLD = {"field": "NEW", "operator": "greater_than", "value": 24}
MINE = {"field": "assignee_id", "operator": "is", "value": "current_user"}
OWN = {
    field.name: field
    for field in map(
        field_of,
        (
            CustomField(1, "ticket", "text", "room", "Room"),
            CustomField(2, "user", "text", "floor", "Floor"),
            CustomField(3, "ticket", "date", "arrival", "Arrival"),
        ),
    )
}
ROOM = {"field": "custom_fields_1", "operator": "is", "value": "7"}
FLOOR = {"field": "requester.custom_fields.floor", "operator": "is", "value": "2"}
DAY = {"field": "custom_fields_3", "operator": "is", "value": "2026-03-01"}
SOON = {"field": "custom_fields_3", "operator": "within_next_n_days", "value": 7}


def parted(all_=(), any_=()):
    """Which conditions are kept (None: none), and which are asked when somebody looks."""
    asked = conditions.read({"all": list(all_), "any": list(any_)}, stored=True, fields=BY_NAME | OWN)
    view = views.read(1, asked, Layout())
    return view.kept and conditions.write(view.kept), conditions.write(view.live)


def lists_of(all_=(), any_=()):
    return {"all": list(all_), "any": list(any_)}


@pytest.mark.parametrize(
    ("all_", "any_", "kept", "live"),
    [
        ([UNSOLVED], [VIP], ([UNSOLVED], [VIP]), ([], [])),
        ([UNSOLVED, OLD], [VIP], ([UNSOLVED], [VIP]), ([OLD], [])),
        ([UNSOLVED], [VIP, OLD], ([UNSOLVED], []), ([], [VIP, OLD])),
        ([OLD], [VIP], ([], [VIP]), ([OLD], [])),
        ([OLD], [], None, ([OLD], [])),
        ([], [VIP, OLD], None, ([], [VIP, OLD])),
        ([], [], None, ([], [])),
        ([UNSOLVED, MINE], [], None, ([UNSOLVED, MINE], [])),
        ([UNSOLVED, VIP, MINE], [], ([UNSOLVED, VIP], []), ([MINE], [])),
        ([VIP], [MINE, VIP], ([VIP], []), ([], [MINE, VIP])),
        ([UNSOLVED], [MINE, VIP], None, ([UNSOLVED], [MINE, VIP])),
        ([ROOM, DAY], [], ([ROOM, DAY], []), ([], [])),
        ([ROOM, FLOOR, SOON], [], ([ROOM], []), ([FLOOR, SOON], [])),
    ],
)
def test_read_parts_what_can_be_kept_from_what_only_the_moment_answers(all_, any_, kept, live):
    assert parted(all_, any_) == (kept and lists_of(*kept), lists_of(*live))


def test_every_field_that_is_kept_is_one_of_the_vocabulary():
    assert {field.name for field in ALL if field.column} >= views.KEPT


def test_no_condition_means_no_view_that_is_kept():
    assert views.read(1, Conditions(), Layout()).kept is None


def test_read_layout_when_nothing_is_said_is_as_in_a_new_one():
    assert views.read_layout({}) == Layout()
    assert Layout().columns == views.FIRST_COLUMNS
    assert set(views.FIRST_COLUMNS) <= views.COLUMNS.keys() >= views.GROUPS.keys()


def test_read_layout_takes_each_column_once():
    data = {"columns": ["status", "subject", "status"], "group_by": "group", "sort_by": "priority"}

    layout = views.read_layout({**data, "group_descending": True, "sort_descending": False})

    assert layout == Layout(("status", "subject"), "group", True, "priority", False)


@pytest.mark.parametrize(
    ("data", "places"),
    [
        ({"columns": ["mood"]}, ["columns"]),
        ({"columns": "subject"}, ["columns"]),
        ({"columns": list(views.COLUMNS)[:11]}, ["columns"]),
        ({"group_by": "subject"}, ["group_by"]),
        ({"sort_by": "assignee"}, ["sort_by"]),
        ({"columns": [7], "group_by": "x", "sort_by": "y"}, ["columns", "group_by", "sort_by"]),
    ],
)
def test_read_layout_when_something_is_wrong_names_every_place(data, places):
    with pytest.raises(Invalid) as refusal:
        views.read_layout(data)

    assert list(refusal.value.fields) == places


@pytest.mark.parametrize(
    ("layout", "is_sorted"),
    [
        (Layout(), False),
        (Layout(sort_by="solved_at"), False),
        (Layout(sort_by="priority"), True),
        (Layout(sort_by="sla_due"), True),
        (Layout(group_by="status"), True),
    ],
)
def test_layout_that_no_index_gives_is_for_few_tickets(layout, is_sorted):
    assert layout.is_sorted is is_sorted
