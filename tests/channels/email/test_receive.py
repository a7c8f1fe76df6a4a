"""From raw bytes to rows: what becomes of each kind of mail."""

import hashlib

import pytest

from sportello.channels.email import receive
from sportello.channels.email.parse import parse
from sportello.channels.email.reading import read
from sportello.desk import links
from sportello.desk.actions import configuration, desks, inbox, people, tickets
from sportello.desk.actions.tickets import Words
from sportello.desk.models import Comment, Identity, InboundMail, Participant, Ticket, User
from sportello.desk.words import Status, Via
from sportello.kit import blobs
from tests.channels.email.mails import VOUCHED, answer_address, deliver, mail, outcome, take_in, told
from tests.personas import mails

pytestmark = pytest.mark.django_db


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
    assert letter.to == "rita@rossi.example"


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

    found = take_in(
        mail(
            "anna@desk.example",
            text="Arrivo alle 15.",
            References=f"<{letter.message_id}>",
            Authentication_Results=VOUCHED,
        )
    )

    comment = Comment.objects.latest("id")
    assert outcome(found) == ("commented", "")
    assert (comment.author, comment.public, comment.text.strip()) == (anna, True, "Arrivo alle 15.")
    assert mails(ticket) == ["taken_charge", "reply"]


def test_answer_when_an_agent_may_not_see_the_ticket_then_held(ticket, anna, ben):
    letter = told(ticket, anna)

    found = take_in(mail("ben@desk.example", References=f"<{letter.message_id}>", Authentication_Results=VOUCHED))

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


@pytest.mark.parametrize(
    ("results", "envelope", "expected"),
    [
        (VOUCHED, {"peer": "10.0.0.2"}, "commented"),
        (VOUCHED, {"peer": "::ffff:127.0.0.1"}, "commented"),
        (VOUCHED, {"peer": "local", "source": "lmtp"}, "commented"),
        (VOUCHED, {"peer": "", "source": "imap"}, "commented"),
        (VOUCHED, {"peer": "8.8.8.8"}, "held"),
        (VOUCHED, {"peer": "::ffff:8.8.8.8"}, "held"),
        (VOUCHED, {"peer": ""}, "held"),
        ("mx.desk.example; dmarc=none", {}, "held"),
        ("mx.desk.example; dkim=pass header.d=evil.example\r\nAuthentication-Results: " + VOUCHED, {}, "held"),
        (None, {}, "held"),
    ],
)
def test_answer_when_in_an_agents_name_then_public_only_if_our_own_server_vouches(
    ticket, anna, results, envelope, expected
):
    letter = told(ticket, anna)
    headers = {"Authentication_Results": results} if results else {}

    found = take_in(mail("anna@desk.example", References=f"<{letter.message_id}>", **headers), **envelope)

    assert outcome(found) == (expected, "" if expected == "commented" else "forged")
    assert mails(ticket) == ["taken_charge", "reply"][: 2 if expected == "commented" else 1]


def test_answer_when_in_an_agents_name_and_accepted_then_published_in_it(ticket, anna, ada):
    letter = told(ticket, anna)
    found = take_in(mail("anna@desk.example", References=f"<{letter.message_id}>", text="Arrivo alle 15."))
    assert (outcome(found), found.preview.strip()) == (("held", "forged"), "Arrivo alle 15.")

    inbox.accept(found.pk, actor=ada)
    receive.step()

    found.refresh_from_db()
    assert (outcome(found), found.preview) == (("commented", ""), "")
    assert Comment.objects.latest("id").author == anna


def test_answer_when_its_server_denies_a_customers_name_then_held(ticket, rita):
    denied = "mx.desk.example; dmarc=fail header.from=rossi.example"

    answer = take_in(mail(to=answer_address(ticket), Authentication_Results=denied))
    new = take_in(mail(number=1, Authentication_Results=denied))

    assert (outcome(answer), answer.ticket) == (("held", "forged"), ticket)
    assert outcome(new) == ("opened", "")


def test_answer_when_found_by_its_subject_then_lets_nobody_else_in(ticket, rita):
    found = take_in(mail(subject=f"Re: [#{ticket.pk}]", Cc="Mallory <mallory@evil.example>"))

    assert (outcome(found), found.threaded_by) == (("commented", ""), "subject")
    assert Participant.objects.count() == 0


def test_answer_when_it_quotes_our_links_then_their_keys_are_not_kept(ticket, rita):
    url = links.request_url(ticket.pk, rita.pk)

    take_in(mail(to=answer_address(ticket), text=f"Ancora niente: {url}\r\n\r\n> Segua qui: {url}\r\n"))

    comment = Comment.objects.latest("id")
    token = url.rpartition("/")[2]
    assert token not in comment.text + comment.quoted_text + comment.html + comment.quoted_html
    assert "/r/…" in comment.text


def test_answer_when_mail_to_its_sender_came_back_before_then_he_is_reachable_again(ticket, rita):
    people.mark_undeliverable("rita@rossi.example", "550")

    take_in(mail(to=answer_address(ticket), subject="Fuori sede", Auto_Submitted="auto-replied"))
    assert Identity.objects.get(user=rita).undeliverable_at is not None

    take_in(mail(to=answer_address(ticket)))
    assert Identity.objects.get(user=rita).undeliverable_at is None


def test_files_when_hundreds_then_two_hundred_are_kept_and_the_rest_stay_in_the_original(mailbox):
    part = "--b\r\nContent-Type: text/x\r\nContent-Disposition: attachment; filename={0}.txt\r\n\r\n{0}\r\n"
    raw = mail().replace(b"text/plain; charset=utf-8", b"multipart/mixed; boundary=b")
    raw += "".join(part.format(n) for n in range(300)).encode() + b"--b--\r\n"

    take_in(raw)

    assert Comment.objects.get().attachments.count() == 200
    assert "files-cut" in parse(raw).repairs


def test_files_when_kept_then_before_anybody_is_kept_from_writing(mailbox):
    """A sync to the disk under the write lock would make every page wait."""
    raw = mail().replace(b"text/plain; charset=utf-8", b"multipart/mixed; boundary=b")
    raw += b"--b\r\nContent-Disposition: attachment; filename=a.txt\r\n\r\nNever seen before.\r\n--b--\r\n"

    found = InboundMail.objects.get(pk=deliver(raw))
    read(found)

    assert blobs.path_of(hashlib.sha256(b"Never seen before.").hexdigest()).exists()


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
