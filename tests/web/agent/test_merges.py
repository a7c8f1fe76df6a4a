"""Merge, split, incidents and follow-ups by the agents' pages."""

import re

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from django.utils.translation import gettext as _

from sportello.desk.actions import bulk, configuration, incidents, jobs, merging, people, splitting, tickets
from sportello.desk.actions.tickets import NewFile, Words
from sportello.desk.errors import Invalid
from sportello.desk.models import Comment, Job, OutgoingMail, Participant, Ticket
from sportello.desk.words import Status, Via


def opened(requester, subject="Ancora la stampante", text="Non stampa."):
    return tickets.open_ticket(requester=requester, subject=subject, words=Words(text), actor=requester, via=Via.EMAIL)


@pytest.fixture
def again(ticket, rita):
    return opened(rita)


@pytest.fixture
def strange(ticket, sam):
    return opened(sam, "Anche da noi", "La nostra è guasta.")


def url(page, *args):
    return reverse(f"agent:{page}", args=args)


def post(client, page, *args, **data):
    return client.post(url(page, *args), data)


# --- merging ----------------------------------------------------------------------------------------------------------


def test_merge_page_when_opened_then_the_requesters_other_tickets_are_offered(
    client, ticket, again, strange, anna, otto
):
    his = opened(otto, "Toner")
    client.force_login(anna)

    html = client.get(url("merge", ticket.pk)).content.decode()

    assert re.findall(r"\?into=(\d+)", html) == [str(again.pk), str(his.pk)]


def test_merge_page_when_the_other_is_chosen_then_both_are_shown_and_nothing_happens(client, ticket, strange, anna):
    client.force_login(anna)

    html = client.get(url("merge", strange.pk), {"into": f"#{ticket.pk}"}).content.decode()

    assert "La nostra è guasta." in html
    assert "Da stamattina la stampante" in html
    assert 'id="id_add_ccs"' in html
    assert "checked" not in re.search(r"<input[^>]*name=\"add_ccs\"[^>]*>", html)[0]
    assert Ticket.objects.get(pk=strange.pk).merged_into_id is None


def test_merge_when_posted_then_leads_to_the_other(client, ticket, again, anna):
    client.force_login(anna)

    answer = post(client, "merge", again.pk, into=ticket.pk, note="Doppione", tell_requester="on")

    assert answer.url == url("ticket", ticket.pk)
    assert Ticket.objects.get(pk=again.pk).merged_into_id == ticket.pk
    assert Comment.objects.filter(ticket=ticket, public=False, text="Doppione").exists()
    assert OutgoingMail.objects.filter(ticket=again, step="merged").exists()


@pytest.mark.parametrize(("ticked", "copied"), [("on", True), ("", False)])
def test_merge_when_people_differ_then_copy_is_as_ticked(client, ticket, strange, sam, anna, ticked, copied):
    client.force_login(anna)

    post(client, "merge", strange.pk, into=ticket.pk, add_ccs=ticked)

    assert Participant.objects.filter(ticket=ticket, user=sam).exists() is copied


@pytest.mark.parametrize("into", ["999", "x", "0"])
def test_merge_when_there_is_no_such_ticket_then_says_so(client, ticket, anna, into):
    client.force_login(anna)

    answer = post(client, "merge", ticket.pk, into=into)

    assert answer.status_code == 422
    assert Ticket.objects.get(pk=ticket.pk).merged_into_id is None


def test_merge_when_either_is_not_for_his_eyes_then_it_is_not_there(client, ticket, again, ben, rita):
    for person in (ben, rita):
        client.force_login(person)
        assert post(client, "merge", again.pk, into=ticket.pk).status_code == 404
        assert post(client, "unmerging", again.pk).status_code == 404

    assert Ticket.objects.get(pk=again.pk).merged_into_id is None


def test_ticket_page_when_merged_then_points_on_and_offers_to_undo(client, ticket, again, anna):
    merging.merge(again.pk, ticket.pk, actor=anna, via=Via.WEB)
    client.force_login(anna)

    html = client.get(url("ticket", again.pk)).content.decode()
    assert url("ticket", ticket.pk) in html
    assert url("unmerging", again.pk) in html
    assert 'id="composer"' not in html
    answer = post(client, "unmerging", again.pk)

    assert answer.url == url("ticket", again.pk)
    assert Ticket.objects.get(pk=again.pk).merged_into_id is None


def test_ticket_page_when_others_were_merged_into_it_then_shows_one_conversation(client, ticket, again, rita, anna):
    tickets.hear(ticket.pk, Words("Terza."), actor=rita, via=Via.EMAIL)
    merging.merge(again.pk, ticket.pk, actor=anna, via=Via.WEB)
    client.force_login(anna)

    html = client.get(url("ticket", ticket.pk)).content.decode()

    texts = ["Da stamattina la stampante", "Non stampa.", "Terza."]
    places = [html.index(text, html.index('class="conversation"')) for text in texts]
    assert places == sorted(places)
    assert f"#{again.pk}" in re.search(r'<span class="badge" data-origin="\d+">([^<]*)</span>', html)[1]


def test_ticket_page_when_nothing_is_linked_then_asks_no_more(client, ticket, again, anna):
    client.force_login(anna)
    client.get(url("ticket", ticket.pk))

    with CaptureQueriesContext(connection) as usual:
        client.get(url("ticket", ticket.pk))
    assert sum("merged_into_id" in it["sql"] and "LIMIT 200" in it["sql"] for it in usual) == 1
    assert not any(it["sql"].lstrip().startswith("WITH RECURSIVE") for it in usual)


# --- splitting --------------------------------------------------------------------------------------------------------


def test_split_when_posted_then_leads_to_the_new_ticket_and_back(client, ticket, rita, anna):
    comment = Comment.objects.get(ticket=ticket)
    client.force_login(anna)
    assert comment.text in client.get(url("split", ticket.pk, comment.pk)).content.decode()

    answer = post(client, "split", ticket.pk, comment.pk, subject="Altro")
    made = Ticket.objects.get(subject="Altro")
    assert answer.url == url("ticket", made.pk)
    html = client.get(answer.url).content.decode()
    assert url("unsplitting", made.pk) in html
    assert url("ticket", ticket.pk) in html
    post(client, "unsplitting", made.pk)

    assert Ticket.objects.get(pk=made.pk).merged_into_id == ticket.pk


def test_split_when_something_is_wrong_then_nothing_typed_is_lost(client, ticket, anna):
    comment = Comment.objects.get(ticket=ticket)
    client.force_login(anna)

    answer = post(client, "split", ticket.pk, comment.pk, subject="Altro", requester="nonsense")

    assert (answer.status_code, "Altro" in answer.content.decode()) == (422, True)
    assert Ticket.objects.count() == 1


def test_split_when_not_for_his_eyes_then_it_is_not_there(client, ticket, ben, rita):
    comment = Comment.objects.get(ticket=ticket)
    for person in (ben, rita):
        client.force_login(person)
        assert post(client, "split", ticket.pk, comment.pk, subject="x").status_code == 404


# --- problem and incidents --------------------------------------------------------------------------------------------


def test_problem_when_linked_by_number_then_both_pages_say_so(client, ticket, strange, anna):
    client.force_login(anna)

    post(client, "problem", strange.pk, problem=f"#{ticket.pk}")

    assert Ticket.objects.get(pk=strange.pk).problem_id == ticket.pk
    assert f"#{ticket.pk} {ticket.subject}" in client.get(url("ticket", strange.pk)).content.decode()
    assert f"#{strange.pk} Sam Stranger" in client.get(url("ticket", ticket.pk)).content.decode()
    post(client, "problem", strange.pk, problem="")
    assert Ticket.objects.get(pk=strange.pk).problem_id is None


def test_incidents_when_problem_is_solved_then_all_are_answered_in_one_gesture(
    client, ticket, strange, anna, monkeypatch
):
    monkeypatch.setattr(jobs, "WATCHED_SECONDS", 60.0)  # However busy the machine is.
    incidents.link(strange.pk, ticket.pk, actor=anna, via=Via.WEB)
    tickets.answer(ticket.pk, Words("Il cavo è riparato."), status=Status.SOLVED, actor=anna, via=Via.WEB)
    client.force_login(anna)

    assert url("incidents", ticket.pk) in client.get(url("ticket", ticket.pk)).content.decode()
    assert "Il cavo è riparato." in client.get(url("incidents", ticket.pk)).content.decode()
    answer = post(client, "solution", ticket.pk, text="Il cavo è riparato.")

    assert answer.url == url("incidents", ticket.pk)
    assert Ticket.objects.get(pk=strange.pk).status == Status.SOLVED
    assert OutgoingMail.objects.filter(ticket=strange, step="solved").count() == 1


def test_incident_when_somebody_calls_then_his_ticket_is_made_and_linked(client, ticket, anna):
    client.force_login(anna)

    asked = client.get(reverse("agent:incidents", args=[ticket.pk]))
    post(client, "new_incident", ticket.pk, who="eva@new.example", name="Eva", text="Anche qui.")

    assert asked.context["new"]["who"].field.widget.attrs["placeholder"] == _("Mail address")
    made = Ticket.objects.get(requester__name="Eva")
    assert made.problem_id == ticket.pk


@pytest.mark.parametrize("rows", [1, 3])
def test_incidents_when_many_then_as_many_questions(client, ticket, sam, anna, rows, django_assert_num_queries):
    for _number in range(rows):
        incidents.link(opened(sam).pk, ticket.pk, actor=anna, via=Via.WEB)
    client.force_login(anna)
    client.get(url("incidents", ticket.pk))

    with django_assert_num_queries(9):
        client.get(url("incidents", ticket.pk))


def test_incidents_when_not_for_his_eyes_then_they_are_not_there(client, ticket, strange, ben, rita):
    for person in (ben, rita):
        client.force_login(person)
        assert client.get(url("incidents", ticket.pk)).status_code == 404
        assert post(client, "solution", ticket.pk, text="x").status_code == 404
        assert post(client, "problem", strange.pk, problem=ticket.pk).status_code == 404


# --- follow-ups -------------------------------------------------------------------------------------------------------


def test_follow_up_when_made_by_hand_then_points_both_ways(client, ticket, rita, anna):
    tickets.confirm(ticket.pk, actor=rita, via=Via.WEB)
    client.force_login(anna)

    answer = post(client, "follow_ups", ticket.pk)

    made = Ticket.objects.get(follow_up_of=ticket)
    assert answer.url == url("ticket", made.pk)
    assert (made.requester, made.subject, made.group) == (rita, ticket.subject, ticket.group)
    assert [it.public for it in Comment.objects.filter(ticket=made)] == [False]
    assert f"#{made.pk} {made.subject}" in client.get(url("ticket", ticket.pk)).content.decode()


def test_follow_up_when_ticket_still_goes_on_then_none_is_made(client, ticket, ben, anna):
    client.force_login(anna)
    post(client, "follow_ups", ticket.pk)
    client.force_login(ben)

    assert post(client, "follow_ups", ticket.pk).status_code == 404
    assert Ticket.objects.count() == 1


def test_body_and_file_when_of_a_merged_ticket_then_agents_of_the_other_read_them(
    client, ticket, rita, group, ben, ada
):
    other = people.add_group("Other", members=(ben,))
    words = Words("Foto", html="<p>Foto</p>", files=(NewFile("f.txt", "text/plain", b"f"),))
    source = tickets.open_ticket(requester=rita, subject="x", words=words, actor=rita, via=Via.EMAIL, group=group)
    target = tickets.open_ticket(requester=rita, subject="y", words=Words("y"), actor=rita, via=Via.EMAIL, group=other)
    configuration.forget()
    comment = Comment.objects.get(ticket=source)
    file = comment.attachments.get()
    client.force_login(ben)
    assert client.get(url("attachment", file.pk)).status_code == 404

    merging.merge(source.pk, target.pk, actor=ada, via=Via.WEB)

    assert client.get(url("attachment", file.pk)).status_code == 200
    assert client.get(url("body", target.pk, comment.pk)).status_code == 200
    assert client.get(url("ticket", source.pk)).status_code == 404


def test_incidents_when_there_are_many_then_the_job_is_followed_on_its_page(client, ticket, strange, anna, monkeypatch):
    monkeypatch.setattr(jobs, "WATCHED_SECONDS", 0.0)
    incidents.link(strange.pk, ticket.pk, actor=anna, via=Via.WEB)
    client.force_login(anna)

    answer = post(client, "solution", ticket.pk, text="Riparato.")

    assert answer.url == url("job", Job.objects.get(kind=incidents.KIND).pk)
    assert client.get(answer.url).status_code == 200


# --- out of reach -----------------------------------------------------------------------------------------------------


def test_unsplitting_into_a_ticket_out_of_reach_is_not_there(client, ticket, anna, ben):
    made = splitting.split(ticket.comments.get().pk, subject="Toner", actor=anna, via=Via.WEB)
    tickets.update(made.pk, tickets.Change(group=None, assignee=ben), actor=anna, via=Via.WEB)
    client.force_login(ben)

    answer = post(client, "unsplitting", made.pk)

    assert (answer.status_code, Ticket.objects.get(pk=made.pk).merged_into_id) == (404, None)


def test_bulk_merge_that_would_end_out_of_reach_is_refused(ticket, again, strange, anna, ben):
    for it in (again, strange):
        tickets.update(it.pk, tickets.Change(group=None, assignee=ben), actor=anna, via=Via.WEB)
    merging.merge(again.pk, ticket.pk, actor=anna, via=Via.WEB)

    with pytest.raises(Invalid, match="merge_into"):
        bulk.start([strange.pk], {"merge_into": again.pk}, actor=ben)

    assert Job.objects.count() == 0
