"""A section of the help center and articles in it, for whoever tests what is done with them."""

import pytest

from sportello.helpcenter.actions import articles, sections

TITLES = {"it": "Stampanti", "en": "Printers"}
PAPER = "<p>Open the front cover and <b>pull the paper</b> out slowly.</p>"


@pytest.fixture
def help_section(anna):
    return sections.add(TITLES, actor=anna)


@pytest.fixture
def write_article(anna, help_section):
    """An article of these texts, {language: (title, html)}, published unless told otherwise."""

    def write(texts, *, published=True, into=None):
        found = None
        for language, (title, html) in texts.items():
            if found is None:
                found = articles.add((into or help_section).pk, language, title, html, actor=anna)
            else:
                articles.write(found.pk, language, title, html, actor=anna)
            if published:
                articles.publish(found.pk, language, actor=anna)
        return found

    return write


@pytest.fixture
def paper(write_article):
    """Published in both languages."""
    return write_article(
        {"en": ("The paper is stuck", PAPER), "it": ("La carta è incastrata", "<p>Aprire lo sportello.</p>")}
    )
