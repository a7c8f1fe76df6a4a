"""Saved reports by mail, on a clock that stands still: when, to whom, what, and once."""

from datetime import UTC, datetime, timedelta
from email import message_from_bytes, policy
from zoneinfo import ZoneInfo

import pytest
import time_machine

from sportello.delivery import mime
from sportello.desk import access
from sportello.desk.actions import desks, tickets
from sportello.desk.actions.tickets import Words
from sportello.desk.errors import Invalid
from sportello.desk.models import OutgoingMail, ReportMailing, SavedReport
from sportello.desk.words import Via
from sportello.kit import claims, clock
from sportello.reports import saved, saved_mail, saved_mailing
from sportello.reports.folding import sync
from sportello.web.reports import filter_words, named

ROME = "Europe/Rome"
MONDAY = datetime(2026, 11, 16, 7, 30, tzinfo=UTC)  # Half past eight in Rome.


@pytest.fixture
def monday():
    with time_machine.travel(MONDAY, tick=False) as traveller:
        yield traveller


@pytest.fixture
def report(settings, tmp_path, monday, mailbox, ticket, ada, anna):
    """Ada's: how many tickets each organization opened last month. It is November; Rita wrote in October."""
    settings.SPORTELLO_DATA = tmp_path
    desks.configure(name="Lanterna", time_zone=ROME, language="it")
    with time_machine.travel(datetime(2026, 10, 12, 9, 0, tzinfo=UTC), tick=False):
        tickets.open_ticket(
            requester=ticket.requester,
            subject="VPN",
            words=Words("Non va."),
            actor=ticket.requester,
            via=Via.EMAIL,
            mailbox_id=mailbox.pk,
        )
    sync.rebuild()
    asked = {"measures": ["num_new_tickets"], "by": ["organization"], "period": "last_month"}
    return saved.save({"name": "Per cliente", "shared": True, "asked": asked}, actor=ada)


def weekly(report, *people, **more):
    data = {"rhythm": "weekly", "day": 1, "hour": 9, "file": "", "recipients": [it.pk for it in people], **more}
    return saved_mailing.save(report, data)


def step():
    return saved_mail.step(named.names_of, filter_words.said)


def mails():
    return list(OutgoingMail.objects.filter(step="report").order_by("id"))


# --- when -------------------------------------------------------------------------------------------------------------


def local(*parts):
    return datetime(*parts, tzinfo=ZoneInfo(ROME)).astimezone(UTC)


@pytest.mark.parametrize(
    ("rhythm", "day", "hour", "after", "due"),
    [
        ("daily", 0, 9, local(2026, 11, 16, 8, 59), local(2026, 11, 16, 9)),
        ("daily", 0, 9, local(2026, 11, 16, 9), local(2026, 11, 17, 9)),
        ("weekly", 1, 8, local(2026, 11, 16, 8), local(2026, 11, 23, 8)),
        ("weekly", 7, 0, local(2026, 11, 16, 8), local(2026, 11, 22, 0)),
        ("monthly", 1, 6, local(2026, 12, 31, 23), local(2027, 1, 1, 6)),
        ("monthly", 28, 6, local(2027, 2, 28, 6), local(2027, 3, 28, 6)),
        # Clocks go forward at 2 on 28 March 2027, and back at 3 on 25 October 2026.
        ("daily", 0, 2, local(2027, 3, 27, 12), datetime(2027, 3, 28, 1, 0, tzinfo=UTC)),
        ("daily", 0, 2, local(2026, 10, 24, 12), datetime(2026, 10, 25, 0, 0, tzinfo=UTC)),
    ],
)
def test_next_after_is_the_hour_of_the_desks_wall_clock(rhythm, day, hour, after, due):
    assert saved_mailing.next_after(rhythm, day, hour, after, ROME) == due


def test_mail_before_its_hour_is_not_sent_then_once_and_again_a_week_later(report, anna, monday):
    weekly(report, anna)

    assert (step(), mails()) == (False, [])
    monday.shift(timedelta(minutes=31))
    assert (step(), step(), len(mails())) == (True, False, 1)
    monday.shift(timedelta(days=7))
    assert (step(), step(), len(mails())) == (True, False, 2)


def test_mail_after_weeks_without_a_worker_is_sent_once(report, anna, monday):
    weekly(report, anna)

    monday.shift(timedelta(days=30))

    assert (step(), step(), len(mails())) == (True, False, 1)


# --- once -------------------------------------------------------------------------------------------------------------


def test_mail_of_a_worker_that_lost_its_lease_is_not_sent(report, anna, monday):
    mailing = weekly(report, anna)
    monday.shift(timedelta(hours=1))
    (slow,) = claims.claim(ReportMailing.objects.filter(pk=mailing.pk), 1)
    monday.shift(timedelta(minutes=1))

    assert step()
    saved_mail._send(slow, named.names_of, filter_words.said)

    assert len(mails()) == 1


def test_mail_that_is_changed_while_it_is_being_written_is_not_sent_as_it_was(report, ada, anna, monday):
    mailing = weekly(report, anna)
    monday.shift(timedelta(hours=1))
    (slow,) = claims.claim(ReportMailing.objects.filter(pk=mailing.pk), 1)

    weekly(report, ada, hour=10)
    saved_mail._send(slow, named.names_of, filter_words.said)

    mailing.refresh_from_db()
    assert mails() == []
    assert (mailing.claimed_by, mailing.claimed_until, mailing.attempts) == ("", None, 0)
    assert mailing.next_at == local(2026, 11, 16, 10)
    monday.shift(timedelta(hours=1))
    assert (step(), [it.to for it in mails()]) == (True, ["ada@desk.example"])


def test_mail_of_a_worker_that_died_is_sent_by_the_next_one(report, anna, monday):
    mailing = weekly(report, anna)
    monday.shift(timedelta(hours=1))
    claims.claim(ReportMailing.objects.filter(pk=mailing.pk), 1)

    assert step() is False
    monday.shift(timedelta(minutes=1))

    assert (step(), len(mails())) == (True, 1)


def test_mail_that_kills_its_workers_is_given_up_until_its_next_day(report, anna, monday):
    mailing = weekly(report, anna)
    monday.shift(timedelta(hours=1))
    for _killed in range(saved_mail.ATTEMPTS):
        claims.claim(ReportMailing.objects.filter(pk=mailing.pk), 1)
        monday.shift(timedelta(minutes=1))

    assert (step(), mails(), step()) == (True, [], False)

    mailing.refresh_from_db()
    assert (mailing.attempts, mailing.last_error, mailing.next_at > clock.now()) == (0, "given up", True)
    monday.shift(timedelta(days=7))
    assert (step(), len(mails())) == (True, 1)


# --- to whom ----------------------------------------------------------------------------------------------------------


def test_mail_goes_to_each_in_his_language_and_says_last_month_in_words_of_then(report, ada, anna, monday):
    weekly(report, ada, anna)
    monday.shift(timedelta(hours=1))

    step()

    assert {(it.to, it.language, it.subject) for it in mails()} == {
        ("ada@desk.example", "en", "Per cliente · October 2026"),
        ("anna@desk.example", "it", "Per cliente · ottobre 2026"),
    }
    monday.shift(timedelta(days=28))
    step()
    assert "Per cliente · novembre 2026" in {it.subject for it in mails()}


def test_mail_that_names_customers_goes_to_nobody_who_does_not_see_every_ticket(report, ben, anna, monday):
    weekly(report, ben, anna)
    monday.shift(timedelta(hours=1))

    step()

    assert [it.to for it in mails()] == ["anna@desk.example"]


def test_mail_of_a_leaver_stops_and_one_to_a_leaver_is_not_sent(report, ada, anna, ben, monday):
    mailing = weekly(report, anna, ada)
    anna.active = False
    anna.save(update_fields=["active"])
    monday.shift(timedelta(hours=1))
    step()
    assert [it.to for it in mails()] == ["ada@desk.example"]

    ada.active = False
    ada.save(update_fields=["active"])
    monday.shift(timedelta(days=7))
    step()

    assert len(mails()) == 1
    mailing.refresh_from_db()
    assert mailing.stopped


def test_mail_of_a_report_that_is_shared_no_more_goes_to_its_owner_alone(report, ada, anna, monday):
    weekly(report, ada, anna)
    saved.save({"shared": False}, actor=ada, report=report)
    monday.shift(timedelta(hours=1))

    step()

    assert [it.to for it in mails()] == ["ada@desk.example"]


def test_mail_of_a_question_that_is_none_any_more_rests_and_says_why(report, anna, monday):
    mailing = weekly(report, anna)
    SavedReport.objects.filter(pk=report.pk).update(asked={**report.asked, "measures": ["wishes"]})
    monday.shift(timedelta(hours=1))

    step()

    mailing.refresh_from_db()
    assert (mails(), mailing.stopped) == ([], True)
    assert "wishes" in mailing.last_error


def test_leave_of_the_last_one_ends_the_mail(report, ada, anna):
    weekly(report, ada, anna)

    assert saved_mailing.leave(report, anna)
    assert not saved_mailing.leave(report, anna)
    assert saved_mailing.leave(report, ada)

    assert not ReportMailing.objects.exists()


@pytest.mark.parametrize(
    ("wrong", "field"),
    [
        ({"rhythm": "hourly"}, "rhythm"),
        ({"day": 8}, "day"),
        ({"day": None}, "day"),
        ({"rhythm": "monthly", "day": 31}, "day"),
        ({"hour": 24}, "hour"),
        ({"hour": None}, "hour"),
        ({"file": "exe"}, "file"),
        ({"recipients": []}, "recipients"),
        ({"recipients": [999_999]}, "recipients"),
    ],
)
def test_mailing_that_is_wrong_says_where(report, anna, wrong, field):
    with pytest.raises(Invalid) as refusal:
        weekly(report, anna, **wrong)

    assert list(refusal.value.fields) == [field]
    assert not ReportMailing.objects.exists()


def test_mailing_to_a_customer_or_of_a_private_report_to_others_is_refused(report, rita, ada, anna):
    with pytest.raises(Invalid):
        weekly(report, rita)
    saved.save({"shared": False}, actor=ada, report=report)
    with pytest.raises(Invalid):
        weekly(report, anna)
    weekly(report, ada)


# --- what -------------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("kind", ["", "csv", "xlsx"])
def test_mail_has_text_picture_table_and_the_file_that_was_chosen(report, ada, monday, kind):
    weekly(report, ada, file=kind)
    monday.shift(timedelta(hours=1))
    step()
    (mail,) = mails()

    message = message_from_bytes(mime.build(mail, mail.files.order_by("id")), policy=policy.default)

    text = message.get_body(("plain",)).get_content()
    assert "Rossi Hotels" in text
    assert "Every Monday at 9:00, from Ada Admin." in text
    assert f"/reports/saved/{report.pk}/mailing/stop" in text
    html = message.get_body(("html",)).get_content()
    assert 'src="cid:chart-0@sportello"' in html
    (picture,) = [it for it in message.walk() if it.get_content_type() == "image/png"]
    assert picture.get_content().startswith(b"\x89PNG")
    attached = [it.get_filename() for it in message.iter_attachments()]
    assert attached == ([f"per-cliente.{kind}"] if kind else [])


def test_mail_with_a_name_like_markup_stays_text(report, ada, anna, monday):
    saved.save({"name": "<b>Fine</b>\r\nBcc: x@evil.example"}, actor=ada, report=report)
    weekly(report, ada)
    monday.shift(timedelta(hours=1))

    step()

    (mail,) = mails()
    assert mail.subject == "<b>Fine</b> Bcc: x@evil.example · October 2026"
    assert "<b>Fine</b>" not in mail.html
    assert "&lt;b&gt;Fine" in mail.html


def test_mail_in_the_outbox_is_seen_by_whom_it_went_to_and_administrators(report, ada, anna, monday):
    weekly(report, ada, anna)
    monday.shift(timedelta(hours=1))

    step()

    seen = [set(access.outgoing_mails(who).filter(step="report").values_list("to", flat=True)) for who in (ada, anna)]
    assert seen == [{"ada@desk.example", "anna@desk.example"}, {"anna@desk.example"}]
