"""Two real web processes on one database, and browsers' streams to them."""

import pytest

from sportello.desk.actions import people, presence, tickets
from sportello.desk.actions.tickets import Words
from sportello.desk.models import Presence, User, WebProcess
from sportello.desk.words import Role, Via
from sportello.kit import clock
from tests.web.agent.live.streams import Stream, session_of, web_processes

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture
def processes(real_database, tmp_path):
    with web_processes(real_database, tmp_path, 2) as found:
        yield found


@pytest.fixture
def streams():
    opened = []

    def listen(process, person, query="", **headers):
        opened.append(Stream(process.port, session_of(person), query, **headers))
        return opened[-1]

    yield listen
    for stream in opened:
        stream.close()


def test_what_one_process_hears_every_other_tells(processes, streams, ticket, anna, ada, ben, rita):
    first, second = processes
    here = streams(first, anna, f"ticket={ticket.pk}")
    there = streams(second, ada, f"ticket={ticket.pk}")
    outside = streams(second, ben, f"ticket={ticket.pk}")
    key = here.until("hello")["connection"]
    assert there.until("hello")["agent"] == ada.pk

    # Who is there, and who types, told by the process to which the request went: this one.
    assert {it["name"] for it in until_people(there, 2)} == {"Anna Conti", "Ada Admin"}
    presence.begin_typing(key, "answer", ticket_id=ticket.pk, actor=anna)
    while all(it["typing"] != "answer" for it in until_people(there, 2)):
        pass

    tickets.hear(ticket.pk, Words("Ancora <niente>."), actor=rita, via=Via.EMAIL)
    said = there.until("ticket", words=True)
    assert said["name"] == "Rita Rossi"
    assert "Ancora &lt;niente&gt;." in said["html"]
    assert here.until("ticket", words=True)["latest"] == said["latest"]
    assert there.until("lists", tickets=[ticket.pk])

    # Ben sees only his groups: of all that he hears nothing, until the ticket is his.
    tickets.update(ticket.pk, tickets.Change(group=people.add_group("Altri", members=(ben,))), actor=ada, via=Via.WEB)
    heard = []
    while not heard or heard[-1][0] != "lists" or ticket.pk not in heard[-1][1]["tickets"]:
        heard.append(outside.next()[:2])
    assert all(name in ("hello", "lists", "answering") for name, _data in heard)
    assert all(ticket.pk not in data.get("tickets", ()) for _name, data in heard[:-1])

    # A process that is killed takes its people along, as soon as it has not beaten for a while.
    first.kill()
    WebProcess.objects.filter(pk=key.partition("-")[0]).update(beat_at=clock.now() - 2 * presence.DEAD_AFTER)
    while {it["name"] for it in until_people(there)} != {"Ada Admin"}:
        pass

    # One that ends lets everybody go at once.
    assert second.stop() < 5
    assert there.next()[0] in ("", "lists", "ticket", "presence")
    assert Presence.objects.exclude(process=key.partition("-")[0]).count() == 0


def until_people(stream, count=0):
    while True:
        people = stream.until("presence")["people"]
        if len(people) >= count:
            return people


def test_who_comes_again_is_told_what_he_missed(processes, streams, ticket, anna, ada, group):
    first, second = processes
    stream = streams(first, anna, f"ticket={ticket.pk}")
    stream.until("hello")
    tickets.assign(ticket.pk, anna, actor=ada, via=Via.WEB)
    noticed = stream.until("notice")
    event, data, known = stream.next()
    while event != "lists":
        event, data, known = stream.next()
    stream.close()
    witness = streams(second, ada, f"ticket={ticket.pk}&since={known}")
    tickets.answer(ticket.pk, Words("Arrivo."), actor=ada, via=Via.WEB)
    witness.until("ticket", words=True)

    again = streams(second, anna, f"ticket={ticket.pk}", Last_Event_ID=known)
    missed = again.until("ticket")
    nothing_new = streams(second, anna, f"ticket={ticket.pk}&since={10**9}")

    assert noticed["text"].startswith("Ada Admin")
    assert (missed, data["tickets"]) == ({"ticket": ticket.pk}, [ticket.pk])
    assert again.until("lists")["tickets"] == [ticket.pk]
    assert [nothing_new.next()[0] for _event in range(2)] == ["hello", "presence"]


def test_stream_is_for_agents_from_their_own_pages(processes, streams, ticket, anna, rita, ada):
    first, _second = processes
    gone = people.add("Gone Agent", "gone@desk.example", role=Role.AGENT)
    User.objects.filter(pk=gone.pk).update(active=False)

    assert streams(first, rita).status == 401
    assert streams(first, gone).status == 401
    assert Stream(first.port, "").status == 401
    assert streams(first, anna, Origin="http://elsewhere.example").status == 403
    assert streams(first, anna, Sec_Fetch_Site="cross-site").status == 403
    assert streams(first, anna, Origin=f"http://localhost:{first.port}").status == 200
