"""The browsers that an agent is told in: his list, adding one, removing one, and signing out."""

import pytest
from django.test import Client
from django.urls import reverse

from sportello.desk.actions import push
from sportello.desk.models import PushSubscription
from sportello.kit import web_push
from sportello.web.agent.browsers import label_of
from tests.push_service import Browser

PAGE = reverse("agent:browsers")
KEYS = Browser()
ANDROID = (
    "Mozilla/5.0 (Linux; Android 15; Pixel) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/140.0 Mobile Safari/537.36"
)


def given(endpoint="https://push.example/annas", **more):
    return {"endpoint": endpoint, "p256dh": KEYS.p256dh, "auth": KEYS.auth, **more}


def add(person, endpoint="https://push.example/annas", label="Firefox, Linux"):
    return push.subscribe(**given(endpoint), label=label, actor=person, private=False)


def owners():
    return sorted(PushSubscription.objects.values_list("user__name", "endpoint"))


def test_browser_that_subscribes_is_listed_as_this_one(enter, anna):
    client = enter(anna)

    answer = client.post(PAGE, given(), headers={"user-agent": ANDROID})
    page = client.get(PAGE).content.decode()

    assert (answer.status_code, owners()) == (201, [("Anna Conti", "https://push.example/annas")])
    assert "Chrome, Android" in page
    assert page.count("data-this-one") == 1
    cookie = client.cookies["sportello_browser"]
    assert (cookie["httponly"], cookie["samesite"]) == (True, "Lax")


def test_list_shows_ones_own_and_says_which_could_not_be_reached(enter, anna, ben):
    add(anna, label="Firefox, Windows")
    add(ben, "https://push.example/bens", label="Safari, iPhone")
    PushSubscription.objects.filter(user=anna).update(failed_at=push.clock.now(), failure="HTTP 503")

    page = enter(anna).get(PAGE).content.decode()

    assert "Firefox, Windows" in page
    assert 'could not be reached</span> <span class="faint small">HTTP 503<' in page
    assert "Safari, iPhone" not in page
    assert "data-this-one" not in page
    assert "push.example" not in page


@pytest.mark.parametrize(
    "wrong", [{"endpoint": "https://10.0.0.1/x"}, {"endpoint": "http://push.example/x"}, {"auth": ""}, {"p256dh": "x"}]
)
def test_browser_with_words_that_none_gives_is_refused(enter, anna, wrong):
    answer = enter(anna).post(PAGE, {**given(), **wrong})

    assert (answer.status_code, answer.json()) == (422, {"said": "This is no address that a browser is told at."})
    assert owners() == []
    assert "sportello_browser" not in answer.cookies


def test_key_is_handed_to_agents_with_a_token_that_is_wanted(enter, anna, rita):
    client = Client(enforce_csrf_checks=True)
    client.force_login(anna, backend="django.contrib.auth.backends.ModelBackend")

    answer = client.get(reverse("agent:browser_key"))
    refused = client.post(PAGE, given())
    taken = client.post(PAGE, given(csrfmiddlewaretoken=answer.json()["token"]))

    assert answer.json()["key"] == web_push.public_key()
    assert "no-store" in answer["Cache-Control"]
    assert (refused.status_code, taken.status_code) == (403, 201)
    assert enter(rita).get(reverse("agent:browser_key")).status_code == 404


def test_removal_takes_ones_own_and_nobody_elses(enter, anna, ben, ada, rita):
    row = add(anna)
    address = reverse("agent:browser_removal", args=[row.pk])

    said = [enter(person).post(address).status_code for person in (ben, ada, rita)]
    said.append(Client().post(address).status_code)
    before = owners()
    enter(anna).post(address)

    assert (said, before) == ([302, 302, 404, 302], [("Anna Conti", "https://push.example/annas")])
    assert owners() == []


def test_pages_are_for_agents_only(enter, rita):
    answers = enter(rita).get(PAGE), enter(rita).post(PAGE, given()), Client().post(PAGE, given())

    assert ([it.status_code for it in answers], owners()) == ([404, 404, 302], [])


def test_signing_out_switches_this_browser_off_and_leaves_the_others(enter, anna):
    add(anna, "https://push.example/telephone")
    client = enter(anna)
    client.post(PAGE, given())

    client.post(reverse("sign_out"))

    assert owners() == [("Anna Conti", "https://push.example/telephone")]
    assert client.cookies["sportello_browser"].value == ""


def sign_in(client, person):
    person.set_password("correct horse battery")
    person.save(update_fields=["password"])
    client.post(reverse("sign_in"), {"email": person.email, "password": "correct horse battery"})
    assert client.session["_auth_user_id"] == str(person.pk)


def test_whoever_sits_down_after_her_reads_nothing_of_hers(enter, anna, ben):
    add(anna, "https://push.example/telephone")
    client = enter(anna)
    client.post(PAGE, given())
    client.cookies.pop("sportello_session")  # Her session has ended by itself.

    sign_in(client, anna)
    hers = owners()
    client.cookies.pop("sportello_session")
    sign_in(client, ben)

    assert hers == [("Anna Conti", "https://push.example/annas"), ("Anna Conti", "https://push.example/telephone")]
    assert owners() == [("Anna Conti", "https://push.example/telephone")]


def test_cookie_that_somebody_made_up_removes_nothing(enter, anna, ben):
    row = add(anna)
    client = enter(ben)
    client.cookies["sportello_browser"] = str(row.pk)

    client.post(reverse("sign_out"))
    client.cookies["sportello_browser"] = str(row.pk)
    sign_in(client, ben)

    assert owners() == [("Anna Conti", "https://push.example/annas")]


@pytest.mark.parametrize("count", [1, 3])
def test_list_asks_as_many_questions_for_many_as_for_one(enter, anna, count, django_assert_num_queries):
    for number in range(count):
        add(anna, f"https://push.example/{number}")
    client = enter(anna)
    client.get(PAGE)

    with django_assert_num_queries(5):
        client.get(PAGE)


@pytest.mark.parametrize(
    ("user_agent", "label"),
    [
        (ANDROID, "Chrome, Android"),
        ("Mozilla/5.0 (X11; Linux x86_64; rv:145.0) Gecko/20100101 Firefox/145.0", "Firefox, Linux"),
        (
            "Mozilla/5.0 (Macintosh; Intel Mac OS X 10_15_7) AppleWebKit/605.1.15 Version/26.0 Safari/605.1.15",
            "Safari, Mac",
        ),
        ("Mozilla/5.0 (Windows NT 10.0) AppleWebKit/537.36 Chrome/142.0 Safari/537.36 Edg/142.0", "Edge, Windows"),
        ("Mozilla/5.0 (iPhone; CPU iPhone OS 18_0 like Mac OS X) AppleWebKit/605.1.15 Mobile/15E148", "iPhone"),
        ("", "a browser"),
    ],
)
def test_label_is_what_its_owner_would_call_it(user_agent, label):
    assert label_of(user_agent) == label
