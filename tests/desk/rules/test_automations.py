"""When time makes conditions true: found without trying, the same as by trying every minute."""

from datetime import UTC, date, datetime, timedelta

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from sportello.desk.rules import automations, conditions, custom_fields, custom_kinds
from sportello.desk.rules.automations import Outlook, Standing
from sportello.desk.rules.conditions import Facts
from sportello.desk.rules.fields import BY_NAME
from sportello.desk.rules.kinds import Moment
from sportello.desk.rules.schedules import Schedule

# Monday to Friday 9 to 13 and 14 to 18 in Rome, where the clocks change on 29 March 2026.
OFFICE = Schedule(
    "Europe/Rome",
    tuple(
        (day * 1440 + start * 60, day * 1440 + end * 60) for day in range(1, 6) for start, end in ((9, 13), (14, 18))
    ),
)
FRIDAY = datetime(2026, 3, 27, 15, 0, tzinfo=UTC)
MINUTE = timedelta(minutes=1)
DAYS = 4
TIMED = ("NEW", "PENDING", "waiting_since", "until_sla_breach")


def asked(*items, either=()):
    def written(item):
        return dict(zip(("field", "operator", "value"), item, strict=True))

    return automations.read_conditions({"all": [written(it) for it in items], "any": [written(it) for it in either]})


def moment(now=FRIDAY, hours=OFFICE):
    return Moment(now, None, hours)


def hours(number):
    return timedelta(hours=number)


@pytest.mark.parametrize(
    ("item", "at", "expected"),
    [
        (("NEW", "greater_than", 3), FRIDAY, FRIDAY + hours(3)),
        (("NEW", "greater_than", 0), FRIDAY, FRIDAY),
        (("NEW", "is", 3), FRIDAY, FRIDAY + hours(3)),
        (("NEW", "is", 3), FRIDAY - hours(5), None),
        (("NEW", "less_than", 3), FRIDAY, FRIDAY),
        (("NEW", "less_than", 3), FRIDAY - hours(3), None),
        (("NEW", "greater_than", 24 * 365), FRIDAY, FRIDAY + timedelta(days=365)),
        # Two hours of Friday are left; the third is full on Monday at 10 in summer time.
        (("NEW", "greater_than_business_hours", 3), FRIDAY, datetime(2026, 3, 30, 8, 0, tzinfo=UTC)),
        (("NEW", "greater_than_business_hours", 2), FRIDAY, datetime(2026, 3, 27, 17, 0, tzinfo=UTC)),
        # A second that has begun is not full.
        (
            ("NEW", "greater_than_business_hours", 2),
            FRIDAY + timedelta(milliseconds=1),
            datetime(2026, 3, 30, 7, 0, 1, tzinfo=UTC),
        ),
        # "Less than an hour until" is not "an hour until".
        (("until_sla_breach", "less_than", 1), FRIDAY + hours(5), FRIDAY + hours(4) + timedelta(microseconds=1)),
        (("until_sla_breach", "less_than", 1), FRIDAY - hours(5), FRIDAY),
        (("until_sla_breach", "greater_than", 1), FRIDAY + hours(5), FRIDAY),
        (
            ("until_sla_breach", "less_than_business_hours", 3),
            datetime(2026, 3, 30, 8, 0, tzinfo=UTC),
            FRIDAY + timedelta(seconds=1),
        ),
    ],
)
def test_next_time_of_one_condition(item, at, expected):
    facts = Facts({item[0]: at})

    assert automations.next_time(asked(item), facts, moment()) == expected


def test_next_time_when_there_is_no_such_time_is_none():
    assert automations.next_time(asked(("PENDING", "greater_than", 1)), Facts({"PENDING": None}), moment()) is None


def test_next_time_when_what_time_does_not_change_does_not_hold_is_none():
    rule = asked(("NEW", "greater_than", 1), ("status", "is", "open"))

    assert automations.next_time(rule, Facts({"NEW": FRIDAY, "status": "pending"}), moment()) is None
    assert automations.next_time(rule, Facts({"NEW": FRIDAY, "status": "open"}), moment()) == FRIDAY + hours(1)


def test_next_time_when_one_of_several_is_enough_is_the_first():
    rule = asked(either=[("NEW", "greater_than", 5), ("waiting_since", "greater_than", 1), ("status", "is", "hold")])

    assert automations.next_time(rule, Facts({"NEW": FRIDAY, "waiting_since": FRIDAY}), moment()) == FRIDAY + hours(1)


def test_next_time_of_an_own_date_is_midnight_at_the_desk():
    own = custom_fields.CustomField(id=7, of="ticket", kind="date", key="expires", title="Expires")
    field = custom_kinds.field_of(own)
    known = BY_NAME | {field.name: field}
    data = {"all": [{"field": field.name, "operator": "within_next_n_days", "value": 2}]}
    rule = automations.read_conditions(data, known)

    found = automations.outlook(rule, Facts({field.name: date(2026, 3, 31)}), moment())
    then = automations.outlook(rule, Facts({field.name: date(2026, 3, 31)}), moment(found.changes_at))

    assert automations.is_timed(rule)
    assert found == Outlook(False, datetime(2026, 3, 28, 23, 0, tzinfo=UTC))  # the 29th begins
    assert then == Outlook(True, datetime(2026, 3, 31, 22, 0, tzinfo=UTC))  # the 1st of April


def _timed(draw):
    name = draw(st.sampled_from(TIMED))
    plain = ("less_than", "greater_than") if name == "until_sla_breach" else ("is", "less_than", "greater_than")
    operator = draw(st.sampled_from(plain)) + draw(st.sampled_from(("", "_business_hours")))
    return name, operator, draw(st.integers(0, 40)) / 4


@st.composite
def _rules(draw):
    def items(most):
        return [
            _timed(draw) if draw(st.booleans()) else ("status", "is", draw(st.sampled_from(("open", "pending"))))
            for _n in range(draw(st.integers(0, most)))
        ]

    return asked(*items(3), either=items(2))


_facts = st.fixed_dictionaries(
    {name: st.none() | st.integers(-3000, 3000).map(lambda n: FRIDAY + n * MINUTE) for name in TIMED}
    | {"status": st.sampled_from(("open", "pending"))}
).map(Facts)


@settings(max_examples=60)
@given(_rules(), _facts)
def test_outlook_agrees_with_trying_every_minute(rule, facts):
    def holds(at):
        return conditions.matches(rule, facts, moment(at))

    found, first = automations.outlook(rule, facts, moment()), automations.next_time(rule, facts, moment())

    assert found.holds == holds(FRIDAY)
    grid = [FRIDAY + n * MINUTE for n in range(DAYS * 1440)]
    changed = next((at for at in grid if holds(at) != found.holds), None)
    if changed:
        assert found.changes_at is not None
        assert found.changes_at <= changed
    if found.changes_at:
        assert found.changes_at > FRIDAY
        assert holds(found.changes_at) != found.holds
    assert first == (FRIDAY if found.holds else found.changes_at)


NOW = FRIDAY + hours(10)
WITHIN = asked(("NEW", "is", 3))


@pytest.mark.parametrize(
    ("age", "before", "after"),
    [
        (1, Standing(), Standing(NOW + hours(2))),
        (1, Standing(NOW + hours(9)), Standing(NOW + hours(2))),
        (1, Standing(NOW + hours(1), acted=True), Standing(NOW + hours(2))),
        (1, Standing(stopped=True), Standing(stopped=True)),
        (3, Standing(), Standing(NOW)),
        (3, Standing(NOW - hours(2)), Standing(NOW - hours(2))),
        (3, Standing(NOW + hours(1)), Standing(NOW)),
        (3, Standing(acted=True), Standing(NOW + hours(1), acted=True)),
        (3, Standing(NOW + hours(1), acted=True), Standing(NOW + hours(1), acted=True)),
        # Its stretch was over before this one began.
        (3, Standing(NOW - hours(1), acted=True), Standing(NOW)),
        (3, Standing(stopped=True), Standing(stopped=True)),
        (9, Standing(), Standing()),
        (9, Standing(NOW, acted=True), Standing()),
        (9, Standing(stopped=True), Standing()),
    ],
)
def test_follow_acts_once_while_the_conditions_hold_without_a_break(age, before, after):
    facts = Facts({"NEW": NOW - hours(age)})

    assert automations.follow(WITHIN, facts, moment(NOW), before) == after
