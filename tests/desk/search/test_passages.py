"""The passage under a result: of what the conversation says, never of what third parties were asked."""

from sportello.desk.actions import people, side_conversations
from sportello.desk.actions.comments import NewFile, Words
from sportello.desk.models import Attachment, AttachmentText
from sportello.desk.rules.search_passages import wanted
from sportello.desk.rules.search_terms import TICKET, Text
from sportello.desk.search import passages
from sportello.kit import clock


def test_file_of_a_side_conversation_gives_no_passage(ticket, anna):
    supplier = people.add("Fabio Neri", "fabio@supplier.example")
    words = Words("Ecco.", public=False, files=(NewFile("prezzi.txt", "text/plain", b"Listino riservato"),))
    side_conversations.start(ticket.pk, people=[supplier], subject="Prezzi", words=words, actor=anna)
    AttachmentText.objects.update_or_create(
        digest=Attachment.objects.get().digest, defaults={"text": "Listino riservato", "created_at": clock.now()}
    )

    assert passages.read(TICKET, [ticket.pk], wanted(((Text(("listino",)),),))) == {}
