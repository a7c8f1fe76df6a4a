"""Texts as people type them when they look for something: without accents, in any case of letters."""

import unicodedata

# The letters that carry accents in the languages of western Europe, and what they are without; for databases.
ACCENTED = "àáâãäåāçèéêëēìíîïīñòóôõöøōùúûüūýÿ"
PLAIN = "aaaaaaaceeeeeiiiiinooooooouuuuuyy"
_BARE = str.maketrans(ACCENTED, PLAIN)


def plain(text: str) -> str:
    """In lower case and without accents."""
    folded = text.lower().translate(_BARE)
    return folded if folded.isascii() else "".join(filter(_stands, unicodedata.normalize("NFKD", folded)))


def _stands(letter: str) -> bool:
    return not unicodedata.combining(letter)
