"""“We already told you”: earlier answers to this customer or organization that fit, and nobody else's."""

import re

import pytest

from sportello.desk.actions import indexing, tickets
from sportello.desk.actions.tickets import Words
from sportello.desk.words import Status, Via

ANSWER = "Per la caldaia: spegnere l'interruttore, attendere dieci minuti e riaccendere.\nPoi ci scriva."


@pytest.fixture
def indexed(db, frozen_clock):
    def done():
        frozen_clock.shift(6)
        while indexing.step():
            pass

    return done


def asked(requester, subject, text, group=None, answer="", by=None, public=True):
    ticket = tickets.open_ticket(
        requester=requester, subject=subject, words=Words(text), actor=requester, via=Via.WEB, group=group
    )
    if answer:
        tickets.answer(ticket.pk, Words(answer, public=public), status=Status.SOLVED, actor=by, via=Via.WEB)
    return ticket


@pytest.fixture
def new(mailbox, group, rita, otto, sam, anna, indexed):
    """Rita asks about her boiler. She, her colleague and a stranger have asked before."""
    asked(rita, "Stampante", "La stampante non va.", group, "Buongiorno, cambi il toner. Saluti", anna)
    asked(rita, "Caldaia", "La caldaia è spenta.", group, "Nota interna sulla caldaia spenta.", anna, public=False)
    asked(otto, "Caldaie fredde", "Le caldaie sono fredde.", group, ANSWER, anna)
    asked(sam, "Caldaia", "Caldaia spenta.", group, "La caldaia di Sam è da riaccendere.", anna)
    found = asked(rita, "La caldaia non si accende", "Buongiorno, la caldaia è spenta da dieci ore. Grazie", group)
    indexed()
    return found


def told(response):
    return [it.told.text for it in response.context["told"]]


def test_earlier_answer_to_the_organization_that_fits_is_shown_with_its_passage(enter, anna, new):
    page = enter(anna).get(f"/tickets/{new.pk}/told")

    assert told(page) == [ANSWER]
    assert "Per la <mark>caldaia</mark>: spegnere" in page.content.decode()
    assert "to Otto Rossi" in page.content.decode()


def test_answer_that_was_given_again_in_the_same_words_stands_once(enter, anna, new, otto, group, indexed):
    asked(otto, "Caldaie", "Le caldaie sono fredde.", group, ANSWER, anna)
    again = asked(otto, "Caldaie fredde", "Ancora fredde.", group, f"Ciao Otto!\n\n{ANSWER}", anna)
    indexed()

    (shown,) = enter(anna).get(f"/tickets/{new.pk}/told").context["told"]

    assert shown.told.ticket_id == again.pk


def test_greetings_stop_words_and_the_name_of_the_requester_are_neither_looked_for_nor_marked(
    enter, anna, mailbox, group, rita, indexed
):
    asked(rita, "Rossi, buona giornata", "Grazie", group, "Buongiorno Rita Rossi, grazie e cordiali saluti!", anna)
    asked(rita, "Rita: la caldaia", "È fredda.", group, "Gentile Rita Rossi, la caldaia spenta è nostra. Grazie", anna)
    text = "Buongiorno, la nostra caldaia è ora spenta. Grazie e cordiali saluti, Rita Rossi"
    new = asked(rita, "Rita Rossi: grazie, la caldaia", text, group)
    indexed()

    page = enter(anna).get(f"/tickets/{new.pk}/told")

    assert told(page) == ["Gentile Rita Rossi, la caldaia spenta è nostra. Grazie"]
    assert re.findall("<mark>(.*?)</mark>", page.content.decode()) == ["caldaia", "spenta"]


def test_quotation_is_in_the_language_of_the_customer(enter, anna, new, frozen_clock):
    (shown,) = enter(anna).get(f"/tickets/{new.pk}/told").context["told"]

    assert shown.text.endswith(
        "> Per la caldaia: spegnere l'interruttore, attendere dieci minuti e riaccendere.\n> Poi ci scriva.\n\n"
    )
    assert f"(#{shown.told.ticket_id}):" in shown.text
    assert "<blockquote><div>Per la caldaia: spegnere l&#x27;interruttore" in shown.html


def test_earlier_answers_are_not_told_to_those_who_may_not_see_them(enter, ben, sam, rita, anna, new, group):
    ben.ticket_restriction = "assigned"
    ben.save()

    assert enter(ben).get(f"/tickets/{new.pk}/told").status_code == 404
    assert enter(rita).get(f"/tickets/{new.pk}/told").status_code == 404


def test_page_of_a_ticket_says_where_to_look_and_looks_nowhere_itself(enter, anna, new):
    agent = enter(anna)

    assert f'src="/tickets/{new.pk}/told"' in agent.get(f"/tickets/{new.pk}").content.decode()
    tickets.answer(new.pk, Words("Fatto."), status=Status.SOLVED, actor=anna, via=Via.WEB)
    assert "sp-lazy" not in agent.get(f"/tickets/{new.pk}").content.decode()


def test_ticket_without_a_word_that_tells_anything_finds_nothing(enter, anna, rita, new, indexed):
    empty = asked(rita, "Buongiorno", "Grazie, saluti.")
    indexed()

    assert told(enter(anna).get(f"/tickets/{empty.pk}/told")) == []
