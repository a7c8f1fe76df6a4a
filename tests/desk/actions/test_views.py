"""Views as rows: kept, copied, ordered, switched, dropped, imported; each by whom it belongs to."""

import importlib

import pytest
from django.apps import apps

from sportello.desk import access
from sportello.desk.actions import defaults, desks, members, people, rules, tickets, views
from sportello.desk.actions.tickets import Words
from sportello.desk.errors import Invalid, Missing, Refused
from sportello.desk.models import Group, RuleChange, View, ViewMember
from sportello.desk.words import Via

pytestmark = pytest.mark.django_db

UNSOLVED = {"field": "status", "operator": "less_than", "value": "solved"}
VIEW = {
    "title": "Unsolved",
    "description": "What is left to do",
    "active": True,
    "conditions": {"all": [UNSOLVED], "any": []},
    "columns": ["subject", "status"],
    "group_by": "assignee",
    "group_descending": True,
    "sort_by": "priority",
    "sort_descending": False,
    "owner_id": None,
    "group_id": None,
}


def test_save_when_new_stands_last_and_on_record(ada):
    first = views.save(VIEW, actor=ada)
    second = views.save({"title": "Bare"}, actor=ada)

    assert views.export(first) == VIEW
    assert [(it.title, it.position, it.sort_by) for it in View.objects.all()] == [
        ("Unsolved", 0, "priority"),
        ("Bare", 1, "updated_at"),
    ]
    assert [(it.kind, it.rule_id, it.author, it.before, it.after) for it in RuleChange.objects.order_by("id")] == [
        ("view", first.pk, ada, None, VIEW),
        ("view", second.pk, ada, None, views.export(second)),
    ]


def test_save_when_nothing_changes_leaves_no_trace(ada):
    made = views.save(VIEW, actor=ada)

    views.save(VIEW, actor=ada, view_id=made.pk)

    assert RuleChange.objects.count() == 1


@pytest.mark.parametrize(
    ("change", "filled_to"),
    [
        ({"title": "Other", "columns": ["subject"]}, None),
        ({"conditions": {"all": [{**UNSOLVED, "value": "pending"}]}}, 0),
        ({"active": False}, 0),
    ],
)
def test_save_fills_in_again_only_what_changes_its_tickets(ada, change, filled_to):
    made = views.save(VIEW, actor=ada)
    View.objects.update(filled_to=None)

    views.save({**VIEW, **change}, actor=ada, view_id=made.pk)

    assert View.objects.get().filled_to == filled_to


@pytest.mark.parametrize(
    ("change", "places"),
    [
        ({"title": " "}, ["title"]),
        ({"conditions": {"all": [{"field": "x", "operator": "is", "value": "1"}]}}, ["conditions.all.0.field"]),
        ({"conditions": {"any": [{**UNSOLVED, "operator": "changed"}]}}, ["conditions.any.0.operator"]),
        ({"conditions": {"all": [{**UNSOLVED, "field": "update_type"}]}}, ["conditions.all.0.field"]),
        ({"conditions": {"all": [{"field": "group_id", "operator": "is", "value": "77"}]}}, ["conditions"]),
        ({"columns": ["mood"], "sort_by": "mood"}, ["columns", "sort_by"]),
        ({"group_id": 77}, ["group_id"]),
        ({"title": "", "group_by": "mood"}, ["title", "group_by"]),
    ],
)
def test_save_when_something_is_wrong_names_every_place_and_keeps_nothing(change, places, ada):
    with pytest.raises(Invalid) as refusal:
        views.save({**VIEW, **change}, actor=ada)

    assert list(refusal.value.fields) == places
    assert not View.objects.exists()


def test_save_of_what_is_gone_is_missing(ada):
    with pytest.raises(Missing):
        views.save(VIEW, actor=ada, view_id=77)


def test_views_at_a_time_are_limited_to_each_his_own(ada, anna, monkeypatch):
    monkeypatch.setattr(views, "MOST_SHARED", 1)
    monkeypatch.setattr(views, "MOST_OWN", 1)
    shared = views.save(VIEW, actor=ada)
    views.save({**VIEW, "owner_id": anna.pk}, actor=anna)
    views.save({**VIEW, "owner_id": ada.pk}, actor=ada)

    for more, actor in (({}, ada), ({"owner_id": anna.pk}, anna)):
        with pytest.raises(Invalid, match="switch one off"):
            views.save({**VIEW, **more}, actor=actor)
    off = views.save({**VIEW, "active": False}, actor=ada)
    views.save({**VIEW, "title": "Changed"}, actor=ada, view_id=shared.pk)
    views.switch(shared.pk, on=False, actor=ada)

    assert views.switch(off.pk, on=True, actor=ada).active


# --- whose it is ------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("verb", ["save", "switch", "drop", "order"])
def test_what_several_use_is_the_administrators_and_what_is_personal_its_owners(ada, anna, ben, group, verb):
    shared = views.save(VIEW, actor=ada)
    groups = views.save({**VIEW, "group_id": group.pk}, actor=ada)
    own = views.save({**VIEW, "owner_id": anna.pk}, actor=anna)

    def do(view, actor):
        match verb:
            case "save":
                views.save({**views.export(view), "title": "Other"}, actor=actor, view_id=view.pk)
            case "switch":
                views.switch(view.pk, on=False, actor=actor)
            case "drop":
                views.drop(view.pk, actor=actor)
            case "order":
                views.order([view.pk], actor=actor)

    for view, actor in ((shared, anna), (groups, anna), (own, ada), (own, ben)):
        with pytest.raises(Refused):
            do(view, actor)
    for view, actor in ((shared, ada), (groups, ada), (own, anna)):
        do(view, actor)


def test_save_gives_nothing_to_somebody_else(ada, anna, ben):
    made = views.save({**VIEW, "owner_id": anna.pk}, actor=anna)

    for data, actor in (({**VIEW, "owner_id": ben.pk}, anna), (VIEW, anna), ({**VIEW, "owner_id": anna.pk}, ada)):
        with pytest.raises(Refused):
            views.save(data, actor=actor, view_id=made.pk)


def test_get_view_is_missing_for_whoever_may_not(ada, anna, ben, rita, group):
    shared, off = views.save(VIEW, actor=ada), views.save({**VIEW, "active": False}, actor=ada)
    groups = views.save({**VIEW, "group_id": group.pk}, actor=ada)
    own = views.save({**VIEW, "owner_id": anna.pk}, actor=anna)

    def may(person, to):
        found = []
        for name, view in (("shared", shared), ("off", off), ("groups", groups), ("own", own)):
            try:
                found.append(name if access.get_view(person, view.pk, to=to) else "")
            except Missing:
                continue
        return found

    assert {(who.name, to): may(who, to) for who in (ada, anna, ben, rita) for to in ("use", "view", "edit")} == {
        ("Ada Admin", "use"): ["shared"],
        ("Ada Admin", "view"): ["shared", "off", "groups"],
        ("Ada Admin", "edit"): ["shared", "off", "groups"],
        ("Anna Conti", "use"): ["shared", "groups", "own"],
        ("Anna Conti", "view"): ["shared", "off", "groups", "own"],
        ("Anna Conti", "edit"): ["own"],
        ("Ben Archer", "use"): ["shared"],
        ("Ben Archer", "view"): ["shared", "off"],
        ("Ben Archer", "edit"): [],
        ("Rita Rossi", "use"): [],
        ("Rita Rossi", "view"): [],
        ("Rita Rossi", "edit"): [],
    }


# --- the other verbs --------------------------------------------------------------------------------------------------


def test_duplicate_is_off_and_last_and_an_agents_own(ada, anna, group):
    made = views.save({**VIEW, "group_id": group.pk}, actor=ada)

    copies = [views.duplicate(made.pk, actor=actor) for actor in (ada, anna)]

    copied = {**VIEW, "title": "Unsolved (copy)", "active": False}
    assert list(map(views.export, copies)) == [{**copied, "group_id": group.pk}, {**copied, "owner_id": anna.pk}]
    assert [it.position for it in copies] == [1, 2]


def test_order_when_some_are_named_puts_them_on_their_places(ada):
    a, b, c = (views.save({**VIEW, "title": title}, actor=ada).pk for title in "abc")

    views.order([c, a], actor=ada)

    assert list(View.objects.values_list("pk", flat=True)) == [c, b, a]


def test_drop_keeps_the_history_alone(mailbox, ada, rita, frozen_clock):
    made = views.save(VIEW, actor=ada)
    tickets.open_ticket(requester=rita, subject="Ferma", words=Words("Aiuto"), actor=rita, via=Via.EMAIL)
    assert ViewMember.objects.count() == 1

    views.drop(made.pk, actor=ada)

    last = RuleChange.objects.latest("id")
    assert (View.objects.count(), ViewMember.objects.count(), last.before, last.after) == (0, 0, VIEW, None)


def test_import_takes_what_was_exported_and_makes_what_is_personal_ones_own(ada, anna):
    exported = [VIEW, {**VIEW, "owner_id": anna.pk}]

    made = views.import_views({"views": exported}, actor=ada)

    assert list(map(views.export, made)) == [VIEW, {**VIEW, "owner_id": ada.pk}]


def test_import_is_all_or_nothing_and_names_every_fault(ada):
    with pytest.raises(Invalid) as refusal:
        views.import_views([VIEW, {**VIEW, "title": ""}, {**VIEW, "conditions": {"all": ["x"]}}, 7], actor=ada)

    assert list(refusal.value.fields) == ["views.1.title", "views.2.conditions.all.0.field", "views.3.title"]
    assert not View.objects.exists()


def test_view_that_loses_its_group_is_switched_off_and_says_so(ada, rita, mailbox, frozen_clock):
    gone = people.add_group("Gone")
    asked = {"all": [{"field": "group_id", "operator": "is", "value": gone.pk}]}
    made = views.save({**VIEW, "conditions": asked}, actor=ada)
    Group.objects.filter(pk=gone.pk).update(active=False)

    off = rules.switch_off_broken()

    made.refresh_from_db()
    assert (off, made.active, made.off_because) == ([made], False, f"group {gone.pk}")
    with pytest.raises(Invalid):
        views.switch(made.pk, on=True, actor=ada)


# --- the usual ones ---------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(("language", "first"), [("it", "Tocca a noi"), ("en", "Waiting for us")])
def test_new_desk_has_the_usual_views_once_in_its_language(db, language, first):
    desks.configure(language=language)

    desks.finish_set_up()
    desks.finish_set_up()

    assert View.objects.count() == 5
    assert View.objects.first().title == first


@pytest.mark.parametrize("language", ["it", "en"])
def test_desk_that_exists_gets_by_migration_what_a_new_one_has(db, language):
    add_views = importlib.import_module("sportello.desk.migrations.0012_default_views").add_views
    add_views(apps, None)
    unfinished = View.objects.count()
    defaults.install_views(language)
    usual = list(map(views.export, View.objects.all()))
    View.objects.all().delete()
    desks.configure(language=language, set_up_at="2026-01-01T00:00:00Z")

    add_views(apps, None)
    add_views(apps, None)

    migrated = list(map(views.export, View.objects.all()))
    assert unfinished == 0
    assert migrated == usual
    assert [it.position for it in View.objects.all()] == [0, 1, 2, 3, 4]
    assert not members.step()
