"""What people ask and answer in the demo desk: read from texts/*.toml, with the blanks filled in."""

import tomllib
from dataclasses import dataclass, replace
from functools import cache
from importlib.resources import files
from random import Random
from typing import Any

from sportello.desk.words import Priority

from .cast import Customer

PLACES = {
    "it": {
        "hotel": ("in reception", "in sala colazioni", "in ufficio prenotazioni", "in portineria"),
        "office": ("in amministrazione", "in segreteria", "in sala riunioni", "in ufficio acquisti", "in archivio"),
        "shop": ("in magazzino", "in cassa 2", "in laboratorio", "in ufficio"),
    },
    "en": {
        "hotel": ("at the front desk", "in the back office", "in the breakfast room", "on the second floor"),
        "office": ("in the meeting room", "in accounting", "on the first floor", "in the archive"),
        "shop": ("at till 2", "in the stock room", "in the office"),
    },
}
GREETINGS = {
    "it": ("Buongiorno,", "Salve,", "Ciao a tutti,", "Gentili colleghi,", "Buongiorno a tutti,"),
    "en": ("Hello,", "Hi there,", "Good morning,", "Dear team,", "Hi,"),
}
FAREWELLS = {
    "it": ("Grazie", "Grazie mille", "Cordiali saluti", "Un saluto", "Grazie e buon lavoro"),
    "en": ("Thanks", "Many thanks", "Kind regards", "Thank you", "Best"),
}
ANSWERS = {
    "it": ("Buongiorno {name},", "Ciao {name},", "Buongiorno,"),
    "en": ("Hello {name},", "Hi {name},", "Good morning {name},"),
}
THANKS = {"it": ("Grazie!", "Perfetto, grazie mille"), "en": ("Thanks!", "Great, thank you")}
ON_HOLD = {"it": "In attesa del fornitore.", "en": "Waiting for the supplier."}
BY_PHONE = {"it": "Come mi ha detto al telefono:", "en": "As you told me on the phone:"}
NOT_YET = {
    "it": ("Purtroppo il problema si è ripresentato poco fa.", "Ho riprovato adesso ma fa come prima."),
    "en": ("Sadly it came back an hour ago.", "I have just tried again and it still does the same."),
}
SOLVED_AGAIN = {
    "it": "mi scuso, avevamo sistemato il sintomo e non la causa. Ora l'abbiamo trovata e tolta: l'ho provato tre "
    "volte prima di scriverle.",
    "en": "my apologies, we had fixed the symptom and not the cause. Now the cause is gone as well: I tried it three "
    "times before writing to you.",
}
SLOW_COMPUTER = (
    ("Computer lentissimo", "il mio computer è di nuovo lentissimo: per aprire la posta ci mette cinque minuti."),
    ("Ancora il PC lento", "anche oggi il PC si blocca ogni volta che apro due programmi insieme. Così non si lavora."),
    ("PC sempre più lento", "il computer è sempre più lento, da stamattina l'ho già riavviato tre volte."),
)
SLOW_ANSWER = (
    "ho tolto i programmi inutili all'avvio e liberato spazio: adesso parte in un minuto. Il computer però ha nove "
    "anni e poca memoria; per cambiarlo serve l'autorizzazione della direzione. Le ho mandato due proposte."
)
SLOW_VOTES = (
    "L'assistenza è gentilissima, ma il computer resta lento.",
    "Niente da dire sul tecnico. È il PC che è da buttare.",
    "Aspetto un computer nuovo da mesi.",
)


@dataclass(frozen=True, slots=True)
class Scene:
    """One conversation. Each text is a paragraph without greeting; empty ones are left out."""

    kind: str
    group: str
    subjects: tuple[str, ...]
    text: str
    solution: str
    type: str = ""
    priority: str = ""
    tags: tuple[str, ...] = ()
    first: str = ""
    question: str = ""
    detail: str = ""
    note: str = ""
    good: str = ""
    hold: bool = False

    @property
    def subject(self) -> str:
        return self.subjects[0]

    @property
    def urgency(self) -> int | None:
        return Priority[self.priority.upper()].value if self.priority else None


@cache
def _all(of: str, language: str) -> tuple[Scene, ...]:
    source = files(__package__).joinpath("texts", f"{of}{language}.toml").read_text(encoding="utf-8")
    scenes: list[dict[str, Any]] = tomllib.loads(source)["scene"]
    lists = ("subjects", "tags")
    return tuple(Scene(**{**scene, **{name: tuple(scene.get(name, ())) for name in lists}}) for scene in scenes)


def choose(customer: Customer, random: Random, *, used: dict[str, int], of: str = "") -> Scene:
    """A scene for this customer, of those told least so far, with its blanks filled in and one subject chosen.

    of: how the file of the texts begins, where it is not the usual one.
    """
    fitting = [scene for scene in _all(of, customer.language) if scene.kind in (customer.kind, "any")]
    least = min(used.get(scene.text, 0) for scene in fitting)
    scene = random.choice([scene for scene in fitting if used.get(scene.text, 0) <= least + 1])
    used[scene.text] = used.get(scene.text, 0) + 1
    kind = customer.kind if customer.kind != "any" else "office"
    blanks = {
        "place": random.choice(PLACES[customer.language][kind]),
        "number": str(random.randint(101, 428)),
        "colleague": random.choice(customer.colleagues or ("Alba Riva",)),
    }
    filled = {
        name: getattr(scene, name).format_map(blanks)
        for name in ("text", "solution", "first", "question", "detail", "note", "good")
    }
    return replace(scene, subjects=(random.choice(scene.subjects).format_map(blanks),), **filled)


def slow_computer(nth: int) -> Scene:
    """One of the three requests about the same slow computer."""
    subject, text = SLOW_COMPUTER[nth]
    return Scene("office", "systems", (subject,), text, SLOW_ANSWER, type="incident", tags=("pc-lento", "hardware"))


def letter(text: str, customer: Customer, random: Random, *, signed: bool = True) -> str:
    """A customer's mail around a paragraph."""
    language = customer.language
    # After the comma of a greeting Italian goes on in small letters, English does not.
    parts = [random.choice(GREETINGS[language]), text if language == "it" else text[:1].upper() + text[1:]]
    if signed:
        parts += [f"{random.choice(FAREWELLS[language])}\n{customer.person.first_name}", customer.signature]
    return "\n\n".join(parts)


def by_phone(text: str, customer: Customer) -> str:
    """What an agent writes down while somebody calls."""
    return f"{BY_PHONE[customer.language]}\n\n“{text[:1].upper() + text[1:]}”"


def answer(text: str, customer: Customer, agent_first_name: str, random: Random) -> str:
    """An agent's answer around a paragraph."""
    greeting = random.choice(ANSWERS[customer.language]).format(name=customer.person.first_name)
    return f"{greeting}\n\n{text[:1].upper() + text[1:]}\n\n{agent_first_name}"
