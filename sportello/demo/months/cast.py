"""Write down the desk, the people who work there and the people who ask."""

from dataclasses import dataclass
from random import Random
from zoneinfo import ZoneInfo

from sportello.demo.cast import Customer
from sportello.desk.actions import desks, people, schedules
from sportello.desk.models import Group, Mailbox, User
from sportello.desk.words import Role

from .desk import Desk
from .names import slug


@dataclass(frozen=True, slots=True)
class Cast:
    """agents, customers: as the plan numbers them. groups: by what the scenes call them."""

    agents: tuple[User, ...]
    groups: dict[str, Group]
    mailbox: Mailbox
    customers: tuple[Customer, ...]
    zone: ZoneInfo


def enter(desk: Desk, random: Random) -> Cast:
    zone = desk.shape.hours.time_zone
    desks.configure(name=desk.name, language="it", time_zone=zone, phone=desk.phone)
    hours = {"name": "Orario", "time_zone": zone, "intervals": desk.intervals, "country": desk.country}
    schedules.save(hours, actor=None)
    desks.finish_set_up()
    agents = tuple(
        people.add(name, f"{_local(name)}@{desk.domain}", role=Role.ADMIN if not nth else Role.AGENT, language=language)
        for nth, (name, language) in enumerate(desk.staff)
    )
    bookings, systems = (people.add_group(name, members=agents) for name in desk.groups)
    mailbox = desks.add_mailbox(f"assistenza@{desk.domain}", name=desk.name, group=systems)
    customers = tuple(_customers(desk, random))
    return Cast(agents, {"bookings": bookings, "systems": systems}, mailbox, customers, ZoneInfo(zone))


def _customers(desk: Desk, random: Random) -> list[Customer]:
    found = []
    for it in desk.customers:
        organization = people.add_organization(it.name, domains=(it.domain,))
        for name in it.people:
            address = f"{_local(name)}@{it.domain}"
            phone = f"+39 02 5550 {random.randint(2000, 9999)}"
            person = people.add(name, address, language=it.language, organization=organization, phone=phone)
            others = tuple(other for other in it.people if other != name)
            found.append(Customer(person, address, it.kind, it.language, "", others))
    return found


def _local(name: str) -> str:
    return ".".join(slug(part) for part in name.split())
