"""The desk's own fields as columns of a view."""

import pytest

from sportello.desk.actions import ticket_fields, tickets, views
from sportello.desk.actions.tickets import Change, Words
from sportello.desk.errors import Invalid
from sportello.desk.words import Via

UNSOLVED = {"all": [{"field": "status", "operator": "less_than", "value": "solved"}], "any": []}
DEVICE = {
    "kind": "tagger",
    "title": {"it": "Apparecchio", "en": "Device"},
    "options": [{"value": "printer", "name": {"it": "Stampante", "en": "Printer <b>"}}],
}


@pytest.fixture
def device(db):
    return ticket_fields.save_field(DEVICE, actor=None)


@pytest.fixture
def address(device):
    return f"/tickets/views/{view('subject', f'custom_fields_{device.pk}').pk}"


def view(*columns):
    return views.save({"title": "Ours", "conditions": UNSOLVED, "columns": list(columns)}, actor=None)


def fill(ticket, device, anna):
    tickets.update(ticket.pk, Change(fields={device.pk: "printer"}), actor=anna, via=Via.WEB)


def test_queue_shows_own_fields_in_the_language_of_who_looks(enter, anna, ticket, device, address):
    fill(ticket, device, anna)

    page = enter(anna).get(address)

    assert [str(column.label) for column in page.context["list"].table.columns] == ["Subject", "Device"]
    assert page.content.decode().count(">Printer &lt;b&gt;</td>") == 1


@pytest.mark.parametrize("count", [1, 3])
def test_queue_with_own_fields_takes_as_many_queries_for_one_as_for_three(
    enter, anna, rita, ticket, device, address, count, django_assert_num_queries
):
    fill(ticket, device, anna)
    for number in range(count - 1):
        words = Words("Please help.")
        more = tickets.open_ticket(requester=rita, subject=f"{number}", words=words, actor=rita, via=Via.WEB)
        fill(more, device, anna)
    client = enter(anna)
    client.get(address)

    with django_assert_num_queries(9):
        page = client.get(address)

    assert page.content.decode().count(">Printer &lt;b&gt;</td>") == count


def test_view_form_offers_and_previews_them(enter, anna, ticket, device):
    fill(ticket, device, anna)
    said = {"title": "Mine", "columns": ["subject", f"custom_fields_{device.pk}"], "sort_by": "updated_at"}

    page = enter(anna).post("/tickets/views/new", {**said, "reach": "mine", "do": "preview"}).content.decode()

    assert page.count('name="columns" value="custom_fields_') == 1
    assert page.count(">Printer &lt;b&gt;</td>") == 1


def test_view_when_the_field_is_switched_off_loses_the_column_alone(enter, anna, ticket, device, address):
    ticket_fields.switch(device.pk, on=False, actor=None)

    page = enter(anna).get(address)

    assert [column.name for column in page.context["list"].table.columns] == ["subject"]
    with pytest.raises(Invalid, match="columns"):
        view("subject", f"custom_fields_{device.pk}")
