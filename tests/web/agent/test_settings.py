"""The page that leads to everything that can be arranged, and the frame while one arranges."""

from django.urls import reverse

from sportello.web.agent.places import SECTIONS


def labels(groups):
    return [link.label for group in groups for link in group["links"]]


def test_settings_when_an_agent_opens_them_show_only_what_he_may_open(enter, anna, ada):
    of_agent = enter(anna).get("/settings").context["sections"]
    of_admin = enter(ada).get("/settings").context["sections"]

    assert [place.label for _title, places in of_agent for place in places] == [
        "Protocol", "Outbox", "Ledger", "Breakers", "Macros",
    ]  # fmt: skip
    assert len([place for _title, places in of_admin for place in places]) == sum(
        len(section.places) for section in SECTIONS
    )


def test_every_place_of_the_settings_opens(enter, ada):
    client = enter(ada)

    answers = {
        place.name: client.get(reverse(f"agent:{place.name}")).status_code
        for section in SECTIONS
        for place in section.places
    }

    assert answers == dict.fromkeys(answers, 200)


def test_frame_when_a_rule_is_written_shows_the_settings_and_the_way_back(enter, ada):
    nav = enter(ada).get("/triggers/new").context["nav"]

    assert nav["back"] == "/tickets"
    assert [link.label for group in nav["groups"] for link in group["links"] if link.is_current] == ["Triggers"]


def test_frame_when_one_is_at_work_shows_views_and_one_way_to_the_settings(enter, ada, usual):
    nav = enter(ada).get("/reports/month").context["nav"]

    assert nav["back"] == ""
    assert "Triggers" not in labels(nav["groups"])
    assert labels(nav["groups"])[-1] == "Settings"
