"""Every page of the agents, found by its address: accessible (WCAG 2.2 AA, by axe-core), and it fits a phone.

A new address needs nothing here, unless its key has no example yet: then the test names it. States that a page is
seldom in are made by rare_states. In parts, which may run beside each other.
"""

import re
import shutil
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest
import time_machine
from django.db.models import Model
from django.urls import URLPattern, get_resolver

from sportello.demo import DEMO_AGENT_ADDRESS, build
from sportello.desk import models
from sportello.desk.actions import importing, people, roles, skills, webhooks
from sportello.helpcenter.models import Article, Section
from sportello.reports import saved
from sportello.reports.folding import sync
from sportello.reports.month import printing
from tests.web import rare_states
from tests.web.agent.test_in_a_browser import server, sit_down  # noqa: F401 – fixtures

pytestmark = [pytest.mark.browser, pytest.mark.slow, pytest.mark.django_db(transaction=True)]
AXE = Path(__file__).parents[1] / "vendor" / "axe.min.js"
LAWS = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa"]
# No law of these looks into style sheets or films: axe need not fetch them.
CHECK = """
async (laws) => (
  await axe.run({ runOnly: laws, iframes: false, preload: false, resultTypes: ["violations"] })
).violations.flatMap(
  (breach) => breach.nodes.map((node) => `${breach.id}: ${node.target} ${node.failureSummary.split("\\n")[1] ?? ""}`)
)
"""
LOOKS = ((1440, "light"), (390, "dark"))
PARTS = 2
KEY = re.compile(r"<(?:int|str|slug|path):(\w+)>")
PRINTS = {"field": "current_tags", "operator": "includes", "value": "printer"}
# Keys of what is no page, but a file; or no agent's.
FILES = {"attachment_id", "file_id", "token"}
# The key of an address and the table that has an example for it.
EXAMPLES: dict[str, type[Model]] = {
    "article_id": Article,
    "comment_id": models.Comment,
    "field_id": models.CustomField,
    "form_id": models.TicketForm,
    "group_id": models.Group,
    "job_id": models.Job,
    "macro_id": models.Macro,
    "mail_id": models.InboundMail,
    "mailbox_id": models.Mailbox,
    "name": models.Tagging,
    "notice_id": models.Notification,
    "organization_id": models.Organization,
    "print_id": models.MonthlyPrint,
    "report_id": models.SavedReport,
    "review_id": models.VoteReview,
    "role_id": models.CustomRole,
    "schedule_id": models.Schedule,
    "section_id": Section,
    "side_id": models.SideConversation,
    "ticket_id": models.Ticket,
    "user_id": models.User,
    "view_id": models.View,
    "webhook_id": models.Webhook,
}
# Where the same name of a key means several tables.
BY_START: dict[str, dict[str, type[Model]]] = {
    "automations/": {"rule_id": models.Automation, "automation_id": models.Automation},
    "mail/out/": {"mail_id": models.OutgoingMail},
    "mailboxes/": {"mail_id": models.OutgoingMail},
    "sla/": {"rule_id": models.SlaPolicy},
    "skills/": {"rule_id": models.Skill},
    "triggers/": {"rule_id": models.Trigger, "trigger_id": models.Trigger},
}


def addresses() -> Iterator[str]:
    """Of every address of the agents its pattern: "tickets/<int:ticket_id>"."""
    for part in get_resolver().url_patterns:
        if getattr(part, "namespace", None) in ("agent", "reports"):
            for pattern in part.url_patterns:
                assert isinstance(pattern, URLPattern)
                yield str(pattern.pattern)


def pages_of(client: Any, part: int) -> Iterator[str]:
    """The whole pages of a part, with examples in their addresses: no fragments, files, nor what only takes a POST."""
    for pattern in list(addresses())[part::PARTS]:
        if FILES & set(KEY.findall(pattern)):
            continue
        if "<" in pattern and client.get("/" + KEY.sub("1", pattern)).status_code == 405:
            continue
        path = filled(pattern)
        answer = client.get(path)
        if answer.status_code == 200 and not answer.streaming and b'class="shell"' in answer.content:
            yield path


def filled(pattern: str) -> str:
    """With an example for each key: the last one's row, and those that it belongs to."""
    tables = EXAMPLES | next((tables for start, tables in BY_START.items() if pattern.startswith(start)), {})
    found: dict[str, Any] = {}
    row: Any = None
    for name in reversed(KEY.findall(pattern)):
        if (known := getattr(row, name, None)) is not None:
            found[name] = known
            continue
        rows = tables[name]._default_manager.order_by("id")
        if name == "user_id":
            rows = rows.filter(role="agent" if pattern.startswith("team/") else "end-user")
        elif name == "ticket_id":
            rows = rows.exclude(side_conversations=None)
        elif pattern.endswith("/refused"):
            rows = rows.filter(kind=importing.KIND_PEOPLE)
        row = rows.first()
        assert row is not None, (pattern, name)
        found[name] = row.tag if name == "name" else row.pk
    return "/" + KEY.sub(lambda key: str(found[key[1]]), pattern)


@pytest.fixture
def demo(server: Any) -> Iterator[tuple[models.User, list[str]]]:  # noqa: F811
    """Whom to sit down as, and the pages in a state that is rare."""
    with time_machine.travel(datetime(2026, 11, 20, 10, 0, tzinfo=UTC), tick=False):
        build(lambda done, whole: None, tickets=40)
    agent = people.by_address(DEMO_AGENT_ADDRESS)
    assert agent is not None
    webhooks.save({"name": "Warehouse", "url": "https://warehouse.example/hook"}, actor=agent, private=False)
    roles.save({"name": "Readers", "permissions": ["edit"]}, actor=agent)
    skills.save({"title": "Printers", "conditions": {"all": [PRINTS], "any": []}}, actor=agent)
    rare = list(rare_states.make(agent).values())
    sync.rebuild()
    asked = {"measures": ["num_new_tickets"], "by": ["channel"], "period": "last_28_days"}
    saved.save({"name": "Channels", "pinned": True, "asked": asked}, actor=agent)
    printing.start(2026, 10, "team", None, "it", asker=agent)
    of_one = f"organization&organization={models.Organization.objects.order_by('id').values_list('pk', flat=True)[0]}"
    months = [f"/reports/month?month=2026-10&audience={audience}" for audience in ("public", of_one)]
    yield agent, [*rare, *months, "/reports/tickets?m=first_reply_within_hour"]
    shutil.rmtree(sync.folder())


def look(page: Any, width: int) -> set[str]:
    found = set(page.evaluate(CHECK, LAWS))
    return found | {"sticks out"} if page.evaluate("document.documentElement.scrollWidth") > width else found


@pytest.mark.parametrize("part", range(PARTS))
def test_every_page_is_accessible_and_fits(sit_down, client, demo, part):  # noqa: F811
    agent, rare = demo
    client.force_login(agent, backend="django.contrib.auth.backends.ModelBackend")
    pages = [*pages_of(client, part), *rare[part::PARTS]]

    breaches: dict[str, set[str]] = {path: set() for path in pages}
    looks = LOOKS
    with sit_down(agent, *looks[0]) as page:
        page.add_init_script(path=AXE)
        page.emulate_media(reduced_motion="reduce")
        for path in pages:
            assert page.goto(path, wait_until="domcontentloaded").status == 200, path
            for width, scheme in looks:
                if page.viewport_size["width"] != width:
                    page.set_viewport_size({"width": width, "height": 800})
                    page.emulate_media(color_scheme=scheme)
                breaches[path] |= {f"{it} ({width}, {scheme})" for it in look(page, width)}
            # The next page begins as this one was left: a page laid out anew costs as much as looking at it.
            looks = looks[::-1]

    said = "\n".join(f"{path}\n  " + "\n  ".join(sorted(found)) for path, found in breaches.items() if found)
    assert not said, said
    assert len(pages) > 100 / PARTS
