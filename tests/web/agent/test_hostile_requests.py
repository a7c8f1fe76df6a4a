"""Requests that no page of ours makes: whoever must not see meets nothing, and whatever is sent is no fault of ours."""

import re

import pytest
from django.test import Client
from django.urls import get_resolver

from sportello.desk import models
from sportello.desk.actions import defaults, drafts, tasks, tickets
from sportello.desk.actions.comments import NewFile, Words
from sportello.desk.actions.drafts import Written
from sportello.desk.models import Draft
from sportello.desk.words import Via

KEY = re.compile(r"<(?:int|path):(\w+)>")
# What everybody may know: nothing of the desk's is in it.
PUBLIC = {"manifest", "worker", "offline"}
ROWS = {
    "attachment_id": models.Attachment,
    "comment_id": models.Comment,
    "file_id": models.DraftFile,
    "identity_id": models.Identity,
    "task_id": models.TicketTask,
    "ticket_id": models.Ticket,
    "user_id": models.User,
    "view_id": models.View,
}
HOSTILE = {"nul": "\0", "huge": "9" * 25, "long": "x" * 5_000, "signs": "%_\\'\"<script>٣\u202e😀"}
NAMES = """
    after agent before by changes colour column connection contact custom do domains email file files from group
    html into kind language macro month name new note organization page person phone priority problem q query
    quote requester rule seen sort_by spent_on state status subject tag tags task text time token typing version
    who
""".split()


def addresses():
    """(pattern, name) of each address of the agents."""
    found = next(it for it in get_resolver().url_patterns if getattr(it, "namespace", None) == "agent")
    return [(str(it.pattern), it.name) for it in found.url_patterns]


def filled(pattern):
    def key(match):
        row = ROWS[match[1]].objects.order_by("pk").first() if match[1] in ROWS else None
        return str(row.pk) if row else "1"

    return "/" + KEY.sub(key, pattern)


@pytest.fixture
def desk(ticket, anna, frozen_clock):
    """A ticket that has everything: an answer with a file, a task, a draft with a picture."""
    defaults.install_views("en")
    words = Words("Eccolo", files=(NewFile("a.txt", "text/plain", b"ciao"),))
    tickets.update(ticket.pk, tickets.Change(words=words), actor=anna, via=Via.WEB)
    drafts.keep(ticket.pk, Written(text="segreto"), actor=anna)
    drafts.attach(ticket.pk, NewFile("b.png", "image/png", b"\x89PNG", inline=True), actor=anna)
    tasks.add(ticket.pk, "Chiamare", actor=anna)
    return ticket


def answers(client, patterns):
    for pattern, name in patterns:
        if name not in PUBLIC:
            for verb in (client.get, client.post):
                yield filled(pattern), verb(filled(pattern), {"text": "x", "into": "1"})


@pytest.mark.parametrize("who", ["customer", "gone", "stranger"])
def test_no_page_of_the_agents_opens_for_anybody_else(desk, enter, rita, anna, who):
    client = Client() if who == "stranger" else enter(rita if who == "customer" else anna)
    if who == "gone":
        models.User.objects.filter(pk=anna.pk).update(active=False)

    opened = [
        path
        for path, answer in answers(client, addresses())
        if answer.status_code not in (404, 405) and "/sign-in" not in answer.headers.get("location", "")
    ]

    assert opened == []


def test_restricted_agent_opens_nothing_of_a_ticket_out_of_his_reach(desk, enter, ben):
    of_tickets = [it for it in addresses() if {"ticket_id", "attachment_id"} & {*KEY.findall(it[0])}]

    opened = [path for path, answer in answers(enter(ben), of_tickets) if answer.status_code not in (404, 405)]

    assert len(of_tickets) > 40
    assert opened == []


@pytest.mark.slow
@pytest.mark.parametrize("said", HOSTILE.values(), ids=HOSTILE)
def test_whatever_is_sent_is_no_fault_of_ours(desk, enter, ada, said):
    client = enter(ada)
    client.raise_request_exception = False
    sent = dict.fromkeys(NAMES, said)

    faults = [
        (verb.__name__, path)
        for path in sorted({filled(pattern) for pattern, _name in addresses()})
        for verb, more in ((client.get, {}), (client.post, {"kind": "answer", "do": "undone"}))
        if not path.endswith(("/leaving", "/round-trip")) and verb(path, {**sent, **more}).status_code >= 500
    ]

    assert faults == []


def test_address_with_nul_is_not_there(enter, ada):
    assert enter(ada).get("/tags/a%00b").status_code == 404


def test_pasted_nul_loses_nothing_of_a_draft(enter, anna, ticket):
    answer = enter(anna).post(f"/tickets/{ticket.pk}/draft", {"kind": "note", "text": "un\0o", "version": "0"})

    assert (answer.status_code, Draft.objects.get().text) == (200, "uno")


@pytest.mark.parametrize("where", ["//evil.example/", "https://evil.example/", "/\\evil.example", "agent:team", "9"])
def test_absence_leads_to_no_other_site(enter, anna, where):
    assert enter(anna).post("/presence", {"away": "1", "next": where}).url == "/tickets"
