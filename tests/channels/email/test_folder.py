"""Mails from files."""

import io
import mailbox
from pathlib import Path

import pytest

from sportello.channels.email import folder
from sportello.desk.models import InboundMail, RawMail

pytestmark = pytest.mark.django_db

MAIL = b"From: rita@rossi.example\nSubject: %d\n\nToner finito.\n"


def contents():
    return [bytes(raw.content) for raw in RawMail.objects.order_by("mail_id")]


def test_folder_when_it_holds_eml_files_then_each_is_recorded_in_order(tmp_path: Path):
    (tmp_path / "b.eml").write_bytes(MAIL % 2)
    (tmp_path / "a.EML").write_bytes(MAIL % 1)
    (tmp_path / "notes.txt").write_bytes(b"no mail")
    (tmp_path / ".c.eml").write_bytes(b"hidden")
    (tmp_path / "d.eml").mkdir()

    assert len(folder.import_path(tmp_path)) == 2

    assert contents() == [MAIL % 1, MAIL % 2]
    assert list(InboundMail.objects.order_by("id").values_list("source", "envelope")) == [
        ("folder", {"file": "a.EML"}),
        ("folder", {"file": "b.eml"}),
    ]


def test_maildir_when_imported_then_new_and_read_mail_is_recorded(tmp_path: Path):
    box = mailbox.Maildir(tmp_path / "Maildir")
    box.add(MAIL % 1)
    read = mailbox.MaildirMessage(MAIL % 2)
    read.set_subdir("cur")
    box.add(read)
    (tmp_path / "Maildir" / "tmp" / "half").write_bytes(b"half")

    assert len(folder.import_path(tmp_path / "Maildir")) == 2

    assert contents() == [MAIL % 1, MAIL % 2]


def test_mbox_when_imported_then_mails_are_told_apart(tmp_path: Path):
    quoting = b"From: otto@rossi.example\nSubject: q\n\nFirst\n\nFrom now on it works.\n\n"
    box = mailbox.mbox(tmp_path / "archive")
    for mail in (MAIL % 1, quoting, MAIL % 3):
        box.add(mail)
    box.close()

    assert len(folder.import_path(tmp_path / "archive")) == 3

    assert contents() == [MAIL % 1, quoting, MAIL % 3]


def test_mbox_when_a_paragraph_begins_with_from_then_it_is_no_new_mail(tmp_path: Path):
    (tmp_path / "archive").write_bytes(
        b"From rita@rossi.example Wed Mar  4 12:00:00 2026\n" + MAIL % 1 + b"\nFrom Monday on we are closed.\n"
    )

    assert len(folder.import_path(tmp_path / "archive")) == 1


def test_file_when_it_is_one_mail_then_recorded_byte_for_byte(tmp_path: Path):
    raw = b"From: x@y.example\r\n\r\n\xff\x00From a b 12:00 2026\r\n"
    (tmp_path / "one").write_bytes(raw)

    assert len(folder.import_path(tmp_path / "one")) == 1

    assert contents() == [raw]


def test_stream_when_piped_then_recorded_as_a_command():
    assert len(folder.import_stream(io.BytesIO(MAIL % 1))) == 1

    assert (InboundMail.objects.get().source, contents()) == ("command", [MAIL % 1])


def test_stream_when_empty_then_nothing():
    assert len(folder.import_stream(io.BytesIO(b""))) == 0


def test_folder_when_large_then_recorded_in_portions(tmp_path: Path, monkeypatch):
    monkeypatch.setattr(folder, "BATCH_MAILS", 2)
    for number in range(5):
        (tmp_path / f"{number}.eml").write_bytes(MAIL % number)

    assert len(folder.import_path(tmp_path)) == 5

    assert contents() == [MAIL % number for number in range(5)]


def test_path_when_missing_says_so(tmp_path: Path):
    with pytest.raises(FileNotFoundError):
        folder.import_path(tmp_path / "nowhere")
