"""The page of searches: what is found, what is marked, what is wrong and where; and the command palette."""

import pytest

from sportello.desk.actions import indexing, people, tickets
from sportello.desk.actions.tickets import Words
from sportello.desk.search import finding
from sportello.desk.words import Via


@pytest.fixture
def indexed(db, frozen_clock):
    def done():
        frozen_clock.shift(6)
        while indexing.step():
            pass

    return done


def opened(requester, subject, text="Buongiorno.", **more):
    return tickets.open_ticket(
        requester=requester, subject=subject, words=Words(text), actor=requester, via=Via.WEB, **more
    )


def shown(response):
    return [it.key for it in response.context["results"]]


def test_search_finds_other_forms_and_marks_them(enter, anna, ticket, rita, indexed):
    slow = opened(rita, "Computer lenti", "I nostri <b>computer</b> sono lentissimi & lenti da ieri.")
    indexed()

    page = enter(anna).get("/search", {"q": "computer lento"})

    assert shown(page) == [slow.pk]
    assert "<mark>Computer</mark> <mark>lenti</mark>" in page.content.decode()
    assert "&lt;b&gt;<mark>computer</mark>&lt;/b&gt;" in page.content.decode()
    assert [(tab.kind, tab.number) for tab in page.context["tabs"]] == [
        ("ticket", "1"),
        ("user", ""),
        ("organization", ""),
    ]


def test_search_shows_people_and_organizations(enter, anna, ticket, rita, organization, indexed):
    indexed()
    agent = enter(anna)

    page = agent.get("/search", {"q": "rossi"})
    assert [(tab.kind, tab.number) for tab in page.context["tabs"]] == [
        ("ticket", "1"),
        ("user", "1"),
        ("organization", "1"),
    ]
    assert shown(agent.get("/search", {"q": "rossi", "kind": "user"})) == [rita.pk]
    assert shown(agent.get("/search", {"q": "rossi", "kind": "organization"})) == [organization.pk]
    assert shown(agent.get("/search", {"q": "type:user rossi"})) == [rita.pk]


def test_search_says_which_name_nobody_has_and_that_many_are_not_sorted(enter, anna, ticket, indexed, monkeypatch):
    indexed()
    agent = enter(anna)

    def faults(said):
        return [(it["there"], it["says"]) for it in agent.get("/search", {"q": said}).context["faults"]]

    assert faults("group:sales") == [("group:sales", "There is no group “sales”.")]
    assert faults("stampante order_by:updated") == []
    monkeypatch.setattr(finding, "FEW_DOCUMENTS", 0)
    says = "There are too many results to be sorted: the newest come first. Ask for fewer."
    assert faults("stampante order_by:updated") == [("order_by:updated", says)]


def test_search_with_a_fault_says_what_is_wrong_and_where(enter, anna, ticket, indexed):
    indexed()

    page = enter(anna).get("/search", {"q": "stampante status:apert"})

    (fault,) = page.context["faults"]
    assert fault["there"] == "status:apert"
    assert "“apert” is not one of: new, open, pending, hold, solved, closed." in page.content.decode()
    assert shown(page) == [ticket.pk]


def test_search_number_leads_to_the_ticket(enter, anna, ben, ticket, group):
    assert enter(anna).get("/search", {"q": f"#{ticket.pk}"}).url == f"/tickets/{ticket.pk}"
    assert enter(ben).get("/search", {"q": f"#{ticket.pk}"}).status_code == 200


def test_search_for_a_bare_number_shows_the_ticket_above_what_else_has_it(enter, anna, ben, ticket, rita, indexed):
    indexed()
    assert enter(anna).get("/search", {"q": str(ticket.pk)}).url == f"/tickets/{ticket.pk}"

    other = opened(rita, f"Errore {ticket.pk}")
    indexed()

    page = enter(anna).get("/search", {"q": str(ticket.pk)})
    assert shown(page) == [other.pk]
    assert page.context["numbered"] == {"pk": ticket.pk, "subject": ticket.subject}
    assert f'href="/tickets/{ticket.pk}">#{ticket.pk} La stampante non stampa</a>' in page.content.decode()
    assert enter(ben).get("/search", {"q": str(ticket.pk)}).context["numbered"] is None


def test_search_of_an_agent_outside_the_group_finds_nothing(enter, ben, anna, ticket, indexed):
    indexed()

    assert shown(enter(anna).get("/search", {"q": "stampante"})) == [ticket.pk]
    page = enter(ben).get("/search", {"q": "stampante"})
    assert shown(page) == []
    assert page.context["tabs"][0].number == ""


def test_search_is_not_there_for_customers(enter, rita):
    customer = enter(rita)

    assert [customer.get(it).status_code for it in ("/search", "/search/palette", "/search/suggestions")] == [404] * 3


def test_search_without_words_explains_the_language(enter, anna):
    assert "status&lt;solved" in enter(anna).get("/search").content.decode()


@pytest.mark.parametrize("count", [1, 3])
def test_search_asks_the_same_number_of_questions_for_any_number_of_results(
    enter, anna, rita, group, mailbox, indexed, django_assert_num_queries, count
):
    for number in range(count):
        opened(rita, f"Scanner {number}", group=group)
    indexed()
    agent = enter(anna)
    agent.get("/search", {"q": "scanner"})

    # Once for each kind SQLite is asked which words begin so, PostgreSQL how many have them.
    with django_assert_num_queries(15):
        assert len(shown(agent.get("/search", {"q": "scanner"}))) == count


@pytest.mark.parametrize(
    ("typed", "terms"),
    [
        ("sta", ["status:"]),
        ("printer -sta", ["-status:"]),
        ("status:s", ["status:solved"]),
        ("assignee:a", ["assignee:Anna Conti"]),
        ("recipient:", ["recipient:help@desk.example"]),
        ("type:", ["type:ticket", "type:user", "type:organization"]),
        ('"sta', []),
        ("xyz", []),
        ("", []),
    ],
)
def test_suggestions_go_on_with_the_last_term(enter, anna, mailbox, typed, terms):
    page = enter(anna).get("/search/suggestions", {"q": typed})

    assert [it.term.replace('"', "") for it in page.context["suggestions"]] == terms


@pytest.mark.parametrize(
    ("typed", "says"),
    [
        ("status:h", ["Sospeso"]),
        ("priority:n", ["Normale", "(vuoto)"]),
        ("via:v", ["telefono"]),
        ("created:t", ["quando è stato creato"]),
    ],
)
def test_suggested_values_are_told_in_the_language_of_the_agent(enter, anna, typed, says):
    agent = enter(anna)
    people.set_language(anna, "it")

    page = agent.get("/search/suggestions", {"q": typed})

    assert [str(it.says) for it in page.context["suggestions"]] == says


def test_palette_finds_tickets_people_views_and_macros(enter, usual, anna, ticket, rita, indexed):
    indexed()
    agent = enter(anna)

    found = dict(agent.get("/search/palette", {"q": "ros"}).context["groups"])
    assert [it.beside for it in found["Tickets"]] == [f"#{ticket.pk} · Rita Rossi"]
    assert ["".join(piece.text for piece in it.title) for it in found["People"]] == ["Rita Rossi"]
    found = dict(agent.get("/search/palette", {"q": f"#{ticket.pk}"}).context["groups"])
    assert [it.url for it in found["Tickets"]] == [f"/tickets/{ticket.pk}"]
    found = dict(agent.get("/search/palette", {"q": "unass"}).context["groups"])
    assert [it.url for it in found["Views"]] == [usual["unassigned"]]


def test_palette_shows_no_ticket_that_the_agent_may_not_see(enter, ben, ticket, indexed):
    indexed()

    groups = dict(enter(ben).get("/search/palette", {"q": "stampante"}).context["groups"])
    assert "Tickets" not in groups
    assert "Tickets" not in dict(enter(ben).get("/search/palette", {"q": str(ticket.pk)}).context["groups"])


def test_results_of_a_name_that_is_markup_are_escaped(enter, anna, mailbox, indexed):
    guest = people.add("<script>alert(1)</script> Malo", "malo@elsewhere.example")
    opened(guest, "<img src=x> malo")
    indexed()

    for path in ("/search", "/search/palette"):
        page = enter(anna).get(path, {"q": "malo"}).content.decode()
        assert "<script>alert" not in page
        assert "<img src=x>" not in page
