"""Names of invented people and companies. Every domain is one of those that nobody can own (RFC 2606)."""

import unicodedata
from collections.abc import Iterator
from itertools import cycle
from random import Random

from .desk import Customer

FIRST = {
    "it": (
        "Ada", "Agnese", "Alba", "Alfio", "Amelia", "Anita", "Arturo", "Bianca", "Bruno", "Carlo", "Cesare", "Clara",
        "Dario", "Delia", "Diego", "Edda", "Elio", "Emma", "Enea", "Ersilia", "Fausto", "Flora", "Gemma", "Gino",
        "Greta", "Guido", "Ida", "Igor", "Irma", "Ivana", "Lea", "Leo", "Lidia", "Livio", "Luce", "Mara", "Mauro",
        "Milena", "Nadia", "Nino", "Olga", "Orso", "Oscar", "Pia", "Primo", "Renata", "Rita", "Rocco", "Sandra",
        "Siro", "Tea", "Tullio", "Vera", "Vito", "Wanda", "Zeno",
    ),
    "en": (
        "Abigail", "Alan", "Alice", "Beth", "Brian", "Carol", "Colin", "Daisy", "Derek", "Edith", "Ella", "Frank",
        "Freya", "George", "Gwen", "Harry", "Helen", "Ian", "Ivy", "Jack", "Jane", "Keith", "Laura", "Leo", "Lily",
        "Martin", "Molly", "Neil", "Nora", "Owen", "Peter", "Rose", "Ruth", "Simon", "Stella", "Todd", "Violet",
    ),
}  # fmt: skip
LAST = {
    "it": (
        "Albani", "Altieri", "Anselmi", "Balbi", "Barsanti", "Bellini", "Boschi", "Bruni", "Calvi", "Campana",
        "Casini", "Cattaneo", "Cerri", "Conti", "Corsi", "Dalmasso", "Danesi", "Dossi", "Fadda", "Falco", "Fontana",
        "Fossati", "Gallo", "Gandini", "Gentile", "Ghezzi", "Guerra", "Lai", "Landi", "Leone", "Lotti", "Maffei",
        "Manca", "Marini", "Masi", "Melis", "Merlo", "Negri", "Oddo", "Olivi", "Orsini", "Pavan", "Pellegrini",
        "Perin", "Pinna", "Poggi", "Prati", "Quaglia", "Rizzi", "Rovati", "Ruffo", "Sanna", "Savini", "Sella",
        "Tassi", "Tonelli", "Valli", "Vespa", "Zanin", "Zorzi",
    ),
    "en": (
        "Abbott", "Barker", "Bishop", "Bradley", "Chapman", "Cole", "Dawson", "Elliott", "Farrow", "Fletcher",
        "Gibson", "Hale", "Hobbs", "Irving", "Kemp", "Lowell", "Marsh", "Nash", "Osborne", "Palmer", "Quinn",
        "Reeves", "Shaw", "Talbot", "Underhill", "Vance", "Walsh", "Yates",
    ),
}  # fmt: skip
HOUSES = {
    "it": ("Hotel", "Albergo", "Locanda", "Residenza", "Relais", "Villa", "Agriturismo", "Casa"),
    "en": ("Hotel", "The Inn at", "Lodge", "Guest House", "Rooms at"),
}
PLACES = {
    "it": (
        "Acquamarina", "Al Ponte", "Ai Cedri", "Alle Mura", "Aurora", "Baia Chiara", "Bel Colle", "Cala Rosa",
        "Campo Fiorito", "Castelvecchio", "Colle Alto", "Corte Antica", "Dei Mercanti", "Del Faro", "Del Mulino",
        "Della Rocca", "Delle Palme", "Due Torri", "Fonte Nuova", "Gli Ulivi", "Il Gelsomino", "Il Glicine",
        "La Fenice", "La Pergola", "La Quercia", "Le Ginestre", "Le Terrazze", "Luna Piena", "Mare Aperto",
        "Montebello", "Orizzonte", "Pian dei Pini", "Porta Romana", "Poggio Verde", "Riva Azzurra", "San Quirico",
        "Solemare", "Sottovento", "Tramontana", "Valle Serena",
    ),
    "en": (
        "Amber Quay", "Bluebell Hill", "Copper Beech", "Elder Green", "Foxglove", "Gannet Rock", "Heron Water",
        "Juniper Row", "Kestrel Point", "Larch Lane", "Maple Court", "Otter Creek", "Plover Sands", "Rook End",
        "Saltmarsh", "Tern Island",
    ),
}  # fmt: skip


def people(language: str, random: Random) -> Iterator[str]:
    """Names of people, each once."""
    names = [f"{first} {last}" for first in FIRST[language] for last in LAST[language]]
    random.shuffle(names)
    yield from names


def houses(members: int, seed: int) -> tuple[Customer, ...]:
    """Hotels with so many people together, one to three each; a quarter speaks English."""
    random = Random(seed)
    who = {language: people(language, random) for language in FIRST}
    titles = {
        language: cycle(random.sample([f"{house} {place}" for place in PLACES[language] for house in of], k))
        for language, of in HOUSES.items()
        for k in [len(of) * len(PLACES[language])]
    }
    found: list[Customer] = []
    left = members
    while left:
        language = "en" if len(found) % 4 == 3 and len(found) < 280 else "it"
        size = min(left, random.choice((1, 1, 1, 2, 2, 3)))
        title = next(titles[language])
        names = tuple(next(who[language]) for _member in range(size))
        found.append(Customer(title, f"{slug(title)}.example", "hotel", language, names))
        left -= size
    return tuple(found)


def offices(sizes: tuple[tuple[str, str, int], ...], seed: int) -> tuple[Customer, ...]:
    """Companies as (name, kind, how many people)."""
    who = people("it", Random(seed))
    return tuple(
        Customer(name, f"{slug(name)}.example", kind, "it", tuple(next(who) for _member in range(size)))
        for name, kind, size in sizes
    )


def slug(name: str) -> str:
    """Of letters only, as in an address."""
    plain = unicodedata.normalize("NFKD", name).encode("ascii", "ignore").decode().lower()
    return "".join(letter for letter in plain if letter.isalnum())
