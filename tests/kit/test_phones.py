import pytest
from hypothesis import given
from hypothesis import strategies as st

from sportello.kit import phones


def finds(typed, phone):
    return any(it.startswith(asked) for asked in phones.asked(typed) for it in phones.endings(phone))


@pytest.mark.parametrize(
    ("typed", "phone"),
    [
        ("055 7654321", "+39 055 7654321"),
        ("+39 055 7654321", "0557654321"),
        ("0039 055/7654321", "055-765.43.21"),
        ("390557654321", "055 7654321"),
        ("+390557654321", "0039 055 7654321"),
        ("020 7946 0000", "+44 20 7946 0000"),
        ("+44 20 7946 0000", "+44 (0)20 7946 0000"),
        ("+1 202 555 0100", "(202) 555-0100"),
        ("321", "055 7654321"),
        ("55765", "+39 055 7654321"),
        ("00123", "055 00123"),
    ],
)
def test_number_is_found_however_it_was_written(typed, phone):
    assert finds(typed, phone)


@pytest.mark.parametrize("typed", ["", "12", "+", "12a45", "rita", "055 rita", "a.b@c.example"])
def test_what_is_no_number_asks_for_none(typed):
    assert phones.asked(typed) == ()


@pytest.mark.parametrize(
    ("typed", "phone"), [("+39 055 7654321", "055 7654322"), ("0039 06", "347 1234567"), ("12345", "1234")]
)
def test_another_number_is_not_found(typed, phone):
    assert not finds(typed, phone)


@given(st.text("0123456789", min_size=3, max_size=phones.LONGEST), st.data())
def test_any_digits_in_a_row_find_their_number(phone, data):
    start = data.draw(st.integers(0, len(phone) - 3))
    end = data.draw(st.integers(start + 3, len(phone)))

    assert finds(phone[start:end], phone) or phone[start:end].startswith("00")
