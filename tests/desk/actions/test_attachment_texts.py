"""What stands in an attachment is found, once for all who send it."""

import pytest

from sportello.desk.actions import attachment_texts, indexing, tickets
from sportello.desk.actions.tickets import NewFile, Words
from sportello.desk.models import AttachmentText
from sportello.desk.rules.search_terms import TICKET, words
from sportello.desk.search import index
from sportello.desk.words import Via

pytestmark = pytest.mark.django_db


def work():
    for step in (indexing.step, attachment_texts.step, indexing.step):
        while step():
            pass


def found(word):
    return index.find(TICKET, ((words(word),),), 10)


def sent(requester, *files):
    return tickets.open_ticket(
        requester=requester, subject="Vedi allegato", words=Words("Ecco.", files=files), actor=requester, via=Via.WEB
    )


def test_words_of_a_file_find_its_ticket(mailbox, rita):
    work()
    ticket = sent(rita, NewFile("note.txt", "text/plain", b"La caldaia perde"))

    work()

    assert found("caldaie") == [ticket.pk]
    assert found("note.txt") == [ticket.pk]


def test_file_that_two_send_is_read_once_and_finds_both(mailbox, rita, sam):
    first = sent(rita, NewFile("a.txt", "text/plain", b"caldaia"))
    work()
    second = sent(sam, NewFile("b.txt", "text/plain", b"caldaia"))

    work()

    assert AttachmentText.objects.count() == 1
    assert found("caldaia") == [second.pk, first.pk]


def test_files_that_were_there_before_are_read_too(mailbox, rita):
    ticket = sent(rita, NewFile("a.txt", "text/plain", b"caldaia"), NewFile("b.gif", "image/gif", b"GIF89a"))

    work()

    assert found("caldaia") == [ticket.pk]
    assert list(AttachmentText.objects.order_by("reason").values_list("text", "reason")) == [
        ("caldaia", ""),
        ("", "other"),
    ]
    assert not attachment_texts.step()
