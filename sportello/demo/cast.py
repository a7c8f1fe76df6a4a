"""Who appears in the demo desk. All invented; every domain is one of those that nobody can own (RFC 2606)."""

from dataclasses import dataclass
from random import Random

from sportello.desk.actions import desks, people
from sportello.desk.models import Group, Mailbox, Organization, User
from sportello.desk.words import Role

from . import own_fields, rules
from .own_fields import OwnFields

DESK_DOMAIN = "lanterna.example"
DESK_NAME = "Lanterna Informatica"
DEMO_AGENT_ADDRESS = f"giulia.ferrante@{DESK_DOMAIN}"

# name, local part, role, language, in the systems group, in the bookings group
STAFF = (
    ("Giulia Ferrante", "giulia.ferrante", Role.ADMIN, "", True, True),
    ("Matteo Lorenzi", "matteo.lorenzi", Role.AGENT, "it", True, False),
    ("Chiara Donati", "chiara.donati", Role.AGENT, "it", False, True),
    ("Tom Ashworth", "tom.ashworth", Role.AGENT, "en", True, False),
    ("Sofia Keller", "sofia.keller", Role.AGENT, "en", True, True),
    ("Paolo Viganò", "paolo.vigano", Role.AGENT, "it", True, False),
)

# name, domain, kind, language, people
ORGANIZATIONS = (
    ("Hotel Belvedere al Lago", "belvedere-lago.example", "hotel", "it", "Elena Marchi, Davide Rota, Irene Colombo"),
    ("Albergo Tre Fontane", "trefontane.example", "hotel", "it", "Stefano Galli, Lucia Ferri"),
    ("Locanda del Borgo", "locandaborgo.example", "hotel", "it", "Anita Basile, Pietro Sala"),
    ("Harbour View Hotel", "harbourview.example", "hotel", "en", "Hannah Doyle, Oliver Price, Grace Whitmore"),
    ("Casa Magnolia B&B", "casamagnolia.example", "hotel", "en", "Emily Carter, Luca Monti"),
    ("Studio Notarile Venier", "studiovenier.example", "office", "it", "Ornella Pace, Bruno Venier, Silvia Greco"),
    ("Consorzio Valverde", "valverde.example", "office", "it", "Federica Nardi, Claudio Serra, Marta Pini, Ugo Lanza"),
    ("Edilcoop Aurora", "edilaurora.example", "office", "it", "Nicola Ruggeri, Paola Testa"),
    ("Brightwater Consulting", "brightwater.example", "office", "en", "James Fuller, Amelia Stone, Noah Hughes"),
    ("Calzature Orlandi", "orlandi.example", "shop", "it", "Teresa Orlandi, Mirko Bassi"),
    ("Libreria La Pagina", "lapagina.example", "shop", "it", "Gaia Moretto, Enrico Salvi"),
    ("Northgate Outdoor", "northgate.example", "shop", "en", "Megan Clarke, Ryan Foster"),
)
# Without an organization: from a public mail service.
PRIVATE = (
    ("Rosanna Villa", "rosanna.villa@posta.example", "it", "any"),
    ("Aldo Ferrero", "aldo.ferrero@posta.example", "it", "office"),
    ("Kate Lindqvist", "kate.lindqvist@mail.example", "en", "office"),
)
# Three of the bad votes are his, and they are about a slow computer.
SLOW_COMPUTER = "Ugo Lanza"
# The machine that writes too much.
MACHINE = ("NAS archivio", "nas@edilaurora.example")


@dataclass(frozen=True, slots=True)
class Customer:
    """Somebody who asks. colleagues: of the same organization."""

    person: User
    address: str
    kind: str
    language: str
    signature: str
    colleagues: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Cast:
    agents: dict[str, User]
    groups: dict[str, Group]
    members: dict[str, tuple[User, ...]]
    mailboxes: dict[str, Mailbox]
    customers: tuple[Customer, ...]
    fields: OwnFields


def enter(random: Random) -> Cast:
    """Write the desk, its people, groups and mailboxes."""
    desks.configure(name=DESK_NAME, language="it", time_zone="Europe/Rome", phone="+39 02 5550 1234", hourly_budget=10)
    desks.finish_set_up()
    agents = {
        name: people.add(name, f"{local}@{DESK_DOMAIN}", role=role, language=language)
        for name, local, role, language, _systems, _bookings in STAFF
    }
    members = {
        "systems": tuple(agents[name] for name, *_rest, systems, _bookings in STAFF if systems),
        "bookings": tuple(agents[name] for name, *_rest, bookings in STAFF if bookings),
    }
    in_turn = Group.Assignment.ROUND_ROBIN
    groups = {
        "systems": people.add_group("Sistemi e reti", members=members["systems"]),
        "bookings": people.add_group("Prenotazioni e gestionali", assignment=in_turn, members=members["bookings"]),
    }
    mailboxes = {
        "systems": desks.add_mailbox(f"aiuto@{DESK_DOMAIN}", name=DESK_NAME, group=groups["systems"]),
        "bookings": desks.add_mailbox(f"prenotazioni@{DESK_DOMAIN}", name=DESK_NAME, group=groups["bookings"]),
    }
    fields = own_fields.keep()
    rules.keep(agents[STAFF[0][0]], [agents["Matteo Lorenzi"], agents["Tom Ashworth"]])
    customers = tuple(_customers(random))
    own_fields.sign_contracts(Organization.objects.order_by("id"), fields)
    return Cast(agents, groups, members, mailboxes, customers, fields)


def _customers(random: Random) -> list[Customer]:
    found = []
    for name, domain, kind, language, members in ORGANIZATIONS:
        organization = people.add_organization(name, domains=(domain,), shared_tickets=kind == "hotel")
        names = tuple(members.split(", "))
        for member in names:
            others = tuple(other for other in names if other != member)
            address = f"{_local(member)}@{domain}"
            found.append(_customer(member, address, kind, language, organization, others, random))
    for name, address, language, kind in PRIVATE:
        found.append(_customer(name, address, kind, language, None, (), random))
    return found


def _customer(
    name: str,
    address: str,
    kind: str,
    language: str,
    organization: Organization | None,
    colleagues: tuple[str, ...],
    random: Random,
) -> Customer:
    phone = f"+39 02 5550 {random.randint(2000, 9999)}"
    person = people.add(name, address, language=language, organization=organization, phone=phone)
    signature = "\n".join(filter(None, ("-- ", name, organization.name if organization else "", f"Tel. {phone}")))
    return Customer(person, address, kind, language, signature, colleagues)


def _local(name: str) -> str:
    return name.lower().replace("ò", "o").replace(" ", ".")
