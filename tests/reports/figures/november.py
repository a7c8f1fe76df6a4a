"""A November that can be worked out by hand: eight tickets, told audit by audit, and four visits to the help center,
as facts that can be asked.

The desk is open from Monday to Friday, 9 to 18, in Rome; minutes count from Monday the 2nd, 10:00. Agents 1 and 2.
"""

from datetime import UTC, date, datetime, timedelta

from sportello.reports.figures import source
from sportello.reports.folding import readings, store, sync
from sportello.reports.folding.hours import Hours
from sportello.reports.folding.life import Audited, Life, fold
from sportello.reports.folding.promises import Clocked, Spent, promises, spent

OFFICE = {
    "time_zone": "Europe/Rome",
    "intervals": [[day * 1440 + 9 * 60, day * 1440 + 18 * 60] for day in range(1, 6)],
    "default": True,
    "holidays": [],
}
HOURS = Hours({1: OFFICE}, (), "Europe/Rome")
MONDAY = datetime(2026, 11, 2, 9, 0, tzinfo=UTC)
ANNA, BEA = 1, 2
TUESDAY, WEDNESDAY, THURSDAY = 1440, 2 * 1440, 3 * 1440
SATURDAY, NEXT_MONDAY = 5 * 1440, 7 * 1440
DAY = 1440


def moment(minutes):
    return MONDAY + timedelta(minutes=minutes)


def at(minutes, *events, by=None):
    return Audited(moment(minutes), by, by in (ANNA, BEA), events)


def to(name, value, kind="Change"):
    return {"type": kind, "field_name": name, "value": value}


def words(by, *, public=True):
    return {"type": "Comment", "public": public, "automatic": False, "by": by}


def note(code, **values):
    return {"type": "Note", "code": code, "values": values}


def opened(minutes, customer, *more, by=None):
    who = words("agent" if by else "end-user")
    begun = (to("requester_id", customer, "Create"), to("status", "new", "Create"), who)
    return at(minutes, *begun, *more, by=by or customer)


def answered(minutes, status, *more, by=ANNA):
    return at(minutes, words("agent"), to("status", status), *more, by=by)


def vote(minutes, score, about="", customer=None):
    return at(minutes, {"type": "SatisfactionRating", "score": score, "about": about, "assignee_id": ANNA}, by=customer)


TICKETS = {
    # At once, and good; but the same customer is back on Wednesday (5).
    1: [
        opened(0, 9),
        answered(22, "solved", to("assignee_id", ANNA)),
        vote(DAY, "offered"),
        vote(DAY + 60, "good", customer=9),
    ],
    # At 20:00; on Tuesday at 9:30 a question, at 10:00 its answer, handed on to Bea, who solves at 11:00.
    2: [
        opened(600, 10),
        answered(1410, "pending", to("assignee_id", ANNA)),
        at(1440, words("end-user"), to("status", "open"), by=10),
        at(1445, to("assignee_id", BEA), by=ANNA),
        answered(1500, "solved", by=BEA),
        vote(2 * DAY, "offered"),
        vote(3 * DAY, "bad", customer=10),
        at(4 * DAY, note("vote_reviewed", about="product", proposed_by=BEA, reason="An old PC."), by=ANNA),
    ],
    # On Saturday; on Monday at 9:30 put on hold, at 10:00 solved without a word, at 10:30 not so, at 11:00 solved.
    3: [
        opened(SATURDAY + 120, 11),
        answered(NEXT_MONDAY - 30, "hold", to("assignee_id", ANNA)),
        at(NEXT_MONDAY, to("status", "solved"), by=ANNA),
        at(NEXT_MONDAY + 30, words("end-user"), to("status", "open"), by=11),
        answered(NEXT_MONDAY + 60, "solved"),
        vote(NEXT_MONDAY + DAY, "offered"),
    ],
    # A call to Anna's own number, which she writes down; then she writes, hands it on, and notes why. It stays open.
    4: [
        opened(TUESDAY, 12, note("contact", contact="call"), to("assignee_id", ANNA), by=ANNA),
        answered(TUESDAY + 30, "open"),
        at(TUESDAY + 40, to("assignee_id", BEA), by=ANNA),
        at(TUESDAY + 50, words("agent", public=False), by=BEA),
    ],
    # Nothing to say: solved, and closed by a rule.
    5: [
        opened(WEDNESDAY, 9),
        at(WEDNESDAY + 10, to("status", "solved"), to("assignee_id", ANNA), by=ANNA),
        at(WEDNESDAY + 20, to("status", "closed")),
    ],
    # Spam, and the same request twice.
    6: [opened(3000, 14), at(3010, to("status", "closed"), note("spam"), by=ANNA)],
    7: [opened(3100, 15), at(3110, {"type": "Merge", "into": 1, "status": "new"}, by=ANNA)],
    # After an hour, and not well.
    8: [
        opened(THURSDAY, 13),
        answered(THURSDAY + 60, "solved", to("assignee_id", ANNA)),
        vote(THURSDAY + DAY, "offered"),
        vote(THURSDAY + DAY + 60, "bad", about="help", customer=13),
    ],
}
# By ticket: how the promise of a first reply ended. Kept, missed, kept.
PROMISED = {1: ("fulfill", 22), 3: ("breach", NEXT_MONDAY - 40), 8: ("fulfill", THURSDAY + 60)}
SPENT = {1: (45, date(2026, 11, 2)), 4: (30, date(2026, 11, 3)), 8: (60, date(2026, 12, 1))}

# When, which article, what, in which visit.
PRINTER, VPN = 1, 2
READINGS = [
    # Two articles beside a form; the second one is the answer.
    (0, PRINTER, "shown", "a"),
    (0, VPN, "shown", "a"),
    (3, VPN, "opened", "a"),
    (4, VPN, "avoided", "a"),
    # So it seems; but then the request is sent.
    (DAY, PRINTER, "shown", "b"),
    (DAY + 2, PRINTER, "avoided", "b"),
    (DAY + 9, PRINTER, "written", "b"),
    # Nothing of use beside the form.
    (DAY + 20, PRINTER, "shown", "c"),
    # Read without a request: it helped one, and another one not.
    (2 * DAY, PRINTER, "opened", "d"),
    (2 * DAY + 1, PRINTER, "helped", "d"),
    (2 * DAY + 2, VPN, "opened", "d"),
    (2 * DAY + 3, VPN, "not_helped", "d"),
    # The answer of the first visit is none by December.
    (31 * DAY, VPN, "written", "a"),
]


def build(tickets=TICKETS, promised=PROMISED, written=SPENT, read=READINGS):
    """These tickets and readings as the facts of the desk."""
    with store.Writer(sync.folder()) as writer:
        for pk, audits in tickets.items():
            life = fold(Life(pk, "email", HOURS, {}), audits)
            if pk in promised:
                kind, minutes = promised[pk]
                ended = Clocked(kind, "first_reply_time", 1, moment(minutes), 60, 60, 1, 240, True)
                promises(life.rows, life.states, [ended])
            if pk in written:
                minutes, day = written[pk]
                spent(life.rows, life.states, [Spent(ANNA, minutes, day, moment(DAY))], HOURS)
            writer.add(life.rows.told(HOURS))
        writer.write_range(0, 1)
    log = [(0, moment(minutes), article, kind, "it", visit) for minutes, article, kind, visit in read]
    piece = readings.write(sync.folder(), 1, log, "Europe/Rome")
    store.save(sync.folder(), store.Manifest(zone="Europe/Rome", number=1, ranges={0: 1}, pieces=(piece,)))
    return source.own()
