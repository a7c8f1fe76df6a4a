import pytest

from sportello.desk.actions import tickets
from sportello.desk.actions.tickets import Words
from sportello.desk.words import Via
from sportello.kit import clock


def test_figures_show_the_present_month(enter, ada, anna, ticket):
    tickets.answer(ticket.pk, Words("Arrivo."), actor=anna, via=Via.WEB)

    context = enter(ada).get("/figures").context

    tiles = {tile.label: tile.value for tile in context["tiles"]}
    assert tiles["Created"] == "1"
    assert context["later"] is None
    assert [table.title for table in context["tables"]] == ["Agents", "Organizations", "Requesters"]


def test_figures_of_a_past_month_lead_back_and_forth(enter, ada):
    context = enter(ada).get("/figures?month=2025-12").context

    assert (context["earlier"], context["later"]) == ("2025-11", "2026-01")


@pytest.mark.parametrize("month", ["2026-13", "2026-0", "x", "2026", "-1-2", "99999-01"])
def test_figures_of_no_month_are_not_there(enter, ada, month):
    assert enter(ada).get(f"/figures?month={month}").status_code == 404


def test_figures_for_an_agent_who_sees_only_own_tickets_name_nobody(enter, ben, ticket):
    response = enter(ben).get("/figures")

    assert response.context["tables"] == []
    assert "Rita Rossi" not in response.content.decode()


def test_figures_for_a_customer_are_not_there(enter, rita):
    assert enter(rita).get("/figures").status_code == 404


def test_figures_month_follows_the_agent_s_time_zone(enter, ada):
    ada.time_zone = "Pacific/Auckland"
    ada.save(update_fields=["time_zone"])
    with clock.at(clock.now().replace(year=2026, month=10, day=31, hour=20)):
        context = enter(ada).get("/figures").context

    assert (context["month"].year, context["month"].month) == (2026, 11)


def test_figures_stand_with_their_definition_and_what_they_are_drawn_from(enter, ada, anna, ticket):
    tickets.answer(ticket.pk, Words("Arrivo."), actor=anna, via=Via.WEB)

    response = enter(ada).get("/figures")

    tiles = {tile.label: tile for tile in response.context["tiles"]}
    page = response.content.decode()
    assert tiles["Created"].definition == "Tickets created in the month and not merged into another."
    assert tiles["Created"].basis == "tickets"
    assert page.count('<details class="definition') == len(tiles) + len(response.context["rows"])
    assert "minutes · n\N{NO-BREAK SPACE}=\N{NO-BREAK SPACE}1 · too few to judge" in page
