import re

import pytest
from hypothesis import given
from hypothesis import strategies as st
from lxml import html as lxml_html

from sportello.desk.rules import colours, letter_layout
from sportello.desk.rules.letter_texts import ACTION_LABELS, FRAME, TEXTS
from sportello.desk.rules.letters import (
    Action,
    Look,
    Quoted,
    StepText,
    action_label,
    check,
    compose,
    default_text,
)

LOOK = Look("Bora Help", footer="Harbour Street 12\nMon-Fri 9-17")
URL = "https://desk.example/r/12-abc?x=1&y=2"
VALUES = {
    "ticket": {"id": 12, "title": "Printer stuck", "url": URL},
    "requester": {"name": "Giulia Ferro", "first_name": "Giulia"},
    "agent": {"name": "Marta Ronchi", "first_name": "Marta", "phone": ""},
    "desk": {"name": "Bora Help", "address": "help@desk.example"},
    "close_hours": 48,
    "survey_hours": 48,
}
ANSWER = Quoted("Marta Ronchi", "22 Nov 2026, 10:31", "Try:\n\n    lpstat -p   STORE", "<p>Try:</p><pre>lpstat</pre>")
BUTTONS = [
    Action("Yes, it works", "https://desk.example/a/1?ok&no", "primary"),
    Action("Not yet", "https://desk.example/a/2", "secondary"),
]
FACES = [Action("Good", "https://desk.example/a/3", "good"), Action("Bad", "https://desk.example/a/4", "bad")]
STEPS = ["taken_charge", "solved", "closed", "survey", "contact", "reply", "sign_in", "merged", "invitation", "test"]


def letter(step="solved", text=None, language="en", **kwargs):
    kwargs = {"values": VALUES, "look": LOOK, **kwargs}
    return compose(step, text or default_text(step, language), language=language, **kwargs)


def texts_of(mail):
    return lxml_html.fromstring(mail.html).text_content()


def hrefs(mail):
    return lxml_html.fromstring(mail.html).xpath("//a/@href")


def with_title(title):
    return VALUES | {"ticket": VALUES["ticket"] | {"title": title}}


@pytest.mark.parametrize("language", ["it", "en"])
@pytest.mark.parametrize("step", STEPS)
def test_default_text_is_one_that_an_admin_could_write(step, language):
    text = default_text(step, language)

    assert check(text.subject) == []
    assert check(text.body) == []


def test_texts_exist_for_the_same_things_in_both_languages():
    assert set(TEXTS["it"]) == set(TEXTS["en"]) == set(STEPS)
    assert set(ACTION_LABELS["it"]) == set(ACTION_LABELS["en"])
    assert set(FRAME["it"]) == set(FRAME["en"])


@pytest.mark.parametrize(("language", "label"), [("it", "Non ancora"), ("it-CH", "Non ancora"), ("de", "Not yet")])
def test_action_label_when_language_is_not_italian_is_english(language, label):
    assert action_label("not_yet", language) == label


@pytest.mark.parametrize("language", ["it", "en"])
@pytest.mark.parametrize("step", STEPS)
def test_compose_when_every_value_is_missing_still_makes_a_mail(step, language):
    mail = letter(step, language=language, values={}, answer=ANSWER)

    assert mail.subject
    assert "lpstat" in mail.text
    assert "lpstat" in mail.html
    assert "None" not in mail.text + mail.html


def test_compose_taken_charge_when_nobody_is_known_names_nobody():
    named, nameless = letter("taken_charge"), letter("taken_charge", values=VALUES | {"agent": {}})

    assert "Marta Ronchi is looking after your request" in named.text
    assert "Marta" not in nameless.text + nameless.html
    assert "a technician will take it on" in nameless.text


def test_compose_solved_has_answer_then_buttons_then_hours():
    mail = letter("solved", answer=ANSWER, actions=BUTTONS)

    assert mail.subject == "Re: Printer stuck"
    assert mail.text == (
        "Hello Giulia,\n\n"
        "Marta Ronchi has worked on your request, and we believe it is solved.\n\n"
        "Marta Ronchi, 22 Nov 2026, 10:31:\n| Try:\n|\n|     lpstat -p   STORE\n\n"
        "Is everything working? One click is enough to confirm it. If something\n"
        "is still wrong, let us know and we will get straight back to it.\n\n"
        "Yes, it works: https://desk.example/a/1?ok&no\nNot yet: https://desk.example/a/2\n\n"
        "If we hear nothing, the request will close by itself after 48 hours.\n\n"
        f"-- \nBora Help\nHarbour Street 12\nMon-Fri 9-17\nRequest no. 12: {URL}\n"
    )
    assert hrefs(mail) == ["https://desk.example/a/1?ok&no", "https://desk.example/a/2", URL]
    words = texts_of(mail)
    assert words.index("lpstat") < words.index("Yes, it works") < words.index("48 hours")


def test_compose_solved_when_the_survey_is_merged_asks_about_the_help_apart():
    mail = letter("solved", actions=[*BUTTONS, *FACES])

    assert (
        "Not yet: https://desk.example/a/2\n\nAnd how was the help you received?\nGood: https://desk.example/a/3\n"
    ) in mail.text
    assert hrefs(mail)[:4] == [action.url for action in (*BUTTONS, *FACES)]


def test_compose_reply_is_the_answer_and_a_small_footer():
    mail = letter("reply", answer=ANSWER)

    assert mail.text == (
        f"Try:\n\n    lpstat -p   STORE\n\n-- \nBora Help\nHarbour Street 12\nMon-Fri 9-17\nRequest no. 12: {URL}\n"
    )
    assert "sp-card" not in mail.html.split("</head>")[1]
    assert hrefs(mail) == [URL]


def test_compose_sign_in_is_about_no_ticket():
    mail = letter(
        "sign_in",
        language="it",
        values={"desk": {"name": "Bora Help"}, "link_minutes": 20},
        actions=[Action("Entra", "https://desk.example/in/x", "primary")],
    )

    assert mail.subject == "Il link per entrare: Bora Help"
    assert "Vale 20 minuti" in mail.text
    assert "Entra: https://desk.example/in/x" in mail.text
    assert "Richiesta" not in mail.text


def test_compose_when_history_is_given_quotes_it_below():
    mail = letter("reply", answer=ANSWER, history=[Quoted("Giulia Ferro", "09:12", "Nothing\n\nprints", "")])

    assert "Earlier messages:\n\n> Giulia Ferro, 09:12:\n> Nothing\n>\n> prints\n\n-- " in mail.text
    assert "<blockquote" in mail.html


@pytest.mark.parametrize(
    "title",
    [
        "{{ 7 | times: 7 }}<script>alert(1)</script>",
        "- item",
        "\ue001\ue002\ue000",
        "http://evil.example/login",
        "a\n\n- b",
    ],
)
def test_compose_when_a_title_looks_like_something_else_shows_its_letters(title):
    text = StepText("{{ ticket.title }}", "{{ ticket.title }}\n\nEnd.")

    mail = letter("closed", text, values=with_title(title))

    shown = " ".join(re.sub("[\ue000-\ue002]", " ", title).split())
    assert mail.subject == (shown or "Re:")
    assert mail.text.startswith(f"{shown}\n\nEnd." if shown else "End.")
    assert hrefs(mail) == [URL]
    assert "<script" not in mail.html
    assert "<ul" not in mail.html


@given(st.text(max_size=60), st.text(max_size=60))
def test_compose_when_values_are_anything_keeps_links_and_tags(title, name):
    plain, wild = (
        letter(
            "solved", actions=BUTTONS, answer=answer, values=with_title(title) | {"requester": {"first_name": first}}
        )
        for title, first, answer in [
            ("t", "n", Quoted("n", "now", "x", "")),
            (title, name, Quoted(name, "now", "x", "")),
        ]
    )

    assert hrefs(wild) == hrefs(plain)
    assert len(wild.subject) <= 200
    assert len(wild.subject.splitlines()) <= 1
    (wild.subject + wild.text + wild.html).encode()
    tags = ["script", "img", "ul", "td", "a"]
    assert [wild.html.count(f"<{tag} ") for tag in tags] == [plain.html.count(f"<{tag} ") for tag in tags]


def test_compose_when_an_admin_writes_html_shows_it_as_text():
    mail = letter("closed", StepText("s", "<b>bold</b> & more"))

    assert "&lt;b&gt;bold&lt;/b&gt; &amp; more" in mail.html


def test_compose_when_an_admin_writes_lists_and_links_gives_them_shape():
    text = StepText("s", "See (https://guide.example/a?b=1&c=2).\n- one\n- two\nafter")

    mail = letter("closed", text)

    document = lxml_html.fromstring(mail.html)
    assert document.xpath("//li/text()") == ["one", "two"]
    assert hrefs(mail)[0] == "https://guide.example/a?b=1&c=2"
    assert mail.text.startswith("See (https://guide.example/a?b=1&c=2).\n- one\n- two\nafter\n")


def test_compose_when_an_admin_names_no_place_puts_answer_and_buttons_at_the_end():
    mail = letter("solved", StepText("s", "Done."), answer=ANSWER, actions=BUTTONS)

    assert re.findall(r"Done\.|Try:|Yes, it works|-- ", mail.text) == ["Done.", "Try:", "Yes, it works", "-- "]


def test_compose_when_the_text_cannot_be_rendered_takes_the_house_words():
    mail = letter("closed", StepText("{{", "{% if"))

    assert mail.subject == "Re: Printer stuck"
    assert "is now closed" in mail.text


@pytest.mark.parametrize(
    ("title", "subject"),
    [
        ("Re: R: Printer", "Re: Printer"),
        ("a\r\nBcc: x@y.example", "Re: a Bcc: x@y.example"),
        ("x" * 300, "Re: " + "x" * 195 + "…"),
        ("Regarding us", "Re: Regarding us"),
        ("\u202egnp.exe", "Re: gnp.exe"),
    ],
)
def test_compose_when_a_title_is_odd_keeps_the_subject_one_clean_line(title, subject):
    assert letter("closed", values=with_title(title)).subject == subject


def test_compose_when_lines_are_long_breaks_at_spaces_and_never_inside_a_url():
    long_url = "https://guide.example/" + "a" * 90

    mail = letter("closed", StepText("s", f"- {'word ' * 20}{long_url} end"))

    lines = mail.text.split("\n\n-- ")[0].split("\n")
    assert lines[0].startswith("- word")
    assert all(line.startswith("  ") for line in lines[1:])
    assert all(len(line) <= 72 for line in lines if long_url not in line)
    assert f"  {long_url}" in lines


def test_compose_has_the_frame_that_mail_programs_need():
    mail = letter("solved", answer=ANSWER, actions=[*BUTTONS, *FACES], language="it")

    document = lxml_html.fromstring(mail.html)
    assert document.get("lang") == "it"
    assert document.xpath("//div[@class='sportello-mail']")
    assert document.xpath("//meta[@name='color-scheme']/@content") == ["light dark"]
    assert set(document.xpath("//table/@role")) == {"presentation"}
    assert len(document.xpath("//table")) == len(document.xpath("//table[@role]"))
    assert mail.html.count("<!--[if mso]>") == mail.html.count("<![endif]-->")
    assert "url(" not in mail.html
    assert len(mail.html) < 30_000


def test_compose_preheader_is_the_first_sentence_after_the_greeting():
    mail = letter("closed")

    hidden = lxml_html.fromstring(mail.html).xpath("//div[contains(@style,'display:none')]")[0].text_content()
    assert hidden.startswith("Your request is now closed")


@pytest.mark.parametrize(
    ("logo", "colour", "images"),
    [
        ("https://desk.example/logo.png", "#ffee00", 1),
        ("javascript:alert(1)", "red;background:url(x)", 0),
        ('https://desk.example/"onerror=x', "#12345", 0),
    ],
)
def test_compose_when_the_look_is_odd_stays_safe_and_legible(logo, colour, images):
    look = Look("Bora <Help>", colour=colour, logo_url=logo)

    mail = letter("solved", look=look, actions=BUTTONS)

    assert mail.html.count("<img ") == images
    assert "background:url" not in mail.html
    assert "<Help>" not in mail.html
    assert "onerror" not in mail.html


@given(st.integers(0, 0xFFFFFF).map("#{:06x}".format))
def test_ink_when_colour_is_any_can_be_read(colour):
    assert colours.contrast(colour, letter_layout.ink_on(colour)) >= 4.5
    assert colours.contrast(letter_layout.on_paper(colour), letter_layout.PAPER) >= 4.5


@pytest.mark.parametrize(
    ("step", "language", "hours", "said"),
    [
        ("solved", "it", 1, "si chiude da sola dopo un'ora."),
        ("solved", "it", 48, "si chiude da sola dopo 48 ore."),
        ("solved", "en", 1, "close by itself after an hour."),
        ("solved", "en", 48, "close by itself after 48 hours."),
        ("closed", "it", 1, "la richiesta è chiusa: nell'ora dopo la soluzione"),
        ("closed", "it", 48, "la richiesta è chiusa: nelle 48 ore dopo la soluzione"),
        ("closed", "it", None, "la richiesta è chiusa: dopo la soluzione"),
        ("closed", "en", 1, "no further trouble in the hour after it was solved."),
        ("closed", "en", 48, "no further trouble in the 48 hours after it was solved."),
    ],
)
def test_compose_when_the_hours_are_one_or_many_says_them_as_one_would(step, language, hours, said):
    mail = letter(step, language=language, values=VALUES | {"close_hours": hours})

    assert said in texts_of(mail)
    assert said in " ".join(mail.text.split())
