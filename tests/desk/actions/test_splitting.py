"""Make a message a ticket of its own, and put it back."""

from datetime import timedelta

import pytest

from sportello.desk import access
from sportello.desk.actions import splitting, tickets
from sportello.desk.actions.tickets import NewFile, Words
from sportello.desk.errors import Missing, Stale
from sportello.desk.models import Comment, SatisfactionRating, Ticket, TicketMetric
from sportello.desk.words import Status, Via
from sportello.kit import clock
from tests.personas import events


@pytest.fixture
def other_matter(ticket, rita, frozen_clock):
    """Rita's second message is about something else; it was written an hour ago."""
    frozen_clock.shift(600)
    words = Words("Inoltre il telefono è muto.", html="<p>Inoltre</p>", files=(NewFile("t.txt", "text/plain", b"x"),))
    _heard, audit = tickets.hear(ticket.pk, words, actor=rita, via=Via.EMAIL)
    frozen_clock.shift(3600)
    return audit.comments.get()


def split(comment, actor, **more):
    return splitting.split(comment.pk, subject="Telefono muto", actor=actor, via=Via.WEB, **more)


def test_split_when_customer_wrote_then_a_ticket_of_his_waits_since_then(ticket, other_matter, rita, anna, group):
    made = Ticket.objects.get(pk=split(other_matter, anna).pk)

    said = Comment.objects.get(ticket=made)
    assert (made.subject, made.requester, made.group, made.mailbox) == ("Telefono muto", rita, group, ticket.mailbox)
    assert (said.text, said.html, said.author, said.split_from) == (
        "Inoltre il telefono è muto.",
        "<p>Inoltre</p>",
        rita,
        other_matter,
    )
    assert made.created_at == made.waiting_since == other_matter.created_at
    files = said.attachments.values_list("file_name", "digest")
    assert list(files) == list(other_matter.attachments.values_list("file_name", "digest"))


def test_split_when_answered_then_first_reply_counts_from_when_it_was_written(other_matter, anna, frozen_clock):
    made = split(other_matter, anna)
    frozen_clock.shift(300)
    tickets.answer(made.pk, Words("Guardo."), status=Status.PENDING, actor=anna, via=Via.WEB)

    assert TicketMetric.objects.get(ticket=made).reply_calendar == 65


def test_split_when_done_then_the_source_is_untouched_and_both_point_at_each_other(ticket, other_matter, anna):
    before = Ticket.objects.filter(pk=ticket.pk).values("status", "waiting_since", "preview", "commented_at").get()

    made = split(other_matter, anna)

    assert Ticket.objects.filter(pk=ticket.pk).values(*before).get() == before
    assert Comment.objects.get(pk=other_matter.pk).ticket_id == ticket.pk
    pointers = [
        (event["code"], event["values"]["ticket"]) for it in (ticket, made) for event in events(it, type="Note")
    ]
    assert pointers == [("split", made.pk), ("split_from", ticket.pk)]


def test_split_when_an_agent_wrote_then_it_is_the_requesters_ticket(ticket, anna, rita, otto):
    audit = tickets.answer(ticket.pk, Words("E il telefono?"), actor=anna, via=Via.WEB)

    assert split(audit.comments.get(), anna).requester == rita
    assert split(audit.comments.get(), anna, requester=otto).requester == otto


def test_split_when_there_is_no_such_comment_then_is_missing(anna, db):
    with pytest.raises(Missing):
        splitting.split(99, subject="x", actor=anna, via=Via.WEB)


def test_unsplit_when_merged_back_then_the_message_is_there_once(ticket, other_matter, rita, anna):
    made = split(other_matter, anna)
    again = split(Comment.objects.get(ticket=made), anna)

    splitting.unsplit(again.pk, actor=anna, via=Via.WEB)
    splitting.unsplit(made.pk, actor=anna, via=Via.WEB)

    for reader in (anna, rita):
        said = [comment.text for comment in access.conversation(reader, ticket)]
        assert said == ["Da stamattina la stampante al primo piano non stampa.", "Inoltre il telefono è muto."]


def test_unsplit_when_it_was_never_split_then_says_so(ticket, anna):
    with pytest.raises(Stale, match="not split"):
        splitting.unsplit(ticket.pk, actor=anna, via=Via.WEB)


def test_split_when_long_ago_then_the_customer_hears_of_it_now(ticket, other_matter, anna, frozen_clock):
    frozen_clock.shift(86400)

    made = split(other_matter, anna)

    timer = made.timers.get(kind="taken_charge")
    assert timer.due_at == other_matter.created_at + timedelta(minutes=10) < clock.now()
    assert not SatisfactionRating.objects.exists()
