"""Distributions as files."""

import json
from collections.abc import Callable
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from sportello.benchmark import exchange
from sportello.benchmark.exchange import Collection, as_bytes, read
from sportello.benchmark.operation import SMALLEST_PART
from sportello.benchmark.profile import WORDS
from sportello.benchmark.publication import publish, shift
from sportello.benchmark.refusals import Refused
from tests.benchmark.desks import a_file


def collection() -> Collection:
    small = {f"s{number}": a_file(num_new_tickets=100) for number in range(15)}
    large = {f"l{number}": a_file(num_new_tickets=5000) for number in range(15)}
    return Collection("A hub, Torino", tuple(publish("2026-10", small | large, shift(b"x"))))


def test_collection_when_written_and_read_is_the_same():
    found = collection()

    assert [each.cohort for each in found.publications][-2:] == ["operation:1", "operation:2"]
    assert read(as_bytes(found)) == found


def changed(change: Callable[[dict[str, Any]], None]) -> bytes:
    whole = json.loads(as_bytes(collection()))
    change(whole)
    return json.dumps(whole).encode()


def first(whole: dict[str, Any]) -> dict[str, Any]:
    return whole["publications"][0]["distributions"][1]


@pytest.mark.parametrize(
    ("change", "code"),
    [
        (lambda it: it.update(version=9), "unknown_version"),
        (lambda it: it.update(source=""), "wrong_shape"),
        (lambda it: it.update(source="a\nb"), "wrong_shape"),
        (lambda it: it.update(more=1), "wrong_shape"),
        (lambda it: it.update(publications={}), "wrong_shape"),
        (lambda it: it["publications"].append(it["publications"][0]), "wrong_shape"),
        (lambda it: it.update(publications=it["publications"][:1] * (exchange.MOST_PUBLICATIONS + 1)), "out_of_range"),
        (lambda it: it["publications"][0].update(month="2026-1"), "wrong_month"),
        (lambda it: it["publications"][0].update(distributions=[]), "wrong_shape"),
        (lambda it: it["publications"][0].update(cohort="sector:witchcraft"), "unknown_word"),
        (lambda it: it["publications"][0].update(cohort=["all"]), "unknown_word"),
        (lambda it: it["publications"][-1].update(cohort="operation:" + "1" * 60), "unknown_word"),
        (lambda it: it["publications"][-1].update(cohort="operation:١"), "unknown_word"),
        (lambda it: it["publications"][-1].update(group=None), "unknown_word"),
        (lambda it: it["publications"][-1].update(group=[[1, 2]]), "wrong_shape"),
        (lambda it: first(it).update(key="nps"), "unknown_word"),
        (lambda it: first(it).update(desks=9), "out_of_range"),
        (lambda it: first(it).update(quantiles=[[0.25, 240]]), "wrong_shape"),
        (lambda it: first(it).update(quantiles=[[0.5, 240], [0.25, 300]]), "wrong_shape"),
        (lambda it: first(it).update(quantiles=[[0.25, 300], [0.5, 240]]), "wrong_shape"),
        (lambda it: first(it).update(quantiles=[[0.5, 241]]), "too_exact"),
        (lambda it: first(it).update(quantiles=[[0.5, -1]]), "out_of_range"),
        (lambda it: first(it).update(quantiles=[[0.5, float("nan")]]), "not_finite"),
        (lambda it: first(it).update(quantiles=[[1.5, 240]]), "wrong_shape"),
    ],
)  # fmt: skip
def test_read_when_something_is_wrong_says_what(change, code):
    with pytest.raises(Refused) as refused:
        read(changed(change))

    assert refused.value.code == code


def test_read_when_too_large_is_refused_unread():
    with pytest.raises(Refused, match="too_large"):
        read(b" " * (exchange.LIMIT + 1))


@given(st.binary(max_size=200))
def test_read_when_given_any_bytes_refuses_and_never_breaks(octets):
    with pytest.raises(Refused):
        read(octets)


def test_read_takes_as_many_cohorts_as_a_hub_can_ever_publish():
    cohorts = 1 + sum(len(words) for words in WORDS.values()) + SMALLEST_PART

    assert cohorts <= exchange.MOST_PUBLICATIONS
