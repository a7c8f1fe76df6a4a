"""What is published of a month, and whom it can be published of."""

from dataclasses import replace
from itertools import product

from hypothesis import given, settings
from hypothesis import strategies as st

from sportello.benchmark import steps
from sportello.benchmark.distribution import MINIMUM
from sportello.benchmark.operation import FEWEST, groups, holds, point
from sportello.benchmark.profile import Profile
from sportello.benchmark.publication import APART, Cohort, admitted, candidates, peers, publish, shift
from sportello.benchmark.series import ALL, OWN, VENDOR
from tests.benchmark.desks import PROFILE, a_file


def month_of(*profiles: Profile, **changed: object):
    return {f"{number:03}": a_file(profile=profile, **changed) for number, profile in enumerate(profiles)}


def as_sent(desk: str, key: str) -> int:
    return 0


def names(publications) -> list[str]:
    return [each.cohort for each in publications]


def test_publish_of_ten_desks_gives_the_distribution_and_of_nine_nothing():
    assert publish("2026-10", month_of(*[PROFILE] * 9), as_sent) == []

    published = publish("2026-10", month_of(*[PROFILE] * 10), as_sent)

    assert names(published) == ["all", "sector:software", "size:10-49", "audience:business", "country:IT"]
    first = published[0].distributions[1]
    assert (first.key, first.method, first.desks, first.median) == (
        "first_reply_time_in_minutes_mean",
        VENDOR,
        10,
        240,
    )


def test_publish_tells_every_series_by_both_methods():
    (everybody, *_) = publish("2026-10", month_of(*[PROFILE] * 10), as_sent)

    assert [(each.key, each.method) for each in everybody.distributions] == [(each.key, each.method) for each in ALL]
    assert {each.method for each in everybody.distributions} == {VENDOR, OWN}


def test_publish_counts_only_desks_that_have_the_figure():
    files = month_of(*[PROFILE] * 14) | {"mute": a_file(satisfaction_rating=None)}

    (everybody, *_) = publish("2026-10", files, as_sent)

    found = {(each.key, each.method): each.desks for each in everybody.distributions}
    assert found["satisfaction_rating", OWN] == 10
    assert found["one_touch_percentage", OWN] == 15


def test_publish_keeps_back_a_sector_whose_complement_is_small():
    few = replace(PROFILE, sector="retail")

    published = publish("2026-10", month_of(*[PROFILE] * 12, *[few] * 3), as_sent)

    assert names(published) == ["all", "size:10-49", "audience:business", "country:IT"]


def test_publish_keeps_back_a_sector_that_is_a_country_but_for_one_desk():
    abroad, far = replace(PROFILE, country="FR"), replace(PROFILE, sector="retail", country="FR")

    published = publish("2026-10", month_of(*[PROFILE] * 12, abroad, *[far] * 12), as_sent)

    assert "sector:software" in names(published)
    assert "country:IT" not in names(published)


def cohort(kind: str, name: str, *desks: int) -> Cohort:
    return Cohort(kind, name, frozenset(map(str, desks)))


def test_admitted_when_cohorts_of_two_kinds_together_leave_one_desk_refuses_the_last():
    everybody, software = cohort("all", "", *range(31)), cohort("sector", "software", *range(15))
    abroad = cohort("country", "FR", *range(15, 30))

    assert admitted([everybody, software]) == [everybody, software]
    assert admitted([everybody, software, abroad]) == [everybody, software]


def test_admitted_when_three_overlap_so_that_their_sum_isolates_a_desk_refuses_the_last():
    # one + two - three is the desk 0, twice over.
    one, two = cohort("sector", "a", 0, *range(10, 20)), cohort("size", "b", 0, *range(20, 30))
    three = cohort("country", "c", *range(10, 30))

    assert admitted([one, two, three]) == [one, two]


sets = st.lists(st.frozensets(st.integers(0, 24), min_size=8), min_size=1, max_size=6)


@settings(max_examples=60)
@given(sets)
def test_admitted_cohorts_can_be_added_and_subtracted_without_isolating_anybody(found):
    cohorts = admitted([cohort(f"kind{number}", "", *desks) for number, desks in enumerate(found)])
    members = [{int(desk) for desk in each.desks} for each in cohorts]

    for factors in product((-1, 0, 1), repeat=len(members)):
        left = [sum(f * (desk in each) for f, each in zip(factors, members, strict=True)) for desk in range(25)]
        assert sum(map(bool, left)) != 1
    for one, other in product(members, repeat=2):
        for only in (one - other, other - one):
            assert len(only) == 0 or len(only) >= APART


@settings(max_examples=30)
@given(st.lists(st.sampled_from(["software", "retail", "hosting"]), min_size=10, max_size=70), st.data())
def test_published_cohorts_of_a_month_leave_no_small_rest(sectors, data):
    sizes = data.draw(st.lists(st.sampled_from(["1-9", "10-49"]), min_size=len(sectors), max_size=len(sectors)))
    files = month_of(*[replace(PROFILE, sector=sector, size=size) for sector, size in zip(sectors, sizes, strict=True)])
    found = admitted(candidates(files, as_sent)[0])

    assert all(len(each.desks) >= MINIMUM for each in found)
    for kind in ("sector", "size"):
        parts = [each.desks for each in found if each.kind == kind and len(each.desks) < len(files)]
        rest = len(files) - sum(map(len, parts))
        assert rest == 0 or rest >= MINIMUM


def place(volume: int, agents: int = 4, replies: float = 2.0):
    return (
        steps.index(steps.COUNTS, volume),
        steps.index(steps.COUNTS, agents),
        steps.index(steps.PER_TICKET, replies),
    )


def test_groups_part_the_desks_where_they_differ_most():
    small = {f"s{number}": place(100, replies=2.0 + number % 2) for number in range(20)}
    large = {f"l{number}": place(5000, 10) for number in range(16)}

    found = groups(small | large)

    assert [(group.bounds, len(desks)) for group, desks in found] == [
        (((None, 5000), (None, None), (None, None)), 20),
        (((5000, None), (None, None), (None, None)), 16),
    ]


@given(st.lists(st.tuples(st.integers(0, 40), st.integers(0, 20), st.integers(0, 16)), max_size=150))
def test_groups_hold_each_desk_once_and_enough_of_them(points):
    places = {str(number): point for number, point in enumerate(points)}

    found = groups(places)

    assert all(len(desks) >= FEWEST for _, desks in found)
    for desk, at in places.items():
        holding = [group for group, _ in found if holds(group, at)]
        assert len(holding) == (1 if found else 0)
        assert [group for group, desks in found if desk in desks] == holding


def test_publish_describes_groups_of_operation_by_their_bounds():
    files = {f"s{n}": a_file(num_new_tickets=100) for n in range(15)}
    files |= {f"l{n}": a_file(num_new_tickets=5000) for n in range(15)}

    published = {each.cohort: each for each in publish("2026-10", files, as_sent)}

    group = published["operation:2"].group
    assert group is not None
    assert holds(group, point(files["l1"].calendar_month))
    assert not holds(group, point(files["s1"].calendar_month))
    volume = published["operation:2"].distributions[0]
    assert (volume.key, volume.median, volume.desks) == ("num_new_tickets", 5000, 15)


def test_peers_are_the_cohorts_of_a_desk_and_those_who_work_like_it():
    files = {f"s{n}": a_file(num_new_tickets=100) for n in range(15)}
    files |= {f"l{n}": a_file(num_new_tickets=5000, profile=replace(PROFILE, country="FR")) for n in range(15)}
    published = publish("2026-10", files, as_sent)

    found = peers(reversed(published), replace(PROFILE, sector="retail"), a_file(num_new_tickets=80).calendar_month)

    assert names(found) == ["all", "size:10-49", "audience:business", "country:IT", "operation:1"]


def test_publish_of_a_desk_that_does_not_say_its_replies_keeps_it_out_of_the_groups_alone():
    silent = a_file(replies_per_ticket=None)

    assert point(silent.calendar_month) is None
    assert names(publish("2026-10", {str(n): silent for n in range(40)}, as_sent))[0] == "all"


def test_publish_moves_each_figure_by_its_shift():
    (everybody, *_) = publish("2026-10", month_of(*[PROFILE] * 10), lambda desk, key: 1)

    assert {(each.key, each.method): each.median for each in everybody.distributions} == {
        ("num_new_tickets", VENDOR): 1200,
        ("first_reply_time_in_minutes_mean", VENDOR): 300,
        ("one_touch_percentage", VENDOR): 0.65,
        ("satisfaction_rating", VENDOR): 0.98,
        ("num_new_tickets", OWN): 1200,
        ("num_solved_tickets", OWN): 1200,
        ("first_reply_time_in_minutes_mean", OWN): 300,
        ("first_reply_time_in_minutes_median", OWN): 60,
        ("first_reply_time_in_minutes_mean_business", OWN): 90,
        ("first_reply_time_in_minutes_median_business", OWN): 25,
        ("one_touch_percentage", OWN): 0.65,
        ("satisfaction_rating", OWN): 0.98,
        ("response_rate", OWN): 0.3,
    }


def test_shift_is_even_and_of_the_secret():
    by, again, other = shift(b"one"), shift(b"one"), shift(b"two")
    drawn = [by(str(desk), "satisfaction_rating") for desk in range(3000)]

    assert drawn == [again(str(desk), "satisfaction_rating") for desk in range(3000)]
    assert drawn != [other(str(desk), "satisfaction_rating") for desk in range(3000)]
    assert all(900 < drawn.count(each) < 1100 for each in (-1, 0, 1))
