"""A month's report: its figures by hand, its words, and what it says of too little."""

import json
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from sportello.desk.actions import ratings, reviews
from sportello.desk.models import Schedule, VoteReview
from sportello.desk.words import About, Score, Via
from sportello.kit import clock
from sportello.reports import month as months
from sportello.reports.figures.figure import VOTES, count
from sportello.reports.folding import store, sync
from sportello.reports.month import drawings, kept
from sportello.reports.month.figures import Change
from sportello.reports.month.printing import document
from sportello.reports.month.votes import MOST_CASES
from tests.reports.lived_month import MONDAY

NBSP = "\N{NO-BREAK SPACE}"


def plain(text):
    """Without the spaces that do not break, and on one line."""
    return " ".join(text.split())


def test_month_when_lived_through_then_as_computed_by_hand(lived):
    found = months.month(2026, 11)

    values = {key: found.figures[key].now.value for key in found.figures}
    assert values["num_new_tickets"] == 6
    assert values["num_solved_tickets"] == 4
    assert (values["one_touch_percentage"], values["one_reply_percentage"]) == (0.5, 0.5)
    assert values["first_reply_time_in_minutes_mean"] == (30 + 60 + 680 + 120 + 10) / 5
    assert values["first_reply_time_in_minutes_mean_business"] == (30 + 60 + 20 + 120 + 10) / 5
    assert (values["first_reply_time_in_minutes_median"], values["first_reply_within_hour"]) == (60, 0.6)
    assert (values["satisfaction_rating"], values["satisfaction_rating_help"], values["rated_of_solved"]) == (
        0.5,
        1,
        0.5,
    )
    assert {about: n for about, n in found.bad_about.items() if n} == {"product": 1}
    assert [(line.name, line.figures["num_solved_tickets"].value) for line in found.agents.lines] == [
        ("Anna Conti", 3),
        ("Ada Admin", 1),
    ]


def test_month_when_the_next_one_then_beside_it(lived):
    compared = months.month(2026, 12).figures["num_new_tickets"]

    assert (compared.now.value, compared.before.value, compared.change) == (0, 6, -6)


def test_month_when_kept_as_json_then_read_back_as_it_was(lived):
    found = months.month(2026, 11)

    assert months.read(json.loads(json.dumps(months.as_json(found)))) == found


def test_month_before_there_are_facts_is_missing(desk):
    with pytest.raises(store.Missing):
        months.month(2026, 11)


def test_report_for_the_team_then_says_who_and_why(lived):
    said = plain(months.as_text(months.month(2026, 11), "it"))

    assert "Ticket risolti di settembre: 0 Ticket risolti di ottobre: 0 Ticket risolti di novembre: 4" in said
    assert "Questo mese: 3,0 ore (n = 5, troppo pochi per giudicare)" in said
    assert "Il 60 % dei ticket ha avuto risposta entro un'ora." in said
    assert "2 voti su 4 ticket risolti, uno solo negativo: 50,0 %. Ha risposto il 50,0 %." in said
    assert "Negli ultimi tre mesi: l'unico voto negativo viene da una persona." in said
    assert "L'unico voto negativo viene da una persona. Sam Stranger." in said
    assert "«Il PC è lento.»" in said


def test_report_for_publication_then_names_nobody(lived):
    said = months.as_markdown(months.month(2026, 11), "en", months.PUBLIC)

    assert "# Our support in figures: November 2026" in said
    for name in ("Anna", "Ada", "Rita", "Sam", "Rossi", "Il PC"):
        assert name not in said


def test_report_of_an_organization_then_has_its_own_figures_only(lived, organization, otto):
    found = months.month(2026, 11, organization_id=organization.pk)

    said = plain(months.as_text(found, "it", months.ORGANIZATION))
    assert found.figures["num_solved_tickets"].now.value == 2
    assert "Rossi Hotels" in said
    for word in ("Sam", "Anna Conti", "enchmark"):
        assert word not in said


@pytest.mark.parametrize("language", ["it", "en"])
@pytest.mark.parametrize("audience", [months.TEAM, months.PUBLIC])
def test_report_of_an_empty_month_then_says_so_without_a_number(desk, language, audience):
    sync.rebuild()

    found = months.month(2020, 2)
    said = months.as_text(found, language, audience)

    assert drawings.charts(found, language) == {}
    assert "\n* " not in said
    assert "All figures" not in said
    assert "Tutte le cifre" not in said
    assert ("nessuno ha votato" if language == "it" else "Nobody voted") in said
    assert "nan" not in said.lower().split()
    assert "None" not in said


def test_report_when_one_vote_then_does_not_judge(lived, organization):
    found = months.month(2026, 11, organization_id=organization.pk)

    said = plain(months.as_text(found, "it", months.ORGANIZATION))
    assert "Un solo voto su 2 ticket risolti, positivo. Un solo voto non dice ancora niente." in said


def test_report_when_a_bad_vote_is_reviewed_then_both_words_stand_there(lived, ada, anna):
    review = VoteReview.objects.get()
    with clock.at(MONDAY + timedelta(days=8)):
        reviews.propose(review.pk, About.OTHER, "È il PC.", actor=anna)
    found = months.month(2026, 11)

    said = plain(months.as_text(found, "it"))
    assert found.figures["satisfaction_rating"].now.value == 0.5
    assert "Il riesame è ancora aperto." in said


def test_report_when_the_schedule_was_changed_then_a_line_says_so(lived, ada):
    from sportello.desk.actions import schedules

    row = Schedule.objects.get()
    with clock.at(datetime(2026, 11, 12, 9, tzinfo=UTC)):
        state = {"name": "Office", "time_zone": "Europe/Rome", "intervals": [[1980, 2400]]}
        schedules.save(state, actor=ada, schedule_id=row.pk)
    sync.rebuild()

    said = plain(months.as_text(months.month(2026, 11), "it"))

    assert "- 12 novembre: orario di apertura Office, modificato (Ada Admin)." in said


@pytest.mark.parametrize(
    ("change", "line"),
    [
        (Change("sla", "Gold", "new", 1, "2026-11-03", "Ada"), "3 novembre: promessa sui tempi Gold, creata (Ada)."),
        (Change("group", "Reti", "gone", 1, "2026-11-04", ""), "4 novembre: gruppo Reti, eliminato."),
        (
            Change("agent", "Anna", "new", 2, "2026-11-05", "Ada"),
            "5 novembre: operatore Anna, ora lavora qui (Ada, 2 volte).",
        ),
    ],
)
def test_report_of_a_change_then_its_words_agree_and_say_who_made_it(lived, change, line):
    found = replace(months.month(2026, 11), changes=(change,))

    assert f"- {line}" in plain(months.as_text(found, "it"))


def test_report_as_text_then_cuts_no_name_of_a_figure(lived):
    said = plain(months.as_text(months.month(2026, 11), "it"))

    assert "Prima risposta · Entro 24 ore · arrivati in orario di lavoro " in said
    assert "…" not in said


def test_report_on_paper_then_figures_come_before_what_they_mean(lived):
    sheet = months.write(months.month(2026, 11), "it", months.PUBLIC)

    sections = {section.title: section for section in document(sheet, ()).sections}
    solved, thanks = sections["Ticket risolti"], sections[""]
    assert (solved.paragraphs, solved.below) == ((), sheet.blocks[0].says)
    assert [row[1] for row in solved.tables[0].rows] == ["0", "0", "4"]
    assert thanks.paragraphs == sheet.closing


def test_report_of_more_bad_votes_than_it_shows_says_how_many_there_are(lived):
    found = months.month(2026, 11)
    bad = replace(found.figures["num_bad_votes"], now=count(130, VOTES))
    many = replace(found, cases=found.cases * MOST_CASES, figures={**found.figures, "num_bad_votes": bad})

    assert "Qui i primi 100 su 130." in plain(months.as_text(many, "it"))
    assert "Qui i primi" not in plain(months.as_text(found, "it"))


def test_report_of_more_customers_than_it_shows_says_how_many_there_are(lived):
    found = months.month(2026, 11)
    cut = replace(found, requesters=replace(found.requesters, left_out=7))

    whole = len(found.requesters.lines) + 7
    assert f"Qui i primi {whole - 7} su {whole}." in plain(months.as_text(cut, "it"))


def test_written_report_when_a_vote_changes_then_says_which_figure_and_why(lived):
    then = months.month(2026, 11)
    with clock.at(MONDAY + timedelta(days=9)):
        rating = lived["by_night"].satisfaction_rating
        ratings.vote(rating.pk, Score.GOOD, actor=lived["by_night"].requester, via=Via.WEB)
    sync.rebuild()

    section = kept.since(then, months.month(2026, 11), date(2026, 12, 1), "it")

    rows = {row[0]: row[1:] for row in section.grids[0].rows}
    assert (f"50,0{NBSP}%", f"100{NBSP}%", "voti dati o cambiati dopo") in rows.values()
    assert "1 dicembre" in section.paragraphs[0]


def test_written_report_when_nothing_changed_then_says_nothing(lived):
    found = months.month(2026, 11)

    assert kept.since(found, found, date(2026, 12, 1), "it") is None


def test_month_then_costs_the_same_whatever_is_in_it(lived, life, rita):
    with CaptureQueriesContext(connection) as few:
        months.month(2026, 11)
    for hour in range(3):
        life.open_at(MONDAY + timedelta(days=10, hours=hour), rita)
    sync.rebuild()

    with CaptureQueriesContext(connection) as many:
        months.month(2026, 11)

    assert len(many) == len(few) <= 30
