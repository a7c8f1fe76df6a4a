"""Who appears in the tests. Ada: admin. Anna: agent in the group. Ben: agent outside it. Rita: requester. Otto: of her
organization. Sam: a stranger."""

import pytest

from sportello.desk.actions import configuration, desks, people, tickets
from sportello.desk.models import Audit, CustomRole, OutgoingMail, RuleChange
from sportello.desk.words import Role, Via
from sportello.kit import clock


@pytest.fixture(autouse=True)
def fresh_configuration():
    configuration.forget()
    yield
    configuration.forget()


def unlogged(row):
    """What is set up before a test is no change that it makes."""
    RuleChange.objects.filter(kind__in=("mailbox", "organization")).delete()
    return row


@pytest.fixture
def mailbox(db):
    return unlogged(desks.add_mailbox("help@desk.example", name="Help"))


@pytest.fixture
def organization(db):
    return unlogged(people.add_organization("Rossi Hotels", domains=("rossi.example",), shared_tickets=True))


@pytest.fixture
def ada(db):
    return people.add("Ada Admin", "ada@desk.example", role=Role.ADMIN, language="en")


@pytest.fixture
def anna(db):
    return people.add("Anna Conti", "anna@desk.example", role=Role.AGENT, language="it", phone="+39 055 0000001")


@pytest.fixture
def ben(db):
    ben = people.add("Ben Archer", "ben@desk.example", role=Role.AGENT, language="en")
    ben.ticket_restriction = "groups"
    ben.save(update_fields=["ticket_restriction"])
    return ben


@pytest.fixture
def group(db, anna):
    return people.add_group("Support", members=(anna,))


@pytest.fixture
def rita(organization):
    return people.add("Rita Rossi", "rita@rossi.example", language="it")


@pytest.fixture
def otto(organization):
    return people.add("Otto Rossi", "otto@rossi.example", language="en")


@pytest.fixture
def sam(db):
    return people.add("Sam Stranger", "sam@elsewhere.example", language="en")


@pytest.fixture
def ticket(mailbox, group, rita):
    """Rita's printer does not print; nobody has it yet."""
    return tickets.open_ticket(
        requester=rita,
        subject="La stampante non stampa",
        words=tickets.Words("Da stamattina la stampante al primo piano non stampa."),
        actor=rita,
        via=Via.EMAIL,
        group=group,
        mailbox_id=mailbox.pk,
    )


def events(ticket, *, field=None, type=None):
    """The events of a ticket's audits, oldest first."""
    found = [event for audit in Audit.objects.filter(ticket=ticket).order_by("id") for event in audit.events]
    if field:
        found = [event for event in found if event.get("field_name") == field]
    return [event for event in found if type is None or event["type"] == type]


def mails(ticket):
    """The steps of the mails queued for a ticket, oldest first."""
    return list(OutgoingMail.objects.filter(ticket=ticket).order_by("id").values_list("step", flat=True))


@pytest.fixture
def role_of(db):
    """role_of(person, *permissions): give him a role with these."""

    def give(person, *permissions):
        person.custom_role = CustomRole.objects.create(
            name=f"Role {CustomRole.objects.count()}",
            permissions=list(permissions),
            created_at=clock.now(),
            updated_at=clock.now(),
        )
        person.save(update_fields=["custom_role"])
        return person

    return give
