"""What becomes of mail that machines write, and of those who write too much."""

from datetime import UTC, datetime, timedelta

import pytest
import time_machine

from sportello.channels.email import receive
from sportello.desk.actions import configuration, desks, inbox, people, tickets
from sportello.desk.actions.tickets import Words
from sportello.desk.errors import Stale
from sportello.desk.models import Breaker, Comment, Identity, InboundMail, OutgoingMail, Ticket, User
from sportello.desk.words import Status, Via
from tests.channels.email.mails import answer_address, deliver, mail, outcome, take_in, told
from tests.personas import mails

pytestmark = pytest.mark.django_db
NOON = datetime(2026, 3, 4, 12, 0, tzinfo=UTC)


# --- machines ---------------------------------------------------------------------------------------------------------


def test_out_of_office_when_in_a_conversation_then_a_note_that_moves_nothing(ticket, anna):
    tickets.answer(ticket.pk, Words("Provi ora."), status=Status.SOLVED, actor=anna, via=Via.WEB)
    before = mails(ticket)

    found = take_in(
        mail(to=answer_address(ticket), subject="Fuori sede", text="Torno lunedì.", Auto_Submitted="auto-replied")
    )

    ticket.refresh_from_db()
    comment = Comment.objects.latest("id")
    assert outcome(found) == ("commented", "")
    assert (comment.public, comment.automatic, ticket.status, mails(ticket)) == (False, True, Status.SOLVED, before)


def test_out_of_office_when_the_ticket_is_closed_then_nothing_is_opened(ticket, anna, rita):
    tickets.answer(ticket.pk, Words("Toner cambiato."), status=Status.SOLVED, actor=anna, via=Via.WEB)
    tickets.confirm(ticket.pk, actor=rita, via=Via.WEB)

    found = take_in(mail(to=answer_address(ticket), subject="Fuori sede", Auto_Submitted="auto-replied"))

    assert (outcome(found), found.ticket) == (("ignored", "auto-submitted"), ticket)
    assert Ticket.objects.count() == 1


def test_out_of_office_when_of_an_unknown_address_then_only_noted(ticket):
    found = take_in(mail("robot@elsewhere.example", to=answer_address(ticket), Auto_Submitted="auto-replied"))

    assert (outcome(found), found.ticket) == (("ignored", "auto-submitted"), ticket)
    assert Comment.objects.count() == 1


@pytest.mark.parametrize(
    ("headers", "expected"),
    [
        ({"subject": "Out of office"}, ("ignored", "vacation-subject")),
        ({"Auto_Submitted": "auto-generated"}, ("held", "automatic")),
        ({"List_Id": "<news.shop.example>"}, ("held", "automatic")),
        ({"Precedence": "bulk"}, ("held", "automatic")),
    ],
)
def test_machine_when_out_of_any_conversation_then_opens_nothing(mailbox, headers, expected):
    found = take_in(mail("robot@shop.example", **headers))

    assert outcome(found) == expected
    assert (Ticket.objects.count(), OutgoingMail.objects.count()) == (0, 0)


def test_null_sender_when_no_bounce_then_held_as_automatic(mailbox):
    assert outcome(take_in(mail(), sender="")) == ("held", "automatic")


def test_machine_when_accepted_by_hand_then_its_ticket_is_never_answered_by_itself(mailbox, anna):
    mailbox.group = people.add_group("Turn", assignment="round_robin", members=(anna,))
    mailbox.save()
    configuration.forget()
    found = take_in(mail("cron@server.example", Auto_Submitted="auto-generated"))

    inbox.accept(found.pk, actor=anna)
    receive.step()

    ticket = Ticket.objects.get()
    assert (ticket.silent, ticket.assignee, mails(ticket)) == (True, anna, [])


def test_list_when_a_participant_answers_through_it_then_his_words_are_public(ticket):
    take_in(mail(to=answer_address(ticket), List_Id="<staff.rossi.example>", text="Ancora niente."))

    comment = Comment.objects.latest("id")
    assert (comment.public, comment.automatic) == (True, False)


def test_own_mail_when_it_comes_back_then_ignored(ticket, anna):
    letter = told(ticket, anna)

    found = take_in(mail("help@desk.example", message_id="x").replace(b"x@rossi.example", letter.message_id.encode()))

    assert outcome(found) == ("ignored", "own_mail")


def test_sender_when_it_is_the_desk_itself_then_held_and_nothing_is_published(ticket):
    found = take_in(mail("Help <help+1@desk.example>", to=answer_address(ticket)))

    assert outcome(found) == ("held", "own_address")
    assert Comment.objects.count() == 1


@pytest.mark.parametrize("on_a_ticket", [True, False])
def test_sender_when_it_is_the_desk_itself_and_accepted_then_whoever_accepts_speaks(ticket, ada, on_a_ticket):
    found = take_in(mail("Help <help@desk.example>", to=answer_address(ticket) if on_a_ticket else "help@desk.example"))
    before = User.objects.count()

    inbox.accept(found.pk, actor=ada)
    receive.step()

    assert Comment.objects.latest("id").author == ada
    assert User.objects.count() == before


def test_robot_when_it_answers_whatever_we_send_then_it_ends(mailbox, group, anna):
    """A desk of the old kind answers each of our mails with a new mail, without any mark of a machine."""
    mailbox.group = people.add_group("Turn", assignment="round_robin", members=(anna,))
    mailbox.save()
    desks.configure(hourly_budget=5)
    answered = 0
    take_in(mail("desk@other.example", number=0))
    for number in range(1, 50):
        waiting = OutgoingMail.objects.filter(pk__gt=answered).order_by("id").first()
        if waiting is None:
            break
        answered = waiting.pk
        take_in(mail("desk@other.example", subject=f"We got your mail {number}"))

    assert waiting is None
    assert OutgoingMail.objects.count() == 5
    assert Breaker.objects.get().address == "desk@other.example"


def test_two_desks_when_one_writes_to_the_other_then_they_end_without_a_breaker(ticket, anna):
    """The other desk is like this one: its automatic mails say so, and it answers none of ours that do."""
    letter = told(ticket, anna)
    Identity.objects.filter(address="rita@rossi.example").update(address="desk@other.example")

    take_in(
        mail(
            "desk@other.example",
            to=answer_address(ticket),
            References=f"<{letter.message_id}>",
            Auto_Submitted="auto-generated",
        )
    )

    assert mails(ticket) == ["taken_charge"]
    assert Breaker.objects.count() == 0


# --- budget -----------------------------------------------------------------------------------------------------------


def test_breaker_when_the_budget_is_spent_then_holds_until_lifted(mailbox, ada, frozen_clock):
    desks.configure(hourly_budget=3)
    for number in range(5):
        take_in(mail(number=number))

    assert list(InboundMail.objects.order_by("id").values_list("state", "reason")) == [
        ("opened", ""),
        ("opened", ""),
        ("opened", ""),
        ("held", "breaker"),
        ("held", "breaker"),
    ]
    breaker = Breaker.objects.get()
    assert (breaker.address, breaker.mails) == ("rita@rossi.example", 4)

    inbox.lift(breaker.pk, actor=ada)
    frozen_clock.shift(1)

    assert [outcome(take_in(mail(number=number)))[0] for number in range(5, 9)] == ["opened"] * 3 + ["held"]
    with pytest.raises(Stale):
        inbox.lift(breaker.pk, actor=ada)


def test_breaker_when_all_come_in_one_portion_then_holds_as_well(mailbox):
    desks.configure(hourly_budget=3)
    for number in range(5):
        deliver(mail(number=number))
    receive.step()

    assert list(InboundMail.objects.order_by("id").values_list("state", flat=True)) == ["opened"] * 3 + ["held"] * 2


def test_breaker_when_an_hour_has_passed_then_the_budget_is_new(mailbox):
    desks.configure(hourly_budget=1)
    with time_machine.travel(NOON, tick=False) as traveller:
        take_in(mail(number=1))
        traveller.shift(timedelta(minutes=61))

        assert outcome(take_in(mail(number=2))) == ("opened", "")


def test_breaker_when_an_agent_writes_much_then_not_tripped(mailbox, anna):
    desks.configure(hourly_budget=1)

    assert [outcome(take_in(mail("anna@desk.example", number=n)))[0] for n in range(3)] == ["opened"] * 3
