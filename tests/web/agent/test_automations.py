"""The administrators' pages of automations: what is their own beside test_rule_pages."""

import pytest

from sportello.desk.actions import automations, tickets, timers
from sportello.desk.actions.tickets import Change
from sportello.desk.models import Automation
from sportello.desk.words import Status, Via

pytestmark = pytest.mark.django_db

LIST = 6  # queries
HOUR = 3600
RULE = {
    "title": "Remind",
    "conditions": {"all": [{"field": "PENDING", "operator": "greater_than", "value": 4}], "any": []},
    "actions": [{"field": "current_tags", "value": "late"}],
}


@pytest.fixture
def page(enter, ada):
    return enter(ada)


@pytest.fixture
def made(ada):
    return automations.save_automation(RULE, actor=ada)


def pending(ticket):
    tickets.update(ticket.pk, Change(status=Status.PENDING), actor=None, via=Via.WEB)


# --- the list --------------------------------------------------------------------------------------------------------


def test_list_with_one_and_with_three_asks_as_many_queries(page, ada, made, django_assert_num_queries):
    page.get("/automations")
    with django_assert_num_queries(LIST):
        page.get("/automations")
    automations.duplicate(made.pk, actor=ada)
    automations.duplicate(made.pk, actor=ada)
    page.get("/automations")

    with django_assert_num_queries(LIST):
        page.get("/automations")


def test_list_and_page_tell_how_often_it_acted_and_why(page, made, ticket, frozen_clock):
    pending(ticket)
    frozen_clock.shift(4 * HOUR + 60)
    ring()

    (line,) = page.get("/automations").context["rules"]
    shown = page.get(f"/automations/{made.pk}").context

    assert (line.acted, shown["acted"]) == ("1 time in 30 days", "1 time in 30 days")
    assert [(it.ticket, it.why) for it in shown["acts"]] == [(ticket, "Hours since pending are more than 4")]
    assert line.summary == "Hours since pending are more than 4"


def ring():
    """Let every clock ring that is due."""
    while timers.step():
        pass


# --- the form --------------------------------------------------------------------------------------------------------


def test_form_offers_what_can_be_asked_at_any_time_the_timed_first(page):
    row = page.get("/automations/new").context["rows"]["all"][0]

    groups = [group for group, _options in row.groups]
    offered = {value for _group, options in row.groups for value, _words, _is in options}
    assert groups == ["Time", "Ticket"]
    assert {"NEW", "PENDING", "until_sla_breach", "sla_overdue", "status"} <= offered
    assert not {"update_type", "comment_includes_word", "role", "current_user_id"} & offered


def test_form_offers_nobody_who_acts(page):
    shown = page.get("/automations/new")

    options = [
        option for row in shown.context["blanks"] for option in getattr(row.control, "options", ()) if row.control
    ]
    assert "current_user" not in [value for value, _words, _is in options]
    assert "the person who acts" not in shown.content.decode()


def test_form_offers_no_changes(page):
    blanks = page.get("/automations/new").context["blanks"]

    operators = {value for row in blanks if row.part == "condition" for value, _words, _is in row.operators}
    assert not {"changed", "value", "not_value_previous"} & operators


def test_automation_without_a_condition_about_time_is_refused_above_the_conditions(page):
    form = {"title": "x", "actions.0.field": "current_tags", "actions.0.value": "late"}

    answer = page.post("/automations/new", form)

    assert (answer.status_code, list(answer.context["faults"])) == (422, ["conditions"])
    assert answer.context["conditions_fault"] in answer.content.decode()
    assert not Automation.objects.exists()


# --- testing one -----------------------------------------------------------------------------------------------------


def test_trial_tells_where_it_would_act_now_and_where_next(page, made, ticket, mailbox, rita, frozen_clock):
    automations.switch(made.pk, on=False, actor=None)
    later = another(rita)
    pending(ticket)
    frozen_clock.shift(3 * HOUR)
    pending(later)
    frozen_clock.shift(2 * HOUR)

    answer = page.get(f"/automations/{made.pk}/trial")

    now, then = answer.context["parts"]
    assert [act.ticket_id for act, _why in now.acts] == [ticket.pk]
    assert [(act.ticket_id, why) for act, why in then.acts] == [(later.pk, "Hours since pending are more than 4")]
    assert "It is switched off" in answer.content.decode()
    assert not ticket.taggings.exists()


def another(rita):
    words = tickets.Words("aiuto")
    return tickets.open_ticket(requester=rita, subject="Altro", words=words, actor=rita, via=Via.EMAIL)


def test_trial_leaves_out_where_it_has_acted_already(page, made, ticket, frozen_clock):
    pending(ticket)
    frozen_clock.shift(4 * HOUR + 60)
    ring()

    now, _then = page.get(f"/automations/{made.pk}/trial").context["parts"]

    assert (now.count, ticket.taggings.count()) == (0, 1)


@pytest.mark.parametrize("name", ["anna", "rita"])
def test_trial_is_for_administrators(enter, request, made, name):
    assert enter(request.getfixturevalue(name)).get(f"/automations/{made.pk}/trial").status_code == 404


def test_trial_of_what_is_not_there_is_not_found(page):
    assert page.get("/automations/77/trial").status_code == 404
