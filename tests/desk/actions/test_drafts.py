"""What an agent writes is kept as he types it, once for each ticket, and no device overwrites another silently."""

import pytest

from sportello.desk.actions import drafts, sending
from sportello.desk.actions.comments import NewFile
from sportello.desk.actions.drafts import ChangedElsewhere, Written
from sportello.desk.errors import Invalid, Missing, Stale
from sportello.desk.models import Draft, DraftFile

FILE = NewFile("a.txt", "text/plain", b"one")
PICTURE = NewFile("a.png", "image/png", b"png", inline=True)


def test_keep_is_one_row_that_counts_its_changes(anna, ada, ticket):
    first = drafts.keep(ticket.pk, Written(text="Ci"), actor=anna, seen=1)
    same = drafts.keep(ticket.pk, Written(text="Ci"), actor=anna, seen=1)
    second = drafts.keep(ticket.pk, Written(text="Ciao", public=False, status="pending"), actor=anna, version=1)
    drafts.keep(ticket.pk, Written(text="Altro"), actor=ada)

    assert (first.version, same.version, second.version) == (1, 1, 2)
    kept = Draft.objects.get(author=anna)
    assert (kept.text, kept.public, kept.status, kept.seen) == ("Ciao", False, "pending", 1)
    assert Draft.objects.count() == 2
    assert ticket.audits.count() == 1


def test_keep_of_nothing_leaves_nothing(anna, ticket):
    drafts.keep(ticket.pk, Written(), actor=anna)

    assert Draft.objects.count() == 0


def test_keep_when_another_tab_wrote_is_told_and_nothing_is_lost(anna, ticket):
    mine = drafts.keep(ticket.pk, Written(text="Ciao"), actor=anna)
    drafts.keep(ticket.pk, Written(text="Ciao dal telefono"), actor=anna, version=mine.version)

    with pytest.raises(ChangedElsewhere) as caught:
        drafts.keep(ticket.pk, Written(text="Ciao dal computer"), actor=anna, version=mine.version)

    assert caught.value.draft.text == "Ciao dal telefono"
    assert Draft.objects.get().text == "Ciao dal telefono"
    drafts.keep(ticket.pk, Written(text="Ciao dal computer"), actor=anna, version=caught.value.draft.version)
    assert Draft.objects.get().text == "Ciao dal computer"


def test_keep_over_what_is_the_same_or_empty_is_no_conflict(anna, ticket):
    drafts.keep(ticket.pk, Written(text="Ciao"), actor=anna)
    same = drafts.keep(ticket.pk, Written(text="Ciao"), actor=anna, version=0)
    drafts.keep(ticket.pk, Written(text=""), actor=anna, version=same.version)

    drafts.keep(ticket.pk, Written(text="Di nuovo"), actor=anna, version=0)

    assert Draft.objects.get().text == "Di nuovo"


def test_files_come_and_go_with_the_draft(anna, ticket):
    first = drafts.attach(ticket.pk, FILE, actor=anna)
    picture = drafts.attach(ticket.pk, PICTURE, actor=anna)
    drafts.detach(ticket.pk, first.pk, actor=anna)

    assert [(it.file_name, it.size, it.inline) for it in DraftFile.objects.all()] == [("a.png", 3, True)]
    assert picture.content_id.endswith("@sportello")
    drafts.discard(ticket.pk, actor=anna)
    drafts.discard(ticket.pk, actor=anna)
    assert (Draft.objects.count(), DraftFile.objects.count()) == (0, 0)


def test_file_of_another_agent_is_not_there(anna, ada, ticket):
    file = drafts.attach(ticket.pk, FILE, actor=ada)

    with pytest.raises(Missing):
        drafts.detach(ticket.pk, file.pk, actor=anna)

    assert DraftFile.objects.count() == 1


def test_attach_when_all_are_more_than_a_mail_carries_is_refused(anna, ticket, settings):
    settings.MAIL_MAX_BYTES = 5
    drafts.attach(ticket.pk, FILE, actor=anna)

    with pytest.raises(Invalid, match="too large"):
        drafts.attach(ticket.pk, FILE, actor=anna)

    assert DraftFile.objects.count() == 1


@pytest.mark.parametrize(
    "change",
    [
        lambda ticket, anna, file: drafts.keep(ticket.pk, Written(text="Altro"), actor=anna),
        lambda ticket, anna, file: drafts.attach(ticket.pk, FILE, actor=anna),
        lambda ticket, anna, file: drafts.detach(ticket.pk, file.pk, actor=anna),
        lambda ticket, anna, file: drafts.discard(ticket.pk, actor=anna),
    ],
)
def test_draft_that_is_leaving_is_not_written_on(anna, ticket, change):
    file = drafts.attach(ticket.pk, FILE, actor=anna)
    sending.send(ticket.pk, Written(text="Ecco."), actor=anna)

    with pytest.raises(Stale):
        change(ticket, anna, file)

    assert Draft.objects.get().text == "Ecco."
    sending.undo(ticket.pk, actor=anna)
    change(ticket, anna, file)
