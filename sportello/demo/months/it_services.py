"""`sportello demo farnedi`: an Italian office for IT services, from September 2012 to March 2013.

Published: 67 votes on 256 solved in thirty days, one of them bad (66 of 67 = 98.507 %; 67 of 256 = 26.17 %); four bad
votes in the first three months of 2013, three of them of one person; all those of the last three months of 2012 of a
second person, of the same customer, as the third person who complained; more than 60 % answered within the first hour.
The thirty days are March 2013 here. "More than 700 tickets a month", said in passing, does not go together with 256
solved in thirty days: what was counted stands, and more than 700 is what a quarter holds.

The bad votes are about a slow computer that the office may not replace, and about calls to a technician's own number.
Two people review each as that; the vote stays what it was, and the figure of satisfaction too.
"""

from dataclasses import replace

from sportello.desk.actions.reviews import Finding
from sportello.desk.rules.schedules import Schedule
from sportello.desk.words import About, Outcome

from .desk import Complaint, Customer, Desk
from .names import offices
from .plan import Month, Shape

SEED = 2013
# Monday to Friday, 9 to 18, minutes from Sunday 00:00.
INTERVALS = [[day * 1440 + 9 * 60, day * 1440 + 18 * 60] for day in range(1, 6)]
SLOW_COMPUTER, OWN_NUMBER, THIRD = "Ines Caldari", "Loretta Spina", "Mirella Fabbri"
LARGEST = "Consorzio Terre Basse"
OTHERS = (
    ("Studio Legale Arrighi", "office", 8), ("Cooperativa La Fornace", "office", 8), ("Ceramiche Dosso", "shop", 5),
    ("Hotel Pineta", "hotel", 6), ("Albergo Santa Lucia", "hotel", 5), ("Ferramenta Guidi", "shop", 4),
    ("Officine Savena", "office", 9), ("Fondazione Belforte", "office", 6), ("Libreria Il Segnalibro", "shop", 3),
    ("Trasporti Idice", "office", 6), ("Poliambulatorio Athena", "office", 8), ("Enoteca Due Lune", "shop", 3),
    ("Scuola di Musica Arpeggio", "office", 4), ("Assicurazioni Montanari e Figli", "office", 7),
    ("Residence Le Magnolie", "hotel", 4), ("Tipografia Corvino", "shop", 4),
)  # fmt: skip
STAFF_OF_LARGEST = 40
COMPUTER = Finding(
    "equipment",
    "Il computer è lento e va cambiato: lo decide la sua direzione.",
    answer="Sentita al telefono: la richiesta va fatta al suo ufficio acquisti.",
    outcome=Outcome.SETTLED,
)
PROCEDURE = Finding(
    "past_the_desk",
    "Ha chiamato il numero personale di un tecnico che era da un cliente.",
    outcome=Outcome.SETTLED,
    outcome_text="Rimandato come si apre una richiesta.",
)
SLOW_ANSWER = (
    "ho tolto i programmi inutili all'avvio e liberato spazio sul disco. Il computer però ha otto anni: per cambiarlo "
    "serve l'autorizzazione della sua direzione. Le ho mandato due proposte da inoltrare."
)
ABOUT_COMPUTER = "Scrive lei stessa che l'assistenza va bene e che il problema è il computer."
ABOUT_PROCEDURE = "Dal ticket alla soluzione sono passati pochi minuti: il tempo è andato nelle chiamate al cellulare."


def _computer(subject: str, text: str, comment: str) -> Complaint:
    return Complaint(
        comment, About.HELP, COMPUTER, About.PRODUCT, ABOUT_COMPUTER, subject=subject, text=text, solution=SLOW_ANSWER
    )


def _call(subject: str, text: str, solution: str, comment: str) -> Complaint:
    return Complaint(
        comment, "", PROCEDURE, About.RULE, ABOUT_PROCEDURE,
        subject=subject, text=text, solution=solution, past_the_desk=True,
    )  # fmt: skip


COMPLAINTS = {
    (2012, 9): (
        _computer("Programma paghe lento", "il programma paghe ci mette dieci minuti ad aprirsi.", "È sempre lento."),
    ),
    (2012, 10): (
        _call("Non si apre il file", "non si apre un file condiviso, urgente.", "il file era aperto da un collega: "
              "ora è libero.", "Nessuno rispondeva."),
    ),
    (2012, 11): (
        _call("Proiettore in sala", "il proiettore non si vede, la riunione è tra poco.", "era l'uscita video "
              "sbagliata: tasto Windows e P, poi Duplica.", "Ho chiamato tre volte."),
    ),
    (2012, 12): (
        _call("Posta dal telefono", "non vedo la posta dal telefono.", "la password era scaduta, trova i passaggi "
              "nella mail di ottobre.", "Ho aspettato tutta la mattina."),
    ),
    (2013, 1): (
        _computer("Il pc si ferma", "da un mese il pc si ferma più volte al giorno, così non si lavora.",
                  "Aspetto da un mese che mi cambino il pc."),
    ),
    (2013, 2): (
        _computer("Invio a molti destinatari", "non riesco a mandare una mail a quattrocento indirizzi, e il pc è "
                  "rallentato.", "Chiedevo che qualcuno passasse a sistemare il pc."),
        _call("Accesso al portale fornitori", "non entro nel portale fornitori e scade oggi.", "le istruzioni erano "
              "nella mail di lunedì; l'accesso funziona.", "Il tecnico non ha risposto al cellulare."),
    ),
    (2013, 3): (
        _computer("Computer in tilt", "il computer va in tilt e ogni finestra ci mette un minuto ad aprirsi.",
                  "Niente da dire su chi mi ha aiutato: è il pc che è troppo lento."),
    ),
}  # fmt: skip
A, B, C = 0, 1, 2
BAD = {
    (2012, 9): [C],
    (2012, 10): [B],
    (2012, 11): [B],
    (2012, 12): [B],
    (2013, 1): [A],
    (2013, 2): [A, B],
    (2013, 3): [A],
}
MONTHS = (
    Month(2012, 9, solved=243, one_touch=139, within=0.62, good=60, bad=1),
    Month(2012, 10, solved=262, one_touch=150, within=0.61, good=71, bad=1),
    Month(2012, 11, solved=251, one_touch=146, within=0.63, good=66, bad=1),
    Month(2012, 12, solved=204, one_touch=121, within=0.62, good=52, bad=1),
    Month(2013, 1, solved=248, one_touch=143, within=0.61, good=63, bad=1),
    Month(2013, 2, solved=239, one_touch=140, within=0.63, good=60, bad=2),
    Month(2013, 3, solved=256, one_touch=150, within=0.63, good=66, bad=1),
)


def _customers() -> tuple[Customer, ...]:
    largest, *rest = offices(((LARGEST, "office", STAFF_OF_LARGEST - 3), *OTHERS), SEED)
    members = (SLOW_COMPUTER, OWN_NUMBER, THIRD, *largest.people)
    return (replace(largest, people=members), *rest)


CUSTOMERS = _customers()
DESK = Desk(
    name="Fontechiara Servizi Informatici",
    domain="fontechiara.example",
    phone="+39 051 555 0200",
    groups=("Helpdesk", "Consulenza"),
    staff=(
        ("Davide Ronchi", "it"),
        ("Stefano Luppi", "it"),
        ("Giada Morandi", "it"),
        ("Nicolò Serafini", "it"),
    ),
    intervals=INTERVALS,
    country="IT",
    customers=CUSTOMERS,
    months=MONTHS,
    shape=Shape(
        hours=Schedule("Europe/Rome", tuple((start, end) for start, end in INTERVALS), country="IT"),
        outside=0.16,
        customers=sum(len(it.people) for it in CUSTOMERS),
        agents=4,
        carried=5,
        seldom=frozenset((A, B, C)),
    ),
    seed=SEED,
    by_mail=0.4,
    complaints=COMPLAINTS,
    bad=BAD,
)
