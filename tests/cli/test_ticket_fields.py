"""The desk's own fields at a terminal."""

import json

import pytest

from sportello.desk.actions import field_values
from sportello.desk.models import Ticket
from sportello.desk.words import Status
from tests.cli.test_commands import sportello  # noqa: F401 – fixture
from tests.web import own_fields

ANNA = ("--as", "anna@desk.example")


@pytest.fixture
def own(db):
    return own_fields.make()


def test_ticket_open_takes_a_form_and_fields(sportello, own, mailbox, group, anna):  # noqa: F811
    said = ("--form", str(own.fault.pk), "--field", "device=printer", "--field", "cost=12.5")

    code, out, _err = sportello("ticket", "open", "rita@rossi.example", "Modem", "Non va.", *said, *ANNA, "--json")

    ticket = Ticket.objects.get(pk=json.loads(out)["id"])
    assert (code, ticket.form) == (0, own.fault)
    assert field_values.of_ticket(ticket.pk) == {own.device.pk: "printer", own.cost.pk: 12.5}


def test_ticket_fill_and_show_tell_people_and_programs(sportello, own, ticket, anna):  # noqa: F811
    sportello("ticket", "fill", str(ticket.pk), "--field", "device=printer", *ANNA)

    shown = json.loads(sportello("ticket", "show", str(ticket.pk), *ANNA, "--json")[1])
    said = sportello("ticket", "show", str(ticket.pk), *ANNA)[1]

    assert (shown["form"], shown["custom_fields"]) == (own.fault.pk, {"device": "printer"})
    assert "Device: Printer" in said


def test_ticket_solve_without_a_required_field_says_which(sportello, own, ticket, anna):  # noqa: F811
    code, _out, err = sportello("ticket", "solve", str(ticket.pk), "Fatto.", *ANNA)
    ticket.refresh_from_db()
    assert (code != 0, ticket.status) == (True, Status.NEW)
    assert "Device" in err

    sportello("ticket", "solve", str(ticket.pk), "Fatto.", "--field", "device=pc", *ANNA)

    ticket.refresh_from_db()
    assert ticket.status == Status.SOLVED


@pytest.mark.parametrize("pair", ["device", "nothing=x"])
def test_ticket_fill_with_what_is_no_field_names_those_there_are(sportello, own, ticket, anna, pair):  # noqa: F811
    code, _out, err = sportello("ticket", "fill", str(ticket.pk), "--field", pair, *ANNA)

    assert code == 2
    assert "contract, cost, device, login, model" in err


def test_ticket_fill_by_an_agent_outside_is_refused_like_a_missing_one(sportello, own, ticket, ben):  # noqa: F811
    code, _out, _err = sportello("ticket", "fill", str(ticket.pk), "--field", "device=pc", "--as", "ben@desk.example")

    assert code != 0
    assert field_values.of_ticket(ticket.pk) == {}
