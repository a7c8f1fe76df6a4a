"""The administrators' pages of schedules."""

from datetime import UTC, date, datetime

import pytest

from sportello.desk.actions import desks, schedules
from sportello.desk.models import Holiday, Schedule
from sportello.web.agent.week import Week, summary

OFFICE = {
    "name": "Office",
    "time_zone": "Europe/Rome",
    "intervals": desks.OFFICE_HOURS,
    "country": "",
    "subdivision": "",
}
SUMMER = {"name": "Summer", "start_on": date(2026, 8, 10), "end_on": date(2026, 8, 21)}


@pytest.fixture
def office(ada):
    return schedules.save({**OFFICE, "country": "IT", "subdivision": "MI"}, actor=ada)


@pytest.fixture
def night(office, ada):
    return schedules.save({**OFFICE, "name": "Night", "intervals": [[1320, 1860]]}, actor=ada)


def posted(week=None, **fields):
    """What the form sends: Monday and Tuesday 9 to 18, the rest closed."""
    said = {"name": "Office", "time_zone": "Europe/Rome", "country": "IT", "subdivision": "MI", **fields}
    week = {1: [("09:00", "18:00")], 2: [("09:00", "18:00")]} if week is None else week
    for number in range(7):
        times = week.get(number, [])
        said[f"day.{number}.from"] = [start for start, _end in times] or [""]
        said[f"day.{number}.to"] = [end for _start, end in times] or [""]
        if not times:
            said[f"day.{number}.closed"] = "on"
    return said


def test_list_says_hours_place_and_whether_it_is_open(enter, ada, night, frozen_clock):
    frozen_clock.move_to(datetime(2026, 3, 4, 9, 30, tzinfo=UTC))  # a Wednesday

    page = enter(ada).get("/schedules").content.decode()

    assert "Mon–Fri" in page
    assert "09:00–18:00" in page
    assert "Italy, Milano" in page
    assert "Wednesday 4 March, 10:30" in page
    assert page.count("open now") == 1
    assert "opens Sunday 22:00" in page


@pytest.mark.parametrize("count", [1, 3])
def test_list_takes_as_many_queries_for_one_as_for_three(enter, ada, office, count, django_assert_num_queries):
    for number in range(count - 1):
        made = schedules.save({**OFFICE, "name": f"More {number}"}, actor=ada)
        schedules.save_holiday(made.pk, SUMMER, actor=ada)
    client = enter(ada)
    client.get("/schedules")

    with django_assert_num_queries(6):
        response = client.get("/schedules")

    assert len(response.context["schedules"]) == count


def test_page_shows_the_days_of_two_years_and_which_are_working_days(enter, ada, office, frozen_clock):
    schedules.save_holiday(office.pk, SUMMER, actor=ada)
    frozen_clock.move_to(datetime(2026, 3, 4, 9, 30, tzinfo=UTC))

    this, following = enter(ada).get(f"/schedules/{office.pk}").context["years"]

    assert (this.year, following.year) == (2026, 2027)
    said = {day.name: (day.on, day.working, day.own) for day in this.days}
    assert said["Saint Ambrose's Day"] == ("Mon 7 Dec", "working day", False)
    assert said["Assumption Of Mary Day"] == ("Sat 15 Aug", "", False)
    assert said["Summer"] == ("10 Aug – 21 Aug", "10 working days", True)
    assert "Summer" not in {day.name for day in following.days}


def test_new_page_offers_office_hours(enter, ada, db):
    week = enter(ada).get("/schedules/new").context["week"]

    assert week.intervals() == desks.OFFICE_HOURS


def test_new_schedule_is_kept(enter, ada, db):
    week = {1: [("09:00", "13:00"), ("14:30", "18:00"), ("", "")], 6: [("22:00", "00:00")]}

    enter(ada).post("/schedules/new", posted(week))

    made = Schedule.objects.get()
    assert (made.name, made.time_zone, made.country, made.subdivision) == ("Office", "Europe/Rome", "IT", "MI")
    assert made.intervals == [[1980, 2220], [2310, 2520], [9960, 10080]]


def test_schedule_when_saved_as_shown_stays_as_it_was(enter, ada, office):
    week = enter(ada).get(f"/schedules/{office.pk}").context["week"]
    shown = {day.number: [(it.start, it.end) for it in day.times] for day in week.days if not day.closed}

    enter(ada).post(f"/schedules/{office.pk}", posted(shown))

    assert Schedule.objects.get().intervals == office.intervals


def test_closed_day_keeps_no_times(enter, ada, office):
    said = posted({1: [("09:00", "18:00")], 2: [("09:00", "18:00")]})

    enter(ada).post(f"/schedules/{office.pk}", {**said, "day.2.closed": "on"})

    assert Schedule.objects.get().intervals == [[1980, 2520]]


@pytest.mark.parametrize(
    ("week", "fields", "sentence"),
    [
        ({1: [("09:00", "08:00")]}, {}, "It ends before it starts."),
        ({1: [("09:00", "12:00"), ("11:00", "13:00")]}, {}, "It overlaps another one."),
        ({1: [("09:00", "")]}, {}, "Give two times, as 09:00 and 18:00."),
        ({1: [("25:00", "26:00")]}, {}, "Give two times, as 09:00 and 18:00."),
        (None, {"subdivision": "XX"}, "This country has no such part."),
        (None, {"country": "ZZ"}, "The holidays of this country are not known."),
        (None, {"time_zone": "Mars/Base"}, "There is no time zone of this name."),
        (None, {"name": "night"}, "There is a schedule of this name already."),
        (None, {"name": ""}, "This field is required."),
    ],
)
def test_schedule_with_a_mistake_comes_back_with_everything_typed(enter, ada, office, night, week, fields, sentence):
    response = enter(ada).post(f"/schedules/{office.pk}", posted(week, **{"name": "Kept words", **fields}))

    page = response.content.decode()
    assert response.status_code == 422
    assert sentence in page
    assert fields.get("name", "Kept words") in page
    office.refresh_from_db()
    assert office.intervals == desks.OFFICE_HOURS


@pytest.mark.parametrize(
    ("wish", "expected"),
    [
        ("more.1", {1: [("09:00", "18:00"), ("", "")], 2: [("09:00", "18:00")]}),
        ("copy.1", {number: [("09:00", "18:00")] for number in range(1, 6)}),
        ("copy.0", {}),
        ("more.9", {1: [("09:00", "18:00")], 2: [("09:00", "18:00")]}),
        ("nonsense", {1: [("09:00", "18:00")], 2: [("09:00", "18:00")]}),
    ],
)
def test_button_of_the_week_shows_the_form_again_and_keeps_nothing(enter, ada, office, wish, expected):
    response = enter(ada).post(f"/schedules/{office.pk}", {**posted(name=""), "again": wish})

    week = response.context["week"]
    assert response.status_code == 200
    assert {day.number: [(it.start, it.end) for it in day.times] for day in week.days if not day.closed} == expected
    assert "This field is required." not in response.content.decode()
    assert Schedule.objects.get().intervals == desks.OFFICE_HOURS


def test_look_shows_the_parts_and_days_of_another_country(enter, ada, office):
    response = enter(ada).post(f"/schedules/{office.pk}", {**posted(country="DE", subdivision="MI"), "again": "look"})

    assert "German Unity Day" in {day.name for day in response.context["years"][0].days}
    assert ("BY", "Bayern") in response.context["form"].fields["subdivision"].widget.choices
    assert response.context["form"].said("subdivision") == ""


def test_default_and_dropping(enter, ada, office, night):
    client = enter(ada)
    client.post(f"/schedules/{night.pk}/default")
    client.post(f"/schedules/{office.pk}/dropping")
    refused = client.post(f"/schedules/{night.pk}/dropping", follow=True)

    assert list(Schedule.objects.values_list("name", "default")) == [("Night", True)]
    assert "cannot be dropped" in str(list(refused.context["messages"])[-1])


def test_own_days_are_added_changed_and_taken_away(enter, ada, office):
    client, path = enter(ada), f"/schedules/{office.pk}/holidays"
    client.post(path, {"holiday-new-name": "Fair", "holiday-new-start_on": "2026-09-14", "holiday-new-end_on": ""})
    made = Holiday.objects.get()
    prefix = f"holiday-{made.pk}"
    said = {f"{prefix}-name": "Big fair", f"{prefix}-start_on": "2026-09-14", f"{prefix}-end_on": "2026-09-15"}
    client.post(f"{path}/{made.pk}", said)
    changed = list(Holiday.objects.values_list("name", "start_on", "end_on"))
    client.post(f"{path}/{made.pk}/dropping")

    assert made.end_on == made.start_on
    assert changed == [("Big fair", date(2026, 9, 14), date(2026, 9, 15))]
    assert not Holiday.objects.exists()


def test_own_day_with_a_mistake_comes_back(enter, ada, office):
    said = {"holiday-new-name": "Kept", "holiday-new-start_on": "2026-09-14", "holiday-new-end_on": "2026-09-01"}

    response = enter(ada).post(f"/schedules/{office.pk}/holidays", said)

    assert response.status_code == 422
    assert "It ends before it starts." in response.content.decode()
    assert 'value="Kept"' in response.content.decode()
    assert not Holiday.objects.exists()


@pytest.mark.parametrize(
    ("method", "path"),
    [
        ("get", ""),
        ("get", "/new"),
        ("post", "/new"),
        ("get", "/{}"),
        ("post", "/{}"),
        ("post", "/{}/default"),
        ("post", "/{}/dropping"),
        ("post", "/{}/holidays"),
        ("post", "/{}/holidays/1"),
        ("post", "/{}/holidays/1/dropping"),
    ],
)
def test_schedules_are_there_for_administrators_only(enter, ada, anna, rita, office, night, method, path):
    address = f"/schedules{path.format(night.pk)}"
    before = list(Schedule.objects.values())

    for person in (anna, rita):
        assert getattr(enter(person), method)(address, posted()).status_code == 404

    assert list(Schedule.objects.values()) == before
    assert '"/schedules"' not in enter(anna).get("/settings").content.decode()
    assert '"/schedules"' in enter(ada).get("/settings").content.decode()


def test_schedule_that_is_not_there(enter, ada, office):
    client = enter(ada)

    assert client.get("/schedules/77").status_code == 404
    assert client.post("/schedules/77/default").status_code == 404
    assert client.post(f"/schedules/{office.pk}/holidays/77/dropping").status_code == 404


def test_ticket_page_offers_schedules_where_there_are_several(enter, anna, office, ticket):
    assert "schedule" not in enter(anna).get(f"/tickets/{ticket.pk}").context["fields"].fields


def test_ticket_is_given_a_schedule_and_the_desk_s_again(enter, anna, night, ticket):
    client, path = enter(anna), f"/tickets/{ticket.pk}/fields"
    shown = client.get(f"/tickets/{ticket.pk}").context["fields"]
    said = {name: shown[name].value() or "" for name in shown.fields}
    client.post(path, {**said, "schedule": night.pk})
    ticket.refresh_from_db()
    given = ticket.schedule
    page = client.get(f"/tickets/{ticket.pk}").content.decode()
    client.post(path, said)

    ticket.refresh_from_db()
    assert (given, ticket.schedule) == (night, None)
    assert "Schedule: Night" in page
    assert client.post(path, {**said, "schedule": "77"}).status_code == 422


def test_summary_puts_like_days_together():
    week = [[540, 600], *desks.OFFICE_HOURS, [6 * 1440, 7 * 1440]]

    assert summary(week) == [("Mon–Fri", "09:00–18:00"), ("Sat", "00:00–24:00"), ("Sun", "09:00–10:00")]
    assert summary([]) == []
    assert summary([[0, 10080]]) == [("Mon–Sun", "00:00–24:00")]


def test_week_cuts_at_midnight_what_goes_over_it():
    week = Week.of_intervals([[1320, 1860]])

    assert week.intervals() == [[1440, 1860], [1320, 1440]]
