"""Who the bad votes come from, in a sentence. Pure; both languages as data, for their grammar has nothing in common.

Numbers up to ten are written as words where they count people.
"""

from .satisfaction import Concentration

_EN = ("no", "one", "two", "three", "four", "five", "six", "seven", "eight", "nine", "ten")
_IT = ("nessuna", "una", "due", "tre", "quattro", "cinque", "sei", "sette", "otto", "nove", "dieci")


def sentence(found: Concentration, language: str) -> str:
    """A whole sentence with its full stop. language: "it", or English."""
    return _italian(found) if language[:2] == "it" else _english(found)


def background(found: Concentration, language: str) -> str:
    """How many of all votes these people gave: whoever votes much is often dissatisfied too. "" for no circle."""
    if not found.part:
        return ""
    if language[:2] == "it":
        gave = "ha dato" if found.people == 1 else "hanno dato"
        who = "Questa persona" if found.people == 1 else "Queste persone"
        if found.their_votes == 1:
            return f"{who} {gave} 1 solo voto su {found.all_votes}."
        return f"{who} {gave} {found.their_votes} voti su {found.all_votes}."
    who = "This person" if found.people == 1 else "These people"
    votes = "vote" if found.all_votes == 1 else "votes"
    return f"{who} gave {found.their_votes} of all {found.all_votes} {votes}."


def _english(found: Concentration) -> str:
    if not found.bad:
        return "There is no bad vote."
    if not found.part:
        customers = _english_number(found.customers)
        return f"The {found.bad} bad votes come from {_english_number(found.people)} people of {customers} customers."
    people = "one person" if found.people == 1 else f"{_english_number(found.people)} people"
    whom = f"{people} of one customer" if found.organization is not None else people
    if found.bad == 1:
        return f"The only bad vote comes from {whom}."
    if found.part == found.bad:
        which = "Both" if found.bad == 2 else f"All {found.bad}"
        return f"{which} bad votes come from {whom}."
    return f"{found.part} of the {found.bad} bad votes come from {whom}."


def _english_number(number: int) -> str:
    return _EN[number] if number < len(_EN) else str(number)


def _italian(found: Concentration) -> str:
    if not found.bad:
        return "Non ci sono voti negativi."
    if not found.part:
        article = "Gli" if _begins_with_a_vowel(found.bad) else "I"
        people, customers = _italian_number(found.people), _italian_number(found.customers)
        return f"{article} {found.bad} voti negativi vengono da {people} persone di {customers} clienti."
    people = "una sola persona" if found.people == 1 else f"{_italian_number(found.people)} persone"
    whom = f"{people} di un solo cliente" if found.organization is not None else people
    if found.bad == 1:
        # One vote is of one person anyway: "sola" would say it twice.
        return "L'unico voto negativo viene da una persona" + (" di un cliente." if found.organization else ".")
    if found.part == found.bad:
        if found.bad == 2:
            return f"Entrambi i voti negativi vengono da {whom}."
        article = "gli" if _begins_with_a_vowel(found.bad) else "i"
        return f"Tutti {article} {found.bad} voti negativi vengono da {whom}."
    of_the = "degli" if _begins_with_a_vowel(found.bad) else "dei"
    return f"{found.part} {of_the} {found.bad} voti negativi vengono da {whom}."


def _italian_number(number: int) -> str:
    return _IT[number] if number < len(_IT) else str(number)


def _begins_with_a_vowel(number: int) -> bool:
    """Read aloud in Italian: otto, undici, ottanta."""
    return number == 11 or str(number).startswith("8")
