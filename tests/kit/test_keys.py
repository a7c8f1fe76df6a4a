"""The keys of rows as people, forms and files write them."""

import pytest

from sportello.kit.keys import key_of


@pytest.mark.parametrize(("said", "key"), [("12", 12), (12, 12), ("٣", 3), ("9" * 18, 10**18 - 1)])
def test_key_of_a_number_is_that_number(said, key):
    assert key_of(said) == key


@pytest.mark.parametrize(
    "said", ["", None, "-1", "1.0", 1.0, True, "²", "x", [], "9" * 19, 10**30, "9" * 5000, "\0", "1 "]
)
def test_key_of_what_can_be_none_is_that_of_no_row(said):
    assert key_of(said) == 0
