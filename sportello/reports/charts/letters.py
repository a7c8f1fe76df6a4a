"""How wide a text stands in Inter: enough to know what fits. Advances of the upright regular weight, in 1/1000 em."""

from functools import lru_cache

_FIRST = " "
_ADVANCES = (
    281, 288, 466, 633, 642, 982, 644, 300, 365, 365, 501, 662, 288, 460, 288, 360, 631, 407, 610, 618, 646, 593, 620,
    566, 619, 620, 288, 302, 662, 662, 662, 511, 966, 690, 654, 730, 722, 601, 590, 746, 743, 269, 571, 672, 565, 903,
    753, 765, 639, 765, 644, 642, 646, 744, 690, 985, 682, 679, 629, 365, 360, 365, 471, 456, 323, 562, 612, 571, 612,
    583, 370, 613, 591, 242, 242, 549, 242, 876, 591, 600, 612, 612, 376, 528, 327, 591, 562, 818, 546, 562, 552, 426,
    333, 426, 662,
)  # fmt: skip
_OTHERS = {"\N{NO-BREAK SPACE}": 281, "–": 500, "—": 1000, "−": 662, "…": 864, "·": 288, "≤": 662, "’": 261, "ì": 242}
_UNKNOWN = 620
_WIDEST = 1000  # From here on: signs of other scripts, most of them square.
# The strong weight is 3 % wider, and a browser without Inter takes letters that are wider still.
_SLACK = 1.05
ELLIPSIS = "…"


def width(text: str, size: float) -> float:
    """Of one line in letters of `size`, in the units of size; never less than it takes in Inter."""
    return _advances(text) * size * _SLACK / 1000


@lru_cache(maxsize=4096)
def _advances(text: str) -> int:
    return sum(map(_advance, text))


def _advance(letter: str) -> int:
    place = ord(letter) - ord(_FIRST)
    if 0 <= place < len(_ADVANCES):
        return _ADVANCES[place]
    # Control characters become the sign for what cannot be read.
    return _OTHERS.get(letter, _UNKNOWN if place > 0 and ord(letter) < 0x500 else _WIDEST)


def fit(text: str, size: float, room: float) -> str:
    """The text, cut at the end by an ellipsis when it is wider than room; empty when not even that fits."""
    if width(text, size) <= room:
        return text
    shorter = text
    while shorter and width(shorter.rstrip() + ELLIPSIS, size) > room:
        shorter = shorter[:-1]
    return shorter.rstrip() + ELLIPSIS if shorter else ""
