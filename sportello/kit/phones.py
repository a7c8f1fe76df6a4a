"""Phone numbers as people write them down: with blanks and signs, with the country or without."""

import re

NUMBER = re.compile(r"\+?[\d\s\-/.()]+")
SHORTEST = 3
# Less says nothing when the country has been taken away from it.
SHORTEST_AT_HOME = 6
LONGEST_AT_HOME = 10  # Digits; what is longer begins with a country, said or not.
LONGEST = 30


def digits(phone: str) -> str:
    return "".join(it for it in phone if it in "0123456789")


def endings(phone: str) -> list[str]:
    """The digits from each one on: whatever digits in a row somebody asks for, one of these begins with them."""
    found = digits(phone)[-LONGEST:]
    return [found[start:] for start in range(len(found) - SHORTEST + 1)]


def asked(typed: str) -> tuple[str, ...]:
    """The digits in a row of which a number that is looked for has one: as typed, and as the same number would be
    written without its country or the zero before it. (): this is no number.

    +39 055 123456 and 0039 055 123456 are 055 123456; 020 7946 0000 is +44 20 7946 0000.
    """
    found = digits(typed)
    if len(found) < SHORTEST or not NUMBER.fullmatch(typed.strip()):
        return ()
    is_abroad = typed.strip().startswith("+") or found.startswith("00")
    found = found.removeprefix("00") if len(found) > SHORTEST + 1 else found
    shorter = []
    if is_abroad or len(found) > LONGEST_AT_HOME:
        shorter = [found[of_country:] for of_country in (1, 2, 3)]
    elif found.startswith("0"):
        shorter = [found[1:]]
    return (found, *(it for it in shorter if len(it) >= SHORTEST_AT_HOME))
