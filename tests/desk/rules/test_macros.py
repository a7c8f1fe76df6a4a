"""What a macro comes to on a ticket that stands thus."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from sportello.desk.errors import Invalid
from sportello.desk.rules import macros
from sportello.desk.rules.kinds import Unreadable
from sportello.desk.rules.triggers import Action

NOW = {
    "status": "open",
    "priority": 2,
    "type": "",
    "group_id": 1,
    "assignee_id": None,
    "subject": "La stampante",
    "tags": ["vip"],
}
WORDS = st.lists(st.sampled_from(["vip", "a", "b", "c"]), min_size=1).map(" ".join)


def read(*pairs):
    return macros.read_actions([{"field": field, "value": value} for field, value in pairs])


def lines(actions, now=NOW):
    return [macros.write_effect(effect) for effect in macros.effects(actions, now, agent_id=7)]


def test_actions_when_read_are_written_as_they_were():
    data = [
        {"field": "comment_value", "value": {"it": "Ciao {{ requester.first_name }}", "en": "Hello"}},
        {"field": "comment_mode_is_public", "value": "false"},
        {"field": "subject", "value": "{{ ticket.title }}, again"},
        {"field": "priority", "value": "high"},
        {"field": "assignee_id", "value": "current_user"},
        {"field": "group_id", "value": 3},
        {"field": "set_tags", "value": "a b"},
        {"field": "follower", "value": "current_user"},
    ]

    assert macros.write_actions(macros.read_actions(data)) == data


@pytest.mark.parametrize(
    ("action", "place"),
    [
        ({"field": "notification_user", "value": ["requester_id", "a", "b"]}, "actions.0.field"),
        ({"field": "comment_value", "value": " "}, "actions.0.value"),
        ({"field": "comment_value", "value": {"it": "{{ tiket.id }}"}}, "actions.0.value"),
        ({"field": "comment_value", "value": {"de": "Hallo"}}, "actions.0.value"),
        ({"field": "comment_mode_is_public", "value": "perhaps"}, "actions.0.value"),
        ({"field": "subject", "value": {"it": "x"}}, "actions.0.value"),
        ({"field": "subject", "value": "{{ nonsense }}"}, "actions.0.value"),
        ({"field": "status", "value": "closed"}, "actions.0.value"),
        ({"field": "follower", "value": ""}, "actions.0.value"),
    ],
)
def test_actions_when_one_is_wrong_are_refused_with_its_place(action, place):
    with pytest.raises(Invalid) as refusal:
        macros.read_actions([action])

    assert list(refusal.value.fields) == [place]


def test_actions_when_there_are_none_are_refused():
    with pytest.raises(Invalid, match="at least one"):
        macros.read_actions([])


def test_words_when_said_are_a_note_an_answer_or_either():
    text = ("comment_value", "Ciao")

    assert macros.text_of(read(text)) == "Ciao"
    assert macros.text_of(read(("status", "solved"))) == ""
    assert [macros.is_public(read(text, *mode)) for mode in (
        [], [("comment_mode_is_public", "true")], [("comment_mode_is_public", "false")]
    )] == [None, True, False]  # fmt: skip


def test_effects_are_only_what_is_not_so_already():
    actions = read(
        ("status", "solved"),
        ("priority", "normal"),
        ("type", ""),
        ("group_id", "1"),
        ("assignee_id", "current_user"),
        ("subject", "Nuovo oggetto"),
        ("current_tags", "vip printer"),
        ("follower", "current_user"),
        ("follower", "7"),
    )

    assert lines(actions) == [
        "status=solved",
        "assignee_id=7",
        "subject=Nuovo oggetto",
        "current_tags=printer",
        "follower=7",
    ]


def test_effects_when_a_field_is_set_twice_keep_the_last():
    assert lines(read(("status", "solved"), ("status", "pending"))) == ["status=pending"]


def test_effects_when_tags_are_set_say_what_comes_and_what_goes():
    actions = read(("set_tags", "a b"), ("current_tags", "c"), ("remove_tags", "b"))

    assert lines(actions) == ["current_tags=a c", "remove_tags=vip"]


@given(st.lists(st.tuples(st.sampled_from(["set_tags", "current_tags", "remove_tags"]), WORDS), min_size=1))
def test_effects_once_applied_leave_nothing_to_do_about_tags(pairs):
    actions = read(*pairs)
    found = {it.field: it.value.split() for it in macros.effects(actions, NOW, agent_id=7)}
    after = (set(NOW["tags"]) | set(found.get("current_tags", []))) - set(found.get("remove_tags", []))

    # Adding and removing again is what it was; so the actions come to nothing the second time.
    assert macros.effects(actions, NOW | {"tags": sorted(after)}, agent_id=7) == ()


@given(
    st.sampled_from(
        [
            Action("status", "solved"),
            Action("priority", None),
            Action("priority", 4),
            Action("type", ""),
            Action("type", "incident"),
            Action("group_id", None),
            Action("assignee_id", 12),
            Action("subject", "A = b {{ not.a.placeholder }}"),
            Action("current_tags", "a b"),
            Action("remove_tags", "c"),
            Action("follower", 3),
        ]
    )
)
def test_effect_as_a_line_is_read_back(effect):
    assert macros.read_effect(macros.write_effect(effect)) == effect


@pytest.mark.parametrize(
    "line", ["", "status", "status=closed", "set_tags=a", "comment_value=x", "follower=", "dance=1"]
)
def test_effect_that_no_macro_comes_to_is_unreadable(line):
    with pytest.raises(Unreadable):
        macros.read_effect(line)


def test_effects_in_words():
    names = {("user", 7): "Anna Conti", ("group", 3): "Printers"}

    said = [
        macros.describe(effect, lambda kind, key: names[kind, key])
        for effect in (
            Action("status", "solved"),
            Action("priority", 3),
            Action("priority", None),
            Action("type", ""),
            Action("group_id", 3),
            Action("assignee_id", 7),
            Action("assignee_id", None),
            Action("subject", "New"),
            Action("current_tags", "a b"),
            Action("remove_tags", "c"),
            Action("follower", 7),
        )
    ]

    assert said == [
        "Status: Solved",
        "Priority: High",
        "No priority",
        "No type",
        "Group: Printers",
        "Assigned to Anna Conti",
        "Assigned to nobody",
        "Subject: New",
        "Add tags: a, b",
        "Remove tags: c",
        "Followed by Anna Conti",
    ]
