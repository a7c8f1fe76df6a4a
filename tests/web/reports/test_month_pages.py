"""The pages of the month's report: who may read what, publishing, taking back, sending, the PDF with its progress."""

import re
from datetime import UTC, datetime, timedelta
from io import BytesIO

import pypdf
import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from sportello.desk.actions import agents
from sportello.desk.models import MonthlyPrint, MonthlyReport, MonthlySending, Organization, OutgoingMail
from sportello.desk.words import About, Score
from sportello.kit import blobs
from sportello.reports.folding import sync
from sportello.reports.month import printing
from tests.reports.lived_month import MONDAY, Life, november, set_up

PAGE = "/reports/month?month=2026-11"
PUBLIC = {"month": "2026-11", "audience": "public", "language": "en"}


@pytest.fixture
def life():
    return Life()


@pytest.fixture
def lived(mailbox, life, anna, ada, rita, sam, frozen_clock):
    """A month of known figures, which is over."""
    set_up()
    frozen_clock.move_to(datetime(2026, 12, 2, 12, tzinfo=UTC))
    return november(life, anna, ada, rita, sam)


def read(answer):
    return " ".join(re.sub(r"<[^>]+>", " ", answer.content.decode()).split())


def test_month_then_shows_the_headlines_beside_last_months(enter, ada, lived):
    said = read(enter(ada).get(PAGE))

    assert "Tickets solved in November 4" in said
    assert "This month 3.0 hours n = 5, too few to judge" in said
    assert "Il PC è lento." in said


def test_month_without_one_is_the_last_that_is_over(enter, ada, lived, frozen_clock):
    answer = enter(ada).get("/reports/month")

    assert answer.status_code == 200
    assert answer.context["later"]


@pytest.mark.parametrize("month", ["2026-13", "2026-0", "x", "2026", "-1-2", "99999-01"])
def test_month_that_is_none_is_not_there(enter, ada, lived, month):
    assert enter(ada).get(f"/reports/month?month={month}").status_code == 404


@pytest.mark.parametrize(
    "query", ["audience=organization", "audience=x", "language=fr", "audience=organization&organization=x"]
)
def test_month_for_nobody_is_not_there(enter, ada, lived, query):
    assert enter(ada).get(f"{PAGE}&{query}").status_code == 404


def test_month_for_an_agent_who_sees_only_own_tickets_names_nobody(enter, ben, lived, organization):
    hers = enter(ben)

    pages = [hers.get(PAGE), hers.get(PAGE.replace("month?", "month.md?"))]
    for answer in pages:
        assert answer.status_code == 200
        assert not [name for name in ("Rita", "Sam Str", "Rossi", "Il PC") if name in answer.content.decode()]
    of_one = f"{PAGE}&audience=organization&organization={organization.pk}"
    assert hers.get(of_one).status_code == 404


def test_month_for_a_customer_is_not_there(enter, rita, lived):
    assert enter(rita).get(PAGE).status_code == 404


def test_month_as_markdown_is_a_file(enter, ada, lived):
    answer = enter(ada).get("/reports/month.md?month=2026-11&language=it")

    assert answer["Content-Disposition"] == 'attachment; filename="2026-11-team-it.md"'
    assert answer.content.decode().startswith("# Il mese del supporto: novembre 2026\n")


def test_file_for_one_organization_is_called_by_its_name(enter, ada, lived, organization):
    hers = enter(ada)

    def called():
        asked = {"month": "2026-11", "language": "en", "audience": "organization", "organization": organization.pk}
        return hers.get("/reports/month.md", asked)["Content-Disposition"]

    assert called() == 'attachment; filename="2026-11-rossi-hotels-en.md"'
    Organization.objects.update(name="東京")
    assert called() == f'attachment; filename="2026-11-{organization.pk}-en.md"'


def test_publication_then_anybody_reads_it_without_a_name_until_it_is_withdrawn(enter, ada, lived):
    hers, anybody = enter(ada), Client()
    hers.post("/reports/month/words", PUBLIC | {"foreword": "Cari clienti,\n\nun mese <b>intenso</b>."})
    hers.post("/reports/month/publication", PUBLIC)
    path = re.search(r"/published/[\w.-]+", hers.get(f"{PAGE}&audience=public").content.decode()).group(0)

    page = anybody.get(path)
    said = page.content.decode()
    assert page.status_code == 200
    assert "Our support in figures" in said
    assert "un mese &lt;b&gt;intenso&lt;/b&gt;." in said
    assert not [name for name in ("Anna", "Rita", "Sam", "Rossi", "Il PC", "/tickets/") if name in said]

    hers.post("/reports/month/withdrawal", PUBLIC)
    assert anybody.get(path).status_code == 404
    hers.post("/reports/month/publication", PUBLIC)
    assert anybody.get(path).status_code == 404


def test_words_of_a_browser_are_kept_as_paragraphs_and_counted_as_they_were_typed(enter, ada, lived):
    hers, typed = enter(ada), "\r\n".join(["Uno.", "", "x" * 4994])
    hers.post("/reports/month/words", PUBLIC | {"foreword": typed, "language": "it"})

    said = hers.get(f"{PAGE}&audience=public&language=it")
    file = hers.get("/reports/month.md?month=2026-11&audience=public&language=it").content.decode()
    assert said.context["sheet"].opening[:2] == ("Uno.", "x" * 4994)
    assert "published or sent in Italian: the language chosen above" in said.content.decode()
    assert "\nUno.\n\nxxx" in file
    assert "\r" not in file


@pytest.mark.parametrize("month", ["2026-12", "2199-12"])
def test_month_that_is_not_over_then_nothing_of_it_is_kept_or_offered(enter, ada, lived, organization, rita, month):
    hers, asked = enter(ada), PUBLIC | {"month": month}
    of_one = asked | {"audience": "organization", "organization": organization.pk, "person": rita.pk}
    hers.post("/reports/month/words", asked | {"foreword": "x"})
    hers.post("/reports/month/publication", asked)
    hers.post("/reports/month/sendings", of_one)

    assert not MonthlyReport.objects.exists()
    assert "report__aside" not in hers.get(f"/reports/month?month={month}&audience=public").content.decode()


def test_words_for_the_team_are_not_there(enter, ada, lived):
    assert enter(ada).post("/reports/month/words", PUBLIC | {"audience": "team"}).status_code == 404
    assert not MonthlyReport.objects.exists()


def test_publication_and_sendings_are_for_administrators_only(enter, ada, anna, lived, organization, rita):
    hers = enter(anna)
    of_one = PUBLIC | {"audience": "organization", "organization": organization.pk, "person": rita.pk}

    assert hers.post("/reports/month/publication", PUBLIC).status_code == 404
    assert hers.post("/reports/month/sendings", of_one).status_code == 404
    assert not MonthlyReport.objects.exists()
    enter(ada).post("/reports/month/publication", PUBLIC)
    assert hers.post("/reports/month/withdrawal", PUBLIC).status_code == 404
    assert MonthlyReport.objects.get().key
    pages = [f"{PAGE}&audience=public", f"{PAGE}&audience=organization&organization={organization.pk}"]
    controls = ("month/publication", "month/withdrawal", "month/sendings")
    for page in pages:
        assert not [it for it in controls if it in hers.get(page).content.decode()]


def test_words_for_a_report_that_somebody_has_are_refused(enter, ada, anna, lived, organization, rita):
    of_one = PUBLIC | {"audience": "organization", "organization": organization.pk}
    enter(ada).post("/reports/month/publication", PUBLIC)
    enter(ada).post("/reports/month/sendings", of_one | {"person": rita.pk})
    hers = enter(anna)
    for asked in (PUBLIC, of_one):
        hers.post("/reports/month/words", asked | {"foreword": "x", "language": "it"})

    assert not MonthlyReport.objects.exclude(foreword="").exists()
    assert MonthlyReport.objects.get(audience="public").language == "en"
    assert "month/words" not in hers.get(f"{PAGE}&audience=public").content.decode()


@pytest.mark.parametrize("token", ["1", "1.x.y", "x", "1..", "9" * 30 + ".a.b"])
def test_published_with_a_forged_address_is_not_there(db, token):
    assert Client().get(f"/published/{token}").status_code == 404


def test_published_then_stays_as_it_was_written(enter, ada, anna, lived, life, rita):
    enter(ada).post("/reports/month/publication", PUBLIC)
    before = MonthlyReport.objects.get(audience="public").figures
    late = life.open_at(MONDAY + timedelta(days=20), rita)
    life.answer_at(MONDAY + timedelta(days=20, hours=1), late, anna)
    enter(ada).post("/reports/month/publication", PUBLIC)

    assert MonthlyReport.objects.get(audience="public").figures == before


def test_sendings_then_each_chosen_person_has_it_once_and_nobody_else(
    enter,
    ada,
    lived,
    organization,
    rita,
    otto,
    sam,
):
    asked = {"month": "2026-11", "audience": "organization", "language": "it", "organization": organization.pk}
    OutgoingMail.objects.all().delete()
    for _time in range(2):
        enter(ada).post("/reports/month/sendings", asked | {"person": [rita.pk, sam.pk, "x"]})

    mails = list(OutgoingMail.objects.filter(step="monthly_report"))
    assert [(mail.to, mail.subject) for mail in mails] == [
        ("rita@rossi.example", "Le vostre richieste di assistenza: novembre 2026")
    ]
    files = {it.file_name: it for it in mails[0].files.all()}
    assert set(files) == {"1.png", "2.png", "2026-11.pdf"}
    pages = pypdf.PdfReader(BytesIO(blobs.read(files["2026-11.pdf"].digest))).pages
    said = mails[0].text + mails[0].html + "".join(page.extract_text() for page in pages)
    assert "novembre 2026" in said
    assert not [name for name in ("Sam", "Anna") if name in said]
    assert MonthlySending.objects.get().sender == ada


@pytest.mark.parametrize("shares", [True, False])
def test_sendings_to_people_who_do_not_see_each_others_requests_tell_figures_only(
    enter, ada, lived, life, organization, otto, shares
):
    life.vote_at(MONDAY + timedelta(days=7), lived["at_once"], Score.BAD, About.HELP, "Nessuno mi ascolta.")
    sync.rebuild()
    organization.shared_tickets = shares
    organization.save(update_fields=["shared_tickets"])
    asked = {"month": "2026-11", "audience": "organization", "language": "en", "organization": organization.pk}

    enter(ada).post("/reports/month/sendings", asked | {"person": otto.pk})

    mail = OutgoingMail.objects.get(step="monthly_report")
    for said in (mail.text, mail.html):
        assert [it in said for it in ("Rita", "ascolta")] == [shares] * 2
        assert "No bad vote" not in said
        assert ("The bad votes of the month were about" in said) is not shares


@pytest.mark.parametrize("what", ["words", "sendings", "prints"])
def test_organization_that_does_not_exist_is_not_there(enter, ada, lived, organization, what):
    of_one = PUBLIC | {"audience": "organization", "organization": organization.pk + 1}

    assert enter(ada).post(f"/reports/month/{what}", of_one).status_code == 404
    assert not MonthlyReport.objects.exists()


def test_sendings_without_an_organization_are_not_there(enter, ada, lived):
    assert enter(ada).post("/reports/month/sendings", PUBLIC).status_code == 404


def test_readers_are_chosen_by_administrators_only(enter, ada, anna, lived):
    asked = {"month": "2026-11", "person": [anna.pk]}

    assert enter(anna).post("/reports/month/readers", asked).status_code == 404
    assert enter(ada).post("/reports/month/readers", asked).status_code == 302
    assert "reader-" not in enter(anna).get(PAGE).content.decode()
    assert f'id="reader-{anna.pk}" checked' in enter(ada).get(PAGE).content.decode()


@pytest.mark.parametrize("language", ["it", "en"])
@pytest.mark.parametrize("audience", ["team", "public"])
def test_print_then_says_how_far_it_is_and_is_a_pdf_in_the_end(enter, ada, anna, lived, audience, language):
    hers = enter(ada)
    asked = {"month": "2026-11", "audience": audience, "language": language}
    waiting = hers.post("/reports/month/prints", asked)
    number = MonthlyPrint.objects.get().pk
    begun = hers.get(f"/reports/month/prints/{number}/progress")
    assert printing.step()
    done = hers.get(f"/reports/month/prints/{number}/progress")
    pdf = hers.get(f"/reports/month/prints/{number}/file")

    assert waiting.url == f"/reports/month/prints/{number}"
    assert 'src="' in begun.content.decode()
    assert 'value="0" max="100"' in begun.content.decode()
    assert 'src="' not in done.content.decode()
    assert pdf.content.startswith(b"%PDF")
    assert pdf["Content-Disposition"] == f'inline; filename="2026-11-{audience}-{language}.pdf"'
    assert not printing.step()
    assert enter(anna).get(f"/reports/month/prints/{number}/file").status_code == 404


def test_print_of_an_agent_who_is_restricted_since_is_not_there(enter, ada, anna, lived, frozen_clock):
    hers = enter(anna)
    hers.post("/reports/month/prints", {"month": "2026-11"})
    assert printing.step()
    path = f"/reports/month/prints/{MonthlyPrint.objects.get().pk}/file"
    assert hers.get(path).status_code == 200

    frozen_clock.shift(60)
    agents.change(anna.pk, agents.Rights(ticket_restriction="groups"), agents.Work(), actor=ada)
    assert hers.get(path).status_code == 404

    frozen_clock.shift(60)
    hers.post("/reports/month/prints", {"month": "2026-11"})
    assert printing.step()
    nameless = MonthlyPrint.objects.latest("id")
    assert hers.get(f"/reports/month/prints/{nameless.pk}/file").status_code == 200


def test_print_is_handed_out_for_a_day(enter, ada, lived, frozen_clock):
    hers = enter(ada)
    hers.post("/reports/month/prints", PUBLIC)
    path = f"/reports/month/prints/{MonthlyPrint.objects.get().pk}"
    frozen_clock.shift(86_400)
    assert hers.get(path).status_code == 200

    frozen_clock.shift(1)
    assert hers.get(path).status_code == 404


def test_print_asked_for_twice_is_the_one_that_waits(enter, ada, anna, lived):
    waiting = [enter(ada).post("/reports/month/prints", PUBLIC).url for _time in range(2)]
    others = enter(anna).post("/reports/month/prints", PUBLIC).url

    assert waiting[0] == waiting[1] != others
    assert MonthlyPrint.objects.count() == 2


def test_prints_of_other_reports_are_others_and_say_what_they_are_until_too_many_wait(enter, ada, lived, organization):
    hers = enter(ada)
    of_one = {"audience": "organization", "organization": organization.pk}
    wishes = [{}, {"language": "it"}, {"audience": "team"}, of_one, {"month": "2026-10"}, {"month": "2026-09"}]
    urls = [hers.post("/reports/month/prints", PUBLIC | wish).url for wish in wishes]

    said = [hers.get(url).content.decode() for url in urls]
    assert len(set(urls[:5])) == 5
    assert urls[5] == urls[4]
    assert "November 2026 · Publication to customers · English" in said[0]
    assert "November 2026 · Publication to customers · Italiano" in said[1]
    assert f"November 2026 · {organization.name} · English" in said[3]
    assert "October 2026 · Publication to customers · English" in said[4]


def test_print_that_fails_says_so_after_three_times(enter, ada, lived, monkeypatch):
    def broken(*_given):
        raise RuntimeError("no paper")

    hers = enter(ada)
    hers.post("/reports/month/prints", {"month": "2026-11"})
    monkeypatch.setattr(printing, "_pdf", broken)
    times = 0
    while printing.step():
        times += 1

    row = MonthlyPrint.objects.get()
    assert (times, row.failed, row.last_error) == (3, True, "RuntimeError")
    assert "could not be printed" in hers.get(f"/reports/month/prints/{row.pk}").content.decode()


def test_month_page_costs_the_same_for_few_and_many(enter, ada, anna, lived, life, rita):
    hers = enter(ada)
    hers.get(PAGE)
    with CaptureQueriesContext(connection) as few:
        hers.get(PAGE)
    for hour in range(3):
        ticket = life.open_at(MONDAY + timedelta(days=10, hours=hour), rita)
        life.answer_at(MONDAY + timedelta(days=10, hours=hour + 1), ticket, anna)
    sync.rebuild()
    hers.get(PAGE)

    with CaptureQueriesContext(connection) as many:
        hers.get(PAGE)

    assert len(many) == len(few) <= 45
