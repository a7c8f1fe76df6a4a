"""The tags in use: counted, renamed, brought together, taken away; each ticket tells who did it."""

import pytest

from sportello.desk.actions import jobs, macros, tickets
from sportello.desk.models import Job, RuleChange, Tagging
from sportello.desk.words import Via
from tests.personas import events

pytestmark = pytest.mark.django_db

LIST = 5  # queries


@pytest.fixture
def tagged(mailbox, rita):
    """tagged(…): a ticket with these tags."""

    def make(*tags):
        return tickets.open_ticket(
            requester=rita, subject="x", words=tickets.Words("x"), actor=rita, via=Via.EMAIL, tags=tags
        )

    return make


def tags_of(ticket):
    return sorted(Tagging.objects.filter(ticket=ticket).values_list("tag", flat=True))


@pytest.mark.parametrize("name", ["anna", "rita"])
def test_pages_are_the_administrators(enter, request, tagged, name):
    tagged("printer")
    other = enter(request.getfixturevalue(name))

    assert [other.get(path).status_code for path in ("/tags", "/tags/printer")] == [404, 404]
    assert other.post("/tags/printer", {"do": "drop"}).status_code == 404
    assert (Tagging.objects.count(), Job.objects.count()) == (1, 0)


def test_list_counts_and_is_found_by_its_beginning(enter, ada, tagged, django_assert_num_queries):
    admin = enter(ada)
    tagged("printer")
    admin.get("/tags")
    with django_assert_num_queries(LIST):
        admin.get("/tags")
    tagged("printer", "scanner")
    tagged("private")
    with django_assert_num_queries(LIST):
        shown = admin.get("/tags").context["tags"]

    assert [(it.name, it.count) for it in shown] == [("printer", 2), ("private", 1), ("scanner", 1)]
    assert [it.name for it in admin.get("/tags?q=PRI").context["tags"]] == ["printer", "private"]
    assert [it.name for it in admin.get("/tags?after=private").context["tags"]] == ["scanner"]
    assert admin.get("/tags/nothing").status_code == 404


def test_tag_is_renamed_on_every_ticket_that_is_not_closed(enter, ada, rita, tagged):
    one, both, closed = tagged("printer"), tagged("printer", "print"), tagged("printer")
    tickets.confirm(closed.pk, actor=rita, via=Via.WEB)

    assert enter(ada).post("/tags/printer", {"new": " Print "})["location"] == "/tags"

    assert [tags_of(it) for it in (one, both, closed)] == [["print"], ["print"], ["printer"]]
    assert events(one, field="tags")[-1]["value"] == ["print"]
    assert one.audits.order_by("id").last().author == ada
    job, change = Job.objects.get(), RuleChange.objects.get(kind="tag")
    assert (job.state, job.total, job.done) == ("done", 2, 2)
    assert (change.before["tag"], change.after["tag"], change.author) == ("printer", "print", ada)


def test_tag_is_taken_away(enter, ada, tagged):
    ticket = tagged("printer", "urgent")

    enter(ada).post("/tags/printer", {"do": "drop"})

    assert tags_of(ticket) == ["urgent"]
    assert RuleChange.objects.get(kind="tag").after is None


@pytest.mark.parametrize("new", ["", "two words", "a,b", "printer"])
def test_name_that_is_none_changes_nothing(enter, ada, tagged, new):
    tagged("printer")

    assert enter(ada).post("/tags/printer", {"new": new}).status_code == 422
    assert Job.objects.count() == 0


def test_many_tickets_are_left_to_the_worker(enter, ada, tagged, monkeypatch):
    many = [tagged("printer") for _number in range(3)]
    monkeypatch.setattr(jobs, "PIECE_SECONDS", -1)
    monkeypatch.setattr(jobs, "press_on", lambda job, seconds: job)

    answer = enter(ada).post("/tags/printer", {"new": "print"})
    assert answer["location"] == f"/jobs/{Job.objects.get().pk}"
    while jobs.step():
        pass

    assert [tags_of(it) for it in many] == [["print"]] * 3


def test_rules_that_speak_of_it_are_named(enter, ada, tagged):
    tagged("printer")
    macros.save({"title": "Mark it", "actions": [{"field": "current_tags", "value": "printer new"}]}, actor=ada)

    assert enter(ada).get("/tags/printer").context["named"] == ["Mark it"]
    assert "Mark it" in enter(ada).get("/tags/printer").content.decode()
