"""Testing a trigger on the latest tickets: it tells, it does nothing."""

import pytest

from sportello.desk.actions import rules, tickets
from sportello.desk.words import Via

pytestmark = pytest.mark.django_db

RULE = {
    "title": "Printers",
    "conditions": {
        "all": [{"field": "subject_includes_word", "operator": "includes", "value": "stampante"}],
        "any": [],
    },
    "actions": [{"field": "current_tags", "value": "vip"}],
}


@pytest.fixture
def made(ada):
    return rules.save_trigger(RULE, actor=ada)


@pytest.fixture
def page(enter, ada):
    return enter(ada)


def test_trial_tells_what_it_would_have_done_and_does_nothing(page, made, mailbox, rita):
    rules.switch(made.pk, on=False, actor=None)
    ticket = tickets.open_ticket(
        requester=rita, subject="La stampante", words=tickets.Words("aiuto"), actor=rita, via=Via.EMAIL
    )

    response = page.get(f"/triggers/{made.pk}/trial", headers={"Accept-Language": "en"})

    assert f'href="/tickets/{ticket.pk}"' in response.content.decode()
    assert not ticket.taggings.exists()


def test_trial_of_what_audits_do_not_tell_says_so(page, ada):
    asked = {"all": [{"field": "sla_overdue", "operator": "is", "value": "true"}], "any": []}
    made = rules.save_trigger({**RULE, "conditions": asked}, actor=ada)

    response = page.get(f"/triggers/{made.pk}/trial")

    assert (response.status_code, response.headers["Location"]) == (302, f"/triggers/{made.pk}")


def test_trial_is_for_administrators(enter, anna, rita, made):
    assert {enter(person).get(f"/triggers/{made.pk}/trial").status_code for person in (anna, rita)} == {404}
