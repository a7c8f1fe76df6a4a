"""The report writes itself on the first working day, once, and tells whoever is to read it."""

import json
from datetime import UTC, date, datetime
from email import message_from_bytes
from email.policy import default as policy
from io import BytesIO

import pypdf
import pytest
from django.db import IntegrityError

from sportello.delivery import mime
from sportello.desk import access
from sportello.desk.actions import configuration, tickets
from sportello.desk.actions.tickets import Words
from sportello.desk.errors import Invalid
from sportello.desk.models import MonthlyReport, OutgoingMail
from sportello.desk.rules.schedules import ALWAYS
from sportello.desk.rules.schedules import Schedule as Hours
from sportello.desk.words import Via
from sportello.kit import clock
from sportello.reports import mails, paper
from sportello.reports.folding import sync
from sportello.reports.month import gather, kept, writing

ROME = "Europe/Rome"
# Monday to Friday, 9 to 18.
WEEK = tuple((day * 1440 + 540, day * 1440 + 1080) for day in range(1, 6))
OFFICE = Hours(ROME, WEEK, country="IT")


def at(text):
    return datetime.fromisoformat(text)


@pytest.mark.parametrize(
    ("hours", "end", "due"),
    [
        # Monday 2 November: the 1st is a Sunday, and All Saints' too.
        (OFFICE, "2026-10-31T23:00+00:00", "2026-11-02T08:00+00:00"),
        # 1 January is a holiday, 2 and 3 are a weekend: Monday 4 January 2027.
        (OFFICE, "2026-12-31T23:00+00:00", "2027-01-04T08:00+00:00"),
        # 1 April, after the clocks went on: nine in Rome is seven in UTC.
        (OFFICE, "2026-03-31T22:00+00:00", "2026-04-01T07:00+00:00"),
        # A holiday of the desk's own on the 1st and 2nd.
        (
            Hours(ROME, WEEK, frozenset({date(2026, 7, 1), date(2026, 7, 2)})),
            "2026-06-30T22:00+00:00",
            "2026-07-03T07:00+00:00",
        ),
        # Open around the clock, and never open: not in the night.
        (ALWAYS, "2026-10-31T23:00+00:00", "2026-11-01T06:00+00:00"),
        (Hours(ROME, ()), "2026-10-31T23:00+00:00", "2026-11-01T06:00+00:00"),
    ],
)
def test_writes_at_then_when_the_desk_opens_first(hours, end, due):
    assert writing.writes_at(hours, at(end), ROME) == at(due)


@pytest.fixture
def over(lived):
    """November is over; the desk opens on Tuesday 1 December at 8 or 9 in Rome."""
    OutgoingMail.objects.all().delete()
    configuration.forget()
    return lived


DECEMBER = datetime(2026, 12, 1, 11, 0, tzinfo=UTC)


def written():
    return [(it.year, it.month, it.audience) for it in MonthlyReport.objects.order_by("id")]


def test_step_before_the_desk_opens_then_writes_nothing(over):
    with clock.at(datetime(2026, 12, 1, 1, 0, tzinfo=UTC)):
        assert not writing.step()

    assert written() == []


def test_step_on_the_first_working_day_then_writes_once_and_tells_the_administrators(over, ada, anna, organization):
    with clock.at(DECEMBER):
        while writing.step():
            pass
        writing.step()

    assert written() == [(2026, 11, "team"), (2026, 11, "public"), (2026, 11, "organization")]
    mails = list(OutgoingMail.objects.values_list("to", "step", "subject"))
    assert mails == [("ada@desk.example", "monthly_report", "The desk's month: November 2026")]
    assert MonthlyReport.objects.get(audience="organization").organization == organization


def test_step_then_drafts_for_each_organization_with_solved_tickets_within_the_week(over, organization, monkeypatch):
    monkeypatch.setattr(gather, "MOST_LINES", 0)
    with clock.at(DECEMBER):
        while writing.step():
            pass
    drafts = MonthlyReport.objects.filter(audience="organization")
    assert list(drafts.values_list("organization", flat=True)) == [organization.pk]

    drafts.delete()
    with clock.at(DECEMBER + writing.FOLLOWING):
        assert not writing.step()


def test_step_when_another_worker_wrote_it_meanwhile_then_tells_nobody_twice(over, monkeypatch):
    with clock.at(DECEMBER):
        due = next(iter(writing._due()))
        writing._write(*due)
        writing._write(*due)

    assert OutgoingMail.objects.filter(step="monthly_report").count() == 1
    assert MonthlyReport.objects.filter(audience="team").count() == 1


def test_step_when_it_crashes_while_telling_then_all_of_it_comes_again(over, monkeypatch):
    def broken(*_given):
        raise RuntimeError

    with clock.at(DECEMBER):
        with monkeypatch.context() as patch:
            patch.setattr(mails, "queue", broken)
            with pytest.raises(RuntimeError):
                writing.step()
        assert written() == []
        writing.step()

    assert OutgoingMail.objects.filter(step="monthly_report").count() == 1


def test_step_when_the_desk_was_off_for_months_then_writes_each_of_them(over):
    with clock.at(DECEMBER):
        while writing.step():
            pass
    with clock.at(datetime(2027, 2, 9, 11, 0, tzinfo=UTC)):
        while writing.step():
            pass

    months = [(year, month) for year, month, audience in written() if audience == "team"]
    assert months == [(2026, 11), (2026, 12), (2027, 1)]


def test_step_when_a_month_to_come_stands_written_then_writes_the_month_that_is_over(over):
    with clock.at(DECEMBER):
        later = writing._keep(gather.month(2199, 12), "team")
        while writing.step():
            pass

    assert written() == [(2199, 12, "team"), (2026, 11, "team"), (2026, 11, "public"), (2026, 11, "organization")]
    assert later.year == 2199


@pytest.mark.parametrize(("year", "month"), [(2026, 12), (2199, 12)])
def test_ensure_of_a_month_that_is_not_over_is_refused(over, year, month):
    with clock.at(DECEMBER), pytest.raises(Invalid):
        writing.ensure(year, month, "public")

    assert written() == []


def test_step_when_facts_are_behind_then_waits_and_in_the_end_says_so(over, life, rita):
    with clock.at(datetime(2026, 11, 30, 12, 0, tzinfo=UTC)):
        tickets.open_ticket(requester=rita, subject="?", words=Words("?"), actor=rita, via=Via.EMAIL)
    with clock.at(DECEMBER):
        writing.step()
        assert written() == []
    with clock.at(DECEMBER + writing.PATIENCE):
        writing.step()

    report = kept.find(2026, 11, "team")
    assert report.figures["is_behind"] is True
    assert "does not" not in report.figures["desk"]


def test_step_before_there_are_facts_then_waits(desk, rita, life):
    life.open_at(datetime(2026, 11, 3, 9, tzinfo=UTC), rita)
    configuration.forget()

    with clock.at(DECEMBER):
        assert not writing.step()

    assert written() == []


def test_step_of_a_desk_without_a_ticket_in_the_month_then_writes_nothing(desk):
    sync.rebuild()

    with clock.at(DECEMBER):
        assert not writing.step()

    assert written() == []


def test_readers_when_chosen_then_these_and_no_customer(over, ada, anna, rita):
    writing.choose_readers([anna.pk, rita.pk])

    assert writing.readers() == [anna]
    writing.choose_readers([])
    assert writing.readers() == [ada]


def test_letter_to_an_agent_who_does_not_see_everything_names_no_customer(over, ben):
    writing.choose_readers([ben.pk])
    with clock.at(DECEMBER):
        writing.step()

    mail = OutgoingMail.objects.get(step="monthly_report")
    assert mail.to == "ben@desk.example"
    for said in (mail.text, mail.html):
        assert not [name for name in ("Sam Stranger", "Rita Rossi", "Rossi Hotels", "Il PC") if name in said]


@pytest.mark.parametrize("language", ["it", "en"])
def test_letter_then_is_a_mail_with_both_parts_that_say_the_same(over, ada, language):
    ada.language = language
    ada.save(update_fields=["language"])
    with clock.at(DECEMBER):
        writing.step()

    mail = OutgoingMail.objects.get(step="monthly_report")
    read = message_from_bytes(mime.build(mail, mail.files.order_by("id")), policy=policy)
    text, html = (read.get_body((kind,)).get_content() for kind in ("plain", "html"))
    said = {"it": ("Tempo di prima risposta", "3,0\N{NO-BREAK SPACE}ore"), "en": ("Time to first reply", "3.0")}[
        language
    ]
    assert read["Subject"] == mail.subject
    for words in (*said, "/reports/month?month=2026-11"):
        assert words in text
        assert words in html
    pictures = [part for part in read.walk() if part.get_content_type() == "image/png"]
    assert [part["Content-ID"] for part in pictures] == ["<chart-0@sportello>", "<chart-1@sportello>"]
    assert [f"cid:chart-{number}@sportello" in html for number in (0, 1, 2)] == [True, True, False]
    assert [part.get_content()[:8] for part in pictures] == [b"\x89PNG\r\n\x1a\n"] * 2
    (whole,) = [part for part in read.iter_attachments() if part.get_content_type() == "application/pdf"]
    paper_says = pypdf.PdfReader(BytesIO(whole.get_content())).pages[0].extract_text()
    assert (whole.get_filename(), mail.subject in " ".join(paper_says.split())) == ("2026-11.pdf", True)


def test_letter_when_nothing_can_be_typeset_goes_with_its_words(over, monkeypatch):
    monkeypatch.setattr(paper, "MOST_BYTES", 0)
    with clock.at(DECEMBER):
        writing.step()

    mail = OutgoingMail.objects.get(step="monthly_report")
    assert (mail.files.count(), "<img" in mail.html, "3.0" in mail.text) == (0, False, True)


def test_letter_in_the_outbox_is_seen_by_whom_it_went_to_and_administrators(over, ada, anna, ben):
    writing.choose_readers([anna.pk])
    with clock.at(DECEMBER):
        writing.step()
    ben.ticket_restriction = ""
    ben.save(update_fields=["ticket_restriction"])

    seen = [access.outgoing_mails(who).filter(step="monthly_report").count() for who in (ada, anna, ben)]
    assert seen == [1, 1, 0]


def test_step_then_keeps_nobodys_name_for_the_public(over, ada, anna):
    with clock.at(DECEMBER):
        writing.step()

    kept_for = {it.audience: json.dumps(it.figures) for it in MonthlyReport.objects.all()}
    names = ("Ada", "Anna", "Rita", "Sam", "Rossi", "Il PC")
    assert [name in kept_for["public"] for name in names] == [False] * 6
    assert [name in kept_for["team"] for name in names] == [True] * 6


def test_report_twice_of_one_month_is_refused_by_the_database(over):
    with clock.at(DECEMBER):
        writing.step()
    row = MonthlyReport.objects.get(audience="team")
    row.pk = None

    with pytest.raises(IntegrityError):
        row.save(force_insert=True)


def test_person_who_left_is_not_told(over, ada, anna):
    writing.choose_readers([anna.pk])
    anna.active = False
    anna.save(update_fields=["active"])

    assert writing.readers() == [ada]
