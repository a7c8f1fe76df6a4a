"""The administrators' pages of triggers: the list, the builder, one trigger, export and import."""

import json

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import connection
from django.test.utils import CaptureQueriesContext

from sportello.desk.actions import configuration, rules, tickets
from sportello.desk.models import RuleChange, Trigger
from sportello.desk.words import Via
from sportello.web.agent import rule_builder, rule_words

pytestmark = pytest.mark.django_db

LIST = 6  # queries
TAG = {"field": "current_tags", "value": "vip"}
RULE = {
    "title": "Urgent when down",
    "description": "",
    "active": True,
    "conditions": {
        "all": [{"field": "subject_includes_word", "operator": "includes", "value": "stampante"}],
        "any": [],
    },
    "actions": [TAG],
}
FORM = {
    "title": "From Rita",
    "description": "Hers first",
    "active": "on",
    "conditions.all.0.field": "requester_id",
    "conditions.all.0.operator": "is",
    "conditions.all.0.value": "rita@rossi.example",
    "conditions.any.4.field": "status",
    "conditions.any.4.operator": "is_not",
    "conditions.any.4.value": "closed",
    "actions.0.field": "priority",
    "actions.0.value": "high",
    "actions.2.field": "notification_user",
    "actions.2.recipient": "assignee_id",
    "actions.2.subject.it": "Da Rita",
    "actions.2.subject.en": "From Rita",
    "actions.2.body.it": "Richiesta {{ ticket.id }}",
}


@pytest.fixture
def made(ada):
    return rules.save_trigger(RULE, actor=ada)


@pytest.fixture
def page(enter, ada):
    return enter(ada)


def queries_of(client, path):
    with CaptureQueriesContext(connection) as found:
        assert client.get(path).status_code == 200
    return len(found)


# --- the list --------------------------------------------------------------------------------------------------------


def test_list_shows_triggers_in_order_with_their_firings(page, ada, made, mailbox, rita):
    seen = [{"field": "current_tags", "value": "seen"}]
    later = rules.save_trigger({**RULE, "title": "Another", "actions": seen}, actor=ada)
    configuration.forget()
    tickets.open_ticket(
        requester=rita, subject="La stampante fuma", words=tickets.Words("Aiuto"), actor=rita, via=Via.EMAIL
    )

    shown = page.get("/triggers").context["rules"]

    assert [(it.row.pk, it.acted) for it in shown] == [(made.pk, "1 time in 30 days"), (later.pk, "1 time in 30 days")]
    assert shown[0].summary == "Subject contains one of the words “stampante”"
    assert shown[0].said["then"] == ["Add tags: vip"]


def test_list_ends_with_the_protocol(page):
    response = page.get("/triggers")

    assert response.context["mails"] == 4
    assert b'href="/protocol"' in response.content


def test_list_asks_the_database_as_often_for_three_as_for_one(page, ada, made, organization):
    page.get("/triggers")
    one = queries_of(page, "/triggers")
    named = {"all": [{"field": "organization_id", "operator": "is", "value": organization.pk}]}
    for number in range(2):
        rules.save_trigger({**RULE, "title": f"More {number}"}, actor=ada)
    page.get("/triggers")
    three = queries_of(page, "/triggers")
    rules.save_trigger({**RULE, "conditions": named}, actor=ada)
    page.get("/triggers")

    assert (one, three, queries_of(page, "/triggers")) == (LIST, LIST, LIST + 1)


def test_switch_turns_off_and_on(page, made):
    page.post(f"/triggers/{made.pk}/switching", {"on": "0"})
    off = Trigger.objects.get().active
    page.post(f"/triggers/{made.pk}/switching", {"on": "1"})

    assert (off, Trigger.objects.get().active) == (False, True)


def test_switch_of_what_names_something_gone_stays_off_and_says_why(page, ada, group):
    made = rules.save_trigger({**RULE, "actions": [{"field": "group_id", "value": group.pk}]}, actor=ada)
    group.delete()
    rules.switch_off_broken()
    why = page.get("/triggers").content.decode()

    answer = page.post(f"/triggers/{made.pk}/switching", {"on": "1"}, follow=True)

    assert "Switched off by the desk" in why
    assert "not there any more" in answer.content.decode()
    assert Trigger.objects.get().active is False


def test_place_moves_one_up_or_down_and_not_beyond(page, ada):
    a, b, c = (rules.save_trigger({**RULE, "title": title}, actor=ada).pk for title in "abc")

    page.post(f"/triggers/{c}/place", {"to": "up"})
    page.post(f"/triggers/{a}/place", {"to": "up"})
    page.post(f"/triggers/{a}/place", {"to": "down"})

    assert list(Trigger.objects.values_list("pk", flat=True)) == [c, a, b]


def test_order_takes_what_was_dragged(page, ada):
    a, b, c = (rules.save_trigger({**RULE, "title": title}, actor=ada).pk for title in "abc")

    page.post("/triggers/order", {"rule": [b, c, "x", a]})

    assert list(Trigger.objects.values_list("pk", flat=True)) == [b, c, a]


def test_copy_is_off_and_opens_to_be_changed(page, made):
    answer = page.post(f"/triggers/{made.pk}/copies")

    copy = Trigger.objects.latest("pk")
    assert (copy.active, answer.url) == (False, f"/triggers/{copy.pk}/edit")


def test_drop_leaves_the_others(page, ada, made):
    other = rules.save_trigger(RULE, actor=ada)

    page.post(f"/triggers/{made.pk}/dropping")

    assert [it.pk for it in Trigger.objects.all()] == [other.pk]


# --- one -------------------------------------------------------------------------------------------------------------


def test_trigger_tells_its_sentence_its_firings_and_its_changes(page, ada, made, rita, mailbox):
    asked = tickets.open_ticket(
        requester=rita, subject="La stampante fuma", words=tickets.Words("Aiuto"), actor=rita, via=Via.EMAIL
    )
    rules.save_trigger(
        {**RULE, "title": "New title", "actions": [{"field": "type", "value": "task"}]}, actor=ada, trigger_id=made.pk
    )

    shown = page.get(f"/triggers/{made.pk}").context

    assert shown["said"]["then"] == ["Type: Task"]
    assert [(it.ticket, it.why) for it in shown["acts"]] == [(asked, "Subject contains one of the words “stampante”")]
    assert [it.lines for it in shown["changes"]] == [
        [("-", "Urgent when down"), ("+", "New title"), ("-", "Add tags: vip"), ("+", "Type: Task")],
        [("", "Made")],
    ]
    assert {it.author for it in shown["changes"]} == {ada}


# --- the builder -----------------------------------------------------------------------------------------------------


def test_new_trigger_is_kept_as_it_was_written(page, ada, rita):
    answer = page.post("/triggers/new", FORM)

    made = Trigger.objects.get()
    assert answer.url == f"/triggers/{made.pk}"
    assert rules.export(made) == {
        "title": "From Rita",
        "description": "Hers first",
        "active": True,
        "conditions": {
            "all": [{"field": "requester_id", "operator": "is", "value": rita.pk}],
            "any": [{"field": "status", "operator": "is_not", "value": "closed"}],
        },
        "actions": [
            {"field": "priority", "value": "high"},
            {
                "field": "notification_user",
                "value": ["assignee_id", {"it": "Da Rita", "en": "From Rita"}, "Richiesta {{ ticket.id }}"],
            },
        ],
    }
    assert RuleChange.objects.get().author == ada


def test_edit_saved_as_it_comes_changes_nothing(page, ada, rita, group, anna):
    page.post("/triggers/new", FORM)
    made = Trigger.objects.get()
    before = rules.export(made)
    form = controls(page.get(f"/triggers/{made.pk}/edit").context)

    page.post(f"/triggers/{made.pk}/edit", form)

    assert rules.export(Trigger.objects.get()) == before
    assert RuleChange.objects.count() == 1


def controls(context):
    """What a browser would send of the form as it comes."""
    form = {"title": context["draft"].title, "description": context["draft"].description, "active": "on"}
    form["seen"] = context["seen"]
    for rows in context["rows"].values():
        for row in rows:
            form |= {f"{row.place}.field": row.field, f"{row.place}.was": row.field}
            if row.control:
                name = getattr(row, "value_name", "value")
                chosen = [it for it, _words, is_chosen in getattr(row.control, "options", ()) if is_chosen]
                form[f"{row.place}.{name}"] = chosen[0] if chosen else getattr(row.control, "value", "")
            if row.part == "condition":
                form[f"{row.place}.operator"] = next(it for it, _words, is_chosen in row.operators if is_chosen)
            form |= {f"{row.place}.{text.name}": text.value for text in getattr(row, "texts", ())}
    return form


@pytest.mark.parametrize(
    ("gesture", "counts"),
    [
        ("add.conditions.all", (2, 1, 2)),
        ("add.conditions.any", (1, 2, 2)),
        ("add.actions", (1, 1, 3)),
        ("remove.conditions.all.0", (0, 1, 2)),
        ("remove.actions.1", (1, 1, 1)),
        ("remove.actions.9", (1, 1, 2)),
        ("add.nonsense", (1, 1, 2)),
        ("redraw", (1, 1, 2)),
    ],
)
def test_row_added_or_removed_without_script_keeps_everything_and_saves_nothing(page, rita, gesture, counts):
    answer = page.post("/triggers/new", {**FORM, "do": gesture})

    rows = answer.context["rows"]
    assert (answer.status_code, tuple(len(rows[name]) for name in ("all", "any", "actions"))) == (200, counts)
    assert "Hers first" in answer.content.decode()
    assert not Trigger.objects.exists()


def test_field_changed_without_script_draws_its_own_choices(page, rita):
    change = {"conditions.any.4.was": "status", "conditions.any.4.field": "priority", "do": "redraw"}

    row = page.post("/triggers/new", {**FORM, **change}).context["rows"]["any"][0]

    assert (row.field, [it for it, _words, _chosen in row.control.options]) == (
        "priority",
        ["", "low", "normal", "high", "urgent"],
    )


def test_field_changed_without_script_and_saved_at_once_is_asked_again(page, rita, group):
    change = {"conditions.any.4.was": "group_id", "conditions.any.4.field": "assignee_id"}

    answer = page.post("/triggers/new", {**FORM, **change, "conditions.any.4.value": str(group.pk)})

    assert answer.status_code == 422
    assert answer.context["rows"]["any"][0].faults["field"] == "The field is another one now: choose again."
    assert not Trigger.objects.exists()


@pytest.mark.parametrize(
    ("change", "place"),
    [
        ({"title": " "}, "title"),
        ({"conditions.all.0.value": "nobody@nowhere.example"}, "conditions.all.0.value"),
        ({"conditions.any.4.operator": "dances"}, "conditions.any.0.operator"),
        ({"conditions.any.4.value": "lost"}, "conditions.any.0.value"),
        ({"actions.0.value": "extreme"}, "actions.0.value"),
        ({"actions.2.body.it": "{{ nonsense }}"}, "actions.1.value"),
        ({"actions.2.recipient": "-"}, "actions.1.value"),
    ],
)
def test_fault_comes_back_at_its_place_with_everything_written(page, rita, change, place):
    answer = page.post("/triggers/new", {**FORM, "actions.2.subject.en": "Kept words", **change})

    assert answer.status_code == 422
    assert list(answer.context["faults"]) == [place]
    assert answer.content.decode().count("field__error") >= 1
    assert "Kept words" in answer.content.decode()
    assert not Trigger.objects.exists()


def test_trigger_without_an_action_is_refused(page):
    answer = page.post("/triggers/new", {"title": "Idle"})

    assert (answer.status_code, list(answer.context["faults"])) == (422, ["actions"])


@pytest.mark.parametrize(
    ("said", "meant"),
    [("Rita Rossi", "rita"), ("  RITA@rossi.example ", "rita"), ("the person who acts", "current_user")],
)
def test_person_is_found_by_address_or_name(page, rita, said, meant):
    page.post("/triggers/new", {**FORM, "conditions.all.0.value": said})

    wanted = rita.pk if meant == "rita" else meant
    assert Trigger.objects.get().conditions["all"][0]["value"] == wanted


def test_person_of_a_name_that_two_have_is_not_guessed(page, rita, sam):
    sam.name = "rita rossi"
    sam.save(update_fields=["name"])

    answer = page.post("/triggers/new", {**FORM, "conditions.all.0.value": "Rita Rossi"})

    assert list(answer.context["faults"]) == ["conditions.all.0.value"]


def test_choice_that_is_gone_stays_what_it_was(page, ada, group):
    made = rules.save_trigger({**RULE, "actions": [{"field": "group_id", "value": group.pk}]}, actor=ada)
    group.active = False
    group.save(update_fields=["active"])
    configuration.forget()

    row = page.get(f"/triggers/{made.pk}/edit").context["rows"]["actions"][0]

    chosen = [(it, words) for it, words, is_chosen in row.control.options if is_chosen]
    assert chosen == [(str(group.pk), f"{group.pk} (not there any more)")]


def test_every_field_and_action_can_be_drawn_and_has_words(ada):
    names = rule_words.Names(ada, everything=True)

    blanks = rule_builder.blanks(names, rule_words.vocabulary())

    assert all(words for row in blanks for *_rest, words, _chosen in getattr(row, "operators", ()))
    assert all(row.control or row.texts for row in blanks)


# --- export and import -----------------------------------------------------------------------------------------------


def test_export_can_be_imported(page, ada, made):
    file = page.get("/triggers/export")
    Trigger.objects.all().delete()

    page.post("/triggers/import", {"file": SimpleUploadedFile("triggers.json", file.content)})

    assert file["Content-Disposition"].startswith("attachment")
    assert [rules.export(it) for it in Trigger.objects.all()] == [RULE]


def test_import_of_a_list_with_a_fault_takes_none_and_names_the_place(page, db):
    text = json.dumps([RULE, {**RULE, "actions": [TAG, {"field": "dance", "value": ""}]}])

    answer = page.post("/triggers/import", {"text": text})

    assert answer.status_code == 422
    assert [place for place, _words in answer.context["faults"]] == ["triggers.1.actions.1.field"]
    assert answer.context["text"] == text
    assert not Trigger.objects.exists()


@pytest.mark.parametrize(
    ("text", "place"),
    [
        ("", "text"),
        ("{", "text"),
        ("[" * 100_000, "text"),
        ('[{"title": "\\u0000"}]', "text"),
        ('[{"title": "\\ud800"}]', "text"),
        ("[]", "triggers"),
        ("3", "triggers"),
        ('{"triggers": {}}', "triggers"),
        ("[3]", "triggers.0.title"),
        (
            '[{"title": "x", "actions": [{"field": "assignee_id", "value": 99999999999999999999}]}]',
            "triggers.0.actions.0.value",
        ),
    ],
)
def test_import_of_nonsense_says_where(page, text, place):
    answer = page.post("/triggers/import", {"text": text})

    assert (answer.status_code, answer.context["faults"][0][0]) == (422, place)


def test_import_of_a_file_that_is_no_text_says_so(page):
    answer = page.post("/triggers/import", {"file": SimpleUploadedFile("x.json", b"\xff\xfe\x00")})

    assert (answer.status_code, answer.context["faults"][0][0]) == (422, "file")


# --- who may ---------------------------------------------------------------------------------------------------------

PATHS = [
    *("/triggers", "/triggers/new", "/triggers/order", "/triggers/export", "/triggers/import", "/triggers/{}"),
    *("/triggers/{}/edit", "/triggers/{}/switching", "/triggers/{}/place", "/triggers/{}/copies"),
    "/triggers/{}/dropping",
]


@pytest.mark.parametrize("path", PATHS)
def test_page_is_not_there_for_agents_and_customers(enter, anna, rita, made, path):
    found = {
        getattr(enter(person), method)(path.format(made.pk)).status_code
        for person in (anna, rita)
        for method in ("get", "post", "put", "delete", "head")
    }

    assert found == {404}
    assert rules.export(Trigger.objects.get()) == RULE


@pytest.mark.parametrize("path", PATHS)
def test_looking_changes_nothing(page, made, path):
    page.get(path.format(made.pk))

    assert [rules.export(it) for it in Trigger.objects.all()] == [RULE]
    assert RuleChange.objects.count() == 1


@pytest.mark.parametrize("path", [path for path in PATHS if "{}" in path])
def test_trigger_that_is_not_there_is_not_found(page, path):
    assert {getattr(page, method)(path.format(99)).status_code for method in ("get", "post")} <= {404, 405}


def test_agents_see_no_entry_in_the_navigation(enter, anna, page, db):
    assert b'href="/triggers"' in page.get("/settings").content
    assert b'href="/triggers"' not in enter(anna).get("/settings").content
