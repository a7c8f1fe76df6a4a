import pytest
from hypothesis import given
from hypothesis import strategies as st

from sportello.desk.words import Priority, Status
from sportello.web.ui import marks


@pytest.mark.parametrize(
    ("name", "letters"),
    [
        ("Anna Maria Rossi", "AR"),
        ("ada", "A"),
        ("help.desk@shop.example", "HD"),
        ("", "?"),
        ("«»", "?"),
        ("élodie brun", "ÉB"),
    ],
)
def test_initials_of_names_and_addresses(name, letters):
    assert marks.initials(name) == letters


@given(st.text())
def test_person_colour_of_any_name_is_one_of_the_palette(name):
    assert 1 <= marks.person_colour(name) <= marks.PERSON_COLOURS
    assert marks.person_colour(name) == marks.person_colour(f" {name} ")


def test_every_status_and_priority_has_its_own_shape():
    assert len(set(marks.STATUS_ICON.values())) == len(Status)
    assert len(set(marks.PRIORITY_ICON.values())) == len(Priority)
