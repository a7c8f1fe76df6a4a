"""From raw bytes to rows: what becomes of each kind of mail."""

from datetime import UTC, datetime, timedelta

import pytest
import time_machine
from django.db import connection
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from sportello.channels.email import receive
from sportello.desk.actions import configuration, desks, inbox, letters, people, tickets
from sportello.desk.actions.inbox import Delivery
from sportello.desk.actions.tickets import Words
from sportello.desk.errors import Stale
from sportello.desk.models import Breaker, Comment, Identity, InboundMail, OutgoingMail, Participant, Ticket, User
from sportello.desk.words import MailState, Status, Via
from tests.personas import events, mails

pytestmark = pytest.mark.django_db
NOON = datetime(2026, 3, 4, 12, 0, tzinfo=UTC)


def mail(
    sender: str = "Rita Rossi <rita@rossi.example>",
    *,
    to: str = "help@desk.example",
    subject: str = "Toner",
    text: str = "Il toner è finito.",
    message_id: str | None = "",
    number: int = 0,
    **headers: str,
) -> bytes:
    """A mail as bytes. message_id: None for a mail without; by default one of its own for each subject and number."""
    lines = {"From": sender, "To": to, "Subject": subject}
    if message_id is not None:
        lines["Message-ID"] = f"<{message_id or f'{subject}.{number}'.replace(' ', '-')}@rossi.example>"
    lines |= {name.replace("_", "-"): value for name, value in headers.items()}
    head = "".join(f"{name}: {value}\r\n" for name, value in lines.items())
    return f"{head}Content-Type: text/plain; charset=utf-8\r\n\r\n{text}\r\n".encode()


def deliver(raw: bytes, *, recipients: tuple[str, ...] = ("help@desk.example",), sender: str = "x@y.example") -> int:
    (mail_id,) = inbox.record([Delivery(raw, "smtp", {"sender": sender, "recipients": list(recipients)})])
    return mail_id


def take_in(raw: bytes, **envelope) -> InboundMail:
    mail_id = deliver(raw, **envelope)
    while receive.step():
        pass
    return InboundMail.objects.get(pk=mail_id)


def outcome(found: InboundMail) -> tuple[str, str]:
    return found.state, found.reason


def answer_address(ticket: Ticket) -> str:
    return letters.reply_address(ticket.pk, ticket.mailbox)


def told(ticket: Ticket, agent: User) -> OutgoingMail:
    """The mail that told the customer who has the ticket."""
    tickets.assign(ticket.pk, agent, actor=agent, via=Via.WEB)
    return OutgoingMail.objects.filter(ticket=ticket).latest("id")


# --- a new conversation -----------------------------------------------------------------------------------------------


def test_mail_when_new_then_opens_a_ticket(mailbox, organization):
    found = take_in(mail(text="Il toner è finito.\n\nGrazie\nRita", Cc="Otto <otto@rossi.example>, info@desk.example"))

    ticket = Ticket.objects.get()
    assert outcome(found) == ("opened", "")
    assert (found.ticket, found.threaded_by, found.message_id) == (ticket, "", "Toner.0@rossi.example")
    assert (ticket.subject, ticket.channel, ticket.mailbox, ticket.requester.name) == (
        "Toner",
        "email",
        mailbox,
        "Rita Rossi",
    )
    assert (ticket.requester.organization, ticket.requester.language) == (organization, "it")
    comment = Comment.objects.get()
    assert (comment.text.splitlines()[0], comment.public, comment.mail) == ("Il toner è finito.", True, found)


def test_mail_when_from_a_known_person_then_no_second_one_is_made(mailbox, rita):
    people.add_address(rita, "rita@home.example")

    take_in(mail("R. <RITA@Home.example>"))

    assert Ticket.objects.get().requester == rita
    assert User.objects.count() == 1


def test_copies_when_they_name_people_then_they_take_part_and_the_desk_never_does(mailbox, anna):
    desks.add_mailbox("sales@desk.example")

    take_in(
        mail(
            to="help+x@desk.example, Otto <otto@rossi.example>, sales@desk.example",
            Cc="anna@desk.example, rita@rossi.example, alias@desk.example, nonsense@, Otto <otto@rossi.example>",
        ),
        recipients=("help+x@desk.example", "alias@desk.example"),
    )

    people_in_copy = Participant.objects.values_list("kind", "user__identities__address")
    assert list(people_in_copy) == [("cc", "otto@rossi.example")]


def test_copies_when_a_stranger_names_hundreds_then_a_few_are_taken(mailbox):
    take_in(mail(Cc=", ".join(f"victim{n}@elsewhere.example" for n in range(500))))

    assert Participant.objects.count() == receive.CCS_OF_A_MAIL


def test_mail_when_assigned_in_turn_then_first_letter_is_queued_with_it(mailbox, anna):
    mailbox.group = people.add_group("Turn", assignment="round_robin", members=(anna,))
    mailbox.save()
    configuration.forget()

    take_in(mail())

    assert mails(Ticket.objects.get()) == ["taken_charge"]


def test_mail_when_everything_is_too_long_or_odd_then_kept_as_far_as_it_goes(mailbox):
    long = "x" * 3000
    raw = mail(f'"{long}\x00" <{"a" * 60}@{"b" * 60}.example>', subject=f"=?utf-8?q?a=00b?= {long}", message_id=long)
    raw = raw.replace(b"finito", b"fin\x00ito")

    found = take_in(raw)

    ticket = Ticket.objects.get()
    assert outcome(found) == ("opened", "")
    assert (len(found.message_id), len(ticket.subject), len(ticket.thread_root)) == (255, 998, 255)
    assert "\x00" not in ticket.subject + Comment.objects.get().text + ticket.requester.name

    answer = take_in(mail(found.sender, subject="Re", References=f"<{long}@rossi.example>"))

    assert (outcome(answer), answer.ticket) == (("commented", ""), ticket)


def test_sender_when_mail_cannot_be_sent_to_him_then_held(mailbox):
    found = take_in(mail("zoë@münchen.example"))

    assert outcome(found) == ("held", "no_sender")


def test_sender_when_missing_then_held(mailbox):
    found = take_in(b"Subject: who\r\n\r\nI\r\n", sender="")

    assert found.state == "held"


def test_spam_when_a_filter_says_so_then_held_with_its_word(mailbox):
    found = take_in(mail(X_Spam_Flag="YES"))

    assert (outcome(found), found.detail) == (("held", "spam"), "X-Spam-Flag: YES")
    assert Ticket.objects.count() == 0


def test_header_when_it_smuggles_lines_then_they_do_not_reach_our_mails(mailbox, group, anna):
    take_in(mail('"Rita\r\n Bcc: victim@elsewhere.example" <rita@rossi.example>', subject="a\r\n\tBcc: b@x.example"))
    ticket = Ticket.objects.get()

    letter = told(ticket, anna)

    assert "\n" not in ticket.subject + ticket.requester.name + letter.subject
    assert (letter.to, letter.cc) == ("rita@rossi.example", [])


# --- a conversation goes on -------------------------------------------------------------------------------------------


def test_answer_when_by_the_signed_address_then_joins_and_reopens(ticket, anna, rita):
    tickets.answer(ticket.pk, Words("Provi ora."), status=Status.PENDING, actor=anna, via=Via.WEB)

    found = take_in(mail(to=answer_address(ticket), subject="anything", Cc="otto@rossi.example"))

    ticket.refresh_from_db()
    assert (outcome(found), found.threaded_by, found.ticket) == (("commented", ""), "reply_address", ticket)
    assert (ticket.status, Comment.objects.latest("id").author) == (Status.OPEN, rita)
    assert [part.user.name for part in ticket.participants.all()] == ["otto"]


def test_answer_when_it_quotes_then_the_new_words_stand_alone(ticket, anna):
    letter = told(ticket, anna)

    take_in(
        mail(
            subject=f"Re: {letter.subject}",
            text="Ancora niente.\r\n\r\nIl giorno 4 marzo 2026 Help ha scritto:\r\n> Provi ora.\r\n",
            In_Reply_To=f"<{letter.message_id}>",
        )
    )

    comment = Comment.objects.latest("id")
    assert comment.text.strip() == "Ancora niente."
    assert "Provi ora." in comment.quoted_text


def test_answer_when_an_agent_writes_it_then_public_and_sent_on(ticket, anna):
    letter = told(ticket, anna)

    found = take_in(mail("anna@desk.example", text="Arrivo alle 15.", References=f"<{letter.message_id}>"))

    comment = Comment.objects.latest("id")
    assert outcome(found) == ("commented", "")
    assert (comment.author, comment.public, comment.text.strip()) == (anna, True, "Arrivo alle 15.")
    assert mails(ticket) == ["taken_charge", "reply"]


def test_answer_when_an_agent_may_not_see_the_ticket_then_held(ticket, anna, ben):
    letter = told(ticket, anna)

    found = take_in(mail("ben@desk.example", References=f"<{letter.message_id}>"))

    assert outcome(found) == ("held", "stranger")
    assert Comment.objects.count() == 1


def test_answer_when_somebody_pretends_to_be_an_agent_then_held(ticket, anna):
    letter = told(ticket, anna)

    found = take_in(
        mail(
            "anna@desk.example",
            References=f"<{letter.message_id}>",
            Authentication_Results="mx.desk.example; spf=pass; dmarc=fail (p=reject) header.from=desk.example",
        )
    )

    assert outcome(found) == ("held", "forged")
    assert mails(ticket) == ["taken_charge"]


def test_answer_when_a_stranger_writes_it_then_held_and_on_accept_takes_part(ticket, anna, sam, ada):
    letter = told(ticket, anna)

    found = take_in(mail("sam@elsewhere.example", References=f"<{letter.message_id}>", text="Anche da me."))

    assert (outcome(found), found.ticket, found.threaded_by) == (("held", "stranger"), ticket, "references")
    assert Comment.objects.count() == 1

    inbox.accept(found.pk, actor=ada)
    receive.step()

    found.refresh_from_db()
    assert (outcome(found), found.accepted_by) == (("commented", ""), ada)
    assert (Comment.objects.latest("id").author, Participant.objects.get().user) == (sam, sam)


def test_answer_when_the_ticket_is_closed_then_follow_up_points_back(ticket, anna, rita):
    tickets.answer(ticket.pk, Words("Toner cambiato."), status=Status.SOLVED, actor=anna, via=Via.WEB)
    tickets.confirm(ticket.pk, actor=rita, via=Via.WEB)

    found = take_in(mail(to=answer_address(ticket), text="Di nuovo finito."))

    assert (outcome(found), found.ticket.follow_up_of) == (("opened", ""), ticket)


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


def test_breaker_when_the_budget_is_spent_then_holds_until_lifted(mailbox, ada):
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


# --- twice, by hand, and in trouble -----------------------------------------------------------------------------------


def test_mail_when_it_comes_by_two_doors_then_one_ticket(mailbox):
    raw = mail()
    first, second = deliver(raw), deliver(b"Received: from elsewhere\r\n" + raw)
    receive.step()

    assert list(InboundMail.objects.filter(pk__in=(first, second)).values_list("state", "reason")) == [
        ("opened", ""),
        ("ignored", "duplicate"),
    ]


def test_mail_when_it_has_no_message_id_then_told_apart_by_what_it_says(mailbox):
    date = {"Date": "Wed, 04 Mar 2026 13:00:00 +0100"}
    same = mail(message_id=None, **date)
    states = [
        take_in(same).state,
        take_in(b"Received: from elsewhere\r\n" + same).state,
        take_in(mail(message_id=None, text="Altro.", **date)).state,
        take_in(mail(message_id=None, Date="Wed, 04 Mar 2026 13:00:01 +0100")).state,
    ]

    assert states == ["opened", "ignored", "opened", "opened"]


def test_mail_when_it_has_neither_id_nor_date_then_once_an_hour(mailbox):
    with time_machine.travel(NOON, tick=False) as traveller:
        states = [take_in(mail(message_id=None)).state for _again in range(2)]
        traveller.shift(timedelta(hours=1))

        assert [*states, take_in(mail(message_id=None)).state] == ["opened", "ignored", "opened"]


def test_message_id_when_another_uses_it_then_he_suppresses_nothing(mailbox):
    take_in(mail("evil@elsewhere.example", message_id="same"))

    assert outcome(take_in(mail(message_id="same"))) == ("opened", "")


def test_ledger_verbs_when_used_then_states_follow(mailbox, ada):
    found = take_in(mail(X_Spam_Flag="YES"))

    inbox.reject(found.pk, actor=ada)
    found.refresh_from_db()
    assert (outcome(found), found.detail) == (("ignored", "rejected"), "Ada Admin")
    with pytest.raises(Stale):
        inbox.accept(found.pk, actor=ada)
    assert outcome(take_in(mail(X_Spam_Flag="YES"))) == ("ignored", "duplicate")

    inbox.replay(found.pk, actor=ada)
    receive.step()
    found.refresh_from_db()
    assert outcome(found) == ("held", "spam")

    inbox.accept(found.pk, actor=ada)
    receive.step()
    found.refresh_from_db()
    assert outcome(found) == ("opened", "")
    for verb in (inbox.accept, inbox.reject, inbox.replay):
        with pytest.raises(Stale):
            verb(found.pk, actor=ada)


def break_comments() -> None:
    with connection.cursor() as cursor:
        cursor.execute("ALTER TABLE desk_comment RENAME TO elsewhere")


def mend_comments() -> None:
    with connection.cursor() as cursor:
        cursor.execute("ALTER TABLE elsewhere RENAME TO desk_comment")


def test_mail_when_it_fails_three_times_then_kept_as_failed_and_replayable(mailbox, ada):
    with time_machine.travel(NOON, tick=False) as traveller:
        mail_id = deliver(mail())
        break_comments()
        for _attempt in range(3):
            receive.step()
            assert not receive.step()
            traveller.shift(timedelta(hours=1))
        mend_comments()

        found = InboundMail.objects.get(pk=mail_id)
        assert (outcome(found), found.attempts, Ticket.objects.count()) == (("failed", "error"), 3, 0)
        assert "Error" in found.detail

        inbox.replay(mail_id, actor=ada)
        receive.step()
        found.refresh_from_db()
        assert outcome(found) == ("opened", "")


def test_mail_when_it_fails_then_those_beside_it_are_taken_in(mailbox, monkeypatch):
    def stumble(*values, **named):
        raise RuntimeError("stumbled")

    first, bad, last = (
        deliver(mail(number=1)),
        deliver(mail("new@rossi.example", subject="bad")),
        deliver(mail(number=3)),
    )
    real = receive.languages.guess
    monkeypatch.setattr(receive.languages, "guess", lambda text: stumble() if text.startswith("bad") else real(text))
    receive.step()

    states = dict(InboundMail.objects.values_list("pk", "state"))
    assert states == {first: "opened", bad: "received", last: "opened"}
    assert InboundMail.objects.get(pk=bad).last_error == "RuntimeError: stumbled"


def test_mail_when_it_kills_the_worker_then_it_alone_is_given_up(mailbox, monkeypatch):
    real = receive.parse

    def fatal(raw, **named):
        if b"poison" in raw:
            raise SystemExit  # What no handler of ours stops, as a kill would.
        return real(raw, **named)

    monkeypatch.setattr(receive, "parse", fatal)
    with time_machine.travel(NOON, tick=False) as traveller:
        ids = [deliver(mail(number=1)), deliver(mail(subject="poison")), *(deliver(mail(number=n)) for n in (3, 4))]
        for _restart in range(20):
            try:
                while receive.step():
                    pass
            except SystemExit:
                pass
            traveller.shift(timedelta(seconds=31))

    states = dict(InboundMail.objects.values_list("pk", "state"))
    assert [states[mail_id] for mail_id in ids] == ["opened", "failed", "opened", "opened"]
    assert InboundMail.objects.get(pk=ids[1]).reason == "gave_up"


def test_portion_when_mails_are_big_then_few_at_a_time(mailbox, monkeypatch):
    monkeypatch.setattr(receive, "PORTION_BYTES", 500)
    for number in range(5):
        deliver(mail(number=number, text="x" * 300))
    receive.step()

    assert set(InboundMail.objects.values_list("state", flat=True)) == {"opened"}


SENDERS = ["rita@rossi.example", "otto@rossi.example", "anna@desk.example", "help@desk.example", "nobody", ""]


@settings(max_examples=25, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(
    st.lists(
        st.tuples(
            st.sampled_from(SENDERS),
            st.integers(0, 3),
            st.sampled_from(["", "auto-replied"]),
            st.sampled_from(["", "YES"]),
            st.sampled_from(["x@y.example", ""]),
        ),
        max_size=8,
    )
)
def test_ledger_when_any_mails_come_then_it_adds_up(mailbox, group, ticket, drawn):
    InboundMail.objects.all().delete()
    for sender, number, auto, spam, envelope_sender in drawn:
        headers = {"Auto_Submitted": auto} if auto else {}
        headers |= {"X_Spam_Flag": spam} if spam else {}
        to = answer_address(ticket) if number == 3 else "help@desk.example"
        deliver(mail(sender, number=number, to=to, **headers), sender=envelope_sender)
    before = Ticket.objects.count(), Comment.objects.count()
    while receive.step():
        pass

    counts = inbox.ledger()
    states = counts["states"]
    assert counts["received"] == len(drawn) == sum(states.values())
    assert states[MailState.RECEIVED] == states[MailState.FAILED] == 0
    assert Ticket.objects.count() - before[0] == states[MailState.OPENED]
    assert Comment.objects.count() - before[1] == states[MailState.OPENED] + states[MailState.COMMENTED]
    assert all(sum(reasons.values()) <= states[state] for state, reasons in counts["reasons"].items())


# --- bounces ----------------------------------------------------------------------------------------------------------


def report(
    original: str, *, action: str = "failed", status: str = "5.1.1", recipient: str = "rita@rossi.example"
) -> bytes:
    """A delivery report (RFC 3464) on a mail with this Message-ID."""
    return (
        "From: MAILER-DAEMON@mx.rossi.example\r\nTo: help@desk.example\r\nSubject: Undelivered Mail\r\n"
        f"Message-ID: <report.{action}.{status}.{recipient}>\r\nAuto-Submitted: auto-replied\r\n"
        'Content-Type: multipart/report; report-type=delivery-status; boundary="b"\r\n\r\n'
        "--b\r\nContent-Type: text/plain\r\n\r\nIt did not arrive.\r\n"
        "--b\r\nContent-Type: message/delivery-status\r\n\r\nReporting-MTA: dns; mx.rossi.example\r\n\r\n"
        f"Final-Recipient: rfc822; {recipient}\r\nAction: {action}\r\nStatus: {status}\r\n"
        "Diagnostic-Code: smtp; 550 no such user\r\n\r\n"
        f"--b\r\nContent-Type: text/rfc822-headers\r\n\r\nMessage-ID: <{original}>\r\n\r\n--b--\r\n"
    ).encode()


@pytest.fixture
def solved(ticket, anna) -> OutgoingMail:
    tickets.answer(ticket.pk, Words("Toner cambiato."), status=Status.SOLVED, actor=anna, via=Via.WEB)
    return OutgoingMail.objects.get(step="solved")


@pytest.mark.parametrize("by", ["bounce_address", "message_id"])
def test_bounce_when_permanent_then_address_marked_and_ticket_back_to_its_agent(solved, ticket, anna, by):
    raw = report("unknown@rossi.example" if by == "bounce_address" else solved.message_id)
    address = letters.bounce_address(solved) if by == "bounce_address" else "help@desk.example"

    found = take_in(raw, recipients=(address,), sender="")

    ticket.refresh_from_db()
    assert (outcome(found), found.ticket) == (("ignored", "bounce"), ticket)
    assert (ticket.status, ticket.assignee) == (Status.OPEN, anna)
    assert Identity.objects.get(address="rita@rossi.example").undeliverable_at is not None
    assert [event["code"] for event in events(ticket, type="Note")] == ["not_reached"]
    assert "550 no such user" in found.detail


def test_bounce_when_only_delayed_then_noted(solved, ticket):
    found = take_in(report(solved.message_id, action="delayed", status="4.4.1"), sender="")

    ticket.refresh_from_db()
    assert (outcome(found), ticket.status) == (("ignored", "delay"), Status.SOLVED)
    assert Identity.objects.get(address="rita@rossi.example").undeliverable_at is None
    assert [event["code"] for event in events(ticket, type="Note")] == ["delayed"]


def test_bounce_when_it_comes_twice_then_told_once(solved, ticket):
    take_in(report(solved.message_id), sender="")
    found = take_in(report(solved.message_id), sender="")

    assert outcome(found) == ("ignored", "duplicate")
    assert [event["code"] for event in events(ticket, type="Note")] == ["not_reached"]


def test_bounce_when_it_names_somebody_we_did_not_write_to_then_he_is_not_marked(solved, ticket, sam):
    take_in(report(solved.message_id, recipient="sam@elsewhere.example"), sender="")

    assert Identity.objects.get(address="sam@elsewhere.example").undeliverable_at is None


def test_bounce_when_of_a_mail_that_is_not_ours_then_ignored(mailbox):
    found = take_in(report("other@elsewhere.example"), sender="")

    assert outcome(found) == ("ignored", "bounce_of_unknown")
