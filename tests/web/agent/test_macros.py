"""Macros on their pages and in the composer: who may, what it fills in, and one update for all."""

import pytest

from sportello.desk.actions import macros, people, rule_rows, ticket_fields, tickets
from sportello.desk.actions.tickets import Words
from sportello.desk.models import Macro, OutgoingMail
from sportello.desk.words import Priority, Role, Status, Via
from tests.personas import events

SOLVE = {"field": "status", "value": "solved"}
TEXT = {
    "field": "comment_value",
    "value": {"it": "Ciao {{ requester.first_name }}, sono {{ agent.first_name }}.", "en": "Hello."},
}


def page_of(response):
    return response.content.decode()


def macro(title="Solve it", *actions, **more):
    return macros.save({"title": title, "actions": list(actions) or [SOLVE], **more}, actor=None)


@pytest.fixture
def full(group, anna):
    """Says something, tags, solves, raises the priority."""
    tags = {"field": "current_tags", "value": "vip printer"}
    return macro("Restart", TEXT, SOLVE, {"field": "priority", "value": "high"}, tags)


def form(**more):
    return {"title": "Solve it", "reach": "mine", "active": "on", "status": "solved"} | more


# --- where they are kept ----------------------------------------------------------------------------------------------


def test_list_shows_what_is_within_reach(enter, ada, anna, ben, group):
    macro("Shared one", TEXT, SOLVE)
    macro("Group one", group_id=group.pk)
    macro("Anna's one", owner_id=anna.pk, active=False)

    pages = {person.first_name: page_of(enter(person).get("/macros")) for person in (ada, anna, ben)}

    titles = ("Shared one", "Group one", "Anna&#x27;s one")
    assert {name: [title in page for title in titles] for name, page in pages.items()} == {
        "Ada": [True, True, False],
        "Anna": [True, True, True],
        "Ben": [True, False, False],
    }


def test_list_with_one_and_with_three_macros_asks_as_many_queries(enter, ada, django_assert_num_queries):
    admin = enter(ada)
    macro("One", TEXT)
    admin.get("/macros")
    with django_assert_num_queries(5):
        admin.get("/macros")
    macro("Two", TEXT)
    macro("Three", TEXT)

    with django_assert_num_queries(5):
        admin.get("/macros")


@pytest.mark.parametrize("path", ["", "/new"])
def test_pages_for_a_customer_are_not_there(enter, rita, path):
    assert enter(rita).get(f"/macros{path}").status_code == 404


@pytest.mark.parametrize("path", ["", "/copies", "/moves", "/dropping"])
def test_a_personal_macro_is_not_there_for_another(enter, ada, anna, ben, path):
    made = macro(owner_id=anna.pk)

    for other in (ben, ada):
        assert enter(other).post(f"/macros/{made.pk}{path}", form()).status_code == 404

    assert list(Macro.objects.values_list("title", "owner")) == [("Solve it", anna.pk)]


@pytest.mark.parametrize("path", ["", "/moves", "/dropping"])
def test_a_shared_macro_is_the_administrators_to_change(enter, anna, path):
    made = macro()

    assert enter(anna).post(f"/macros/{made.pk}{path}", form()).status_code == 404

    assert Macro.objects.get() == made


@pytest.mark.parametrize("path", ["copies", "moves", "dropping"])
def test_get_of_a_change_is_refused(enter, ada, path):
    assert enter(ada).get(f"/macros/{macro().pk}/{path}").status_code == 405


def test_agent_keeps_one_of_his_own_and_none_for_others(enter, anna, group):
    agent = enter(anna)

    made = agent.post("/macros/new", form(**{"comment_value.it": "Ciao", "assignee_id": "current_user"}))
    for whose in ("everybody", str(group.pk)):
        assert agent.post("/macros/new", form(reach=whose)).status_code == 422

    assert made.status_code == 302
    kept = Macro.objects.get()
    assert (kept.owner, kept.group, kept.actions) == (
        anna,
        None,
        [
            {"field": "comment_value", "value": {"it": "Ciao"}},
            SOLVE,
            {"field": "assignee_id", "value": "current_user"},
        ],
    )


def test_admin_keeps_one_for_a_group(enter, ada, group):
    enter(ada).post("/macros/new", form(reach=str(group.pk), **{"comment_value.it": "Uno", "comment_value.en": "Uno"}))

    kept = Macro.objects.get()
    # The same words in both languages are one text for all.
    assert (kept.group, kept.actions[0]) == (group, {"field": "comment_value", "value": "Uno"})


def test_form_of_a_kept_macro_sent_as_it_is_changes_nothing(enter, ada, anna, group):
    everything = [
        TEXT,
        {"field": "comment_mode_is_public", "value": "false"},
        {"field": "subject", "value": "{{ ticket.title }}!"},
        SOLVE,
        {"field": "priority", "value": ""},
        {"field": "type", "value": "incident"},
        {"field": "group_id", "value": group.pk},
        {"field": "assignee_id", "value": anna.pk},
        {"field": "set_tags", "value": "a"},
        {"field": "current_tags", "value": "b c"},
        {"field": "remove_tags", "value": "d"},
        {"field": "follower", "value": "current_user"},
    ]
    made = macro("All", *everything)
    admin = enter(ada)
    shown = admin.get(f"/macros/{made.pk}").context["form"]
    sent = {name: shown[name].value() for name in shown.fields if shown[name].value() not in (None, False)}

    admin.post(f"/macros/{made.pk}", sent)

    assert macros.export(Macro.objects.get()) == macros.export(made)


def test_form_with_something_wrong_comes_back_with_all_that_was_typed(enter, anna):
    sent = form(**{"comment_value.it": "Ciao {{ tiket.id }}", "comment_value.en": "Hello", "current_tags": "kept-tag"})

    response = enter(anna).post("/macros/new", sent)

    page = page_of(response)
    assert response.status_code == 422
    assert "{{ tiket.id }}" in page
    assert "kept-tag" in page
    assert list(response.context["form"].errors) == ["comment_value.it"]
    assert not Macro.objects.exists()


def test_form_that_does_nothing_is_refused(enter, anna):
    response = enter(anna).post("/macros/new", form(status=""))

    assert response.status_code == 422
    assert "at least one thing" in page_of(response)


def test_form_of_a_macro_whose_group_is_gone_says_so_and_is_refused(enter, ada, anna):
    old = people.add_group("Printers", members=(anna,))
    made = macro("Move", {"field": "group_id", "value": old.pk})
    old.active = False
    old.save(update_fields=["active"])
    macros.configuration.forget()
    admin = enter(ada)

    page = page_of(admin.get(f"/macros/{made.pk}"))
    seen = rule_rows.version(made)
    response = admin.post(f"/macros/{made.pk}", form(reach="everybody", group_id=str(old.pk), seen=seen))

    assert "(not there any more)" in page
    assert response.status_code == 422


def test_form_fills_in_fields_of_the_desk_and_keeps_them(enter, ada):
    own = {
        kind: ticket_fields.save_field(
            {"kind": kind, "title": kind, "options": [{"name": "A"}, {"name": "B"}]}, actor=ada
        )
        for kind in ("tagger", "multiselect", "checkbox", "date")
    }
    values = {"tagger": "b", "multiselect": ["a", "b"], "checkbox": "true", "date": "2026-03-01"}
    said = form(reach="everybody", **{f"custom_fields_{own[kind].pk}": value for kind, value in values.items()})

    enter(ada).post("/macros/new", said)
    kept = Macro.objects.get()
    page = enter(ada).get(f"/macros/{kept.pk}")
    enter(ada).post(f"/macros/{kept.pk}", said | {"seen": page.context["seen"], "title": "Other"})

    kept.refresh_from_db()
    assert kept.title == "Other"
    assert {it["field"]: it["value"] for it in kept.actions if it["field"] != "status"} == {
        f"custom_fields_{own[kind].pk}": True if kind == "checkbox" else value for kind, value in values.items()
    }
    assert '<option value="b" selected>B</option>' in page_of(page)
    assert "ticket.custom_fields.tagger" in page_of(page)


def test_macro_whose_field_is_switched_off_does_the_rest_and_says_so(enter, anna, ada, ticket):
    own = ticket_fields.save_field({"kind": "text", "title": "Serial"}, actor=ada)
    kept = macro("Fill", SOLVE, {"field": f"custom_fields_{own.pk}", "value": "X"})
    ticket_fields.switch(own.pk, on=False, actor=ada)

    shown = macros.preview(kept, ticket, (), anna)

    assert ([it.line for it in shown.parts], shown.lost) == (["status=solved"], ("Serial",))


def test_copy_is_the_agents_own_and_opens(enter, anna):
    made = macro()

    response = enter(anna).post(f"/macros/{made.pk}/copies")

    copy = Macro.objects.latest("id")
    assert (copy.owner, copy.active) == (anna, False)
    assert response.url == f"/macros/{copy.pk}"


def test_move_goes_one_place_among_those_with_the_same_users(enter, ada):
    first, _own, second = macro("First"), macro("Own", owner_id=ada.pk), macro("Second")
    admin = enter(ada)

    admin.post(f"/macros/{second.pk}/moves", {"to": "up"})
    admin.post(f"/macros/{second.pk}/moves", {"to": "up"})

    assert [it.title for it in Macro.objects.all()] == ["Second", "Own", "First"]
    admin.post(f"/macros/{first.pk}/dropping")
    assert [it.title for it in Macro.objects.all()] == ["Second", "Own"]


# --- in the composer --------------------------------------------------------------------------------------------------


def test_composer_offers_what_is_in_use_and_within_reach(enter, ada, anna, ben, ticket, group):
    for title, more in (
        ("Shared", {}),
        ("Group", {"group_id": group.pk}),
        ("Own", {"owner_id": anna.pk}),
        ("Off", {"active": False}),
        ("Bens", {"owner_id": ben.pk}),
    ):
        macro(title, **more)

    offered = [title for _pk, title in enter(anna).get(f"/tickets/{ticket.pk}").context["macros"]]
    for_ada = [title for _pk, title in enter(ada).get(f"/tickets/{ticket.pk}").context["macros"]]

    assert (offered, for_ada) == (["Shared", "Group", "Own"], ["Shared"])


def test_composer_without_a_macro_has_no_choice(enter, anna, ticket):
    assert "macro-choice" not in page_of(enter(anna).get(f"/tickets/{ticket.pk}"))


def test_chosen_macro_fills_the_composer_and_changes_nothing(enter, anna, ticket, full):
    before = ticket.audits.count()

    response = enter(anna).get(f"/tickets/{ticket.pk}", {"macro": full.pk})

    page = page_of(response)
    assert response.status_code == 200
    assert ">Ciao Rita, sono Anna.</textarea>" in page
    assert [part.words for part in response.context["chosen"].parts] == [
        "Status: Solved",
        "Priority: High",
        "Add tags: printer, vip",
    ]
    assert 'name="changes" value="status=solved" checked' in page
    assert ticket.audits.count() == before
    assert not OutgoingMail.objects.exists()


def test_chosen_macro_that_speaks_among_agents_opens_a_note(enter, anna, ticket):
    made = macro("Note", TEXT, {"field": "comment_mode_is_public", "value": "false"})

    response = enter(anna).get(f"/tickets/{ticket.pk}", {"macro": made.pk})

    assert 'value="note" checked' in page_of(response)


@pytest.mark.parametrize("whose", ["ben", "nobody", "huge"])
def test_chosen_macro_that_is_out_of_reach_is_not_there(enter, anna, ben, ticket, whose):
    wanted = {"ben": macro(owner_id=ben.pk).pk, "nobody": 4711, "huge": 10**30}[whose]

    assert enter(anna).get(f"/tickets/{ticket.pk}", {"macro": wanted}).status_code == 404


def test_answer_with_a_macro_is_one_update_that_names_it(enter, anna, ticket, full, leave):
    before = ticket.audits.count()
    sent = {
        "kind": "answer",
        "text": "Ciao Rita, fatto.",
        "status": "",
        "macro": full.pk,
        "changes": ["status=solved", "current_tags=printer vip"],
    }

    response = enter(anna).post(f"/tickets/{ticket.pk}/comments", sent)
    leave()

    ticket.refresh_from_db()
    assert response.status_code == 302
    # The priority was unticked.
    assert (ticket.status, ticket.priority, ticket.assignee) == (Status.SOLVED, None, anna)
    assert sorted(tagging.tag for tagging in ticket.taggings.all()) == ["printer", "vip"]
    assert ticket.audits.count() == before + 1
    assert ticket.audits.latest("id").via["source"] == {"rel": "macro", "id": full.pk, "title": "Restart"}
    assert "“Restart”</" in enter(anna).get(f"/tickets/{ticket.pk}").content.decode()
    assert OutgoingMail.objects.filter(ticket=ticket, step="solved").count() == 1


def test_button_that_names_a_status_has_the_last_word(enter, anna, ticket, full, leave):
    sent = {"kind": "answer", "text": "Aspetto.", "status": "pending", "changes": ["status=solved"]}

    enter(anna).post(f"/tickets/{ticket.pk}/comments", sent)
    leave()

    ticket.refresh_from_db()
    assert ticket.status == Status.PENDING


def test_macro_without_a_word_changes_and_mails_nothing(enter, anna, ticket):
    made = macro("Urgent", {"field": "priority", "value": "urgent"})
    sent = {"kind": "answer", "text": "", "status": "", "macro": made.pk, "changes": ["priority=urgent"]}

    enter(anna).post(f"/tickets/{ticket.pk}/comments", sent)

    ticket.refresh_from_db()
    assert ticket.priority == Priority.URGENT
    assert ticket.comments.count() == 1
    assert not OutgoingMail.objects.exists()
    assert events(ticket, field="priority")[-1]["value"] == "urgent"


def test_refused_answer_keeps_the_words_and_what_was_ticked(enter, anna, ben, ticket, full):
    sent = {
        "kind": "answer",
        "text": "Le mie parole.",
        "status": "",
        "macro": full.pk,
        "changes": ["priority=high", f"assignee_id={ben.pk}"],
    }

    response = enter(anna).post(f"/tickets/{ticket.pk}/comments", sent)

    page = page_of(response)
    assert response.status_code == 422
    assert "Le mie parole." in page
    assert 'value="priority=high" checked' in page
    assert f'value="assignee_id={ben.pk}" checked' in page
    assert "Ben Archer is not in the ticket" in page
    assert f'name="macro" value="{full.pk}"' in page
    assert ticket.audits.count() == 1


@pytest.mark.parametrize("line", ["status=closed", "set_tags=x", "dance=1", "group_id=4711"])
def test_change_that_nobody_could_tick_is_refused(enter, anna, ticket, line):
    sent = {"kind": "answer", "text": "Le mie parole.", "status": "", "changes": [line]}

    response = enter(anna).post(f"/tickets/{ticket.pk}/comments", sent)

    assert response.status_code == 422
    assert "Le mie parole." in page_of(response)
    assert ticket.audits.count() == 1


def test_answer_by_an_agent_outside_is_not_there(enter, ben, ticket, full):
    sent = {"kind": "answer", "text": "x", "macro": full.pk, "changes": ["status=solved"]}

    assert enter(ben).get(f"/tickets/{ticket.pk}", {"macro": full.pk}).status_code == 404
    assert enter(ben).post(f"/tickets/{ticket.pk}/comments", sent).status_code == 404


def test_closed_ticket_takes_no_macro(enter, anna, rita, ticket, full):
    tickets.answer(ticket.pk, Words("Fatto."), status=Status.SOLVED, actor=anna, via=Via.WEB)
    tickets.confirm(ticket.pk, actor=rita, via=Via.WEB)

    response = enter(anna).get(f"/tickets/{ticket.pk}", {"macro": full.pk})

    assert response.status_code == 200
    assert "Ciao Rita" not in page_of(response)


def test_choice_of_another_agent_is_made_with_his_own_rights(enter, ticket, ada, anna, group):
    carla = people.add("Carla Neri", "carla@desk.example", role=Role.AGENT)
    macro("Group", group_id=group.pk)

    # Prepared once for each set of rights, not for each agent.
    lists = [
        [title for _pk, title in enter(who).get(f"/tickets/{ticket.pk}").context["macros"]] for who in (anna, carla)
    ]

    assert lists == [["Group"], []]
