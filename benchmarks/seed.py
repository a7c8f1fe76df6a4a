"""Fill a desk with many tickets fast. Rows are written in bulk, past the verbs: for benchmarks only."""

import random
from collections.abc import Sequence
from datetime import timedelta

from django.db import connection
from django.db.models import F, Model
from django.utils import timezone

from sportello.desk.actions import configuration, desks, members, people
from sportello.desk.models import Audit, Comment, Group, Identity, Tagging, Ticket, TicketMetric, User, View
from sportello.desk.words import Role

CUSTOMERS = 2000
AGENTS = 20
OPEN_SHARE = 0.25
CONVERSATION = 20
BATCH = 2000
WORDS = """
    stampante rete posta fattura prenotazione listino camera accesso password lento errore schermo printer
    network mail invoice booking rate room login slow error screen channel calendar stampa scanner firma
    backup server aggiornamento
""".split()


def text(dice: random.Random, words: int) -> str:
    return " ".join(dice.choices(WORDS, k=words)).capitalize() + "."


def seed(tickets: int, *, messages: int = 3) -> Ticket:
    """Bring the desk to `tickets` tickets of so many messages each. Returns the one with a long conversation (20)."""
    dice = random.Random(tickets)
    agents, customers, groups = _people()
    have = Ticket.objects.count()
    now = timezone.now()
    for start in range(have, tickets, BATCH):
        count = min(BATCH, tickets - start)
        _batch(dice, count, agents, customers, groups, now, messages)
    with connection.cursor() as cursor:
        cursor.execute("ANALYZE")
    long = Ticket.objects.filter(status="open").order_by("id").first()
    assert long
    missing = CONVERSATION - long.comments.count()
    _say(dice, [long] * max(0, missing), agents)
    return long


def copy(tickets: int, *, words: bool = False) -> None:
    """Bring the desk to about `tickets` tickets by copies of those there are, in the database: ten times as fast.

    Tickets with their figures and tags; with their words if wanted.
    """
    copied: list[type[Model]] = [Ticket, TicketMetric, Tagging, *([Audit, Comment] if words else [])]
    have = Ticket.objects.count()
    last = {model: model._default_manager.latest("pk").pk for model in copied}
    with connection.cursor() as cursor:
        for number in range(1, tickets // have):
            for model in copied:
                # A copy and what it belongs to are those of the original, so many rows further on.
                further = {"id": last[model], "ticket_id": last[Ticket], "audit_id": last.get(Audit, 0)}
                columns = [field.column for field in model._meta.local_concrete_fields]
                names = ", ".join(f'"{it}"' for it in columns)
                values = ", ".join(
                    f'"{it}" + {number * further.get(it, 0)}' if it in further else f'"{it}"' for it in columns
                )
                cursor.execute(
                    f"INSERT INTO {model._meta.db_table} ({names}) SELECT {values} FROM {model._meta.db_table} "
                    f'WHERE "{model._meta.pk.column}" <= %s',
                    [last[model]],
                )
        cursor.execute("ANALYZE")


def fill_views() -> None:
    """Keep the members of all views, as the worker does."""
    View.objects.update(filled_to=0, updated_at=F("updated_at") - 2 * members.SETTLED)
    configuration.forget()
    while members.step():
        pass


def _people() -> tuple[list[User], list[User], list[Group]]:
    if not User.objects.filter(role=Role.AGENT).exists():
        desks.add_mailbox("help@desk.example")
        agents = [people.add(f"Agent {n}", f"agent{n}@desk.example", role=Role.AGENT) for n in range(AGENTS)]
        for n in range(4):
            people.add_group(f"Group {n}", members=tuple(agents[n::4]))
        now = timezone.now()
        users = User.objects.bulk_create(
            User(name=f"Customer {n}", password="!", created_at=now, updated_at=now) for n in range(CUSTOMERS)
        )
        Identity.objects.bulk_create(
            Identity(user=user, address=f"customer{user.pk}@client.example", created_at=now) for user in users
        )
    return (
        list(User.objects.filter(role=Role.AGENT).order_by("id")),
        list(User.objects.filter(role=Role.END_USER).order_by("id")),
        list(Group.objects.order_by("id")),
    )


def _batch(
    dice: random.Random, count: int, agents: list[User], customers: list[User], groups: list[Group], now, messages: int
) -> None:
    rows = []
    for _n in range(count):
        created = now - timedelta(minutes=dice.randrange(1, 365 * 24 * 60))
        is_open = dice.random() < OPEN_SHARE
        waits = is_open and dice.random() < 0.5
        customer = dice.choice(customers)
        rows.append(
            Ticket(
                subject=text(dice, 5),
                status="open" if is_open else "closed",
                channel="email",
                requester=customer,
                submitter=customer,
                assignee=dice.choice(agents) if dice.random() < 0.9 else None,
                group=dice.choice(groups),
                preview=text(dice, 14)[:160],
                waiting_since=created if waits else None,
                commented_at=created,
                customer_commented_at=created,
                told_at=created,
                solved_at=None if is_open else created + timedelta(hours=dice.randrange(1, 100)),
                created_at=created,
                updated_at=created,
            )
        )
    tickets = Ticket.objects.bulk_create(rows)
    TicketMetric.objects.bulk_create(TicketMetric(ticket=ticket, solved_at=ticket.solved_at) for ticket in tickets)
    Tagging.objects.bulk_create(Tagging(ticket=ticket, tag=dice.choice(WORDS)) for ticket in tickets[::3])
    _say(dice, [ticket for ticket in tickets for _n in range(messages)], agents)


def _say(dice: random.Random, tickets: Sequence[Ticket], agents: list[User]) -> None:
    """One more message on each of the tickets, customer and agent in turn."""
    authors = [
        ticket.requester_id if n % 2 == 0 else (ticket.assignee_id or agents[0].pk) for n, ticket in enumerate(tickets)
    ]
    audits = Audit.objects.bulk_create(
        Audit(
            ticket=ticket,
            author_id=author,
            via={"channel": "email"},
            events=[{"type": "Comment", "public": True, "by": "agent" if n % 2 else "end-user", "automatic": False}],
            created_at=ticket.created_at + timedelta(minutes=n % 50),
        )
        for n, (ticket, author) in enumerate(zip(tickets, authors, strict=True))
    )
    Comment.objects.bulk_create(
        Comment(
            ticket_id=audit.ticket_id,
            audit=audit,
            author_id=audit.author_id,
            public=True,
            via="email",
            text=text(dice, 40),
            created_at=audit.created_at,
        )
        for audit in audits
    )
