"""Web Push in Chromium: the switch, what the service worker shows and to whom it does not, and where a click leads.

No maker's server is reached from here: Chromium's protocol hands the worker a message as if it came from there, and
subscriptions are made up.
"""

import json
from contextlib import contextmanager

import pytest
from django.urls import reverse

from sportello.delivery import push as delivery
from sportello.desk.actions import notifications, push
from sportello.desk.models import Notification, PushSubscription
from sportello.desk.words import NoticeKind
from sportello.kit import web_push
from tests.browsing import wait_for
from tests.http_server import serving
from tests.push_service import Browser
from tests.web.agent.test_in_a_browser import server, sit_down  # noqa: F401 – fixtures

pytestmark = [pytest.mark.browser, pytest.mark.slow, pytest.mark.django_db(transaction=True)]
# The stream of live news is not served here.
TROUBLE = ("404",)
PAGE = "/notices/browsers"
SHOWN = """
async (numbers) => {
  const registration = await navigator.serviceWorker.ready
  for (let tries = 0; ; tries++) {
    const all = await registration.getNotifications()
    const are = all.map(({ data }) => data.id).sort()
    if (are.join() === numbers.join() || tries === 500)
      return all.map(({ title, body, tag, data }) => [title, body, tag, data.id])
    await new Promise((go) => setTimeout(go, 20))
  }
}
"""
MADE_UP = """
({ endpoint, p256dh, auth }) => {
  PushManager.prototype.subscribe = async ({ applicationServerKey }) => {
    self.asked = applicationServerKey
    return { toJSON: () => ({ endpoint, keys: { p256dh, auth } }) }
  }
}
"""


@pytest.fixture
def seated(sit_down):  # noqa: F811
    """seated(person): a page, its worker at hand and notifications allowed; tell(notice) hands it a message."""

    @contextmanager
    def at_desk(person, path=PAGE):
        with sit_down(person, workers="allow", trouble=TROUBLE) as page:
            page.context.grant_permissions(["notifications"])
            protocol = page.context.new_cdp_session(page)
            known: list[str] = []
            protocol.on(
                "ServiceWorker.workerRegistrationUpdated",
                lambda said: known.extend(it["registrationId"] for it in said["registrations"]),
            )
            protocol.send("ServiceWorker.enable")
            page.goto(path)
            page.evaluate("navigator.serviceWorker.ready.then(() => true)")
            wait_for(page, "navigator.serviceWorker.controller !== null")

            def tell(notice):
                origin = page.evaluate("location.origin")
                message = {"origin": origin, "registrationId": known[0], "data": json.dumps(notice)}
                protocol.send("ServiceWorker.deliverPushMessage", message)

            yield page, tell

    return at_desk


def notice_of(ticket, number=7):
    return {
        "id": number,
        "text": "Rita Rossi ti ha scritto",
        "subject": ticket.subject,
        "ticket": ticket.pk,
        "url": reverse("agent:notice", args=[number]),
    }


def look_away(page):
    """Playwright's pages all have the focus, for ever."""
    (worker,) = page.context.service_workers
    worker.evaluate("() => Object.defineProperty(WindowClient.prototype, 'focused', { get: () => false })")


def shown(page, *numbers):
    """The notifications that are shown, once they are those of these notices."""
    return page.evaluate(SHOWN, list(numbers))


def test_switch_subscribes_is_listed_and_told_and_is_switched_off_again(seated, anna, settings):
    settings.WEBHOOK_PRIVATE = True
    browser = Browser()

    with serving(lambda request: (201, {}, b"")) as service, seated(anna) as (page, _tell):
        (worker,) = page.context.service_workers
        worker.evaluate(MADE_UP, {"endpoint": service.url, "p256dh": browser.p256dh, "auth": browser.auth})
        switch = page.get_by_role("switch")
        off = switch.get_attribute("aria-checked"), page.locator("[data-when=off]").is_visible()
        switch.click()
        page.locator("[data-this-one]").wait_for()
        on = switch.get_attribute("aria-checked"), page.locator("[data-when=told]").is_visible()
        focused = page.evaluate("document.activeElement.role")
        asked = worker.evaluate("self.asked")
        notifications.tell([anna.pk], NoticeKind.JOB, values={"job": 1, "done": 3, "failed": 0})
        delivery.step()
        page.reload()
        again = page.get_by_role("switch").get_attribute("aria-checked")
        page.get_by_role("switch").click()
        page.locator("[data-when=off]").wait_for()

    (request,) = service.requests
    assert json.loads(browser.read(request.body))["text"] == "Il tuo lavoro è finito: 3 fatti, 0 no"
    assert (off, on, again, focused) == (("false", True), ("true", True), "true", "switch")
    assert asked == web_push.public_key()
    assert not PushSubscription.objects.exists()


def test_switch_when_the_browser_has_no_push_falls_back_to_open_pages(seated, anna):
    with seated(anna) as (page, _tell):
        page.get_by_role("switch").click()
        page.locator("[data-when=open]").wait_for()
        on = page.get_by_role("switch").get_attribute("aria-checked")
        page.get_by_role("switch").click()
        page.locator("[data-when=off]").wait_for()

    assert on == "true"
    assert not PushSubscription.objects.exists()


def test_switch_when_notifications_are_refused_says_where_to_allow_them(sit_down, anna):  # noqa: F811
    with sit_down(anna, trouble=TROUBLE) as page:
        page.add_init_script("Object.defineProperty(Notification, 'permission', { value: 'denied' })")
        page.goto(PAGE)
        page.locator("[data-when=denied]").wait_for()
        is_off = page.get_by_role("switch").is_disabled()

    assert is_off


def test_push_is_shown_once_for_a_ticket_and_the_latest_takes_its_place(seated, anna, ticket):
    with seated(anna) as (page, tell):
        look_away(page)
        tell(notice_of(ticket))
        first = shown(page, 7)
        tell(notice_of(ticket, 8))
        latest = shown(page, 8)
        tell({"id": 9, "text": "Il tuo lavoro è finito", "subject": "", "ticket": None, "url": "/notices/9"})
        both = shown(page, 8, 9)

    said = ["Rita Rossi ti ha scritto", "La stampante non stampa", f"ticket-{ticket.pk}"]
    assert (first, latest) == ([[*said, 7]], [[*said, 8]])
    assert sorted(it[2] for it in both) == ["notice-9", f"ticket-{ticket.pk}"]


def test_push_when_the_page_is_looked_at_is_a_toast_there_or_the_ticket_itself(seated, anna, ticket):
    with seated(anna, f"/tickets/{ticket.pk}") as (page, tell):
        page.bring_to_front()
        tell(notice_of(ticket))
        tell({"id": 9, "text": "Il tuo lavoro è finito", "subject": "", "ticket": None, "url": "/notices/9"})
        page.locator(".toast", has_text="Il tuo lavoro è finito").wait_for()
        toasts = page.locator(".toast").count()
        notifications_shown = shown(page)

    assert (toasts, notifications_shown) == (1, [])


DISPATCHED = """
({ kind, values }) => self.registration.getNotifications().then(([notification]) => {
  const event = new ExtendableEvent(kind)
  let done
  Object.defineProperties(event, { waitUntil: { value: (it) => (done = it) } })
  for (const [name, value] of Object.entries({ ...values, ...(notification && { notification }) })) event[name] = value
  self.dispatchEvent(event)
  return done.then(() => "", (failure) => failure.name)
})
"""


def test_click_on_a_notification_leads_the_open_page_to_the_ticket(seated, anna, ada, ticket):
    notifications.tell([anna.pk], NoticeKind.MENTION, ticket_id=ticket.pk, author=ada)
    notice = Notification.objects.get()

    with seated(anna) as (page, tell):
        look_away(page)
        tell(notice_of(ticket, notice.pk))
        shown(page, notice.pk)
        (worker,) = page.context.service_workers
        worker.evaluate(DISPATCHED, {"kind": "notificationclick", "values": {}})
        page.wait_for_url(f"**/tickets/{ticket.pk}")
        page.locator("sp-editor[ready]").wait_for()
        left = shown(page)

    assert left == []


def test_subscription_that_the_browser_renews_takes_the_place_of_the_old_one(seated, anna):
    old, new = Browser(), Browser()
    values = {"p256dh": old.p256dh, "auth": old.auth, "label": "x", "private": False}
    push.subscribe("https://push.example/old", actor=anna, **values)

    with seated(anna) as (page, _tell):
        (worker,) = page.context.service_workers
        worker.evaluate(MADE_UP, {"endpoint": "https://push.example/new", "p256dh": new.p256dh, "auth": new.auth})
        renewal = {"oldSubscription": {"endpoint": "https://push.example/old"}}
        failed = worker.evaluate(DISPATCHED, {"kind": "pushsubscriptionchange", "values": renewal})

    assert failed == ""
    assert list(PushSubscription.objects.values_list("endpoint", "p256dh")) == [
        ("https://push.example/new", new.p256dh)
    ]
