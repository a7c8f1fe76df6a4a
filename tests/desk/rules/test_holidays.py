"""Public holidays by name, of the places that the library knows."""

from datetime import date

import pytest

from sportello.desk.rules import holidays


def test_countries_and_parts_are_known_by_code_and_name():
    parts = holidays.subdivisions("IT")

    assert {"IT", "FR", "DE", "CH"} <= set(holidays.countries())
    assert (parts["RM"], parts["FC"], parts["AQ"]) == ("Roma", "Forlì-Cesena", "L'Aquila")
    assert list(parts.values()) == sorted(parts.values())
    assert holidays.subdivisions("ZZ") == {}


def test_parts_when_their_code_is_longer_than_the_column_are_left_out():
    assert all(len(code) <= 10 for country in ("AU", "BR", "CH", "NZ") for code in holidays.subdivisions(country))


@pytest.mark.parametrize(
    ("part", "day", "italian", "english"),
    [
        ("MI", date(2026, 12, 7), "Sant'Ambrogio", "Saint Ambrose's Day"),
        ("RM", date(2026, 6, 29), "Santi Pietro e Paolo", "Saints Peter and Paul's Day"),
        ("NA", date(2026, 9, 19), "San Gennaro", "Saint Januarius's Day"),
        ("BZ", date(2026, 5, 25), "Lunedì di Pentecoste", "Pentecost Monday"),
    ],
)
def test_patron_saints_have_their_day_and_name(part, day, italian, english):
    assert holidays.named_days("IT", part, 2026, "it")[day] == italian
    assert holidays.named_days("IT", part, 2026, "en")[day] == english
    assert day not in holidays.named_days("IT", "", 2026, "it")


def test_days_when_the_reader_s_language_is_not_known_are_in_the_country_s():
    assert holidays.named_days("FR", "", 2026, "it")[date(2026, 7, 14)] == "Fête nationale"


def test_days_stand_in_order_and_within_the_year():
    days = list(holidays.named_days("IT", "RM", 2027, "it"))

    assert days == sorted(days)
    assert {day.year for day in days} == {2027}


@pytest.mark.parametrize(("country", "part"), [("ZZ", ""), ("IT", "XX"), ("", "")])
def test_days_of_an_unknown_place_are_none(country, part):
    assert holidays.named_days(country, part, 2026, "it") == {}
