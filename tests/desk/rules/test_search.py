"""The language of searches: what is read from it, what is wrong in it and where, and that it never fails."""

from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from sportello.desk.rules import search_terms, search_times
from sportello.desk.rules.custom_fields import CustomField, Option
from sportello.desk.rules.custom_kinds import field_of
from sportello.desk.rules.search import LONGEST, MOST_TERMS, Term, parse, write
from sportello.desk.rules.search_terms import Text, keys_of, read

NOW = datetime(2026, 3, 10, 12, 0, tzinfo=UTC)
ROME = ZoneInfo("Europe/Rome")
OWN = [
    field_of(
        CustomField(7, "ticket", "tagger", "device", "Device", options=(Option("printer", "P"), Option("pc", "PC")))
    ),
    field_of(CustomField(8, "ticket", "decimal", "cost", "Cost")),
    field_of(CustomField(9, "ticket", "checkbox", "urgent_visit", "Visit")),
    field_of(CustomField(10, "user", "text", "badge", "Badge")),
]
SAID = st.text(max_size=60) | st.text(alphabet='a-:<>=“" \n1_.stu', max_size=40)


def asked(said):
    return read(said, keys_of(OWN), NOW, ROME)


def understood(said):
    return [[(it.key.name, it.operator, it.value, it.negated) for it in group] for group in asked(said).tests]


def faults(said):
    return [(said[it.start : it.end], it.says) for it in asked(said).faults]


def test_parse_reads_words_phrases_keys_and_denials():
    terms, wrong = parse(
        'type:ticket status<solved created>=2026-01-01 "frase esatta" -tags:"due parole" -vecchio “così”'
    )

    assert wrong == ()
    assert terms == (
        Term("ticket", "type", ":"),
        Term("solved", "status", "<"),
        Term("2026-01-01", "created", ">="),
        Term("frase esatta", quoted=True),
        Term("due parole", "tags", ":", quoted=True, negated=True),
        Term("vecchio", negated=True),
        Term("così", quoted=True),
    )


@given(SAID)
def test_parse_of_what_was_written_gives_the_same_terms(said):
    terms, wrong = parse(said)

    assert parse(write(terms))[0] == terms
    assert all(0 <= it.start <= it.end <= len(said) for it in (*terms, *wrong))


@given(SAID)
def test_read_never_fails_and_places_every_fault_inside(said):
    found = asked(said)

    assert all(0 <= it.start <= it.end <= len(said) and it.says for it in found.faults)


@given(
    key=st.sampled_from(sorted(keys_of(OWN))),
    operator=st.sampled_from(["<", ">", "<=", ">=", ":"]),
    value=st.text(max_size=20),
)
def test_read_of_any_value_of_any_key_never_fails(key, operator, value):
    asked(f"{key}{operator}{value}")
    asked(f'-{key}{operator}"{value}"')


@pytest.mark.parametrize(
    ("said", "meant"),
    [
        ("status:open", [[("status", "is", "open", False)]]),
        ("status:open status:new", [[("status", "is", "open", False), ("status", "is", "new", False)]]),
        ("status<solved", [[("status", "less_than", "solved", False)]]),
        ("status<=pending", [[("status", "greater_than", "pending", True)]]),
        ("-status:open", [[("status", "is", "open", True)]]),
        ("-status:open -status:new", [[("status", "is", "open", True)], [("status", "is", "new", True)]]),
        ("priority>normal", [[("priority", "greater_than", 2, False)]]),
        ("priority:none", [[("priority", "is", None, False)]]),
        ("priority:3", [[("priority", "is", 3, False)]]),
        ("ticket_type:none", [[("ticket_type", "is", "", False)]]),
        ("Assignee:me", [[("assignee", ":", "me", False)]]),
        ("tag:vip", [[("tags", ":", "vip", False)]]),
        ("device:PRINTER", [[("custom_field_7", "is", "printer", False)]]),
        ("custom_field_7:none", [[("custom_field_7", "not_present", None, False)]]),
        ("custom_field_7:*", [[("custom_field_7", "present", None, False)]]),
        ("cost>=10", [[("custom_field_8", ">=", "10", False)]]),
        ("urgent_visit:true", [[("custom_field_9", "is", "true", False)]]),
        ("has:attachment", [[("has", ":", "attachment", False)]]),
        ("via:mail via:phone", [[("via", "is", "email", False), ("via", "is", "voice", False)]]),
        ("satisfaction:goodwithcomment", [[("satisfaction", "is", "good_with_comment", False)]]),
        ('form:"A question"', [[("form", ":", "A question", False)]]),
        ("recipient:help@desk.example", [[("recipient", ":", "help@desk.example", False)]]),
    ],
)
def test_read_keys(said, meant):
    assert understood(said) == meant
    assert faults(said) == []


@pytest.mark.parametrize(
    ("said", "place", "says"),
    [
        ("stampa status:apert", "status:apert", "“apert” is not one of: new, open, pending, hold, solved, closed."),
        ("statsu:open", "statsu:open", "There is no key “statsu”. “status”, perhaps?"),
        ("assignee>me", "assignee>me", "“assignee” cannot be compared: write “assignee:”."),
        ("created:presto", "created:presto", "“presto” is no time: write 2026-12-31, 31/12/2026, today, 4hours."),
        ("created>2026-13-01", "created>2026-13-01", None),
        ("created>99999years", "created>99999years", None),
        ("type:macro", "type:macro", "After “type:” stands ticket, user or organization."),
        ("status: x", "status:", "After “status:” a value is missing."),
        ('a "b c', '"b c', "This quotation mark is never closed."),
        ("device:fax", "device:fax", "“fax” is not one of the values."),
        ("cost>tanto", "cost>tanto", "Write a number."),
        ("subject:---", "subject:---", "Write at least one word."),
        ("brand:acme pc", "brand:acme", "Nothing here has a “brand”, so it cannot be searched for."),
        ("external_id:7", "external_id:7", "Nothing here has a “external_id”, so it cannot be searched for."),
        ("due_date<today", "due_date<today", "Nothing here has a “due_date”: “due:” asks for the next SLA target."),
        ("pc order_by:name", "order_by:name", "“name” is not one of: created, updated, status, priority."),
        ("pc sort:up", "sort:up", "“up” is not one of: asc, desc."),
        ("pc sort: asc", "sort:", "After “sort:” a value is missing."),
        ("pc -sort:asc", "-sort:asc", "“sort” cannot be compared: write “sort:”."),
    ],
)
def test_fault_has_its_place_and_its_reason(said, place, says):
    found = faults(said)

    assert [it[0] for it in found] == [place]
    assert says is None or [it[1] for it in found] == [says]


def test_search_that_is_too_long_is_cut_and_says_so():
    assert [it.start for it in asked("x" * (LONGEST + 1)).faults] == [LONGEST]
    assert len(asked("a " * (MOST_TERMS + 1)).faults) == 1


@pytest.mark.parametrize("said", ["Re: fattura", "10:32", "https://help.example/a?b=c", "a<b", "nota: bene"])
def test_word_with_a_colon_is_a_word(said):
    assert faults(said) == []
    assert asked(said).tests == ()
    assert asked(said).texts


@pytest.mark.parametrize(
    ("said", "texts"),
    [
        ("computer ", [Text(("computer",))]),
        ("computer", [Text(("computer",), prefix=True)]),
        ("il computer è lento ", [Text(("computer",)), Text(("lento",))]),
        ("il ", [Text(("il",))]),
        ("l'ordine ", [Text(("ordine",))]),
        ("dell’ordine ", [Text(("ordine",))]),
        ('"l\'ordine"', [Text(("l", "ordine"), exact=True)]),
        ("a@b.example ", [Text(("a", "b", "example"), exact=True)]),
        ("stamp* x ", [Text(("stamp",), prefix=True), Text(("x",))]),
        ("pc", [Text(("pc",))]),
        ("-vecchio ", [Text(("vecchio",), negated=True)]),
        ("subject:offerta ", [Text(("offerta",), parts="A")]),
    ],
)
def test_read_words(said, texts):
    assert [text for group in asked(said).texts for text in group] == texts


def test_same_key_of_words_twice_is_one_or_the_other():
    assert [len(group) for group in asked("subject:a1 subject:b1 comment:c1 d1 ").texts] == [2, 1, 1]


@pytest.mark.parametrize(
    ("said", "kinds"),
    [
        ("rossi", {"ticket", "user", "organization"}),
        ("type:user rossi", {"user"}),
        ("status:open rossi", {"ticket"}),
        ("tags:vip", {"ticket", "user", "organization"}),
        ("role:agent", {"user"}),
        ("role:agent status:open", set()),
    ],
)
def test_keys_say_what_is_searched(said, kinds):
    assert asked(said).kinds == kinds


@pytest.mark.parametrize(
    ("said", "column", "descending", "kinds"),
    [
        ("pc order_by:updated_at sort:asc", "updated_at", False, search_terms.KINDS),
        ("sort:ASC pc", "created_at", False, search_terms.KINDS),
        ("order_by:priority pc", "priority", True, ("ticket",)),
    ],
)
def test_order_is_no_word_and_is_downwards_unless_it_is_said(said, column, descending, kinds):
    found = asked(said)

    assert (found.order.column, found.order.descending) == (column, descending)
    assert [text.words for group in found.texts for text in group] == [("pc",)]
    assert (faults(said), found.kinds) == ([], set(kinds))


@pytest.mark.parametrize(
    ("said", "start", "end"),
    [
        ("2026-03-01", datetime(2026, 2, 28, 23, tzinfo=UTC), datetime(2026, 3, 1, 23, tzinfo=UTC)),
        ("1/3/2026", datetime(2026, 2, 28, 23, tzinfo=UTC), datetime(2026, 3, 1, 23, tzinfo=UTC)),
        ("2026-03-29", datetime(2026, 3, 28, 23, tzinfo=UTC), datetime(2026, 3, 29, 22, tzinfo=UTC)),
        ("2026-02", datetime(2026, 1, 31, 23, tzinfo=UTC), datetime(2026, 2, 28, 23, tzinfo=UTC)),
        ("2025", datetime(2024, 12, 31, 23, tzinfo=UTC), datetime(2025, 12, 31, 23, tzinfo=UTC)),
        ("ieri", datetime(2026, 3, 8, 23, tzinfo=UTC), datetime(2026, 3, 9, 23, tzinfo=UTC)),
        ("2026-03-01T10:30:00Z", datetime(2026, 3, 1, 10, 30, tzinfo=UTC), datetime(2026, 3, 1, 10, 31, tzinfo=UTC)),
        ("4hours", NOW - timedelta(hours=4), NOW - timedelta(hours=4)),
        ("2 giorni", NOW - timedelta(days=2), NOW - timedelta(days=2)),
    ],
)
def test_times_in_the_time_zone_of_the_reader(said, start, end):
    span = search_times.read(said, NOW, ROME)

    assert (span.start, span.end) == (start, end)


@pytest.mark.parametrize(
    ("operator", "bounds"), [(":", (1, 2)), ("<", (None, 1)), ("<=", (None, 2)), (">", (2, None)), (">=", (1, None))]
)
def test_span_is_compared_by_its_ends(operator, bounds):
    span = search_times.read("2026-03-01", NOW, ROME)

    assert span.bounds(operator) == tuple({None: None, 1: span.start, 2: span.end}[it] for it in bounds)


def test_time_ago_is_met_by_what_is_younger():
    then = NOW - timedelta(hours=4)

    assert search_times.read("4hours", NOW, ROME).bounds(":") == (then, None)
    assert search_times.read("4hours", NOW, ROME).bounds("<") == (None, then)


def test_every_value_that_is_offered_can_be_read():
    for key in keys_of(OWN).values():
        for value in key.values:
            assert faults(f"{key.name}:{value}") == [], (key.name, value)
    assert search_terms.SYNONYMS.keys().isdisjoint({key.name for key in search_terms.KEYS})
