"""Many tickets at once, from a list: without script, by who may, with the confirmation that mails need."""

import pytest

from sportello.desk.actions import indexing, jobs, macros, members, people, tickets
from sportello.desk.actions.tickets import Change, Words
from sportello.desk.models import Comment, CustomRole, Job, OutgoingMail, Ticket
from sportello.desk.words import JobState, Status, Via
from sportello.kit import clock


@pytest.fixture(autouse=True)
def patience(monkeypatch):
    """However busy the machine is."""
    monkeypatch.setattr(jobs, "WATCHED_SECONDS", 60.0)


@pytest.fixture
def opened(mailbox, group, rita):
    def opened(count, requester=rita, **more):
        return [
            tickets.open_ticket(
                requester=requester, words=Words("Aiuto"), actor=requester, via=Via.EMAIL,
                **{"subject": f"Richiesta {number}", "group": group, "mailbox_id": mailbox.pk} | more,
            )
            for number in range(count)
        ]  # fmt: skip

    return opened


def number_of(address):
    return address.rpartition("/")[2]


def post(client, found, **more):
    return client.post("/tickets/bulk", {"tickets": [it.pk for it in found], "do": "quick", **more})


@pytest.mark.parametrize("count", [1, 3])
def test_bulk_from_the_bar_is_done_when_the_list_is_back(enter, usual, anna, opened, count):
    found, agent = opened(count), enter(anna)

    answer = post(agent, found, back=f"{usual['unsolved']}?sort_by=priority&job=3", priority="4")
    page = agent.get(answer.url).content.decode()

    job = Job.objects.get()
    assert answer.url == f"{usual['unsolved']}?sort_by=priority&job={job.pk}"
    assert set(Ticket.objects.values_list("priority", flat=True)) == {4}
    assert f"{count} changed" in page
    assert f'action="/jobs/{job.pk}/reversal"' in page
    assert 'data-hotkey="e" title="Tags, macro, answer…"' in page  # What the list of keys calls it, at every width.


def test_bulk_of_a_whole_view_takes_those_on_its_other_pages_too(enter, usual, anna, ben, opened, frozen_clock):
    opened(2)
    solved = opened(1)[0]
    tickets.update(solved.pk, Change(status=Status.SOLVED), actor=anna, via=Via.WEB)

    for is_filled in (False, True):
        if is_filled:
            frozen_clock.shift(members.SETTLED)
            while members.step():
                pass
        priority = 2 + is_filled
        enter(anna).post(
            "/tickets/bulk", {"all": "1", "view": number_of(usual["unsolved"]), "do": "quick", "priority": priority}
        )

        assert list(Ticket.objects.order_by("pk").values_list("priority", flat=True)) == [priority, priority, None]


def test_size_of_a_view_is_counted_for_who_sees_it(enter, usual, anna, ben, opened):
    opened(3)

    size = f"/tickets/bulk/size?view={number_of(usual['unsolved'])}"
    sizes = [enter(person).get(size).content for person in (anna, ben)]

    assert sizes == [b"3", b"0"]


@pytest.fixture
def indexed(frozen_clock):
    """What was written so far can be found."""

    def done():
        frozen_clock.shift(6)
        while indexing.step():
            pass

    return done


@pytest.mark.parametrize("count", [1, 3])
def test_bulk_from_a_search_is_done_when_its_results_are_back(enter, anna, opened, indexed, count):
    found, agent = opened(count), enter(anna)
    indexed()

    page = agent.get("/search?q=richiesta&kind=ticket").content.decode()
    answer = post(agent, found, back="/search?q=richiesta&kind=ticket", priority="4")
    after = agent.get(answer.url).content.decode()

    assert page.count('name="tickets"') == count
    assert '<input type="hidden" name="back" value="/search?q=richiesta&amp;kind=ticket">' in page
    assert answer.url == f"/search?q=richiesta&kind=ticket&job={Job.objects.get().pk}"
    assert set(Ticket.objects.values_list("priority", flat=True)) == {4}
    assert f"{count} changed" in after


def test_bulk_of_all_that_a_search_finds_takes_those_on_its_other_pages_but_none_that_he_does_not_see(
    enter, anna, opened, indexed, otto
):
    elsewhere = people.add_group("Others")
    found, other = opened(27), opened(1, requester=otto, subject="Altro")
    hidden = opened(1, group=elsewhere)
    anna.ticket_restriction = "groups"
    anna.save()
    indexed()
    agent = enter(anna)

    page = agent.get("/search?q=richiesta").content.decode()
    size = agent.get("/tickets/bulk/size?q=richiesta").content
    asked = agent.post("/tickets/bulk", {"all": "1", "q": "richiesta", "do": "more"}).content.decode()
    agent.post("/tickets/bulk", {"all": "1", "q": "richiesta", "do": "quick", "priority": "4"})

    assert 'data-size="/tickets/bulk/size?q=richiesta"' in page
    assert size == b"27"
    assert "Change 27 tickets" in asked
    assert '<input type="hidden" name="q" value="richiesta">' in asked
    assert set(Ticket.objects.filter(priority=4)) == set(found)
    assert {it.priority for it in Ticket.objects.filter(pk__in=[it.pk for it in (*other, *hidden)])} == {None}


@pytest.mark.parametrize("place", ["people", "organizations"])
def test_bulk_of_all_of_a_person_or_an_organization(enter, anna, organization, opened, place, sam):
    found, other = opened(52), opened(1, requester=sam)[0]
    for it in found[:51]:
        tickets.update(it.pk, Change(status=Status.SOLVED), actor=anna, via=Via.WEB)
    key = found[0].requester_id if place == "people" else organization.pk
    agent = enter(anna)

    page = agent.get(f"/{place}/{key}").content.decode()
    asked = f"type:ticket {'requester' if place == 'people' else 'organization'}:{key}"
    size = agent.get("/tickets/bulk/size", {"q": asked}).content
    done = agent.post(
        "/tickets/bulk", {"all": "1", "q": asked, "back": f"/{place}/{key}", "do": "quick", "priority": "4"}
    )

    assert page.count('name="tickets"') == 51
    assert f'<input type="hidden" name="q" value="{asked}">' in page
    assert size == b"52"
    assert set(Ticket.objects.filter(priority=4)) == set(found)
    assert other.priority is None
    assert "52 changed" in agent.get(done.url).content.decode()


@pytest.mark.parametrize(
    ("asked", "said"), [("", 404), ("q=", 404), ("view=x", 404), ("view=", 404), ("q=type:user", 200)]
)
def test_size_of_what_is_no_list_of_tickets(enter, anna, opened, asked, said):
    opened(1)

    answer = enter(anna).get(f"/tickets/bulk/size?{asked}")

    assert answer.status_code == said
    assert said == 404 or answer.content == b"0"


@pytest.mark.parametrize(
    "back", ["https://evil.example/x", "//evil.example/x", "/\\evil.example", "javascript:alert(1)", "tickets"]
)
def test_bulk_leads_back_to_the_desk_alone(enter, anna, opened, back):
    answer = post(enter(anna), opened(1), back=back, priority="4")

    assert answer.url == f"/tickets?job={Job.objects.get().pk}"


def test_bulk_leaves_what_he_does_not_see(enter, usual, ben, opened):
    found = opened(2)

    answer = post(enter(ben), found, priority="4")

    assert answer.status_code == 422
    assert not Job.objects.exists()
    assert set(Ticket.objects.values_list("priority", flat=True)) == {None}


@pytest.mark.parametrize(("name", "status"), [("rita", 404), ("sam", 404)])
def test_bulk_is_not_there_for_customers(enter, request, opened, name, status):
    assert post(enter(request.getfixturevalue(name)), opened(1), priority="4").status_code == status


def test_bulk_is_not_there_for_a_role_without_it(enter, usual, anna, opened):
    found = opened(1)
    anna.custom_role = CustomRole.objects.create(
        name="Light", permissions=["edit"], created_at=clock.now(), updated_at=clock.now()
    )
    anna.save()
    agent = enter(anna)

    page = agent.get(usual["unsolved"]).content.decode()

    assert 'name="tickets"' not in page
    assert post(agent, found, priority="4").status_code == 404


def test_bulk_with_nothing_to_change_asks_what(enter, anna, opened):
    answer = post(enter(anna), opened(1))

    assert answer.status_code == 422
    assert "Choose what is to change." in answer.content.decode()


def test_bulk_page_takes_along_what_was_chosen(enter, usual, anna, opened):
    found, agent = opened(2), enter(anna)

    asked = post(agent, found, do="more", status="pending", back=usual["mine"])
    page = asked.content.decode()
    done = post(agent, found, do="more-now", status="pending", add_tags="uno, due", text="Solo per noi.", kind="note")

    assert asked.status_code == 200
    assert all(f'name="tickets" value="{it.pk}"' in page for it in found)
    assert '<option value="pending" selected>' in page
    assert f'href="{usual["mine"]}"' in page
    assert done.status_code == 302
    assert set(Ticket.objects.values_list("status", flat=True)) == {"pending"}
    assert Comment.objects.filter(text="Solo per noi.", public=False).count() == 2


def test_bulk_comment_with_a_fault_in_a_placeholder_comes_back_and_says_where(enter, anna, opened):
    found, agent = opened(11), enter(anna)

    answer = post(agent, found, do="more-now", text="Ci siamo, {{requester.nome}}.", kind="answer")

    page = answer.content.decode()
    assert answer.status_code == 422
    assert "“requester.nome” is not a placeholder; did you mean “requester.name”?" in page
    assert "Ci siamo, {{requester.nome}}." in page
    assert "requester.first_name" in page
    assert not Job.objects.exists()


def test_bulk_answer_to_many_customers_is_asked_about_once_more(enter, anna, opened, organization):
    found = [opened(1, requester=people.add(f"C{n}", f"c{n}@client.example"))[0] for n in range(11)]
    agent = enter(anna)

    asked = post(agent, found, do="more-now", text="Ci siamo.", kind="answer")
    few = post(agent, found[:10], do="more-now", text="Ci siamo.", kind="answer")
    sent_to_few = OutgoingMail.objects.count()
    sure = post(agent, found, do="more-now", text="Eccoci.", kind="answer", sure="11")

    page = asked.content.decode()
    assert asked.status_code == 200
    assert "11 customers get a mail." in page
    assert "Up to 11 mails will leave" in page
    assert (few.status_code, sent_to_few) == (302, 10)
    assert (sure.status_code, Comment.objects.filter(text="Eccoci.").count()) == (302, 11)


def test_bulk_answer_to_a_whole_list_that_has_grown_is_asked_about_again(enter, anna, opened, usual):
    for n in range(12):
        opened(1, requester=people.add(f"C{n}", f"c{n}@client.example"))
    agent = enter(anna)
    whole = {"do": "more-now", "text": "Ci siamo.", "kind": "answer", "all": "1", "view": number_of(usual["unsolved"])}

    asked = post(agent, [], **whole)
    opened(1, requester=people.add("Uno", "uno@client.example"))
    grown = post(agent, [], **whole, sure="12")
    sent_unasked = OutgoingMail.objects.count()
    sure = post(agent, [], **whole, sure="13")

    assert 'name="sure" value="12"' in asked.text
    assert (grown.status_code, 'name="sure" value="13"' in grown.text, sent_unasked) == (200, True, 0)
    assert (sure.status_code, OutgoingMail.objects.count()) == (302, 13)


def test_bulk_solving_or_a_macro_that_answers_many_customers_is_asked_about_too(enter, anna, ada, opened):
    answers = [{"field": "comment_value", "value": "Fatto."}, {"field": "comment_mode_is_public", "value": "true"}]
    answer = macros.save({"title": "Risposta", "actions": answers}, actor=ada)
    silent = macros.save({"title": "Tag", "actions": [{"field": "current_tags", "value": "x"}]}, actor=ada)
    found = [opened(1, requester=people.add(f"C{n}", f"c{n}@client.example"))[0] for n in range(11)]
    agent = enter(anna)

    asked = [
        post(agent, found, status="solved").status_code,
        post(agent, found, do="more-now", macro=answer.pk).status_code,
        post(agent, found, do="more-now", macro=silent.pk).status_code,
    ]

    assert asked == [200, 200, 302]
    assert not OutgoingMail.objects.exists()


def test_spam_page_says_what_it_does_and_does_it(enter, anna, opened):
    found, agent = opened(2), enter(anna)

    page = post(agent, found, do="spam").content.decode()
    post(agent, found, do="spam-now", hold="on")

    assert "Are 2 tickets spam?" in page
    assert set(Ticket.objects.values_list("status", flat=True)) == {"closed"}
    assert not OutgoingMail.objects.exists()


def test_merge_page_merges_into_a_ticket_and_says_when_there_is_none(enter, anna, opened):
    into, other = opened(2)
    agent = enter(anna)

    refused = [post(agent, [other], do="merge-now", merge_into=said).status_code for said in ("", "x", "999999")]
    post(agent, [other], do="merge-now", merge_into=f"#{into.pk}")

    other.refresh_from_db()
    assert refused == [422, 422, 422]
    assert other.merged_into_id == into.pk


def test_bulk_by_get_changes_nothing_and_leads_to_the_queue(enter, anna, opened):
    (found,) = opened(1)

    answer = enter(anna).get("/tickets/bulk", {"tickets": found.pk, "do": "quick", "priority": "4"})

    assert (answer.status_code, answer.url) == (302, "/tickets")
    assert not Job.objects.exists()


def test_bulk_of_a_mangled_view_is_not_there(enter, anna, opened):
    for view in ("", "x", "999"):
        assert enter(anna).post("/tickets/bulk", {"all": "1", "view": view, "priority": "4"}).status_code == 404


def test_bulk_tells_in_the_list_what_could_not(enter, usual, anna, opened):
    fine, closed = opened(2)
    tickets.confirm(closed.pk, actor=closed.requester, via=Via.WEB)
    agent = enter(anna)

    page = agent.get(post(agent, [fine, closed], back=usual["unsolved"], priority="1").url).content.decode()

    assert "1 changed, 1 could not" in page
    assert f'href="/tickets/{closed.pk}"' in page
    assert Job.objects.get().state == JobState.DONE
