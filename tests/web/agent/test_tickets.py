import pytest

from sportello.desk.actions import configuration, people, ratings, surveys, tickets, timers
from sportello.desk.actions.tickets import UNSET, Change, Words
from sportello.desk.models import Participant, Timer
from sportello.desk.words import Priority, Status, TimerState, Via
from tests.personas import events

PATHS = ["assignment", "fields", "participants", "reading", "reopening", "comments"]


def page_of(response):
    return response.content.decode()


def test_ticket_page_for_an_agent_shows_the_conversation(enter, anna, ticket):
    response = enter(anna).get(f"/tickets/{ticket.id}")

    assert response.status_code == 200
    assert "Da stamattina la stampante al primo piano non stampa." in page_of(response)


def test_ticket_page_for_an_agent_outside_is_not_there(enter, ben, ticket):
    assert enter(ben).get(f"/tickets/{ticket.id}").status_code == 404


def test_ticket_page_for_its_own_customer_is_not_there(enter, rita, ticket):
    assert enter(rita).get(f"/tickets/{ticket.id}").status_code == 404


@pytest.mark.parametrize("path", PATHS)
def test_change_by_an_agent_outside_is_not_there(enter, ben, ticket, path):
    before = ticket.audits.count()

    response = enter(ben).post(f"/tickets/{ticket.id}/{path}", {"agent": ben.pk, "text": "x", "kind": "answer"})

    assert response.status_code == 404
    assert ticket.audits.count() == before


@pytest.mark.parametrize("path", sorted({*PATHS} - {"comments"}))  # There one comes back to his text.
def test_get_of_a_change_is_refused(enter, anna, ticket, path):
    assert enter(anna).get(f"/tickets/{ticket.id}/{path}").status_code == 405


def test_get_of_the_page_changes_nothing(enter, anna, ticket):
    before = ticket.audits.count()

    enter(anna).get(f"/tickets/{ticket.id}")

    assert ticket.audits.count() == before
    assert not ticket.readings.exists()


def test_assignment_gives_the_ticket_to_the_agent(enter, anna, ticket):
    response = enter(anna).post(f"/tickets/{ticket.id}/assignment", {"agent": anna.pk})

    ticket.refresh_from_db()
    assert response.status_code == 302
    assert (ticket.assignee, ticket.status) == (anna, Status.OPEN)


def test_assignment_to_an_agent_outside_the_group_is_refused_in_words(enter, anna, ben, ticket):
    response = enter(anna).post(f"/tickets/{ticket.id}/assignment", {"agent": ben.pk})

    ticket.refresh_from_db()
    assert response.status_code == 422
    assert "Ben Archer" in response.context["problem"]
    assert ticket.assignee is None


def test_fields_when_changed_are_saved_in_one_audit(enter, anna, ticket):
    before = ticket.audits.count()

    enter(anna).post(
        f"/tickets/{ticket.id}/fields",
        {
            "status": "open",
            "priority": "3",
            "type": "incident",
            "group": ticket.group_id,
            "tags": "printer, first-floor",
        },
    )

    ticket.refresh_from_db()
    assert (ticket.status, ticket.priority, ticket.type) == (Status.OPEN, Priority.HIGH, "incident")
    assert sorted(str(tagging) for tagging in ticket.taggings.all()) == ["first-floor", "printer"]
    assert ticket.audits.count() == before + 1


def test_fields_offer_a_group_that_nobody_works_in(enter, anna, ticket):
    empty = people.add_group("Night shift")
    agent = enter(anna)
    offered = agent.get(f"/tickets/{ticket.id}").context["fields"].fields["group"].choices

    agent.post(f"/tickets/{ticket.id}/fields", {"status": "new", "group": empty.pk})

    ticket.refresh_from_db()
    assert [label for _key, label in offered] == ["–", "Night shift", "Support"]
    assert ticket.group == empty


def test_fields_when_the_group_is_not_in_use_any_more_leave_it_until_another_is_chosen(enter, anna, ticket, group):
    group.active = False
    group.save(update_fields=["active"])
    configuration.forget()

    enter(anna).post(f"/tickets/{ticket.id}/fields", {"status": "new", "group": group.pk, "type": "incident"})

    ticket.refresh_from_db()
    assert (ticket.group, ticket.type) == (group, "incident")


def test_fields_with_a_wrong_value_come_back_with_what_was_typed(enter, anna, ticket):
    response = enter(anna).post(
        f"/tickets/{ticket.id}/fields",
        {"status": "closed", "priority": "", "type": "", "group": "", "tags": "kept-tag"},
    )

    assert response.status_code == 422
    assert "kept-tag" in page_of(response)


def test_participants_add_and_remove_a_person_in_copy(enter, anna, ticket, otto):
    agent = enter(anna)

    agent.post(f"/tickets/{ticket.id}/participants", {"add_cc": "otto@rossi.example"})
    added = [row.user for row in ticket.participants.filter(kind=Participant.Kind.CC)]
    agent.post(f"/tickets/{ticket.id}/participants", {"remove_cc": otto.pk})

    assert added == [otto]
    assert not ticket.participants.exists()


def test_participants_with_a_wrong_address_are_refused_in_words(enter, anna, ticket):
    response = enter(anna).post(f"/tickets/{ticket.id}/participants", {"add_cc": "nobody"})

    assert response.status_code == 422
    assert "nobody" in response.context["problem"]


def test_participants_follow(enter, anna, ticket):
    enter(anna).post(f"/tickets/{ticket.id}/participants", {"add_follower": anna.pk})

    assert [(row.user, row.kind) for row in ticket.participants.all()] == [(anna, Participant.Kind.FOLLOWER)]


def test_timer_when_stopped_does_not_run_and_is_in_the_history(enter, anna, ticket):
    tickets.answer(ticket.pk, Words("Fatto."), status=Status.SOLVED, actor=anna, via=Via.WEB)
    timer = Timer.objects.get(ticket=ticket, state=TimerState.WAITING)

    enter(anna).post(f"/tickets/{ticket.id}/timers/{timer.pk}/cancellation")

    timer.refresh_from_db()
    assert timer.state == TimerState.CANCELLED
    assert events(ticket, type="Note")[-1]["code"] == "timer_cancelled"


def test_timer_of_an_agent_outside_is_not_there(enter, anna, ben, ticket):
    tickets.answer(ticket.pk, Words("Fatto."), status=Status.SOLVED, actor=anna, via=Via.WEB)
    timer = Timer.objects.get(ticket=ticket, state=TimerState.WAITING)

    response = enter(ben).post(f"/tickets/{ticket.id}/timers/{timer.pk}/cancellation")

    timer.refresh_from_db()
    assert (response.status_code, timer.state) == (404, TimerState.WAITING)


def test_timer_stopped_twice_says_so(enter, anna, ticket):
    tickets.answer(ticket.pk, Words("Fatto."), status=Status.SOLVED, actor=anna, via=Via.WEB)
    timer = Timer.objects.get(ticket=ticket, state=TimerState.WAITING)
    timers.cancel(timer.pk, actor=anna, via=Via.WEB)

    response = enter(anna).post(f"/tickets/{ticket.id}/timers/{timer.pk}/cancellation", follow=True)

    assert [str(message.level_tag) for message in response.context["messages"]] == ["error"]


def test_protocol_line_of_a_solved_ticket_shows_what_will_happen(enter, anna, ticket):
    tickets.answer(ticket.pk, Words("Fatto."), status=Status.SOLVED, actor=anna, via=Via.WEB)

    line = enter(anna).get(f"/tickets/{ticket.id}").context["protocol"]

    assert [(event.icon, event.kind) for event in line] == [
        ("ticket", ""),
        ("mail", "mail"),
        ("lock", "future"),
        ("star", "future"),
    ]
    assert [bool(event.cancel_url) for event in line] == [False, False, True, False]


def test_thanks_that_did_not_reopen_can_be_undone(enter, anna, rita, ticket):
    tickets.answer(ticket.pk, Words("Fatto."), status=Status.SOLVED, actor=anna, via=Via.WEB)
    tickets.hear(ticket.pk, Words("Grazie mille!"), actor=rita, via=Via.EMAIL)
    agent = enter(anna)
    offered = agent.get(f"/tickets/{ticket.id}").context["was_thanked"]

    agent.post(f"/tickets/{ticket.id}/reopening")

    ticket.refresh_from_db()
    assert (offered, ticket.status) == (True, Status.OPEN)
    assert agent.get(f"/tickets/{ticket.id}").context["was_thanked"] is False


def test_closed_ticket_offers_no_answer(enter, anna, rita, ticket):
    tickets.answer(ticket.pk, Words("Fatto."), status=Status.SOLVED, actor=anna, via=Via.WEB)
    tickets.confirm(ticket.pk, actor=rita, via=Via.WEB)

    response = enter(anna).get(f"/tickets/{ticket.id}")

    assert 'id="composer"' not in page_of(response)
    assert enter(anna).post(f"/tickets/{ticket.id}/assignment", {"agent": ""}).status_code == 422


def test_vote_and_bouncing_address_are_shown(enter, anna, rita, ticket):
    identity = rita.identities.get()
    identity.undeliverable_at, identity.undeliverable_reason = ticket.created_at, "550 mailbox unavailable"
    identity.save()
    tickets.answer(ticket.pk, Words("Fatto."), status=Status.SOLVED, actor=anna, via=Via.WEB)
    tickets.confirm(ticket.pk, actor=rita, via=Via.WEB)
    update = tickets.Update(tickets.Ticket.objects.get(pk=ticket.pk), actor=None, via=Via.RULE)
    rating = surveys.offer(update)
    ratings.vote(rating.pk, "bad", comment="Troppo lento", about="waiting", actor=rita, via=Via.WEB)

    page = page_of(enter(anna).get(f"/tickets/{ticket.id}"))

    assert f"Mail to {rita.email} comes back." in page
    assert "550 mailbox unavailable" in page
    assert "Troppo lento" in page


def test_hostile_words_are_only_words(enter, anna, rita, group, mailbox):
    hostile = "<script>alert(1)</script><img src=x onerror=alert(1)> javascript:alert(1)"
    ticket = tickets.open_ticket(
        requester=rita, subject=hostile, words=Words(hostile, quoted_text=hostile), actor=rita, via=Via.EMAIL
    )

    page = page_of(enter(anna).get(f"/tickets/{ticket.id}"))

    assert "<script>alert" not in page
    assert "<img src=x" not in page


def test_history_names_who_changed_what(enter, anna, ticket):
    tickets.update(ticket.pk, Change(assignee=anna, status=Status.PENDING), actor=anna, via=Via.WEB)

    entry = enter(anna).get(f"/tickets/{ticket.id}").context["history"][0]

    assert entry.author == "Anna Conti"
    assert any("Anna Conti" in sentence for sentence in entry.sentences)


def test_ticket_page_with_one_and_with_three_messages_asks_as_many_queries(
    enter, anna, rita, ticket, django_assert_num_queries
):
    agent = enter(anna)
    tickets.answer(ticket.pk, Words("Una."), status=UNSET, actor=anna, via=Via.WEB)
    agent.get(f"/tickets/{ticket.id}")
    with django_assert_num_queries(23):
        agent.get(f"/tickets/{ticket.id}")
    for words in ("Due.", "Tre."):
        tickets.hear(ticket.pk, Words(words), actor=rita, via=Via.EMAIL)
        tickets.answer(ticket.pk, Words(words), status=UNSET, actor=anna, via=Via.WEB)

    with django_assert_num_queries(23):
        agent.get(f"/tickets/{ticket.id}")
