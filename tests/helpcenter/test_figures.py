"""What articles did lately."""

from datetime import timedelta

from sportello.helpcenter import figures
from sportello.helpcenter.actions import readings
from sportello.helpcenter.figures import Figures
from sportello.kit import clock


def test_since_counts_what_happened_since_then_of_the_articles_asked_for(write_article, paper, frozen_clock):
    other = write_article({"en": ("Toner", "<p>Shake it.</p>")})
    readings.open(paper.pk, visit="long-ago-visit", language="en")
    frozen_clock.shift(3600)
    since = clock.now() - timedelta(minutes=1)
    for visit, helped in (("first-visit", True), ("second-visit", False), ("third-visit", True)):
        readings.show([paper.pk, other.pk], visit=visit, language="en")
        readings.open(paper.pk, visit=visit, language="en")
        readings.answer(paper.pk, helped, visit=visit, language="en")
    readings.request_sent("third-visit")

    found = figures.since(since)

    assert found == {paper.pk: Figures(opened=3, helped=2, answered=3, avoided=1), other.pk: Figures()}
    assert found[paper.pk].helped_percentage == 67
    assert found[other.pk].helped_percentage is None
    assert figures.since(since, [other.pk]) == {other.pk: Figures()}
