"""Testing a trigger on the latest tickets: it tells, it does nothing."""

import pytest

from sportello.desk.actions import defaults, people, rules, tickets
from sportello.desk.models import Automation, Trigger
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


@pytest.mark.parametrize("table", [Trigger, Automation])
def test_trial_of_a_rule_of_the_house_has_its_title_in_the_language_of_the_agent(page, ada, table):
    defaults.install("it")
    made = table.objects.order_by("position")[0]
    people.set_language(ada, "en")

    content = page.get(f"/{table._meta.model_name}s/{made.pk}/trial").content.decode()

    assert defaults.title_for_reader(made.title) != made.title
    assert made.title not in content


def test_trial_of_what_audits_do_not_tell_says_so(page, ada):
    asked = {"all": [{"field": "sla_overdue", "operator": "is", "value": "true"}], "any": []}
    made = rules.save_trigger({**RULE, "conditions": asked}, actor=ada)

    response = page.get(f"/triggers/{made.pk}/trial")

    assert (response.status_code, response.headers["Location"]) == (302, f"/triggers/{made.pk}")


def test_trial_is_for_administrators(enter, anna, rita, made):
    assert {enter(person).get(f"/triggers/{made.pk}/trial").status_code for person in (anna, rita)} == {404}
