"""Tables of people and organizations: what a column is, what a row says."""

import pytest

from sportello.desk.errors import Invalid
from sportello.desk.rules.custom_fields import CustomField
from sportello.desk.rules.importing import ORGANIZATIONS, PEOPLE, Row, guess, read, refuse_columns

ROOM = CustomField(7, "user", "text", "room_number", {"it": "Stanza", "en": "Room"})


@pytest.mark.parametrize(
    ("what", "headings", "columns"),
    [
        (PEOPLE, ["Nome", "Cognome", "E-mail", "Cellulare"], ["name", "surname", "address", "phone"]),
        (PEOPLE, ["FULL NAME", "Email Address", "Company", "Lang"], ["name", "address", "organization", "language"]),
        (PEOPLE, ["Indirizzo e-mail", "Società", "Note", "Etichette"], ["address", "organization", "notes", "tags"]),
        (PEOPLE, ["Stanza", "room_number", "Mail", "Mail"], ["custom:7", "", "address", ""]),
        (PEOPLE, ["?", "Name"], ["address", "name"]),
        (ORGANIZATIONS, ["Ragione sociale", "Domini", "Gruppo"], ["name", "domains", "group"]),
        (ORGANIZATIONS, ["name", "Telefono"], ["name", ""]),
    ],
)
def test_columns_are_guessed_by_their_headings_in_both_languages_and_by_what_is_in_them(what, headings, columns):
    rows = [["a@b.example", *["x"] * (len(headings) - 1)]]

    assert guess(what, headings, rows, {7: ROOM}) == columns


def test_row_is_read_by_its_columns():
    columns = ["name", "surname", "address", "language", "tags", "custom:7", "", "organization"]
    cells = ["Rita", "Rossi", "<r@a.example>; r2@a.example r@a.example", "Italiano", "vip;hotel", "12", "left", "A  B"]

    assert read(columns, cells) == Row(
        name="Rita Rossi",
        addresses=("r@a.example", "r2@a.example"),
        language="it",
        organization="A B",
        tags="vip hotel",
        custom={7: "12"},
    )


@pytest.mark.parametrize("said", ["it", "IT", "it-IT", "italiana", "Italian"])
def test_language_is_understood(said):
    assert read(["language"], [said]).language == "it"


def test_language_that_the_desk_does_not_speak_is_refused():
    with pytest.raises(Invalid, match="language"):
        read(["language"], ["klingon"])


@pytest.mark.parametrize(
    ("what", "columns"),
    [
        (PEOPLE, ["name"]),
        (PEOPLE, ["address", "address"]),
        (PEOPLE, ["address", "role"]),
        (PEOPLE, ["address", "custom:8"]),
        (ORGANIZATIONS, ["domains"]),
        (PEOPLE, []),
    ],
)
def test_columns_that_do_not_tell_who_is_meant_are_refused(what, columns):
    with pytest.raises(Invalid, match="columns"):
        refuse_columns(what, columns, {7: ROOM})


def test_columns_that_tell_it_are_taken():
    refuse_columns(PEOPLE, ["", "phone", "name", "custom:7"], {7: ROOM})
    refuse_columns(ORGANIZATIONS, ["name"], {})
