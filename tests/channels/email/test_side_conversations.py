"""What third parties answer stays beside the customer's conversation, whatever anybody does with the mails."""

from dataclasses import asdict

import pytest

from sportello.desk import access
from sportello.desk.actions import configuration, letters, merging, people, sending, side_conversations, tickets
from sportello.desk.actions.tickets import Words
from sportello.desk.actions.update import METRIC_FIELDS
from sportello.desk.errors import Invalid, Missing, Stale
from sportello.desk.models import (
    Audit,
    Comment,
    Draft,
    Notification,
    OutgoingMail,
    SideConversation,
    Ticket,
    TicketMetric,
)
from sportello.desk.rules.metrics import AuditFacts, rebuild
from sportello.desk.rules.schedules import business_seconds
from sportello.desk.words import SideState, Status, Via
from tests.channels.email.mails import answer_address, mail, outcome, take_in
from tests.personas import events, mails

pytestmark = pytest.mark.django_db
FABIO = "Fabio Neri <fabio@supplier.example>"


@pytest.fixture
def fabio(db):
    return people.add("Fabio Neri", "fabio@supplier.example", language="it")


@pytest.fixture
def side(ticket, anna, fabio):
    """Anna asks Fabio for a part of Rita's printer; the ticket waits for him."""
    tickets.update(ticket.pk, tickets.Change(status=Status.HOLD, assignee=anna), actor=anna, via=Via.WEB)
    return side_conversations.start(
        ticket.pk, people=[fabio], subject="Rullo", words=Words("Avete il rullo?"), actor=anna
    )


def sent(side):
    return OutgoingMail.objects.filter(comment__side_conversation=side).latest("id")


def address(side):
    return letters.side_address(side.pk, side.ticket.mailbox)


def told(ticket):
    """What the customer's clocks and lists know of a ticket."""
    columns = ("preview", "waiting_since", "commented_at", "customer_commented_at", "thread_last", "thread_root")
    return Ticket.objects.filter(pk=ticket.pk).values(*columns).get(), metric(ticket)


def metric(ticket):
    return TicketMetric.objects.filter(ticket=ticket).values(*METRIC_FIELDS).get()


def rebuilt(ticket):
    now = configuration.current()
    facts = [
        AuditFacts(it.author_id, it.events, it.created_at) for it in Audit.objects.filter(ticket=ticket).order_by("id")
    ]
    return asdict(rebuild(facts, lambda pk, start, end: business_seconds(now.hours_of(pk), start, end)))


def said(side):
    return list(Comment.objects.filter(side_conversation=side).order_by("id").values_list("author__name", "text"))


# --- asking -----------------------------------------------------------------------------------------------------------


def test_ask_then_a_mail_of_its_own_thread_goes_out_and_the_customers_hears_nothing(ticket, anna, fabio):
    before = told(ticket)

    side = side_conversations.start(
        ticket.pk, people=[fabio], subject=" Rullo  nuovo ", words=Words("Avete il rullo?"), actor=anna
    )

    letter = OutgoingMail.objects.get(step="side")
    assert (letter.to, letter.sender, letter.subject) == ("fabio@supplier.example", "help@desk.example", "Rullo nuovo")
    assert letter.reply_to == address(side)
    assert letter.references == ""
    assert not letter.automatic
    assert "Avete il rullo?" in letter.text
    assert "/r/" not in letter.text + letter.html
    assert (side.thread_root, side.thread_last) == (letter.message_id, letter.message_id)
    comment = Comment.objects.get(side_conversation=side)
    assert (comment.public, comment.author, comment.text) == (False, anna, "Avete il rullo?")
    assert told(ticket) == before
    assert events(ticket, type="Note")[-1] == {
        "type": "Note",
        "code": "side_asked",
        "values": {"people": "Fabio Neri", "subject": "Rullo nuovo"},
    }


def test_ask_when_a_message_is_quoted_and_files_go_along_then_they_do(ticket, anna, rita, fabio):
    file = tickets.NewFile("error.txt", "text/plain", b"E42")
    tickets.hear(ticket.pk, Words("Ecco l'errore.", files=(file,)), actor=rita, via=Via.EMAIL)
    quoted = Comment.objects.latest("id")

    side = side_conversations.start(
        ticket.pk,
        people=[fabio],
        subject="Rullo",
        words=Words("Che cos'è?"),
        actor=anna,
        quote=quoted,
        files=list(quoted.attachments.all()),
    )

    assert "> Ecco l'errore." in sent(side).text
    comment = Comment.objects.get(side_conversation=side)
    assert comment.quoted_text == "Ecco l'errore."
    assert list(comment.attachments.values_list("file_name", "digest")) == [
        ("error.txt", quoted.attachments.get().digest)
    ]


@pytest.mark.parametrize("field", ["people", "subject", "comment"])
def test_ask_when_something_is_missing_or_it_is_the_customer_then_refused(ticket, anna, rita, fabio, field):
    said = {"people": [fabio], "subject": "x", "words": Words("y")}
    wrong = {"people": ([], [rita], [people.add("No Address")]), "subject": (" ",), "comment": (Words(" "),)}[field]

    for value in wrong:
        with pytest.raises(Invalid, match=f"{field}: "):
            side_conversations.start(ticket.pk, **{**said, "words" if field == "comment" else field: value}, actor=anna)

    assert not SideConversation.objects.exists()


def test_ask_when_the_ticket_is_closed_then_refused(side, ticket, anna, rita, fabio):
    tickets.confirm(ticket.pk, actor=rita, via=Via.WEB)

    with pytest.raises(Stale):
        side_conversations.start(ticket.pk, people=[fabio], subject="x", words=Words("y"), actor=anna)
    with pytest.raises(Stale):
        side_conversations.say(side.pk, Words("y"), actor=anna)


# --- answers ----------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("way", ["address", "upper case", "copy", "references", "both addresses"])
def test_answer_however_it_comes_then_it_lands_beside_and_never_in_the_conversation(side, ticket, anna, rita, way):
    before = told(ticket)
    headers = {
        "address": {"to": address(side)},
        "upper case": {"to": address(side).upper()},
        "copy": {"Cc": address(side)},
        "references": {"In_Reply_To": f"<{sent(side).message_id}>"},
        "both addresses": {"to": f"{answer_address(ticket)}, {address(side)}"},
    }[way]

    found = take_in(mail(FABIO, subject="Re: Rullo", text="Sì, arriva lunedì.\n\n> Avete il rullo?", **headers))

    assert outcome(found) == ("commented", "")
    assert (found.ticket, found.threaded_by) == (ticket, "references" if way == "references" else "side_address")
    assert said(side) == [("Anna Conti", "Avete il rullo?"), ("Fabio Neri", "Sì, arriva lunedì.")]
    comment = Comment.objects.latest("id")
    assert (comment.public, comment.automatic, comment.mail) == (False, False, found)
    assert "Avete il rullo?" in comment.quoted_text
    side.refresh_from_db()
    assert (side.answered, side.state) == (True, SideState.OPEN)
    ticket.refresh_from_db()
    assert ticket.status == Status.OPEN
    assert told(ticket)[0] == before[0]
    assert (metric(ticket)["replies"], metric(ticket)["first_reply_at"]) == (0, None)
    assert metric(ticket) == rebuilt(ticket)
    for person in (rita, anna):
        assert "lunedì" not in "".join(it.text for it in access.comments(person, ticket))
    assert [mail.step for mail in OutgoingMail.objects.filter(recipient=rita)] == ["taken_charge"]
    notice = Notification.objects.get(kind="side")
    assert (notice.user, notice.ticket, notice.author.name) == (anna, ticket, "Fabio Neri")


def test_answer_when_it_has_files_then_they_are_kept_beside(side, ticket, rita, anna):
    raw = (
        f"From: {FABIO}\r\nTo: {address(side)}\r\nSubject: Re: Rullo\r\nMessage-ID: <f1@supplier.example>\r\n"
        'MIME-Version: 1.0\r\nContent-Type: multipart/mixed; boundary="x"\r\n\r\n'
        "--x\r\nContent-Type: text/plain\r\n\r\nEcco il preventivo.\r\n"
        '--x\r\nContent-Type: text/plain; name="price.txt"\r\nContent-Disposition: attachment; filename="price.txt"'
        "\r\n\r\n100\r\n--x--\r\n"
    )
    take_in(raw.encode())

    (file,) = Comment.objects.latest("id").attachments.all()
    assert file.file_name == "price.txt"
    assert access.get_attachment(anna, file.pk) == file
    with pytest.raises(Missing):
        access.get_attachment(rita, file.pk)
    assert list(access.attachments(rita, ticket)) == []


def test_answer_then_the_next_question_goes_on_in_its_thread(side, anna):
    take_in(mail(FABIO, to=address(side), subject="Re: Rullo", message_id="f1", text="Sì."))

    side_conversations.say(side.pk, Words("Quanto costa?"), actor=anna)

    side.refresh_from_db()
    letter = sent(side)
    assert letter.subject == "Re: Rullo"
    assert letter.references.split() == [side.thread_root, "f1@rossi.example"]
    assert side.answered is False


def test_answer_when_ticket_is_not_on_hold_then_its_status_stays(side, ticket, anna):
    tickets.update(ticket.pk, tickets.Change(status=Status.PENDING), actor=anna, via=Via.WEB)

    take_in(mail(FABIO, to=address(side)))

    ticket.refresh_from_db()
    assert ticket.status == Status.PENDING


def test_answer_when_side_is_done_then_it_is_open_again(side, ticket, anna):
    side_conversations.close(side.pk, actor=anna)
    side_conversations.close(side.pk, actor=anna)
    side.refresh_from_db()
    assert side.state == SideState.DONE

    take_in(mail(FABIO, to=address(side)))

    side.refresh_from_db()
    assert side.state == SideState.OPEN
    assert [it["code"] for it in events(ticket, type="Note")] == ["side_asked", "side_done", "side_answered"]


def test_answer_when_ticket_is_closed_then_it_still_arrives_and_nothing_opens(side, ticket, rita):
    tickets.confirm(ticket.pk, actor=rita, via=Via.WEB)

    found = take_in(mail(FABIO, to=address(side), text="Sì."))

    assert (outcome(found), found.ticket) == (("commented", ""), ticket)
    ticket.refresh_from_db()
    assert ticket.status == Status.CLOSED
    assert Ticket.objects.count() == 1


def test_answer_when_ticket_was_merged_then_the_one_in_which_it_goes_on_wakes(side, ticket, anna, ada, rita):
    told_before = set(Notification.objects.values_list("pk", flat=True))
    middle, end = (
        tickets.open_ticket(requester=rita, subject=name, words=Words(name), actor=rita, via=Via.EMAIL)
        for name in ("Ancora", "Di nuovo")
    )
    for source, target in ((ticket, middle), (middle, end)):
        merging.merge(source.pk, target.pk, actor=ada, via=Via.WEB)
    tickets.update(end.pk, tickets.Change(status=Status.HOLD, assignee=ada), actor=ada, via=Via.WEB)
    before = told(end)

    found = take_in(mail(FABIO, to=address(side), text="Sì."))

    for it in (ticket, middle, end):
        it.refresh_from_db()
    assert (found.ticket, said(side)[-1]) == (ticket, ("Fabio Neri", "Sì."))
    assert [it.status for it in (ticket, middle, end)] == [Status.CLOSED, Status.CLOSED, Status.OPEN]
    assert events(end, type="Note")[-1]["code"] == "side_answered"
    assert told(end)[0] == before[0]
    heard = Notification.objects.exclude(pk__in=told_before).filter(kind="side").order_by("user__name")
    assert [(it.user, it.ticket) for it in heard] == [(ada, end), (anna, end)]
    assert list(access.side_conversations(ada, end.pk)) == [side]


def test_automatic_answer_when_ticket_was_merged_then_nothing_wakes(side, ticket, ada, rita):
    end = tickets.open_ticket(requester=rita, subject="Ancora", words=Words("Ancora"), actor=rita, via=Via.EMAIL)
    merging.merge(ticket.pk, end.pk, actor=ada, via=Via.WEB)
    tickets.update(end.pk, tickets.Change(status=Status.HOLD), actor=ada, via=Via.WEB)
    count = end.audits.count()

    take_in(mail(FABIO, to=address(side), Auto_Submitted="auto-replied"))

    end.refresh_from_db()
    assert (end.status, end.audits.count()) == (Status.HOLD, count)


# --- what must not happen ---------------------------------------------------------------------------------------------


def test_third_party_when_he_writes_to_the_customers_conversation_then_held(side, ticket):
    found = take_in(mail(FABIO, to=answer_address(ticket), text="Rispondo qui."))

    assert outcome(found) == ("held", "stranger")
    assert not Comment.objects.filter(text="Rispondo qui.").exists()


def test_customer_when_the_question_was_forwarded_to_him_then_what_he_answers_is_held(side, ticket, rita):
    for headers in ({"to": address(side)}, {"In_Reply_To": f"<{sent(side).message_id}>"}):
        found = take_in(
            mail(to=headers.pop("to", "help@desk.example"), text="Ma che dite?", number=len(headers), **headers)
        )
        assert outcome(found) == ("held", "stranger")
    assert len(said(side)) == 1


def test_customer_when_his_mail_names_both_threads_then_it_is_in_his_own(side, ticket, anna, rita):
    tickets.answer(ticket.pk, Words("Chiedo."), actor=anna, via=Via.WEB)
    ours = OutgoingMail.objects.filter(recipient=rita).latest("id").message_id

    found = take_in(mail(References=f"<{ours}> <{sent(side).message_id}>", text="Grazie, aspetto."))

    assert outcome(found) == ("commented", "")
    assert Comment.objects.latest("id").side_conversation is None


@pytest.mark.parametrize("change", ["mark", "number", "purpose"])
def test_side_address_when_forged_then_not_believed(side, ticket, sam, anna, fabio, change):
    other = side_conversations.start(ticket.pk, people=[fabio], subject="x", words=Words("y"), actor=anna)
    forged = {
        "mark": f"help+s{side.pk}.{'a' * 12}@desk.example",
        "number": address(side).replace(f"+s{side.pk}.", f"+s{other.pk}."),
        "purpose": address(side).replace("+s", "+"),
    }[change]

    found = take_in(mail("Sam <sam@elsewhere.example>", to=forged, text="Ciao."), recipients=(forged,))

    assert outcome(found) == ("opened", "")
    assert found.ticket != ticket
    assert len(said(side)) == len(said(other)) == 1


def test_stranger_when_he_knows_the_address_then_held_and_let_in_by_hand(side, sam, anna):
    from sportello.channels.email import receive
    from sportello.desk.actions import inbox

    found = take_in(mail("Sam <sam@elsewhere.example>", to=address(side), text="Sono il collega di Fabio."))
    assert outcome(found) == ("held", "stranger")

    inbox.accept(found.pk, actor=anna)
    receive.step()

    assert said(side)[-1] == ("Sam Stranger", "Sono il collega di Fabio.")
    assert sam in side.people.all()


def test_automatic_answer_then_kept_aside_and_nobody_is_told_or_answered(side, ticket, anna):
    count = OutgoingMail.objects.count()

    found = take_in(mail(FABIO, to=address(side), Auto_Submitted="auto-replied", text="Sono in ferie."))

    assert outcome(found) == ("commented", "")
    comment = Comment.objects.latest("id")
    assert (comment.automatic, comment.public, comment.side_conversation) == (True, False, side)
    ticket.refresh_from_db()
    side.refresh_from_db()
    assert (ticket.status, side.answered) == (Status.HOLD, False)
    assert not Notification.objects.filter(kind="side").exists()
    assert OutgoingMail.objects.count() == count


def test_automatic_answer_to_the_envelope_then_aside_too(side):
    found = take_in(
        mail(FABIO, Auto_Submitted="auto-replied", text="Sono in ferie."),
        recipients=(letters.bounce_address(sent(side)),),
    )

    assert (found.threaded_by, Comment.objects.latest("id").side_conversation) == ("bounce_address", side)


def test_bounce_then_the_mail_and_the_address_are_marked_and_the_customer_hears_nothing(side, ticket, fabio, rita):
    letter = sent(side)
    report = (
        "From: MAILER-DAEMON@mx.example\r\nTo: x\r\nSubject: Undelivered\r\nMessage-ID: <b1@mx.example>\r\n"
        'MIME-Version: 1.0\r\nContent-Type: multipart/report; report-type=delivery-status; boundary="b"\r\n\r\n'
        "--b\r\nContent-Type: text/plain\r\n\r\nNo.\r\n--b\r\nContent-Type: message/delivery-status\r\n\r\n"
        "Reporting-MTA: dns; mx.example\r\n\r\nFinal-Recipient: rfc822; fabio@supplier.example\r\nAction: failed\r\n"
        "Status: 5.1.1\r\nDiagnostic-Code: smtp; 550 5.1.1 unknown\r\n\r\n--b--\r\n"
    )

    found = take_in(report.encode(), recipients=(letters.bounce_address(letter),), sender="")

    assert outcome(found) == ("ignored", "bounce")
    letter.refresh_from_db()
    assert letter.bounced_at is not None
    assert fabio.identities.get().undeliverable_at is not None
    assert mails(ticket).count("taken_charge") == 1


def test_answer_then_rules_neither_see_it_nor_tell_its_author(side, ticket, ada):
    from sportello.desk.actions import rules

    rules.save_trigger(
        {
            "title": "Tell whoever writes",
            "conditions": {
                "all": [],
                "any": [{"field": "comment_includes_word", "operator": "includes", "value": "rullo"}],
            },
            "actions": [{"field": "notification_user", "value": ["current_user", "s", "b {{ ticket.url }}"]}],
        },
        actor=ada,
    )

    take_in(mail(FABIO, to=address(side), text="Il rullo arriva."))

    assert not OutgoingMail.objects.filter(step="notice").exists()


def test_answer_then_drafts_of_the_agent_and_views_do_not_count_it(side, ticket, anna):
    take_in(mail(FABIO, to=address(side), text="Sì."))

    assert access.comments(anna, ticket).count() == 1
    assert SideConversation.objects.get().comments.count() == 2
    assert sending._forestalled(ticket, Draft(ticket=ticket, author=anna, seen=0)).because == "customer"
    assert sending._forestalled(ticket, Draft(ticket=ticket, author=anna, seen=Comment.objects.first().pk)) is None
