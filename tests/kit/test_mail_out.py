from pathlib import Path

import pytest

from sportello.kit.mail_out import BadAddress, MailOut, parse


@pytest.mark.parametrize(
    ("text", "way"),
    [
        ("smtp://mail.example", MailOut("smtp", "mail.example", 25)),
        ("smtp://desk:p%40ss@mail.example", MailOut("smtp", "mail.example", 587, "desk", "p@ss")),
        ("smtps://desk:p@mail.example:4465", MailOut("smtps", "mail.example", 4465, "desk", "p")),
        ("smtps://mail.example", MailOut("smtps", "mail.example", 465)),
        ("file:///var/mail/a%20b", MailOut("file", folder=Path("/var/mail/a b"))),
    ],
)
def test_parse_when_right(text, way):
    assert parse(text) == way


@pytest.mark.parametrize(
    ("text", "problem"),
    [
        ("mail.example", "scheme"),
        ("http://mail.example", "scheme"),
        ("smtp://mail.example:0", "scheme"),
        ("smtp://mail.example:99999", "scheme"),
        ("file:///", "folder"),
        ("file://host/x", "folder"),
        ("smtp://", "server"),
        ("smtp://mail.example/path", "server"),
    ],
)
def test_parse_when_wrong_names_the_problem(text, problem):
    with pytest.raises(BadAddress) as caught:
        parse(text)

    assert caught.value.problem == problem


def test_repr_when_logged_shows_no_password():
    assert "hunter2" not in repr(parse("smtp://desk:hunter2@mail.example"))
