"""Mails that a real IMAP server does not hand out, and where a mailbox begins."""

from datetime import timedelta
from functools import partial

import pytest

from sportello.channels.email import imap, receive
from sportello.desk.actions import inbox
from sportello.desk.models import InboundMail, Mailbox, MailFolder
from sportello.kit import clock
from tests import services
from tests.channels.email.imap_server import contents, raw, read_all

pytestmark = [pytest.mark.django_db, pytest.mark.dovecot]


@pytest.fixture(scope="module")
def dovecot():
    """A Dovecot that answers NO for a mail it cannot read and goes on; by itself it hangs up."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(
            services, "DOVECOT_CONFIGURATION", services.DOVECOT_CONFIGURATION + "imap_fetch_failure = no-after\n"
        )
        with services.dovecot() as server:
            yield server


@pytest.fixture
def lock_up(dovecot, user, server):
    """Make mails unreadable on the server's disk: it lists them and refuses to hand them out. And let them go again."""

    def lock(*numbers: int, mode: int = 0) -> None:
        for file in (dovecot.maildirs / user).glob("*/*"):
            if any(f"<{number}@".encode() in file.read_bytes() for number in numbers):
                file.chmod(mode)

    return lock, partial(lock, mode=0o600)


def states() -> list[tuple[str, str]]:
    return list(InboundMail.objects.order_by("id").values_list("state", "reason"))


def later() -> None:
    """As if the minutes until the next try had passed."""
    InboundMail.objects.exclude(claimed_until=None).update(claimed_until=clock.now() - timedelta(seconds=1))


def test_mail_when_refused_then_the_others_are_read_and_it_is_seen_as_failed(server, box, lock_up):
    lock, _unlock = lock_up
    server.deliver(raw(1), raw(2), raw(3))
    lock(2)

    read_all()

    assert contents() == [raw(1), b"", raw(3)]
    assert states() == [("received", ""), ("failed", "fetch_again"), ("received", "")]
    failed = InboundMail.objects.get(state="failed")
    folder = MailFolder.objects.get()
    assert failed.envelope == {"folder": "INBOX", "uid": 2, "uid_validity": folder.uid_validity}
    assert failed.detail
    assert (folder.last_uid, folder.tries) == (3, 0)
    box.refresh_from_db()
    assert box.last_error == ""


def test_mail_when_refused_again_and_again_then_only_a_person_has_it_asked_for_again(server, box, lock_up, group, anna):
    lock, unlock = lock_up
    server.deliver(raw(1), raw(2))
    lock(1)
    for _time in range(5):
        read_all()
        later()
    failed = InboundMail.objects.get(state="failed")
    before = (failed.reason, failed.attempts)
    unlock(1)
    read_all()
    untouched = states()

    inbox.replay(failed.pk, actor=anna)
    read_all()
    receive.step()

    assert before == ("unfetched", 3)
    assert untouched == [("failed", "unfetched"), ("received", "")]
    assert contents() == [raw(1), raw(2)]
    assert states() == [("opened", ""), ("opened", "")]


def test_mail_when_handed_out_at_last_then_read_like_any_other(server, box, lock_up, group):
    lock, unlock = lock_up
    server.deliver(raw(1), raw(2))
    lock(1)
    read_all()
    unlock(1)
    later()

    read_all()
    receive.step()

    mail = InboundMail.objects.earliest("id")
    assert (mail.state, mail.size, mail.subject) == ("opened", len(raw(1)), "Toner 1")


def test_mail_when_refused_alone_then_tried_three_times_and_left_behind(server, box, lock_up):
    lock, _unlock = lock_up
    server.deliver(raw(1))
    lock(1)

    tries = []
    for _time in range(4):
        read_all()
        tries.append((MailFolder.objects.get().last_uid, MailFolder.objects.get().tries, InboundMail.objects.count()))
        box.refresh_from_db()
        tries[-1] += (bool(box.last_error),)

    assert tries == [(0, 1, 0, True), (0, 2, 0, True), (0, 3, 0, True), (1, 0, 1, False)]
    assert states() == [("failed", "fetch_again")]


def test_mails_when_all_are_refused_then_none_is_given_up_before_the_third_time(server, box, lock_up):
    lock, unlock = lock_up
    server.deliver(raw(1), raw(2), raw(3))
    lock(1, 2, 3)
    read_all()
    read_all()
    unlock(1, 2, 3)

    read_all()

    assert contents() == [raw(1), raw(2), raw(3)]
    assert MailFolder.objects.get().tries == 0


def test_mail_when_deleted_before_it_is_asked_for_again_then_says_so(server, box, lock_up):
    lock, _unlock = lock_up
    server.deliver(raw(1), raw(2))
    lock(1)
    read_all()
    server.box.folder.set("INBOX")
    server.box.delete("1")
    later()

    read_all()

    mail = InboundMail.objects.earliest("id")
    assert (mail.state, mail.reason, mail.detail) == ("failed", "unfetched", "It is no longer in the mailbox.")


# --- where a mailbox begins -------------------------------------------------------------------------------------------


@pytest.fixture
def new_box(box) -> Mailbox:
    """A mailbox from which only what comes from now on is read."""
    box.imap_from_now_on = True
    box.save()
    return box


def test_mailbox_when_read_from_now_on_then_the_backlog_stays_where_it_is(server, new_box):
    server.deliver(raw(1), raw(2))
    read_all()
    server.deliver(raw(3))
    read_all()

    assert contents() == [raw(3)]
    assert MailFolder.objects.get().last_uid == 3


def test_mailbox_when_empty_and_read_from_now_on_then_its_first_mail_is_read(server, new_box):
    read_all()
    server.deliver(raw(1))
    read_all()

    assert contents() == [raw(1)]


def test_mailbox_when_its_first_reading_fails_then_now_is_the_first_that_succeeds(server, new_box, dovecot):
    server.deliver(raw(1))
    Mailbox.objects.update(imap_secret=imap.secrets.encrypt("wrong"))
    read_all()
    Mailbox.objects.update(imap_secret=imap.secrets.encrypt(dovecot.password))
    read_all()
    server.deliver(raw(2))
    read_all()

    assert contents() == [raw(2)]


def test_mailbox_when_moved_to_another_server_then_what_was_there_before_the_desk_is_not_read(server, new_box):
    new_box.imap_folders = ["Requests"]
    new_box.save()
    server.box.folder.create("Requests")
    read_all()
    server.deliver(raw(1), folder="Requests")
    read_all()
    server.box.folder.delete("Requests")
    server.box.folder.create("Requests")
    old = clock.now() - timedelta(days=400)
    server.box.append(raw(8), "Requests", dt=old)
    server.box.append(raw(9), "Requests", dt=old)
    server.deliver(raw(1), raw(2), folder="Requests")

    read_all()

    assert contents() == [raw(1), raw(1), raw(2)]
