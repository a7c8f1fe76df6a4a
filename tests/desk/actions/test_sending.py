"""An answer waits before it leaves: it leaves once, can be taken back, and stops when somebody writes first."""

from datetime import timedelta

import pytest

from sportello.desk.actions import drafts, macros, sending, tickets, timers
from sportello.desk.actions.comments import NewFile
from sportello.desk.actions.drafts import ChangedElsewhere, Written
from sportello.desk.actions.tickets import Words
from sportello.desk.errors import Invalid, Refused, Stale
from sportello.desk.models import Comment, Draft, Notification, OutgoingMail, Timer
from sportello.desk.words import NoticeKind, Status, Via
from sportello.kit import claims, clock
from tests.personas import events, mails

ANSWER = Written(text="Arrivo.")
HTML = '<div><b>Ecco</b> <img src="cid:{}" alt="a.png"></div>'


@pytest.fixture
def leave(frozen_clock):
    def let_the_clock_run(seconds=11):
        frozen_clock.shift(seconds)
        while timers.step():
            pass

    return let_the_clock_run


def texts(ticket):
    return list(ticket.comments.order_by("id").values_list("text", flat=True))[1:]


def test_send_changes_nothing_until_it_leaves(anna, ticket, leave):
    before = ticket.audits.count()
    sending.send(ticket.pk, Written(text="Fatto.", status="solved"), actor=anna)
    leave(9)
    waited = (ticket.comments.count(), ticket.audits.count(), OutgoingMail.objects.count())

    leave(1)

    ticket.refresh_from_db()
    assert waited == (1, before, 0)
    assert (texts(ticket), ticket.status, mails(ticket)) == (["Fatto."], Status.SOLVED, ["solved"])
    assert ticket.audits.count() == before + 1
    assert Draft.objects.count() == 0
    assert [timer.state for timer in Timer.objects.filter(kind="send")] == ["done"]


def test_send_carries_html_files_macro_changes_and_mentions(anna, ada, ticket, leave):
    macro = macros.save(
        {"title": "Riavvio", "actions": [{"field": "priority", "value": "high"}], "owner_id": anna.pk}, actor=anna
    )
    picture = drafts.attach(ticket.pk, NewFile("a.png", "image/png", b"png", inline=True), actor=anna)
    drafts.attach(ticket.pk, NewFile("unused.png", "image/png", b"other", inline=True), actor=anna)
    drafts.attach(ticket.pk, NewFile("a.txt", "text/plain", b"one"), actor=anna)
    html = HTML.format(picture.content_id)
    written = Written("@Ada Admin ecco", html, macro_id=macro.pk, changes=("priority=high", "current_tags=a b"))

    sending.send(ticket.pk, written, actor=anna, files=(NewFile("b.txt", "text/plain", b"two"),))
    leave()

    said = Comment.objects.latest("id")
    ticket.refresh_from_db()
    assert (said.html, said.text, said.public, said.author, said.via) == (html, "@Ada Admin ecco", True, anna, "web")
    assert sorted(said.attachments.values_list("file_name", "inline")) == [
        ("a.png", True),
        ("a.txt", False),
        ("b.txt", False),
    ]
    assert said.audit.via["source"] == {"rel": "macro", "id": macro.pk, "title": "Riavvio"}
    assert (ticket.priority, sorted(it.tag for it in ticket.taggings.all())) == (3, ["a", "b"])
    assert events(ticket, field="follower_ids")[-1]["value"] == [ada.pk]
    notice = Notification.objects.get(kind=NoticeKind.MENTION)
    assert (notice.user, notice.author, notice.ticket) == (ada, anna, ticket)


def test_undo_brings_the_text_back_and_nothing_left(anna, ticket, leave):
    sending.send(ticket.pk, ANSWER, actor=anna)
    leave(9)

    draft = sending.undo(ticket.pk, actor=anna)
    leave()

    assert (draft.text, texts(ticket), ticket.audits.count()) == ("Arrivo.", [], 1)
    assert [timer.state for timer in Timer.objects.filter(kind="send")] == ["cancelled"]
    with pytest.raises(Stale):
        sending.undo(ticket.pk, actor=anna)


def test_undo_when_it_has_left_is_too_late(anna, ticket, leave):
    sending.send(ticket.pk, ANSWER, actor=anna)
    leave()

    with pytest.raises(Stale, match="left already"):
        sending.undo(ticket.pk, actor=anna)

    assert texts(ticket) == ["Arrivo."]


def test_send_twice_is_refused_and_leaves_once(anna, ticket, leave):
    sending.send(ticket.pk, ANSWER, actor=anna)

    with pytest.raises(Stale):
        sending.send(ticket.pk, ANSWER, actor=anna)
    leave()
    leave()

    assert texts(ticket) == ["Arrivo."]


def test_two_workers_send_it_once(anna, ticket, frozen_clock):
    sending.send(ticket.pk, ANSWER, actor=anna)
    frozen_clock.shift(11)
    (first,) = claims.claim(Timer.objects.filter(kind="send").order_by("id"), 1)
    frozen_clock.shift(60)  # The first worker sleeps longer than its lease.
    (second,) = claims.claim(Timer.objects.filter(kind="send").order_by("id"), 1)

    timers.run(second)
    timers.run(first)

    assert texts(ticket) == ["Arrivo."]


def test_send_later_leaves_at_its_time_also_after_an_outage(anna, ticket, leave):
    at = clock.now() + timedelta(hours=14)
    sending.send(ticket.pk, ANSWER, actor=anna, at=at)
    leave(13 * 3600)
    waited = texts(ticket)

    leave(5 * 3600)

    assert (waited, texts(ticket)) == ([], ["Arrivo."])


def test_send_later_can_leave_now(anna, ticket, leave):
    sending.send(ticket.pk, ANSWER, actor=anna, at=clock.now() + timedelta(days=3))

    sending.hasten(ticket.pk, actor=anna)
    leave(0)

    assert texts(ticket) == ["Arrivo."]


@pytest.mark.parametrize("days", [-1, 0, 400])
def test_send_at_a_time_that_is_none_is_refused(anna, ticket, days):
    with pytest.raises(Invalid, match="still to come"):
        sending.send(ticket.pk, ANSWER, actor=anna, at=clock.now() + timedelta(days=days))

    assert Draft.objects.count() == 0


def test_customer_who_writes_first_stops_it_and_its_author_is_told(anna, rita, ticket, leave):
    sending.send(ticket.pk, ANSWER, actor=anna, at=clock.now() + timedelta(hours=14))
    tickets.hear(ticket.pk, Words("Non serve più."), actor=rita, via=Via.EMAIL)

    leave(15 * 3600)

    draft = Draft.objects.get()
    assert texts(ticket) == ["Non serve più."]
    assert (draft.stopped_because, draft.stopped_by, draft.stopped_detail) == ("customer", rita, "Non serve più.")
    notice = Notification.objects.get(kind=NoticeKind.NOT_SENT)
    assert (notice.user, notice.ticket, notice.values["because"]) == (anna, ticket, "customer")
    sending.send(ticket.pk, ANSWER, actor=anna)
    leave()
    assert texts(ticket) == ["Non serve più.", "Arrivo."]


@pytest.mark.parametrize("public", [True, False])
def test_colleague_who_writes_first_stops_it(anna, ada, ticket, leave, public):
    sending.send(ticket.pk, ANSWER, actor=anna)
    tickets.answer(ticket.pk, Words("Ci penso io.", public=public), actor=ada, via=Via.WEB)

    leave()

    draft = Draft.objects.get()
    assert (draft.stopped_because, draft.stopped_by) == ("colleague", ada)
    assert texts(ticket) == ["Ci penso io."]


def test_own_note_and_machines_stop_nothing(anna, rita, ticket, leave):
    sending.send(ticket.pk, ANSWER, actor=anna)
    sending.say(ticket.pk, Written(text="Richiamare domani.", public=False), actor=anna, via=Via.WEB)
    tickets.hear(ticket.pk, Words("Sono in ferie.", automatic=True), actor=rita, via=Via.EMAIL)

    leave()

    assert texts(ticket) == ["Richiamare domani.", "Sono in ferie.", "Arrivo."]


def test_ticket_that_closed_meanwhile_stops_it(anna, rita, ticket, leave):
    tickets.answer(ticket.pk, Words("Fatto."), status=Status.SOLVED, actor=anna, via=Via.WEB)
    sending.send(ticket.pk, ANSWER, actor=anna)
    tickets.confirm(ticket.pk, actor=rita, via=Via.WEB)

    leave()

    draft = Draft.objects.get()
    assert (draft.stopped_because, draft.text) == ("refused", "Arrivo.")
    assert draft.stopped_detail
    assert texts(ticket) == ["Fatto."]


def test_author_who_works_here_no_more_sends_nothing_and_the_administrators_are_told(anna, ada, ticket, leave):
    sending.send(ticket.pk, ANSWER, actor=anna, at=clock.now() + timedelta(hours=1))
    anna.active = False
    anna.save(update_fields=["active"])

    leave(3700)

    assert (texts(ticket), Draft.objects.get().stopped_because) == ([], "left")
    notice = Notification.objects.get(kind=NoticeKind.NOT_SENT)
    assert (notice.user, notice.author, notice.values["because"]) == (ada, anna, "left")


def test_author_who_sees_the_ticket_no_more_sends_nothing(anna, ada, ticket, leave):
    sending.send(ticket.pk, ANSWER, actor=anna, at=clock.now() + timedelta(hours=1))
    tickets.assign(ticket.pk, None, actor=ada, via=Via.WEB)
    anna.ticket_restriction = "assigned"
    anna.save(update_fields=["ticket_restriction"])

    leave(3700)

    assert (texts(ticket), Draft.objects.get().stopped_because) == ([], "refused")


def test_what_would_be_refused_is_refused_at_once(anna, rita, ticket):
    with pytest.raises(Invalid):
        sending.send(ticket.pk, Written(text="  "), actor=anna)
    tickets.assign(ticket.pk, anna, actor=anna, via=Via.WEB)
    with pytest.raises(Invalid, match="cannot be new"):
        sending.send(ticket.pk, Written(text="Arrivo.", status="new"), actor=anna)
    tickets.answer(ticket.pk, Words("Fatto."), status=Status.SOLVED, actor=anna, via=Via.WEB)
    tickets.confirm(ticket.pk, actor=rita, via=Via.WEB)
    with pytest.raises(Stale):
        sending.send(ticket.pk, ANSWER, actor=anna)

    assert (Draft.objects.count(), Timer.objects.filter(kind="send").count()) == (0, 0)


def test_send_over_what_another_tab_keeps_is_told(anna, ticket):
    drafts.keep(ticket.pk, Written(text="Scheda uno"), actor=anna)

    with pytest.raises(ChangedElsewhere):
        sending.send(ticket.pk, Written(text="Scheda due"), actor=anna, version=0)

    assert Timer.objects.filter(kind="send").count() == 0


def test_say_is_done_at_once_and_the_draft_is_gone(anna, ticket):
    drafts.keep(ticket.pk, Written(text="Nervo", public=False), actor=anna)
    drafts.attach(ticket.pk, NewFile("a.txt", "text/plain", b"one"), actor=anna)

    sending.say(ticket.pk, Written(text="Nervoso.", public=False), actor=anna, via=Via.WEB)

    said = Comment.objects.latest("id")
    assert (said.text, said.public, said.attachments.get().file_name) == ("Nervoso.", False, "a.txt")
    assert (Draft.objects.count(), mails(ticket)) == (0, [])


def test_colleague_who_may_not_see_the_ticket_is_not_named(anna, ben, ticket):
    with pytest.raises(Invalid, match="Ben Archer cannot see"):
        sending.say(ticket.pk, Written(text="@Ben Archer guarda", public=False), actor=anna, via=Via.WEB)

    assert ticket.comments.count() == 1
    assert not Notification.objects.exists()


def test_colleague_who_follows_already_is_told_once(anna, ada, ticket):
    tickets.update(ticket.pk, tickets.Change(add_followers=(ada,)), actor=ada, via=Via.WEB)

    sending.say(ticket.pk, Written(text="@Ada Admin guarda", public=False), actor=anna, via=Via.WEB)

    assert list(Notification.objects.filter(user=ada).values_list("kind", flat=True)) == [NoticeKind.MENTION]


def test_clock_of_an_answer_is_its_authors_alone(anna, ada, ticket, leave):
    sending.send(ticket.pk, ANSWER, actor=anna)

    with pytest.raises(Refused):
        timers.cancel(Timer.objects.get(kind="send").pk, actor=ada, via=Via.WEB)
    leave()

    assert texts(ticket) == ["Arrivo."]


def test_answer_that_the_desk_fails_to_send_is_a_draft_again(anna, ticket, frozen_clock):
    drafts.attach(ticket.pk, NewFile("a.txt", "text/plain", b"lost"), actor=anna)
    sending.send(ticket.pk, ANSWER, actor=anna)
    Draft.objects.get().files.update(digest="0" * 64)

    for _attempt in range(timers.GIVE_UP_AFTER):
        frozen_clock.shift(3700)
        timers.step()

    draft = Draft.objects.get()
    assert (texts(ticket), draft.stopped_because, draft.text) == ([], "refused", "Arrivo.")
    assert Notification.objects.filter(kind=NoticeKind.NOT_SENT, user=anna).count() == 1
    assert [timer.state for timer in Timer.objects.filter(kind="send")] == ["cancelled"]


def test_note_that_two_clicks_send_is_said_once(ticket, anna):
    seen = ticket.comments.latest("id").pk
    note = Written(text="Chiamato.", public=False)
    sending.say(ticket.pk, note, actor=anna, via=Via.WEB, seen=seen)

    with pytest.raises(Stale, match="a moment ago"):
        sending.say(ticket.pk, note, actor=anna, via=Via.WEB, seen=seen)

    assert Comment.objects.filter(author=anna, text="Chiamato.").count() == 1


# --- a note that is written while an answer waits ---------------------------------------------------------------------

NOTE = Written(text="Chiamare Rita.", public=False)


def test_note_beside_an_answer_is_kept_and_is_the_draft_when_that_has_left(anna, ticket, leave):
    sending.send(ticket.pk, ANSWER, actor=anna)
    first = drafts.keep(ticket.pk, Written(text="Chiamare", public=False), actor=anna, version=0)
    second = drafts.keep(ticket.pk, NOTE, actor=anna, version=first.version)
    with pytest.raises(ChangedElsewhere):
        drafts.keep(ticket.pk, Written(text="Altro", public=False), actor=anna, version=first.version)
    with pytest.raises(Stale):
        drafts.keep(ticket.pk, Written(text="Altro"), actor=anna)
    waiting = Draft.objects.get()

    leave()

    now = Draft.objects.get()
    assert (waiting.text, drafts.beside(waiting).text) == ("Arrivo.", "Chiamare Rita.")
    assert texts(ticket) == ["Arrivo."]
    assert (now.text, now.public, now.version, drafts.beside(now)) == ("Chiamare Rita.", False, second.version, None)
    assert drafts.keep(ticket.pk, Written(text="Fatto"), actor=anna, version=second.version).version == 3


def test_note_beside_an_answer_that_is_taken_back_waits_until_that_is_sent(anna, ticket, leave):
    sending.send(ticket.pk, ANSWER, actor=anna)
    drafts.keep(ticket.pk, NOTE, actor=anna)
    back = sending.undo(ticket.pk, actor=anna)
    changed = drafts.keep(ticket.pk, Written(text="Arrivo domani."), actor=anna, version=back.version)
    sending.send(ticket.pk, Written(text="Arrivo domani."), actor=anna, version=changed.version)

    leave()

    assert texts(ticket) == ["Arrivo domani."]
    assert Draft.objects.get().text == "Chiamare Rita."


def test_note_beside_an_answer_never_takes_its_place_when_that_was_taken_back_in_another_tab(anna, ticket):
    sending.send(ticket.pk, ANSWER, actor=anna)
    drafts.keep(ticket.pk, Written("Nota", public=False), actor=anna, version=0)
    note = drafts.keep(ticket.pk, Written("Nota fra noi", public=False), actor=anna, version=1)
    taken = sending.undo(ticket.pk, actor=anna)

    with pytest.raises(ChangedElsewhere):
        drafts.keep(ticket.pk, Written("Nota fra noi due", public=False), actor=anna, version=note.version)

    kept = drafts.own(ticket.pk, anna)
    assert (note.version, taken.version) == (2, 2)
    assert (kept.public, kept.text, drafts.beside(kept).text) == (True, ANSWER.text, "Nota fra noi")


def test_note_beside_an_answer_is_said_at_once_and_gone(anna, ticket, leave):
    sending.send(ticket.pk, ANSWER, actor=anna)
    kept = drafts.keep(ticket.pk, NOTE, actor=anna)

    sending.say(ticket.pk, NOTE, actor=anna, via=Via.WEB, version=kept.version)
    leave()

    assert texts(ticket) == ["Chiamare Rita.", "Arrivo."]
    assert Draft.objects.count() == 0


def test_note_beside_an_answer_is_thrown_away_alone_and_stays_when_the_answer_is(anna, ticket, leave):
    sending.send(ticket.pk, ANSWER, actor=anna)
    drafts.keep(ticket.pk, NOTE, actor=anna)
    drafts.discard(ticket.pk, actor=anna)
    thrown = Draft.objects.get()
    drafts.keep(ticket.pk, NOTE, actor=anna)
    sending.undo(ticket.pk, actor=anna)
    drafts.discard(ticket.pk, actor=anna)

    assert (thrown.text, drafts.beside(thrown)) == ("Arrivo.", None)
    assert [(it.text, it.public) for it in Draft.objects.all()] == [("Chiamare Rita.", False)]


def test_note_that_is_emptied_beside_an_answer_leaves_nothing(anna, ticket, leave):
    sending.send(ticket.pk, ANSWER, actor=anna)
    drafts.keep(ticket.pk, NOTE, actor=anna)

    drafts.keep(ticket.pk, Written(public=False), actor=anna)
    leave()

    assert Draft.objects.count() == 0
