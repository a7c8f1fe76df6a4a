"""What a company is called without its legal form, so that "Rossi S.r.l." and "ROSSI  SRL" are the same. Pure."""

import re
from collections.abc import Sequence

from sportello.kit.accents import plain

# Italian ones first ("Rossi & C. S.a.s."), then those of the neighbours and of the English.
FORMS = frozenset(
    """
    srl srls spa sapa snc sas ss soc coop societa cooperativa scarl scrl scpa arl onlus aps ets c
    gmbh gesmbh ag kg ohg ug ev sa sarl eurl bv nv ab oy as sl slu lda co ltd limited plc llc llp inc corp
    """.split()
)


def core(name: str) -> tuple[str, ...]:
    """Its words, in small letters without accents; () for what is a legal form and nothing else."""
    said = re.findall(r"\w+", plain(name))
    while count := _form(said, -1):
        del said[-count:]
    while count := _form(said, 1):
        del said[:count]
    return tuple(said)


def _form(said: Sequence[str], step: int) -> int:
    """How many words at the beginning (step 1) or at the end (-1) are a legal form; "s. r. l." is three of them."""
    for count in (5, 4, 3, 2):
        letters = said[:count] if step > 0 else said[-count:]
        if len(letters) == count and all(len(it) == 1 for it in letters) and "".join(letters) in FORMS:
            return count
    return int(bool(said) and said[0 if step > 0 else -1] in FORMS)
