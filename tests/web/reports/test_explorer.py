"""Any question, by whoever may ask it: chart, table, pivot, files."""

import json
from urllib.parse import urlencode

import pytest

from sportello.desk.actions import configuration, tickets
from sportello.desk.actions import people as persons
from sportello.desk.actions.tickets import Words
from sportello.desk.words import Via
from sportello.reports import paper
from sportello.reports.folding import sync


@pytest.fixture
def facts(settings, tmp_path, ticket, anna):
    """Rita's ticket, answered by Anna."""
    settings.SPORTELLO_DATA = tmp_path
    tickets.answer(ticket.pk, Words("Arrivo."), actor=anna, via=Via.WEB)
    sync.rebuild()


def asked(path="/reports/explore", **more):
    filters = more.pop("filters", None)
    pairs = {"m": ["num_new_tickets"], "period": "last_28_days", **more}
    if filters:
        pairs["filters"] = json.dumps(filters)
    return f"{path}?" + urlencode(pairs, doseq=True)


def cells(table):
    return [(*line.names, *(cell.text for cell in line.cells)) for line in table.lines]


def test_explore_without_a_question_shows_one_to_begin_with(enter, ada, facts):
    response = enter(ada).get("/reports/explore")

    assert response.status_code == 200
    assert response.context["asked"].measures == ("num_new_tickets", "num_solved_tickets")
    assert response.context["answer"].charts


def test_explore_by_agent_opens_the_tickets_behind_each_cell(enter, ada, facts):
    client = enter(ada)
    answer = client.get(asked(m="first_reply_time_in_minutes_median", by="agent")).context["answer"]

    (line,) = answer.table.lines
    assert (line.names, line.cells[0].text) == (("Anna Conti",), "0\N{NO-BREAK SPACE}min")
    behind = client.get(line.cells[0].href)
    assert behind.status_code == 200
    assert "La stampante non stampa" in behind.content.decode()


def test_explore_across_makes_columns_with_all_of_them_beside_and_below(enter, ada, facts):
    answer = enter(ada).get(asked(by=["requester", "channel"], across=1)).context["answer"]

    assert [group.title for group in answer.table.groups] == ["email", ""]
    assert cells(answer.table) == [("Rita Rossi", "1", "1")]
    assert [cell.text for cell in answer.table.total] == ["1", "1"]


@pytest.mark.parametrize(
    ("more", "is_said"),
    [({"by": "agent"}, True), ({"by": "group"}, False), ({"by": "agent", "m": "num_first_replies"}, False)],
)
def test_explore_of_what_agents_created_says_why_it_is_nothing(enter, ada, facts, more, is_said):
    answer = enter(ada).get(asked(**more)).context["answer"]

    assert ("nobody's yet" in answer.note) is is_said


@pytest.mark.parametrize("by", [["requester", "channel"], ["channel"], ["requester", "channel", "priority"]])
def test_explore_across_where_nothing_happened_says_so(enter, ada, facts, by):
    response = enter(ada).get(asked(by=by, across=1, period="last_year"))

    assert (response.status_code, response.context["answer"].is_empty) == (200, True)


@pytest.mark.parametrize(("period", "is_said"), [("last_28_days", True), ("last_month", False)])
def test_explore_of_a_period_that_runs_says_up_to_when_the_other_counts(enter, ada, facts, period, is_said):
    page = enter(ada).get(asked(period=period, against="before")).content.decode()

    assert (", up to " in page, "today is not over yet" in page) == (is_said, is_said)


def test_explore_of_nothing_split_says_figures_alone(enter, ada, facts):
    answer = enter(ada).get(asked(m=["num_new_tickets", "satisfaction_rating"])).context["answer"]

    assert next((str(tile.label), tile.cell.text) for tile in answer.tiles) == ("Created", "1")
    assert (answer.charts, answer.table) == ([], None)


@pytest.mark.parametrize(
    ("more", "place"),
    [
        ({"filters": {"all": [{"field": "priority", "operator": "is", "value": "soon"}]}}, "Filter 1 (Priority): "),
        ({"filters": {"any": [{"field": "colour", "operator": "is", "value": "red"}]}}, "Filter 1 (colour): "),
        ({"m": "wishes"}, "What is counted: "),
        ({"by": "mood"}, "Split by: "),
        ({"by": "field:77"}, "Split by: "),
        ({"m": "backlog", "by": "hour"}, "Split by: "),
        ({"period": "own", "from": "2026-02-30", "until": ""}, "Period: "),
        ({"period": "own", "from": "2026-03-02", "until": "2026-03-01"}, "Period: "),
        ({"period": "some_day"}, "Period: "),
    ],
)
def test_explore_of_what_is_wrong_says_where(enter, ada, facts, more, place):
    response = enter(ada).get(asked(**more))

    (said,) = response.context["faults_said"]
    assert said.startswith(place)
    assert response.context["answer"] is None


def test_explore_of_a_broken_address_is_refused(enter, ada, facts):
    assert enter(ada).get("/reports/explore?m=num_new_tickets&filters={").status_code == 400


def test_explore_with_conditions_of_the_form_asks_only_those_tickets(enter, ada, facts):
    rows = {
        "conditions.all.0.field": "via_id",
        "conditions.all.0.was": "via_id",
        "conditions.all.0.operator": "is",
        "conditions.all.0.value": "web",
    }

    answer = enter(ada).get(asked(**rows)).context["answer"]

    assert answer.is_empty
    assert answer.filters == "Channel is web"


def test_explore_without_script_adds_a_condition_and_asks_nothing_yet_of_it(enter, ada, facts):
    response = enter(ada).get(asked(do="add.conditions.all"))

    assert len(response.context["rows"]["all"]) == 1


def test_explore_by_who_does_not_see_every_ticket_names_no_customer(enter, ben, facts):
    client = enter(ben)

    page = client.get(asked(by="requester"))
    fields = client.get("/reports/explore").content.decode()

    assert page.context["answer"] is None
    assert "Rita Rossi" not in page.content.decode() + fields
    assert "Rossi Hotels" not in fields
    assert client.get(asked("/reports/explore/export", by="requester", **{"as": "csv"})).status_code == 400


def test_explore_for_a_customer_or_without_permission_is_not_there(enter, rita, anna, role_of, facts):
    assert enter(rita).get("/reports/explore").status_code == 404
    assert enter(role_of(anna, "answer")).get("/reports/explore").status_code == 404


def test_explore_before_the_facts_are_there_says_so(enter, ada, settings, tmp_path):
    settings.SPORTELLO_DATA = tmp_path

    assert enter(ada).get("/reports/explore").status_code == 503


@pytest.mark.parametrize("kind", ["csv", "xlsx", "parquet", "png", "pdf"])
def test_export_gives_a_file_of_each_kind(enter, ada, facts, kind):
    begins = {"csv": b"\xef\xbb\xbf", "xlsx": b"PK", "parquet": b"PAR1", "png": b"\x89PNG", "pdf": b"%PDF"}

    response = enter(ada).get(asked("/reports/explore/export", by="agent", name="Per agent", **{"as": kind}))

    assert response.content.startswith(begins[kind])
    assert response.headers["Content-Disposition"] == f"attachment; filename*=UTF-8''per-agent.{kind}"


def test_export_on_paper_while_too_many_are_typeset_says_so_and_others_go_on(enter, ada, facts):
    client = enter(ada)
    url = {kind: asked("/reports/explore/export", by="agent", **{"as": kind}) for kind in ("pdf", "png", "csv")}

    with paper.place(), paper.place():
        answered = [client.get(url[kind]) for kind in ("pdf", "png", "csv")]
        board = client.get("/reports/?format=png&chart=flow")

    assert [it.status_code for it in (*answered, board)] == [503, 503, 200, 503]
    assert "try again" in answered[0].content.decode()
    assert client.get(url["png"]).status_code == 200


def test_export_of_a_kind_that_is_none_is_not_there(enter, ada, facts):
    assert enter(ada).get(asked("/reports/explore/export", **{"as": "exe"})).status_code == 404


@pytest.mark.parametrize("people", [1, 3])
def test_explore_asks_the_database_as_often_for_one_as_for_three(
    enter, ada, facts, people, mailbox, django_assert_num_queries, monkeypatch
):
    for number in range(people - 1):
        guest = persons.add(f"Guest {number}", f"guest{number}@elsewhere.example", language="en")
        tickets.open_ticket(
            requester=guest, subject="Help", words=Words("Help."), actor=guest, via=Via.EMAIL, mailbox_id=mailbox.pk
        )
    sync.rebuild()
    client = enter(ada)
    client.get(asked(by=["requester", "organization"]))

    # However slow the machine is.
    monkeypatch.setattr(configuration, "FRESH_SECONDS", 3_600.0)
    with django_assert_num_queries(9):
        answer = client.get(asked(by=["requester", "organization"])).context["answer"]

    assert len(answer.table.lines) == people
