"""Where macros are kept, as rules are: order, files, history, no change lost to another; each with his own rights."""

import json

import pytest

from sportello.desk.actions import macros, rule_rows
from sportello.desk.models import Macro, RuleChange

pytestmark = pytest.mark.django_db

SOLVE = {"field": "status", "value": "solved"}


def macro(title="Solve it", actor=None, **more):
    return macros.save({"title": title, "actions": [SOLVE], **more}, actor=actor)


def form(**more):
    return {"title": "Typed", "reach": "mine", "active": "on", "status": "solved", "comment_value.it": "Ciao"} | more


def titles():
    return [it.title for it in Macro.objects.all()]


# --- order -----------------------------------------------------------------------------------------------------------


def test_order_takes_what_an_agent_dragged_of_his_own(enter, anna):
    a, b, c = (macro(title, owner_id=anna.pk).pk for title in "abc")

    enter(anna).post("/macros/order", {"rule": [c, "x", a, b]})

    assert titles() == ["c", "a", "b"]
    last = RuleChange.objects.latest("id")
    assert (last.rule_id, last.before["place"], last.after["place"], last.author) == (c, 3, 1, anna)


def test_order_leaves_what_is_not_the_agents(enter, ada, anna, ben):
    shared = [macro(title).pk for title in "ab"]
    bens = [macro(title, owner_id=ben.pk).pk for title in "cd"]

    enter(anna).post("/macros/order", {"rule": [*reversed(shared), *reversed(bens)]})
    enter(ada).post("/macros/order", {"rule": [*reversed(bens)]})

    assert titles() == ["a", "b", "c", "d"]


def test_order_of_what_all_use_is_the_administrators(enter, ada):
    a, b = (macro(title).pk for title in "ab")

    enter(ada).post("/macros/order", {"rule": [b, a]})

    assert titles() == ["b", "a"]


def test_list_offers_to_drag_what_may_be_changed_only(enter, ada, anna):
    own, shared = macro("own", owner_id=anna.pk), macro("shared")

    page = enter(anna).get("/macros").content.decode()

    assert f'data-sort="{own.pk}"' in page
    assert f'data-sort="{shared.pk}"' not in page
    assert f'action="/macros/{shared.pk}/switching"' not in page
    assert f'action="/macros/{shared.pk}/copies"' in page


# --- switch ----------------------------------------------------------------------------------------------------------


def test_switch_turns_off_and_on(enter, anna):
    made, agent = macro(owner_id=anna.pk), enter(anna)

    answer = agent.post(f"/macros/{made.pk}/switching", {"on": "0"})
    off = Macro.objects.get().active
    agent.post(f"/macros/{made.pk}/switching", {"on": "1"})

    assert (off, Macro.objects.get().active) == (False, True)
    assert answer["Location"] == f"/macros#macro-{made.pk}"


# --- files -----------------------------------------------------------------------------------------------------------


def test_export_has_what_the_agent_finds_and_can_be_imported(enter, ada, anna, ben, group):
    macro("shared")
    macro("groups", group_id=group.pk)
    macro("bens", owner_id=ben.pk)

    files = {person.first_name: enter(person).get("/macros/export") for person in (ada, anna, ben)}
    enter(anna).post("/macros/import", {"text": files["Anna"].content.decode()})

    found = {name: [it["title"] for it in json.loads(file.content)["macros"]] for name, file in files.items()}
    assert found == {"Ada": ["shared", "groups"], "Anna": ["shared", "groups"], "Ben": ["shared", "bens"]}
    assert list(Macro.objects.filter(owner=anna).values_list("title", flat=True)) == ["shared", "groups"]


def test_import_with_a_fault_takes_none_and_names_the_place(enter, ada):
    text = json.dumps([{"title": "a", "actions": [SOLVE]}, {"title": "b", "actions": []}])

    answer = enter(ada).post("/macros/import", {"text": text})

    assert (answer.status_code, [place for place, _words in answer.context["faults"]]) == (422, ["macros.1.actions"])
    assert titles() == []


# --- history ---------------------------------------------------------------------------------------------------------


def test_page_tells_who_changed_what(enter, ada, group):
    made = macro(actor=ada)
    spoken = {"field": "comment_value", "value": {"it": "Ciao", "en": "Hello"}}
    note = {"field": "comment_mode_is_public", "value": "false"}
    changed = {"title": "Solve it", "actions": [spoken, note], "group_id": group.pk}
    macros.save(changed, actor=ada, macro_id=made.pk)

    latest, first = enter(ada).get(f"/macros/{made.pk}").context["history"]

    assert (latest.author, first.lines) == (ada, [("", "Made")])
    assert latest.lines == [
        ("-", "Status: Solved"),
        ("+", "Text: Ciao / Hello"),
        ("+", "The comment is: an internal note"),
        ("-", "Everybody"),
        ("+", "Group: Support"),
    ]


def test_history_of_his_own_macro_is_an_agents_too(enter, anna):
    made = macro(owner_id=anna.pk)

    assert len(enter(anna).get(f"/macros/{made.pk}").context["history"]) == 1


# --- two at once -----------------------------------------------------------------------------------------------------


def test_macro_changed_by_another_meanwhile_is_refused_with_everything_typed(enter, ada, frozen_clock):
    made, admin = macro(), enter(ada)
    seen = admin.get(f"/macros/{made.pk}").context["seen"]
    frozen_clock.shift(60)
    macros.save({"title": "Hers", "actions": [SOLVE]}, actor=ada, macro_id=made.pk)

    refused = admin.post(f"/macros/{made.pk}", form(seen=seen, reach="everybody"))
    page = refused.content.decode()
    kept = titles()
    again = admin.post(f"/macros/{made.pk}", form(seen=refused.context["seen"], reach="everybody"))

    assert (refused.status_code, kept) == (409, ["Hers"])
    assert [(it.author, it.lines) for it in refused.context["changes"]] == [(ada, [("-", "Solve it"), ("+", "Hers")])]
    assert "Not saved: it was changed meanwhile" in page
    assert 'value="Typed"' in page
    assert "Ciao" in page
    assert (again.status_code, titles()) == (302, ["Typed"])


def test_macro_that_was_seen_in_its_latest_version_is_saved(enter, ada):
    made = macro()

    answer = enter(ada).post(f"/macros/{made.pk}", form(seen=rule_rows.version(made), reach="everybody"))

    assert (answer.status_code, titles()) == (302, ["Typed"])


# --- who may ---------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("path", ["/macros/order", "/macros/export", "/macros/import"])
def test_pages_for_a_customer_are_not_there(enter, rita, path):
    assert {getattr(enter(rita), method)(path).status_code for method in ("get", "post")} == {404}


def test_switch_of_what_is_not_his_is_not_there(enter, ada, anna, ben):
    shared, bens = macro(), macro(owner_id=ben.pk)

    assert enter(anna).post(f"/macros/{shared.pk}/switching", {"on": "0"}).status_code == 404
    assert {enter(it).post(f"/macros/{bens.pk}/switching", {"on": "0"}).status_code for it in (ada, anna)} == {404}
    assert set(Macro.objects.values_list("active", flat=True)) == {True}


@pytest.mark.parametrize("path", ["order", "{}/switching"])
def test_get_of_a_change_is_refused(enter, ada, path):
    assert enter(ada).get(f"/macros/{path.format(macro().pk)}").status_code == 405


def test_get_of_the_pages_changes_nothing(enter, ada):
    made, admin = macro(), enter(ada)

    for path in ("", "/export", "/import", "/new", f"/{made.pk}"):
        assert admin.get(f"/macros{path}").status_code == 200

    assert RuleChange.objects.count() == 1
