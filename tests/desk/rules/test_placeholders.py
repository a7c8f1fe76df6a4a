import pytest
from django.utils import translation
from django.utils.safestring import mark_safe
from hypothesis import given
from hypothesis import strategies as st

from sportello.desk.rules.placeholder_language import OUTPUT_LIMIT
from sportello.desk.rules.placeholders import PLACEHOLDERS, SOURCE_LIMIT, VALUE_LIMIT, check, render

SOURCES = st.lists(
    st.sampled_from(
        ["{{", "}}", "{%", "%}", " if ", " endif ", " ticket.title ", "|", "truncate: ", "9", "'", "a", "\n", "("]
    )
).map("".join)


def test_render_when_values_are_there_fills_the_blanks():
    source = "{{ ticket.id }}: {{ ticket.title | upcase }} {% if agent.name %}({{ agent.name }}){% endif %}"

    text = render(source, {"ticket": {"id": 12, "title": "fax"}, "agent": {"name": "Marta"}})

    assert text == "12: FAX (Marta)"


@pytest.mark.parametrize("agent", [{}, {"name": ""}, {"name": None}])
def test_render_when_a_value_is_missing_or_blank_takes_the_other_branch(agent):
    source = "{% if agent.name %}{{ agent.name }}{% else %}nobody{% endif %}{{ agent.phone }}"

    assert render(source, {"agent": agent}) == "nobody"


def test_render_when_a_value_looks_like_a_template_leaves_it_alone():
    assert render("{{ ticket.title }}", {"ticket": {"title": "{{ 7 | times: 7 }}{% if 1 %}"}}) == (
        "{{ 7 | times: 7 }}{% if 1 %}"
    )


def test_render_when_escaping_escapes_values_but_not_the_source():
    text = render("<b>{{ ticket.title }}</b>", {"ticket": {"title": mark_safe("<i>&")}}, escape=True)

    assert text == "<b>&lt;i&gt;&amp;</b>"


def test_render_when_a_value_is_an_object_reaches_only_its_text():
    class Secret:
        password = "hunter2"

        def __str__(self) -> str:
            return "shown"

    assert render("{{ agent }}{{ agent.password }}{{ agent.__class__ }}", {"agent": Secret()}) == "shown"


def test_render_when_the_machine_has_a_clock_does_not_read_it():
    assert render("{{ today }}{{ now }}", {}) == ""
    assert render("{{ today }}", {"today": "22 novembre 2026"}) == "22 novembre 2026"


@pytest.mark.parametrize(
    "source",
    [
        "a{% for i in (1..999999999) %}x{% endfor %}",
        "a{% include 'settings' %}",
        "a{% tablerow i in (1..9) %}x{% endtablerow %}",
        "a{{ 1 | divided_by: 0 }}",
        "a{{ ticket.title | truncate: 'x' }}",
    ],
)
def test_render_when_a_part_is_forbidden_or_fails_never_raises(source):
    assert render(source, {"ticket": {"title": "t"}}) in ("a", "ax")


def test_render_when_values_are_huge_is_bounded():
    source = "{{ ticket.title }}" * (SOURCE_LIMIT // 18)

    assert len(render("{{ ticket.title }}", {"ticket": {"title": "é" * 10**6}})) == VALUE_LIMIT
    assert len(render(source, {"ticket": {"title": "é" * 10**6}}).encode()) <= OUTPUT_LIMIT


@given(SOURCES)
def test_render_and_check_when_the_source_is_anything_never_raise(source):
    assert isinstance(render(source, {"ticket": {"title": "t"}}), str)
    assert isinstance(check(source), list)


@given(st.text(max_size=300))
def test_render_when_a_value_is_anything_gives_it_back_with_plain_line_ends(value):
    lines = value.replace("\r\n", "\n").replace("\r", "\n")

    assert render("{{ ticket.title }}", {"ticket": {"title": value}}) == lines


@pytest.mark.parametrize(
    ("source", "complaints"),
    [
        ("Hello {{ requester.first_name | default: 'you' }}", []),
        ("{% assign name = agent.name %}{{ name }}{% comment %}{{ x }}{% endcomment %}", []),
        (
            "Hello\n  {{ ticket.titel }}",
            ["Line 2, column 6: “ticket.titel” is not a placeholder; did you mean “ticket.title”?"],
        ),
        (
            "{{ ticket }}{{ zzz }}",
            [
                "Line 1, column 4: “ticket” is not a placeholder; did you mean “ticket.id”?",
                "Line 1, column 16: “zzz” is not a placeholder.",
            ],
        ),
        ("{{ ticket.id | base64 }}", ["Line 1, column 16: “base64” is not a filter that texts can use."]),
        ("a\n{% if agent.name %}b", ["Line 2, column 1: this cannot be read: {% if agent.name %}b"]),
        ("a {{ ticket.id", ["Line 1, column 3: this cannot be read: a {{ ticket.id"]),
        ("a\n" + "{{" * 4_000, ["Line 2, column 1: too many spaces or braces in a row"]),
        ("{{" + " " * 9_000, ["Line 1, column 3: too many spaces or braces in a row"]),
        ("{{}}", ["Line 1, column 1: this cannot be read: {{}}"]),
        (
            "{% for i in (1..3) %}{% endfor %}",
            ["Line 1, column 4: this cannot be read: {% for i in (1..3) %}{% endfor %}"],
        ),
        ("x" * (SOURCE_LIMIT + 1), ["The text is longer than 10000 characters."]),
    ],
)
def test_check_names_every_trouble_with_its_place(source, complaints):
    with translation.override("en"):
        assert check(source) == complaints


def test_placeholders_are_described_in_both_languages_and_accepted():
    assert all(set(words) == {"it", "en"} and all(words.values()) for words in PLACEHOLDERS.values())
    assert check("".join(f"{{{{ {name} }}}}" for name in PLACEHOLDERS)) == []
