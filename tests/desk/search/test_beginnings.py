"""People as one types them: the index is asked, and what it does not know yet is looked at."""

import pytest
from django.db import connection

from sportello.desk.actions import indexing, people
from sportello.desk.models import SearchState, User
from sportello.desk.rules.search_terms import USER
from sportello.desk.search import beginnings, standing

pytestmark = pytest.mark.django_db


def names(typed):
    return list(User.objects.filter(beginnings.people(typed)).order_by("name").values_list("name", flat=True))


TYPED = [
    ("", ["Gino Bassi", "Mario Re", "Mario Rosi", "Rita Rossi"]),
    ("rita ross", ["Rita Rossi"]),
    ("hotels", ["Rita Rossi"]),
    ("mario r", ["Mario Re", "Mario Rosi"]),
    ("mario re", ["Mario Re"]),
    ("ario", ["Mario Re", "Mario Rosi"]),
    ("rita@rossi.ex", ["Rita Rossi"]),
    ("055 123", ["Gino Bassi"]),
    ("+39055123456", ["Gino Bassi"]),
    ("3456", ["Gino Bassi"]),
    ("999999", []),
    ("nobody", []),
]


@pytest.fixture
def known(rita):
    people.add("Gino Bassi", "gino@bassi.example", phone="055 123-456")
    people.add("Mario Re", phone="+39 347 1112223")
    people.add("Mario Rosi")


@pytest.mark.parametrize(("typed", "found"), TYPED)
def test_people_are_the_same_with_the_index_and_without(known, indexed, typed, found):
    before = names(typed)
    indexed()

    assert (before, names(typed)) == (found, found)


def test_number_is_asked_of_the_index_and_no_other_row_is_looked_at(known, indexed, django_assert_num_queries):
    indexed()
    # Behind the index's back.
    User.objects.filter(name="Mario Re").update(phone="06 7778889")

    # PostgreSQL is asked first how many have it.
    with django_assert_num_queries(4 if connection.vendor == "postgresql" else 3):
        found = names("777888")

    assert (found, names("1112")) == ([], ["Mario Re"])


def test_person_whom_the_index_does_not_know_yet_is_found(known, indexed, frozen_clock):
    indexed()
    frozen_clock.shift(1)
    people.add("Rita Bruni", phone="06 7778889")

    assert (names("rita"), names("777888"), names("rossi")) == (
        ["Rita Bruni", "Rita Rossi"],
        ["Rita Bruni"],
        ["Rita Rossi"],
    )


def test_words_that_too_many_have_are_looked_at_row_by_row(known, indexed, monkeypatch):
    monkeypatch.setattr(beginnings, "MOST", 1)
    indexed()

    assert (names("mario"), names("347 111")) == (["Mario Re", "Mario Rosi"], ["Mario Re"])


def test_desk_of_an_older_version_gets_its_people_written_anew(known, indexed):
    indexed()
    state = SearchState.objects.get()
    assert standing.known_until(USER) is not None
    del state.position["forms"]
    state.save()
    assert standing.known_until(USER) is None

    assert indexing.step()

    assert (standing.known_until(USER) is not None, indexing.left(), indexing.step()) == (True, 0, False)
