"""Schedules as rows: kept, changed, made the default, dropped, with their own days off; each change on record."""

from datetime import UTC, date, datetime

import pytest

from sportello.desk.actions import configuration, desks, rules, schedules, tickets
from sportello.desk.actions.tickets import Change, Words
from sportello.desk.errors import Invalid, Missing, Refused
from sportello.desk.models import Holiday, RuleChange, Schedule, Ticket
from sportello.desk.rules import history
from sportello.desk.rules.schedules import ALWAYS, business_seconds, is_open
from sportello.desk.words import Via
from tests.personas import events

pytestmark = pytest.mark.django_db

OFFICE = {
    "name": "Office hours",
    "time_zone": "Europe/Rome",
    "intervals": desks.OFFICE_HOURS,
    "country": "IT",
    "subdivision": "MI",
}
NIGHT = {"name": "Night", "time_zone": "Europe/Rome", "intervals": [[0, 420]], "country": "", "subdivision": ""}
SUMMER = {"name": "Summer", "start_on": date(2026, 8, 10), "end_on": date(2026, 8, 21)}


@pytest.fixture
def office(ada):
    return schedules.save(OFFICE, actor=ada)


@pytest.fixture
def night(office, ada):
    return schedules.save(NIGHT, actor=ada)


def changes(schedule):
    return list(
        RuleChange.objects.filter(kind="schedule", rule_id=schedule.pk).order_by("id").values_list("before", "after")
    )


def test_save_when_first_is_the_default_and_on_record(ada, office):
    night = schedules.save(NIGHT, actor=ada)

    assert (office.default, night.default) == (True, False)
    assert changes(office) == [(None, schedules.export(office))]
    assert RuleChange.objects.latest("id").author == ada


def test_save_when_changed_keeps_what_it_was_and_is_in_force_at_once(ada, office):
    before = schedules.export(office)

    schedules.save({**OFFICE, "name": " Short  hours ", "intervals": [[2000, 2060]]}, actor=ada, schedule_id=office.pk)
    schedules.save({**OFFICE, "name": "Short hours", "intervals": [[2000, 2060]]}, actor=ada, schedule_id=office.pk)

    assert configuration.current().hours.intervals == ((2000, 2060),)
    assert [(was["name"], now["name"]) for was, now in changes(office)[1:]] == [("Office hours", "Short hours")]
    assert changes(office)[1][0] == before


@pytest.mark.parametrize(
    ("change", "places"),
    [
        ({"name": " "}, ["name"]),
        ({"name": "night"}, ["name"]),
        ({"time_zone": "Europe/Atlantis"}, ["time_zone"]),
        ({"time_zone": ""}, ["time_zone"]),
        ({"time_zone": "../etc"}, ["time_zone"]),
        ({"country": "ZZ", "subdivision": ""}, ["country"]),
        ({"subdivision": "XX"}, ["subdivision"]),
        ({"country": ""}, ["subdivision"]),
        ({"intervals": [[540, 540]]}, ["intervals.0"]),
        ({"intervals": [[540, 480]]}, ["intervals.0"]),
        ({"intervals": [[10000, 10081]]}, ["intervals.0"]),
        ({"intervals": [[-1, 60]]}, ["intervals.0"]),
        ({"intervals": [[600, 700], [0, 100], [540, 601]]}, ["intervals.0"]),
        ({"intervals": [[0, 1000], [10, 20], [30, 40]]}, ["intervals.1", "intervals.2"]),
        ({"intervals": "always"}, ["intervals"]),
        ({"intervals": [[1, 2, 3]]}, ["intervals"]),
        ({"intervals": [["1", "2"]]}, ["intervals"]),
        ({"name": "", "time_zone": "x", "intervals": [[5, 1]]}, ["intervals.0", "name", "time_zone"]),
    ],
)
def test_save_when_something_is_wrong_names_every_place_and_keeps_nothing(change, places, ada, night):
    with pytest.raises(Invalid) as refusal:
        schedules.save({**OFFICE, "name": "Third", **change}, actor=ada)

    assert sorted(refusal.value.fields) == places
    assert Schedule.objects.count() == 2


@pytest.mark.parametrize("intervals", [[], [[0, 10080]], [[540, 780], [780, 1080]], [[0, 60], [10020, 10080]]])
def test_save_when_hours_touch_or_fill_the_week_takes_them(intervals, ada):
    assert schedules.save({**OFFICE, "intervals": intervals}, actor=ada).intervals == intervals


def test_save_when_out_of_order_keeps_the_order_of_the_week(ada):
    assert schedules.save({**OFFICE, "intervals": [[900, 1000], [540, 700]]}, actor=ada).intervals == [
        [540, 700],
        [900, 1000],
    ]


def test_save_when_it_is_gone_says_so(ada):
    with pytest.raises(Missing):
        schedules.save(OFFICE, actor=ada, schedule_id=77)


def test_make_default_takes_it_from_the_other(ada, office, night):
    schedules.make_default(night.pk, actor=ada)
    schedules.make_default(night.pk, actor=ada)

    assert list(Schedule.objects.filter(default=True)) == [night]
    assert configuration.current().hours.intervals == ((0, 420),)
    assert [(was["default"], now["default"]) for was, now in changes(office)[1:]] == [(True, False)]
    assert [(was["default"], now["default"]) for was, now in changes(night)[1:]] == [(False, True)]


def test_drop_when_nobody_uses_it_keeps_the_history(ada, night):
    was = schedules.export(night)
    schedules.drop(night.pk, actor=ada)

    last = RuleChange.objects.latest("id")
    assert (last.before, last.after) == (was, None)
    with pytest.raises(Missing):
        schedules.drop(night.pk, actor=ada)


def test_drop_when_default_or_in_use_is_refused_and_says_by_whom(ada, anna, office, night, ticket):
    with pytest.raises(Refused, match="default"):
        schedules.drop(office.pk, actor=ada)
    rule = {"title": "At night", "conditions": {}, "actions": [{"field": "set_schedule", "value": str(night.pk)}]}
    rules.save_trigger(rule, actor=ada)
    tickets.update(ticket.pk, Change(schedule=night), actor=anna, via=Via.WEB)

    with pytest.raises(Refused, match="1 ticket, the trigger “At night”"):
        schedules.drop(night.pk, actor=ada)

    assert Schedule.objects.count() == 2


def test_holidays_close_the_desk_and_are_on_record(ada, office):
    noon = datetime(2026, 8, 21, 10, 0, tzinfo=UTC)
    made = schedules.save_holiday(office.pk, SUMMER, actor=ada)
    closed = is_open(configuration.current().hours, noon)
    changed = {**SUMMER, "end_on": date(2026, 8, 20)}
    schedules.save_holiday(office.pk, changed, actor=ada, holiday_id=made.pk)
    shorter = is_open(configuration.current().hours, noon)
    schedules.drop_holiday(office.pk, made.pk, actor=ada)

    assert (closed, shorter) == (False, True)
    assert not Holiday.objects.exists()
    kept = [[it["end_on"] for it in now["holidays"]] for _was, now in changes(office)]
    assert kept == [[], ["2026-08-21"], ["2026-08-20"], []]


@pytest.mark.parametrize(
    ("change", "places"),
    [
        ({"name": ""}, ["name"]),
        ({"start_on": None}, ["start_on"]),
        ({"end_on": date(2026, 8, 9)}, ["end_on"]),
        ({"end_on": date(2027, 8, 12)}, ["end_on"]),
        ({"start_on": date(1, 1, 1)}, ["start_on"]),
        ({"name": "", "end_on": date(2026, 1, 1)}, ["end_on", "name"]),
    ],
)
def test_holiday_when_something_is_wrong_names_the_place(change, places, ada, office):
    with pytest.raises(Invalid) as refusal:
        schedules.save_holiday(office.pk, {**SUMMER, **change}, actor=ada)

    assert sorted(refusal.value.fields) == places
    assert not Holiday.objects.exists()


def test_holiday_of_another_schedule_is_not_there(ada, office, night):
    made = schedules.save_holiday(office.pk, {**SUMMER, "end_on": None}, actor=ada)

    assert made.end_on == made.start_on
    for verb in (
        lambda: schedules.drop_holiday(night.pk, made.pk, actor=ada),
        lambda: schedules.save_holiday(night.pk, SUMMER, actor=ada, holiday_id=made.pk),
        lambda: schedules.save_holiday(office.pk + night.pk, SUMMER, actor=ada),
    ):
        with pytest.raises(Missing):
            verb()


def test_hours_of_a_ticket_are_its_own_or_the_default_ones(ada, office, night):
    now = configuration.current()

    assert now.hours_of(None) == now.hours_of(77) == now.hours
    assert now.hours_of(night.pk).intervals == ((0, 420),)


def test_hours_when_there_is_no_schedule_are_all_hours(db):
    assert configuration.current().hours_of(None) == ALWAYS


def test_hours_are_read_with_two_queries_however_many_schedules(ada, office, django_assert_num_queries):
    def read():
        configuration.forget()
        configuration.current()

    with django_assert_num_queries(7):
        read()
    for name in ("A", "B"):
        schedules.save_holiday(schedules.save({**NIGHT, "name": name}, actor=ada).pk, SUMMER, actor=ada)
    with django_assert_num_queries(7):
        read()


@pytest.mark.parametrize("year", [1998, 2026, 2044])
def test_patron_saint_of_milan_closes_the_desk_in_every_year(year, ada, office):
    """Sant'Ambrogio, 7 December; the days around it are working days in these years."""
    hours = configuration.current().hours
    day = datetime(year, 12, 7, tzinfo=UTC), datetime(year, 12, 8, tzinfo=UTC)

    assert business_seconds(hours, *day) == 0
    schedules.save({**OFFICE, "subdivision": "FI"}, actor=ada, schedule_id=office.pk)
    assert business_seconds(configuration.current().hours, *day) == 9 * 3600


def test_ticket_gets_a_schedule_by_hand_and_by_trigger_and_its_history_says_so(ada, anna, office, night, ticket):
    tickets.update(ticket.pk, Change(schedule=night), actor=anna, via=Via.WEB)
    tickets.update(ticket.pk, Change(schedule=night), actor=anna, via=Via.WEB)
    tickets.update(ticket.pk, Change(schedule=None), actor=anna, via=Via.WEB)
    rule = {"title": "x", "conditions": {}, "actions": [{"field": "set_schedule", "value": str(night.pk)}]}
    rules.save_trigger(rule, actor=ada)
    tickets.answer(ticket.pk, Words("Guardo."), actor=anna, via=Via.WEB)

    found = events(ticket, field="schedule_id")
    assert [(it["value"], it["previous_value"]) for it in found] == [
        (night.pk, None),
        (None, night.pk),
        (night.pk, None),
    ]
    assert Ticket.objects.get().schedule == night
    assert [history.describe(it, lambda kind, pk: f"{kind} {pk}") for it in found[:2]] == [
        f"Schedule: schedule {night.pk}",
        "The desk's schedule",
    ]


def test_trigger_that_sets_a_schedule_that_is_gone_is_refused(ada, office):
    rule = {"title": "x", "conditions": {}, "actions": [{"field": "set_schedule", "value": "77"}]}

    with pytest.raises(Invalid, match="schedule 77"):
        rules.save_trigger(rule, actor=ada)


def test_change_of_hours_when_a_ticket_is_counted_leaves_its_figures(ada, anna, office, night, ticket, frozen_clock):
    frozen_clock.shift(3600)
    tickets.answer(ticket.pk, Words("Guardo."), actor=anna, via=Via.WEB)
    ticket.metric.refresh_from_db()
    before = (ticket.metric.reply_business, ticket.metric.fold["opened"])

    schedules.save({**OFFICE, "intervals": []}, actor=ada, schedule_id=office.pk)
    tickets.update(ticket.pk, Change(schedule=night), actor=anna, via=Via.WEB)

    ticket.metric.refresh_from_db()
    assert (ticket.metric.reply_business, ticket.metric.fold["opened"]) == before
