"""A ticket seen beside its list, by who may see it; looking at it reads nothing."""

import pytest

from sportello.desk.actions import tickets
from sportello.desk.actions.tickets import Words
from sportello.desk.models import Reading
from sportello.desk.words import Via


def test_preview_shows_who_asks_how_it_stands_and_its_first_and_latest_words(enter, anna, ticket):
    tickets.answer(ticket.pk, Words("Arrivo."), actor=anna, via=Via.WEB)
    tickets.answer(ticket.pk, Words("Cambiato il toner.", public=False), actor=anna, via=Via.WEB)

    page = enter(anna).get(f"/tickets/{ticket.pk}/preview").content.decode()

    assert "Rita Rossi" in page
    assert "La stampante non stampa" in page
    assert "Da stamattina la stampante" in page
    assert "Cambiato il toner." in page
    assert "Arrivo." not in page
    assert not Reading.objects.exists()


def test_preview_of_a_long_message_is_cut(enter, anna, ticket):
    tickets.answer(ticket.pk, Words("a" * 5000), actor=anna, via=Via.WEB)

    page = enter(anna).get(f"/tickets/{ticket.pk}/preview").content.decode()

    assert "a" * 1199 + "…" in page
    assert "a" * 1200 not in page


@pytest.mark.parametrize("name", ["ben", "rita", "sam"])
def test_preview_is_not_there_for_who_may_not_see_it(enter, request, ticket, name):
    assert enter(request.getfixturevalue(name)).get(f"/tickets/{ticket.pk}/preview").status_code == 404


def test_preview_asks_as_many_queries_for_one_message_as_for_three(enter, anna, ticket, django_assert_num_queries):
    agent = enter(anna)
    agent.get(f"/tickets/{ticket.pk}/preview")
    with django_assert_num_queries(6):
        agent.get(f"/tickets/{ticket.pk}/preview")
    for _number in range(2):
        tickets.answer(ticket.pk, Words("Ancora."), actor=anna, via=Via.WEB)

    with django_assert_num_queries(6):
        agent.get(f"/tickets/{ticket.pk}/preview")
