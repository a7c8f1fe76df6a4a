"""`sportello demo wubook`: an Italian maker of hotel software in autumn 2014, as its customers were told its figures.

Published are rounded values, and differences and percentiles that were taken on unrounded ones. What they leave:

    figure                     published                   the value lies in                     chosen
    mean first reply, October  3.8 h, 19.00 h below 22.7   3.7425 to 3.7525, and 3.75 to 3.85    3.7510 h
    the same, September        3.7 h                       3.65 to 3.75                          3.70 h
    within an hour, October    54 %                        53.5 to 54.5                          567 of 1,050
    first contact, October     60.5 %, 20.8 over 39.7      60.45 to 60.55                        635 of 1,050 = 60.476
    the same, September        61.2 %                      61.15 to 61.25                        671 of 1,096 = 61.223
    satisfied, October         97.2 %, 1.9 over 95.2       97.075 to 97.175, and 97.15 to 97.25  308 of 317 = 97.161
    the same, September        94.9 %                      94.85 to 94.95                        316 of 333 = 94.895

The benchmark is the reference set founding_month: 22.7475 h, 39.7 % and 95.225 %. First contact is the vendor's reading
(fewer than two public replies), for it stands beside the vendor's benchmark. Nothing is solved here without a reply, so
that exactly one reply, and one agent, is the same figure; the strict reading gives less. Of August nothing but the
solved tickets was published. A third of the waits are nights: they make the mean, half the requests wait under an hour.
"""

from sportello.desk.actions.reviews import Finding
from sportello.desk.rules.schedules import Schedule
from sportello.desk.words import About, Outcome

from .desk import Complaint, Desk
from .names import houses
from .plan import Month, Shape

SEED = 2014
# Hotels are open on Sundays too: every day from 9 to 18, minutes from Sunday 00:00.
INTERVALS = [[day * 1440 + 9 * 60, day * 1440 + 18 * 60] for day in range(7)]
PEOPLE = 430
MONTHS = (
    Month(2014, 8, solved=1033, one_touch=629, within=0.55, good=249, bad=11, mean=3.9 * 60),
    Month(2014, 9, solved=1096, one_touch=671, within=0.545, good=316, bad=17, mean=3.70 * 60),
    Month(2014, 10, solved=1050, one_touch=635, within=0.54, good=308, bad=9, mean=3.7510 * 60),
)
COMPLAINTS = (
    Complaint(
        "Risolto, ma abbiamo aspettato tutta la notte.",
        About.WAITING,
        Finding("slow", "Arrivato dopo la chiusura.", outcome=Outcome.NOTHING),
    ),
    Complaint(
        "Ho dovuto rispiegare tutto a una seconda persona.",
        About.HELP,
        Finding("handed_on", outcome=Outcome.CHANGED, outcome_text="Chi passa un ticket lascia una nota."),
    ),
    Complaint(
        "Il gestionale è lento nei fine settimana.",
        About.PRODUCT,
        Finding("equipment", "Segnalato a chi sviluppa.", outcome=Outcome.CHANGED),
    ),
    Complaint("Non ho capito la risposta.", About.HELP, Finding("unclear", outcome=Outcome.SETTLED)),
    Complaint(
        "La commissione non è spiegata da nessuna parte.",
        About.RULE,
        Finding("expectation", outcome=Outcome.CHANGED, outcome_text="Una pagina della guida la spiega."),
    ),
    Complaint("", "", Finding("unsolved", "Il giorno dopo si è ripresentato.", outcome=Outcome.SETTLED)),
    Complaint("Serviva subito, avevo gli ospiti al banco.", About.WAITING, Finding("slow", outcome=Outcome.SETTLED)),
)
DESK = Desk(
    name="Albaluna Gestionali",
    domain="albaluna.example",
    phone="+39 06 5550 1100",
    groups=("Prenotazioni e canali", "Account e fatture"),
    staff=(
        ("Silvia Maranta", "it"),
        ("Andrea Pozzi", "it"),
        ("Elisa Grandi", "it"),
        ("Fabio Renzi", "it"),
        ("Hanna Voss", "en"),
        ("Noemi Salis", "it"),
        ("Tommaso Berti", "it"),
    ),
    intervals=INTERVALS,
    country="",
    customers=houses(PEOPLE, SEED),
    months=MONTHS,
    shape=Shape(
        hours=Schedule("Europe/Rome", tuple((start, end) for start, end in INTERVALS)),
        outside=0.24,
        customers=PEOPLE,
        agents=7,
    ),
    seed=SEED,
    by_mail=0.1,
    complaints={(0, 0): COMPLAINTS},
    texts="hotels_",
)
