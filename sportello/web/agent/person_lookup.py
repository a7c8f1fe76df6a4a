"""Find people by what an agent types of them: name, address, phone, organization. Choices of a form, as a fragment."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from sportello.desk import access
from sportello.desk.models import User
from sportello.desk.search import beginnings

MOST = 6
OPEN_OF_ONE = 3


@dataclass(frozen=True, slots=True)
class Found:
    """A person to choose. requests: his open tickets that the agent may see, newest first."""

    id: int
    name: str
    detail: str
    requests: Sequence[Any] = ()


def look_up(agent: User, typed: str, *, with_requests: bool = False) -> list[Found]:
    """The first few who are like this, by name; nobody for less than two letters."""
    return _found(agent, people_like(agent, typed), with_requests) if len(typed.strip()) > 1 else []


def people_like(agent: User, typed: str) -> list[User]:
    """The first few, by name, colleagues too."""
    found = access.people(agent).filter(beginnings.people(typed)).select_related("organization")
    return list(found.order_by("name", "id")[:MOST])


def known(agent: User, *people: User, with_requests: bool = False) -> list[Found]:
    """These people, as if they had been looked up."""
    return _found(agent, people, with_requests)


def _found(agent: User, people: Sequence[User], with_requests: bool) -> list[Found]:
    requests: dict[int, list[Any]] = {}
    if with_requests and people:
        open_ones = access.tickets(agent).unsolved().filter(requester__in=[person.pk for person in people])
        for row in open_ones.order_by("-id").values_list("pk", "requester_id", "subject", "status", named=True)[:100]:
            if len(of_one := requests.setdefault(row.requester_id, [])) < OPEN_OF_ONE:
                of_one.append(row)
    return [Found(it.pk, it.name, _detail(it), requests.get(it.pk, ())) for it in people]


def _detail(person: User) -> str:
    organization = person.organization.name if person.organization else ""
    return " · ".join(filter(None, (organization, person.email, person.phone)))
