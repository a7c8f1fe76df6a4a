import pytest

from sportello.desk.actions import configuration
from sportello.desk.models import Protocol


@pytest.fixture
def form(enter, ada):
    """What the page's form holds as it comes."""
    shown = enter(ada).get("/protocol").context["form"]
    return {field.html_name: field.value() for field in shown if field.value() not in (False, None)}


def test_protocol_page_shows_four_mails_in_both_languages(enter, anna, db):
    steps = enter(anna).get("/protocol").context["steps"]

    assert [step.value for step in steps] == ["taken_charge", "solved", "closed", "survey"]
    assert [code for code, *_rest in steps[0].texts] == ["it", "en"]


def test_protocol_page_calls_no_field_optional_that_is_asked_for(enter, ada, db):
    assert "field__optional" not in enter(ada).get("/protocol").content.decode()


def test_protocol_when_changed_is_a_new_version(enter, ada, form):
    enter(ada).post("/protocol/versions", {**form, "steps.close_hours": 24})
    configuration.forget()

    assert (Protocol.objects.get().version, configuration.current().steps_of(None).close_hours) == (1, 24)


def test_protocol_keeps_only_the_texts_that_differ(enter, ada, form):
    enter(ada).post("/protocol/versions", {**form, "texts.it.solved.subject": "Risolta: {{ ticket.title }}"})

    texts = Protocol.objects.get().texts
    assert list(texts) == ["it"]
    assert list(texts["it"]) == ["solved"]
    assert texts["it"]["solved"]["subject"] == "Risolta: {{ ticket.title }}"


def test_protocol_switched_off_step_is_off(enter, ada, form):
    del form["steps.survey"]

    enter(ada).post("/protocol/versions", form)

    assert Protocol.objects.get().steps["survey"] is False


@pytest.mark.parametrize(
    ("name", "value"),
    [("steps.close_hours", "0"), ("texts.en.closed.body", ""), ("texts.en.closed.body", "{{ nonsense }}")],
)
def test_protocol_with_a_mistake_comes_back_with_everything_typed(enter, ada, form, name, value):
    response = enter(ada).post("/protocol/versions", {**form, "texts.it.closed.subject": "Kept words", name: value})

    assert response.status_code == 422
    assert name in response.context["form"].errors
    assert "Kept words" in response.content.decode()
    assert not Protocol.objects.exists()


def test_protocol_of_an_organization_is_its_own_and_can_be_dropped(enter, ada, form, organization):
    path = f"/protocol/organizations/{organization.pk}"
    enter(ada).post(f"{path}/versions", {**form, "steps.close_hours": 12})
    configuration.forget()
    own = configuration.current().steps_of(organization.pk).close_hours
    enter(ada).post(f"{path}/dropping")
    configuration.forget()

    assert (own, configuration.current().steps_of(organization.pk).close_hours) == (12, 48)
    assert configuration.current().steps_of(None).close_hours == 48


@pytest.mark.parametrize(
    "path", ["/protocol/versions", "/protocol/organizations/{}/versions", "/protocol/organizations/{}/dropping"]
)
def test_protocol_is_not_changed_by_agents_or_customers(enter, anna, rita, form, organization, path):
    for person in (anna, rita):
        assert enter(person).post(path.format(organization.pk), form).status_code == 404

    assert not Protocol.objects.exists()


def test_preview_shows_the_text_before_it_is_in_force(enter, anna, form):
    text = "Buongiorno {{ requester.first_name }}, provi ora."

    response = enter(anna).post("/protocol/preview", {**form, "texts.it.solved.body": text, "preview": "it.solved"})

    assert "Buongiorno Caterina, provi ora." in response.content.decode()
    assert "default-src 'none'" in response["Content-Security-Policy"]
    assert not Protocol.objects.exists()


@pytest.mark.parametrize("what", ["", "it.", "xx.solved", "it.sign_in"])
def test_preview_of_nothing_is_not_there(enter, anna, form, what):
    assert enter(anna).post("/protocol/preview", {**form, "preview": what}).status_code == 404
