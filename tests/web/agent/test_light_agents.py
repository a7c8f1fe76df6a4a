"""Pages offer as assignee only whoever may answer customers."""

import re

import pytest
from django.urls import reverse

from sportello.desk.actions import configuration, tickets
from sportello.desk.words import Permission, Via


@pytest.fixture
def light(anna, role_of):
    role_of(anna, Permission.EDIT, Permission.BULK)
    configuration.forget()
    return anna


def offered(page, select):
    found = re.search(rf'<select[^>]*name="{select}".*?</select>', page.content.decode(), re.S)
    return [int(it) for it in re.findall(r'<option value="(\d+)"', found.group(0))]


@pytest.mark.parametrize(
    ("name", "select"),
    [("agent:ticket", "agent"), ("agent:leaving", "to"), ("agent:new_macro", "assignee_id"), ("unsolved", "assignee")],
)
def test_light_agent_is_not_offered(enter, usual, ada, ben, ticket, light, name, select):
    tickets.update(ticket.pk, tickets.Change(group=None, assignee=ben), actor=ada, via=Via.WEB)
    keys = {"agent:ticket": [ticket.pk], "agent:leaving": [ben.pk]}.get(name, [])
    address = usual[name] if name in usual else reverse(name, args=keys)

    page = enter(ada).get(address)

    assert set(offered(page, select)) == {ada.pk, *([] if name == "agent:leaving" else [ben.pk])}


def test_ticket_that_he_has_shows_him(enter, ada, anna, ticket, role_of):
    tickets.assign(ticket.pk, anna, actor=ada, via=Via.WEB)
    role_of(anna)
    configuration.forget()

    page = enter(ada).get(f"/tickets/{ticket.pk}")

    assert f'<option value="{anna.pk}" selected>' in page.content.decode()


def test_light_agent_is_not_offered_to_take_anything(enter, light, ticket):
    agent = enter(light)

    assert 'data-hotkey="t"' not in agent.get(f"/tickets/{ticket.pk}").content.decode()
    assert 'name="mine"' not in agent.get("/tickets/new").content.decode()
    assert 'value="mine"' not in agent.get("/contacts/new").content.decode()
