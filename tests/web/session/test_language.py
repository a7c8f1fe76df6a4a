"""The language button."""

from django.urls import reverse


def test_language_when_signed_in_then_pages_and_mails_of_this_person_speak_it(client, anna):
    client.force_login(anna, backend="django.contrib.auth.backends.ModelBackend")

    response = client.post(reverse("set_language"), {"language": "en", "next": "/sign-in"})

    anna.refresh_from_db()
    assert (response.status_code, response.url, anna.language) == (302, "/sign-in", "en")


def test_language_when_unknown_or_only_looked_at_changes_nothing(client, anna):
    client.force_login(anna, backend="django.contrib.auth.backends.ModelBackend")

    client.post(reverse("set_language"), {"language": "xx"})
    response = client.get(reverse("set_language"), {"language": "en"})

    anna.refresh_from_db()
    assert (response.status_code, anna.language) == (405, "it")


def test_language_when_nobody_is_signed_in_then_the_browser_remembers_and_next_stays_here(client, db):
    response = client.post(reverse("set_language"), {"language": "it", "next": "https://elsewhere.example/"})

    assert response.url == "/"
    assert response.cookies["sportello_language"].value == "it"
