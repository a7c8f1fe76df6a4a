"""Mails that answer a mail of a merged ticket follow it, by whatever they are threaded."""

import pytest

from sportello.desk.actions import incidents, merging, splitting, tickets
from sportello.desk.actions.tickets import Words
from sportello.desk.models import Comment, InboundMail, OutgoingMail, Participant, Ticket
from sportello.desk.words import Status, Via
from tests.channels.email.mails import VOUCHED, answer_address, mail, outcome, take_in, told

pytestmark = pytest.mark.django_db

ROAD = ("reply_address", "references", "subject")


def answer_to(ticket, letter, by, *, sender="Rita Rossi <rita@rossi.example>", text="Ancora niente.", number=1, **more):
    """An answer to a mail of the ticket, threaded in one way only."""
    to = answer_address(ticket) if by == "reply_address" else "help@desk.example"
    headers = {"In_Reply_To": f"<{letter.message_id}>"} if by == "references" else {}
    subject = f"R: [#{ticket.pk}] x" if by == "subject" else "R: x"
    raw = mail(sender, to=to, subject=subject, text=text, number=number, **headers, **more)
    return take_in(raw, recipients=(to,))


@pytest.fixture
def again(ticket, mailbox, rita):
    return tickets.open_ticket(
        requester=rita, subject="Ancora", words=Words("Non va."), actor=rita, via=Via.EMAIL, mailbox_id=mailbox.pk
    )


@pytest.fixture
def strange(ticket, mailbox, sam):
    return tickets.open_ticket(
        requester=sam, subject="Da noi", words=Words("Non va."), actor=sam, via=Via.EMAIL, mailbox_id=mailbox.pk
    )


@pytest.mark.parametrize("by", ROAD)
def test_answer_when_its_ticket_was_merged_then_lands_at_the_end(ticket, again, mailbox, rita, anna, by):
    letter = told(again, anna)
    third = tickets.open_ticket(
        requester=rita, subject="Terza", words=Words("?"), actor=rita, via=Via.EMAIL, mailbox_id=mailbox.pk
    )
    merging.merge(again.pk, third.pk, actor=anna, via=Via.WEB)
    merging.merge(third.pk, ticket.pk, actor=anna, via=Via.WEB)

    found = answer_to(again, letter, by)

    assert (outcome(found), found.threaded_by, found.ticket_id) == (("commented", ""), by, ticket.pk)
    said = Comment.objects.get(mail=found)
    assert (said.ticket_id, said.author, said.public) == (ticket.pk, rita, True)


def test_answer_when_merge_was_undone_then_lands_on_its_own_again(ticket, again, anna):
    letter = told(again, anna)
    merging.merge(again.pk, ticket.pk, actor=anna, via=Via.WEB)
    merging.unmerge(again.pk, actor=anna, via=Via.WEB)

    found = answer_to(again, letter, "reply_address")

    assert found.ticket_id == again.pk


def test_answer_when_a_colleague_was_brought_along_then_he_speaks_there(ticket, mailbox, otto, rita, anna):
    his = tickets.open_ticket(
        requester=otto, subject="x", words=Words("x"), actor=otto, via=Via.EMAIL, mailbox_id=mailbox.pk
    )
    letter = told(his, anna)
    merging.merge(his.pk, ticket.pk, actor=anna, via=Via.WEB)

    found = answer_to(his, letter, "reply_address", sender="otto@rossi.example")

    assert (found.ticket_id, Comment.objects.get(mail=found).author) == (ticket.pk, otto)
    assert set(Participant.objects.filter(ticket=ticket).values_list("user", flat=True)) == {otto.pk}


def test_answer_when_of_a_stranger_who_was_left_out_then_is_his_own_and_the_agents_hear(ticket, strange, sam, anna):
    letter = told(strange, anna)
    tickets.answer(ticket.pk, Words("Mi dica."), status=Status.PENDING, actor=anna, via=Via.WEB)
    merging.merge(strange.pk, ticket.pk, actor=anna, via=Via.WEB)

    found = answer_to(strange, letter, "references", sender="sam@elsewhere.example")

    assert (outcome(found), found.ticket_id) == (("commented", ""), strange.pk)
    assert Ticket.objects.get(pk=ticket.pk).status == Status.OPEN
    assert not Participant.objects.filter(ticket=ticket).exists()


def test_answer_when_a_third_person_writes_to_the_merged_one_then_is_held(ticket, again, anna):
    letter = told(again, anna)
    merging.merge(again.pk, ticket.pk, actor=anna, via=Via.WEB)

    found = answer_to(again, letter, "reply_address", sender="nobody@elsewhere.example")

    assert outcome(found) == ("held", "stranger")


def test_answer_when_an_agent_answers_an_old_notice_by_mail_then_it_goes_to_the_end(ticket, again, rita, anna):
    letter = told(again, anna)
    merging.merge(again.pk, ticket.pk, actor=anna, via=Via.WEB)

    found = answer_to(
        again, letter, "references", sender="anna@desk.example", text="Arrivo.", Authentication_Results=VOUCHED
    )

    assert found.ticket_id == ticket.pk
    assert Comment.objects.get(mail=found).author == anna


def test_answer_when_the_end_is_closed_then_opens_a_follow_up(ticket, again, rita, anna):
    letter = told(again, anna)
    merging.merge(again.pk, ticket.pk, actor=anna, via=Via.WEB)
    tickets.confirm(ticket.pk, actor=rita, via=Via.WEB)

    found = answer_to(again, letter, "reply_address")

    assert (outcome(found), found.ticket.follow_up_of_id) == (("opened", ""), ticket.pk)


def test_answer_when_a_message_was_split_then_each_mail_finds_its_own(ticket, mailbox, rita, anna):
    first = take_in(mail(subject="Due cose", text="Toner e telefono."))
    made = splitting.split(Comment.objects.get(mail=first).pk, subject="Telefono", actor=anna, via=Via.WEB)
    letter = told(made, anna)

    found = answer_to(made, letter, "reply_address")

    assert found.ticket_id == made.pk
    assert first.message_id in letter.references
    assert answer_to(first.ticket, letter, "reply_address", number=2).ticket_id == first.ticket_id


def test_answer_when_incidents_were_solved_then_each_comes_back_to_his_own(ticket, strange, sam, anna):
    incidents.link(strange.pk, ticket.pk, actor=anna, via=Via.WEB)
    tickets.answer(strange.pk, Words("Fatto."), status=Status.SOLVED, actor=anna, via=Via.WEB)
    letter = OutgoingMail.objects.filter(ticket=strange).latest("id")

    found = answer_to(strange, letter, "reply_address", sender="sam@elsewhere.example")

    assert InboundMail.objects.get(pk=found.pk).ticket_id == strange.pk
    assert Ticket.objects.get(pk=strange.pk).status == Status.OPEN
