"""Saved reports: kept, found by whom, changed by whom, pinned, by mail."""

import json

import pytest

from sportello.desk.actions import configuration, tickets
from sportello.desk.actions.tickets import Words
from sportello.desk.models import ReportMailing, SavedReport
from sportello.desk.words import Via
from sportello.reports import saved as verbs
from sportello.reports import saved_mailing
from sportello.reports.folding import sync
from sportello.web.reports import saved

QUESTION = {"measures": ["num_new_tickets"], "by": ["agent"], "period": "last_28_days"}


@pytest.fixture
def facts(settings, tmp_path, ticket, anna):
    settings.SPORTELLO_DATA = tmp_path
    tickets.answer(ticket.pk, Words("Arrivo."), actor=anna, via=Via.WEB)
    sync.rebuild()


def keep(owner, **more):
    return verbs.save({"name": "Mine", "asked": QUESTION, **more}, actor=owner)


def test_save_keeps_the_question_with_its_period_in_words(enter, ada, facts):
    data = {"name": " Per  agent ", "description": "Mondays", "shared": "on", "asked": json.dumps(QUESTION)}

    response = enter(ada).post("/reports/saved", data)

    report = SavedReport.objects.get()
    assert response.url == f"/reports/saved/{report.pk}"
    assert (report.name, report.owner, report.shared, report.pinned) == ("Per agent", ada, True, False)
    assert report.asked["period"] == "last_28_days"


@pytest.mark.parametrize("asked", ["", "[]", '{"measures": ["wishes"]}', '{"measures": 1}', "{"])
def test_save_of_no_question_is_refused(enter, ada, facts, asked):
    assert enter(ada).post("/reports/saved", {"name": "Mine", "asked": asked}).status_code == 400
    assert not SavedReport.objects.exists()


def test_saved_report_is_its_owners_alone_until_it_is_shared(enter, ada, anna, facts):
    report = keep(ada)
    client = enter(anna)

    assert client.get(f"/reports/saved/{report.pk}").status_code == 404
    verbs.save({"shared": True}, actor=ada, report=report)
    assert client.get(f"/reports/saved/{report.pk}").status_code == 200
    assert "Mine" in client.get("/reports/saved").content.decode()


@pytest.mark.parametrize("page", ["edit", "dropping", "mailing", "mailing/end"])
def test_saved_report_of_another_cannot_be_changed(enter, ada, anna, facts, page):
    report = keep(ada, shared=True)

    assert enter(anna).post(f"/reports/saved/{report.pk}/{page}", {"name": "Hers"}).status_code == 404
    assert enter(anna).post(f"/reports/saved/{report.pk}", {"asked": json.dumps(QUESTION)}).status_code == 404
    assert SavedReport.objects.get().name == "Mine"


def test_saved_report_that_is_shared_is_changed_by_an_administrator(enter, ada, anna, facts):
    report = keep(anna, shared=True)

    enter(ada).post(f"/reports/saved/{report.pk}/edit", {"name": "Ours", "shared": "on", "pinned": "on"})

    report.refresh_from_db()
    assert (report.name, report.owner, report.pinned) == ("Ours", anna, True)


def test_saved_report_asks_what_the_address_says_and_is_kept_so_only_by_a_post(enter, ada, facts):
    report, client = keep(ada), enter(ada)

    page = client.get(f"/reports/saved/{report.pk}?m=num_solved_tickets&period=this_month")

    assert page.context["asked"].measures == ("num_solved_tickets",)
    assert verbs.question_of(SavedReport.objects.get()).measures == ("num_new_tickets",)
    client.post(f"/reports/saved/{report.pk}", {"asked": page.context["kept_json"]})
    assert verbs.question_of(SavedReport.objects.get()).measures == ("num_solved_tickets",)


def test_saved_report_that_names_customers_is_not_there_for_who_does_not_see_every_ticket(enter, ada, ben, facts):
    report = keep(ada, shared=True, pinned=True, asked={**QUESTION, "by": ["organization"]})
    client = enter(ben)

    assert client.get(f"/reports/saved/{report.pk}").status_code == 404
    assert "Mine" not in client.get("/reports/saved").content.decode()
    assert saved.pinned(ben) == []
    asked = json.dumps({**QUESTION, "by": ["requester"]})
    assert client.post("/reports/saved", {"name": "His", "asked": asked}).status_code == 400


def test_pinned_are_ones_own_and_shared_ones_and_a_broken_one_takes_nothing_down(ada, anna, facts):
    keep(ada, name="A", pinned=True, shared=True)
    keep(anna, name="B", pinned=True)
    keep(ada, name="C", pinned=True)
    keep(anna, name="D")
    broken = keep(anna, name="E", pinned=True)
    SavedReport.objects.filter(pk=broken.pk).update(asked={**QUESTION, "measures": ["wishes"]})

    found = saved.pinned(anna)

    assert [(it.name, bool(it.answer), bool(it.fault)) for it in found] == [
        ("A", True, False),
        ("B", True, False),
        ("E", False, True),
    ]


def test_pinned_that_fails_in_whatever_way_takes_nothing_down(ada, facts, monkeypatch):
    keep(ada, name="A", pinned=True)
    monkeypatch.setattr(saved.explorer, "answer", lambda *_asked: 1 // 0)

    (found,) = saved.pinned(ada)

    assert (found.answer, found.fault) == (None, "This report cannot be answered.")


def test_overview_with_a_pinned_report_of_many_years_is_there(enter, ada, facts):
    years = {"period": "own", "first": "2010-01-01", "last": "2026-11-30", "against": "before"}
    keep(ada, pinned=True, shared=True, asked={**QUESTION, **years})

    assert enter(ada).get("/reports/").status_code == 200


def test_drop_takes_its_mail_with_it(enter, ada, facts):
    report = keep(ada)
    data = {"rhythm": "daily", "day": 0, "hour": 8, "file": "", "recipients": [ada.pk]}
    saved_mailing.save(report, data)

    enter(ada).post(f"/reports/saved/{report.pk}/dropping")

    assert not SavedReport.objects.exists()
    assert not ReportMailing.objects.exists()


def test_mailing_page_keeps_what_was_chosen(enter, ada, anna, facts):
    report, client = keep(ada, shared=True), enter(ada)
    data = {"rhythm": "monthly", "weekday": "3", "monthday": "5", "hour": "7", "file": "csv"}

    response = client.post(f"/reports/saved/{report.pk}/mailing", {**data, "recipients": [ada.pk, anna.pk]})

    assert response.status_code == 302
    mailing = ReportMailing.objects.get()
    assert (mailing.rhythm, mailing.day, mailing.hour, mailing.file) == ("monthly", 5, 7, "csv")
    assert set(mailing.recipients.all()) == {ada, anna}
    assert client.get(f"/reports/saved/{report.pk}/mailing").status_code == 200


def test_mailing_page_that_is_wrong_says_where_and_loses_nothing(enter, ada, facts):
    report = keep(ada)

    page = enter(ada).post(f"/reports/saved/{report.pk}/mailing", {"rhythm": "daily", "hour": "7"})

    assert page.status_code == 422
    assert list(page.context["faults"]) == ["recipients"]


def test_stop_is_asked_first_and_ends_ones_own_mail(enter, ada, anna, facts):
    report = keep(ada, shared=True)
    data = {"rhythm": "daily", "day": 0, "hour": 8, "file": "", "recipients": [ada.pk, anna.pk]}
    saved_mailing.save(report, data)
    client = enter(anna)

    page = client.get(f"/reports/saved/{report.pk}/mailing/stop")
    assert page.context["gets_it"]
    client.post(f"/reports/saved/{report.pk}/mailing/stop")

    assert list(ReportMailing.objects.get().recipients.all()) == [ada]


@pytest.mark.parametrize("reports", [1, 3])
def test_saved_reports_are_listed_in_as_many_queries_for_one_as_for_three(
    enter, ada, anna, facts, reports, django_assert_num_queries, monkeypatch
):
    for number in range(reports):
        keep(anna, name=f"Report {number}", shared=True)
    client = enter(ada)
    client.get("/reports/saved")

    # However slow the machine is.
    monkeypatch.setattr(configuration, "FRESH_SECONDS", 3_600.0)
    with django_assert_num_queries(7):
        page = client.get("/reports/saved")

    assert len(page.context["others"]) == reports
