"""What the pages of triggers, automations and SLA policies share: order, files, who may, no change lost to another."""

import json
from dataclasses import dataclass
from typing import Any

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile

from sportello.desk.actions import automations, policies, rule_rows, rules
from sportello.desk.models import Automation, RuleChange, SlaPolicy, Trigger

pytestmark = pytest.mark.django_db

ASKED = {"all": [{"field": "current_tags", "operator": "includes", "value": "gold"}], "any": []}
TIMED = {"all": [{"field": "PENDING", "operator": "greater_than", "value": 48}], "any": []}
ACTS = {"actions": [{"field": "current_tags", "value": "late"}]}
TARGET = {"metric": "first_reply_time", "priority": "high", "target": 90, "business_hours": True}


@dataclass(frozen=True)
class Sort:
    """One kind of rules. half: what it does, as data; typed: as the form sends it."""

    root: str
    file: str
    model: Any
    verbs: Any
    save: Any
    half: dict[str, Any]
    typed: dict[str, str]
    conditions: dict[str, Any]

    def rule(self, title="a"):
        return {"title": title, "description": "", "active": True, "conditions": self.conditions, **self.half}

    def make(self, title, actor):
        return self.save(self.rule(title), actor=actor)

    def change(self, row, actor, **changed):
        key = {f"{row._meta.model_name.removeprefix('sla')}_id": row.pk}
        return self.save(self.verbs.export(row) | changed, actor=actor, **key)

    def form(self, **more):
        one = self.conditions["all"][0]
        asked = {f"conditions.all.0.{part}": str(value) for part, value in one.items()}
        return {"title": "Typed", "description": "Words", "active": "on", **asked, **self.typed, **more}

    def titles(self):
        return "".join(self.model.objects.values_list("title", flat=True))


TAGS = {"actions.0.field": "current_tags", "actions.0.value": "late"}
GRID = {"targets.first_reply_time.high": "1:30", "business.first_reply_time": "true"}
SORTS = {
    "triggers": Sort("/triggers", "triggers", Trigger, rules, rules.save_trigger, ACTS, TAGS, ASKED),
    "automations": Sort(
        "/automations", "automations", Automation, automations, automations.save_automation, ACTS, TAGS, TIMED
    ),
    "sla": Sort("/sla", "sla_policies", SlaPolicy, policies, policies.save_policy, {"targets": [TARGET]}, GRID, ASKED),
}
ONE = ["", "/edit", "/switching", "/place", "/copies", "/dropping"]
ALL = ["", "/new", "/order", "/export", "/import"]


@pytest.fixture(params=SORTS)
def sort(request):
    return SORTS[request.param]


@pytest.fixture
def page(enter, ada):
    return enter(ada)


@pytest.fixture
def made(sort, ada):
    return sort.make("a", ada)


# --- the list --------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(("to", "order"), [("up", "acb"), ("down", "abc"), ("sideways", "abc")])
def test_place_moves_one_and_the_history_tells_it(page, sort, ada, to, order):
    rows = {title: sort.make(title, ada) for title in "abc"}

    page.post(f"{sort.root}/{rows['c'].pk}/place", {"to": to})

    assert sort.titles() == order
    moved = page.get(f"{sort.root}/{rows['c'].pk}").context["changes"]
    told = [("", "Moved from place 3 to place 2")] if order == "acb" else [("", "Made")]
    assert moved[0].lines == told


def test_order_takes_what_was_dragged(page, sort, ada):
    keys = {title: sort.make(title, ada).pk for title in "abc"}

    page.post(f"{sort.root}/order", {"rule": [keys["b"], keys["c"], "x", keys["a"]]})

    assert sort.titles() == "bca"


def test_list_can_be_dragged_and_ordered_without_script(page, sort, ada):
    made = [sort.make(title, ada) for title in "ab"]

    shown = page.get(sort.root).content.decode()

    assert f'action="{sort.root}/order"' in shown
    for row in made:
        assert f'data-sort="{row.pk}"' in shown
        assert f'action="{sort.root}/{row.pk}/place"' in shown
        assert f'action="{sort.root}/{row.pk}/switching"' in shown


def test_list_when_empty_says_what_such_a_rule_is(page, sort):
    assert 'class="empty__text"' in page.get(sort.root).content.decode()


@pytest.mark.parametrize(("back", "to"), [({}, "{root}#"), ({"from": "rule"}, "{root}/{pk}")])
def test_switch_turns_off_and_on_and_goes_back_to_where_it_was(page, sort, made, back, to):
    answer = page.post(f"{sort.root}/{made.pk}/switching", {"on": "0", **back})
    off = sort.model.objects.get().active
    page.post(f"{sort.root}/{made.pk}/switching", {"on": "1"})

    assert (off, sort.model.objects.get().active) == (False, True)
    assert answer["Location"].startswith(to.format(root=sort.root, pk=made.pk))


def test_copy_is_off_and_opens_to_be_changed(page, sort, made):
    answer = page.post(f"{sort.root}/{made.pk}/copies")

    copy = sort.model.objects.latest("pk")
    assert (copy.active, answer["Location"]) == (False, f"{sort.root}/{copy.pk}/edit")
    assert page.get(answer["Location"]).status_code == 200


def test_drop_leaves_the_others_and_the_history(page, sort, ada, made):
    sort.make("b", ada)

    page.post(f"{sort.root}/{made.pk}/dropping")

    assert sort.titles() == "b"
    last = RuleChange.objects.latest("id")
    assert (last.rule_id, last.before["title"], last.after) == (made.pk, "a", None)


# --- the form --------------------------------------------------------------------------------------------------------


def test_new_rule_is_kept_as_it_was_written(page, sort):
    answer = page.post(f"{sort.root}/new", sort.form())

    kept = sort.model.objects.get()
    assert answer["Location"] == f"{sort.root}/{kept.pk}"
    assert sort.verbs.export(kept) == {**sort.rule("Typed"), "description": "Words"}


def test_rule_changed_by_another_since_the_form_was_opened_is_refused_with_everything_typed(
    page, sort, ada, made, frozen_clock
):
    seen = page.get(f"{sort.root}/{made.pk}/edit").context["seen"]
    frozen_clock.shift(60)
    sort.change(made, ada, title="Hers")

    answer = page.post(f"{sort.root}/{made.pk}/edit", sort.form(seen=seen))

    shown = answer.content.decode()
    assert answer.status_code == 409
    assert sort.titles() == "Hers"
    assert [(it.author, it.lines) for it in answer.context["changes"]] == [(ada, [("-", "a"), ("+", "Hers")])]
    assert 'value="Typed"' in shown
    assert "Not saved: it was changed meanwhile" in shown
    assert all(f'value="{value}"' in shown for name, value in sort.typed.items() if name.startswith("targets"))


def test_whoever_was_told_saves_over_it(page, sort, ada, made, frozen_clock):
    frozen_clock.shift(60)
    sort.change(made, ada, title="Hers")
    told = page.post(f"{sort.root}/{made.pk}/edit", sort.form(seen=rule_rows.version(made))).context["seen"]

    answer = page.post(f"{sort.root}/{made.pk}/edit", sort.form(seen=told))

    assert (answer.status_code, sort.titles()) == (302, "Typed")


def test_form_refused_for_a_fault_stays_in_the_version_that_was_seen(page, sort, ada, made, frozen_clock):
    seen = rule_rows.version(made)

    faulty = page.post(f"{sort.root}/{made.pk}/edit", sort.form(seen=seen, title=" "))
    more = page.post(f"{sort.root}/{made.pk}/edit", sort.form(seen=seen, do="add.conditions.all"))
    frozen_clock.shift(60)
    sort.change(made, ada, title="Hers")

    assert (faulty.status_code, faulty.context["seen"], more.context["seen"]) == (422, seen, seen)
    assert page.post(f"{sort.root}/{made.pk}/edit", sort.form(seen=seen)).status_code == 409


def test_form_that_names_no_version_is_refused(page, sort, made):
    assert page.post(f"{sort.root}/{made.pk}/edit", sort.form()).status_code == 409
    assert sort.titles() == "a"


def test_rule_moved_in_the_order_meanwhile_can_be_saved(page, sort, ada, made, frozen_clock):
    other = sort.make("b", ada)
    frozen_clock.shift(60)
    sort.verbs.order([other.pk, made.pk], actor=ada)

    answer = page.post(f"{sort.root}/{made.pk}/edit", sort.form(seen=rule_rows.version(made)))

    assert (answer.status_code, sort.titles()) == (302, "bTyped")


# --- files -----------------------------------------------------------------------------------------------------------


def test_export_can_be_imported(page, sort, made):
    file = page.get(f"{sort.root}/export")
    sort.model.objects.all().delete()

    answer = page.post(f"{sort.root}/import", {"file": SimpleUploadedFile("x.json", file.content)})

    assert f"{sort.file}.json" in file["Content-Disposition"]
    assert list(json.loads(file.content)) == [sort.file]
    assert answer["Location"] == sort.root
    assert [sort.verbs.export(it) for it in sort.model.objects.all()] == [sort.rule()]


def test_import_of_a_list_with_a_fault_takes_none_and_names_the_place(page, sort):
    text = json.dumps([sort.rule(), {**sort.rule(), "title": ""}])

    answer = page.post(f"{sort.root}/import", {"text": text})

    assert (answer.status_code, answer.context["text"]) == (422, text)
    assert [place for place, _words in answer.context["faults"]] == [f"{sort.file}.1.title"]
    assert not sort.model.objects.exists()


# --- who may ---------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("name", ["anna", "rita"])
def test_pages_are_not_there_for_agents_and_customers(enter, request, sort, made, name):
    other = enter(request.getfixturevalue(name))
    paths = [f"{sort.root}{it}" for it in ALL] + [f"{sort.root}/{made.pk}{it}" for it in ONE]

    found = {getattr(other, method)(path).status_code for path in paths for method in ("get", "post", "put")}

    assert found == {404}
    assert [sort.verbs.export(it) for it in sort.model.objects.all()] == [sort.rule()]


def test_looking_changes_nothing(page, sort, made):
    for path in [f"{sort.root}{it}" for it in ALL] + [f"{sort.root}/{made.pk}{it}" for it in ONE]:
        assert page.get(path).status_code in (200, 405), path

    assert [sort.verbs.export(it) for it in sort.model.objects.all()] == [sort.rule()]
    assert RuleChange.objects.count() == 1


def test_rule_that_is_not_there_is_not_found(page, sort):
    paths = [f"{sort.root}/99{it}" for it in ONE]

    assert {page.post(path, sort.form()).status_code for path in paths} <= {404, 405}
    assert {page.get(path).status_code for path in paths} <= {404, 405}


def test_navigation_leads_administrators_there_and_nobody_else(enter, page, sort, anna):
    assert f'href="{sort.root}"' in page.get("/mail/out").content.decode()
    assert f'href="{sort.root}"' not in enter(anna).get("/mail/out").content.decode()
