"""The file that a desk sends: what leaves, and what is refused."""

import json
from collections.abc import Callable
from dataclasses import replace
from datetime import UTC, datetime
from itertools import pairwise
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from sportello.benchmark import file as files
from sportello.benchmark import steps
from sportello.benchmark.file import CONTEXT, ENOUGH, NAMES, Figure, read, rounded, sign, steps_of
from sportello.benchmark.refusals import WORDS, Refused
from tests.benchmark.desks import NOW, PROFILE, a_file, figures, key, sent


def test_file_when_signed_and_read_is_the_same():
    signed = sign(a_file(), key(1))

    assert read(signed.as_bytes(), NOW) == signed


def test_file_shows_steps_and_never_the_exact_figures():
    shown = json.loads(sent(a_file()))["file"]

    assert shown["profile"] == {"sector": "software", "size": "10-49", "audience": "business", "country": "IT"}
    assert shown["calendar_month"] == {
        "num_new_tickets": 1000,
        "num_solved_tickets": 1000,
        "num_active_agents": 4,
        "replies_per_ticket": {"value": 2.0, "n": 1000},
        "first_reply_time_in_minutes_mean": {"value": 240, "n": 1000},
        "first_reply_time_in_minutes_median": {"value": 50, "n": 1000},
        "first_reply_time_in_minutes_mean_business": {"value": 75, "n": 1000},
        "first_reply_time_in_minutes_median_business": {"value": 20, "n": 1000},
        "one_touch_percentage": {"value": 0.6, "n": 1000},
        "satisfaction_rating": {"value": 0.97, "n": 200},
        "response_rate": {"value": 0.25, "n": 800},
    }


def test_rounded_leaves_out_what_stands_on_too_few_cases_or_was_not_measured():
    found = rounded({"num_new_tickets": 9, "satisfaction_rating": (1.0, ENOUGH - 1), "response_rate": None})

    assert found.num_new_tickets in (8, 10)
    assert [getattr(found, name) for name in NAMES if name != "num_new_tickets"] == [None] * (len(NAMES) - 1)


def test_rounded_tells_none_from_nothing():
    found = rounded({"num_new_tickets": 0, "num_active_agents": None})

    assert (found.num_new_tickets, found.num_active_agents, found.num_solved_tickets) == (0, None, None)


def test_read_takes_a_count_that_was_not_measured():
    octets = sent(a_file(num_active_agents=None))

    assert read(octets, NOW).file.calendar_month.num_active_agents is None


@given(
    st.sampled_from([name for name in NAMES if not name.startswith("num_")]), st.floats(0, 1e6), st.integers(10, 10**7)
)
def test_rounded_gives_steps_that_are_read_back(name, value, n):
    found = rounded({name: (value, n)})
    figure = getattr(found, name)

    assert figure.value in steps_of(name)
    assert ENOUGH <= figure.n <= n
    assert read(sign(replace(a_file(), calendar_month=found), key(1)).as_bytes(), NOW).file.calendar_month == found


@pytest.mark.parametrize("each", [steps.MINUTES, steps.COUNTS, steps.SHARES, steps.PER_TICKET])
def test_steps_rise_and_are_their_own_nearest(each):
    assert list(each) == sorted(set(each))
    assert [steps.nearest(each, value) for value in each] == list(each)
    assert [each[steps.index(each, value)] for value in each] == list(each)


def test_steps_of_long_times_and_large_counts_are_a_ninth_apart_at_least():
    for each in (steps.MINUTES, steps.COUNTS):
        high = [value for value in each if value >= 5]
        assert min(after / before for before, after in pairwise(high)) >= 1.19


def changed(change: Callable[[dict[str, Any]], Any]) -> bytes:
    """The file of a desk that signs what it sends, after a change in its JSON."""
    whole = json.loads(sent(a_file()))
    change(whole["file"])
    said = json.dumps(whole["file"], sort_keys=True, separators=(",", ":")).encode()
    private = files.Ed25519PrivateKey.from_private_bytes(key(1))
    whole["signature"] = files._encode(private.sign(CONTEXT + said))
    return json.dumps(whole).encode()


def put(*path: str, value: Any) -> Callable[[dict[str, Any]], None]:
    def change(file: dict[str, Any]) -> None:
        for name in path[:-1]:
            file = file[name]
        file[path[-1]] = value

    return change


RATE = ("last_28_days", "response_rate")
FIRST = ("calendar_month", "first_reply_time_in_minutes_mean")


@pytest.mark.parametrize(
    ("change", "code", "where"),
    [
        (put("version", value=2), "unknown_version", "2"),
        (put("version", value="1"), "wrong_shape", "version"),
        (put("version", value=True), "wrong_shape", "version"),
        (put("month", value="2026-11"), "future_month", "2026-11"),
        (put("month", value="2099-01"), "future_month", "2099-01"),
        (put("month", value="2026-13"), "wrong_month", "2026-13"),
        (put("month", value=202610), "wrong_month", "int"),
        (put("sent_at", value="2026-11-05T08:30:00Z"), "wrong_time", "sent_at"),
        (put("sent_at", value="yesterday"), "wrong_shape", "sent_at"),
        (put("profile", "sector", value="witchcraft"), "unknown_word", "profile.sector"),
        (put("profile", "country", value="it"), "unknown_word", "profile.country"),
        (put("profile", "size", value=12), "wrong_shape", "profile.size"),
        (put("profile", "owner", value="x"), "wrong_shape", "profile"),
        (put("person", value="x"), "wrong_shape", "file"),
        (put("calendar_month", value=[]), "wrong_shape", "calendar_month"),
        (put("calendar_month", "num_new_tickets", value="1"), "wrong_shape", "calendar_month.num_new_tickets"),
        (put("calendar_month", "num_new_tickets", value=10.0), "wrong_shape", "calendar_month.num_new_tickets"),
        (put("calendar_month", "num_new_tickets", value=-1), "out_of_range", "calendar_month.num_new_tickets"),
        (put("calendar_month", "num_new_tickets", value=10**400), "out_of_range", "calendar_month.num_new_tickets"),
        (put("calendar_month", "num_new_tickets", value=1033), "too_exact", "calendar_month.num_new_tickets"),
        (put(*FIRST, value={"value": 228.4, "n": 1000}), "too_exact", f"{'.'.join(FIRST)}.value"),
        (put(*FIRST, value={"value": 240, "n": 8}), "too_few", ".".join(FIRST)),
        (put(*FIRST, value={"value": "240", "n": 10}), "wrong_shape", f"{'.'.join(FIRST)}.value"),
        (put(*FIRST, value={"value": 240}), "wrong_shape", ".".join(FIRST)),
        (put(*FIRST, value={"value": float("nan"), "n": 10}), "not_finite", "NaN"),
        (put(*FIRST, value={"value": float("-inf"), "n": 10}), "not_finite", "-Infinity"),
        (put(*RATE, value={"value": 1.01, "n": 10}), "out_of_range", f"{'.'.join(RATE)}.value"),
        (put(*RATE, value={"value": -0.5, "n": 10}), "out_of_range", f"{'.'.join(RATE)}.value"),
    ],
)  # fmt: skip
def test_read_when_something_is_wrong_says_what_and_where(change, code, where):
    with pytest.raises(Refused) as refused:
        read(changed(change), NOW)

    assert (refused.value.code, refused.value.where) == (code, where)


@pytest.mark.parametrize(
    ("octets", "code"),
    [
        (b"", "not_json"),
        (b"\xff\xfe", "not_json"),
        (b"{", "not_json"),
        (b"[" * 10_000, "not_json"),
        (b'{"file": ' + b"9" * 5000 + b"}", "not_json"),
        (b"[]", "wrong_shape"),
        (b'{"file": 1, "key": "", "signature": ""}', "wrong_shape"),
        (b'{"file": {}, "file": {}}', "wrong_shape"),
        (b" " * (files.LIMIT + 1), "too_large"),
        (sent(a_file()).replace(b"240", b"1e999"), "not_finite"),
        (sent(a_file()).replace(b'"business"', b'"consumer"'), "bad_signature"),
        (sent(a_file()).replace(b'"signature": "', b'"signature": "A'), "wrong_shape"),
    ],
)
def test_read_when_the_bytes_are_hostile_is_refused(octets, code):
    with pytest.raises(Refused) as refused:
        read(octets, NOW)

    assert refused.value.code == code


def test_read_when_another_key_signed_is_refused():
    mine, other = sign(a_file(), key(1)), sign(a_file(), key(2))

    with pytest.raises(Refused, match="bad_signature"):
        read(replace(mine, signature=other.signature).as_bytes(), NOW)


def test_read_takes_a_month_as_soon_as_it_is_over_anywhere():
    just = datetime(2026, 10, 31, 10, tzinfo=UTC)

    assert read(sent(a_file(), sent_at=just), just).file.month == "2026-10"
    with pytest.raises(Refused, match="future_month"):
        read(sent(a_file(), sent_at=just), datetime(2026, 10, 31, 9, 59, tzinfo=UTC))


@given(st.binary(max_size=300))
def test_read_when_given_any_bytes_refuses_and_never_breaks(octets):
    with pytest.raises(Refused):
        read(octets, NOW)


@pytest.mark.parametrize("code", WORDS)
def test_refusal_says_a_sentence_in_both_languages(code):
    for language in ("en", "it"):
        sentence = Refused(code, "the place").sentence(language)
        assert sentence.endswith(".")
        assert "{" not in sentence


def test_desk_is_known_by_the_hash_of_its_key_alone():
    one, again = sign(a_file(), key(1)), sign(a_file(month="2026-09"), key(1))

    assert one.desk == again.desk != sign(a_file(), key(2)).desk
    assert PROFILE.sector not in one.desk
    assert figures().satisfaction_rating == Figure(0.97, 200)
