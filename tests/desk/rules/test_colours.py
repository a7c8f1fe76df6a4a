from hypothesis import given
from hypothesis import strategies as st

from sportello.desk.rules import colours

any_colour = st.integers(0, 0xFFFFFF).map(lambda number: f"#{number:06x}")


@given(any_colour)
def test_every_colour_has_a_tone_that_reads_by_day_and_by_night(colour):
    for night, papers in ((False, colours.DAY), (True, colours.NIGHT)):
        accent = colours.accent(colour, night=night)

        assert all(colours.contrast(accent.colour, paper) >= 4.5 for paper in (*papers, accent.tint))
        assert min(colours.contrast(accent.on, ground) for ground in (accent.colour, accent.strong)) >= 4.5
    assert colours.contrast(colours.readable(colour), colours.WHITE) >= 4.5


def test_a_colour_that_reads_stays_as_it_is():
    assert colours.accent("#0b6b5b").colour == "#0b6b5b"
    assert colours.readable("#0b6b5b") == "#0b6b5b"


def test_contrast_of_black_and_white_is_the_largest():
    assert round(colours.contrast("#000000", "#ffffff"), 1) == 21.0
