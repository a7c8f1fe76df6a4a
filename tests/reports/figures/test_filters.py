"""The third reading of the vocabulary means what the first does: a fact passes where its ticket would have."""

from itertools import product

import pytest

from sportello.desk.actions import configuration, ticket_fields
from sportello.desk.errors import Invalid
from sportello.desk.rules import conditions, custom_fields
from sportello.desk.rules.conditions import Facts
from sportello.desk.rules.kinds import Moment
from sportello.desk.words import Priority
from sportello.kit import clock
from sportello.reports.figures import filters
from sportello.reports.figures.dialects import DUCKDB
from sportello.reports.folding import store
from sportello.reports.folding.life import _plain
from sportello.reports.folding.schema import TABLES

pytestmark = pytest.mark.django_db
ASKED = {
    "priority": [("is", "high"), ("is_not", "high"), ("is", ""), ("less_than", "high"), ("greater_than", "low")],
    "type": [("is", "incident"), ("is_not", "incident"), ("is", "")],
    "group_id": [("is", "3"), ("is_not", "3"), ("is", ""), ("is_not", "")],
    "assignee_id": [("is", "current_user"), ("is", "4"), ("is_not", "4"), ("is_not", "current_user")],
    "requester_id": [("is", "9"), ("is_not", "9")],
    "organization_id": [("is", ""), ("is_not", "5")],
    "current_tags": [("includes", "vpn printer"), ("not_includes", "vpn")],
    "via_id": [("is", "email"), ("is_not", "email")],
}
TICKETS = [
    {
        "priority": priority,
        "type": type,
        "group_id": group,
        "assignee_id": agent,
        "requester_id": requester,
        "organization_id": organization,
        "current_tags": frozenset(tags),
        "via_id": via,
    }
    for (priority, type, group, agent), (requester, organization, tags, via) in zip(
        product((None, 1, 3, 4), ("", "incident"), (None, 3, 4), (None, 4, 7)),
        list(product((9, 10), (None, 5), ((), ("vpn",), ("mail", "printer")), ("email", "web"))) * 3,
        strict=True,
    )
]
OWN = {
    "text": ("la stampante HP", ["", "stampante", "HP", "altro"], ("includes", "not_includes", "is", "is_not")),
    "integer": ("12", ["", "3", "12", "200"], ("is", "is_not", "less_than", "greater_than")),
    "decimal": ("2.5", ["", "2.50", "10", "-3"], ("is", "is_not", "less_than", "greater_than")),
    "date": ("2026-05-01", ["", "2026-05-01", "2026-04-30"], ("is", "is_not", "less_than", "greater_than")),
    "checkbox": ("true", ["", "true"], ("is", "is_not")),
    "tagger": ("hp", ["", "hp", "canon"], ("is", "is_not", "present", "not_present")),
    "multiselect": ("hp canon", ["", "hp", "canon epson", "epson"], ("includes", "not_includes", "present")),
}


def rows_of(tickets):
    """Those that pass, of tickets written as rows of facts; own: what stands in field 1."""
    return "(VALUES " + ", ".join(_row(number, it) for number, it in enumerate(tickets)) + ") AS f(" + NAMES + ")"


NAMES = "ticket_id, priority, type, group_id, agent_id, requester_id, organization_id, tags, channel, fields"


def _row(number, ticket):
    named = Priority(ticket["priority"]).name.lower() if ticket.get("priority") else ""
    tags = "[" + ", ".join(f"'{tag}'" for tag in sorted(ticket.get("current_tags", ()))) + "]::VARCHAR[]"
    own = "MAP {" + ", ".join(f"'{key}': '{value}'" for key, value in ticket.get("own", {}).items()) + "}"
    ids = [
        "NULL::BIGINT" if ticket.get(name) is None else f"{ticket[name]}::BIGINT"
        for name in ("group_id", "assignee_id", "requester_id", "organization_id")
    ]
    fields = f"{own}::MAP(VARCHAR, VARCHAR)"
    return f"({number}, '{named}', '{ticket.get('type', '')}', {', '.join(ids)}, {tags}, '{ticket.get('via_id', '')}', {fields})"  # fmt: skip  # noqa: E501


def passing(asked, tickets, moment):
    found = filters.sql(asked, DUCKDB, moment)
    said = f"SELECT ticket_id FROM {rows_of(tickets)} WHERE {found} ORDER BY 1"
    return [number for (number,) in store.engine().execute(said).fetchall()]


@pytest.mark.parametrize("name", ASKED)
def test_filter_then_as_in_python(name):
    moment = Moment(clock.now(), actor_id=7)
    for operator, value in ASKED[name]:
        asked = filters.read({"all": [{"field": name, "operator": operator, "value": value}]})
        expected = [number for number, it in enumerate(TICKETS) if conditions.matches(asked, Facts(it), moment)]

        assert passing(asked, TICKETS, moment) == expected, (operator, value)


@pytest.mark.parametrize("kind", OWN)
def test_filter_on_an_own_field_then_as_in_python(kind, ada):
    value, stands, operators = OWN[kind]
    options = [{"value": it, "name": it} for it in ("hp", "canon", "epson")]
    ticket_fields.save_field(
        {"of": "ticket", "kind": kind, "key": "own", "title": "Own", "options": options if "hp" in value else []},
        actor=ada,
    )
    configuration.forget()
    (field,) = configuration.current().custom_fields.values()
    known, moment = configuration.current().fields, Moment(clock.now())
    meant = [custom_fields.read(field, it) for it in stands]
    written = [_plain(custom_fields.write(field, it)) for it in meant]
    tickets = [{"own": {str(field.id): it}} if it else {} for it in written]

    for operator in operators:
        asked = filters.read({"any": [{"field": field.name, "operator": operator, "value": value}]}, known)
        expected = [
            number for number, it in enumerate(meant) if conditions.matches(asked, Facts({field.name: it}), moment)
        ]

        assert passing(asked, tickets, moment) == expected, operator


def test_filter_when_wrong_then_says_where():
    asked = {
        "all": [{"field": "priority", "operator": "is", "value": "huge"}],
        "any": [{"field": "subject_includes_word", "operator": "includes", "value": "x"}],
    }

    with pytest.raises(Invalid) as refusal:
        filters.read(asked)

    assert set(refusal.value.fields) == {"all.0.value", "any.0.field"}


def test_filter_then_every_column_is_one_of_the_facts():
    assert set(filters.COLUMNS.values()) - {"vote"} <= set(TABLES["created"].names)
