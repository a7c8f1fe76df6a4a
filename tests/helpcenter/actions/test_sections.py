"""What is done with the sections of the help center."""

import pytest

from sportello.desk.actions import rule_rows
from sportello.desk.errors import Invalid, Missing, Refused, Stale
from sportello.desk.models import RuleChange
from sportello.helpcenter.actions import articles, sections
from sportello.helpcenter.models import Section


@pytest.mark.parametrize("title", ["", " ", {}, {"it": " "}, {"de": "Drucker"}, "x" * 81, {"it": "x" * 81}])
def test_add_when_the_name_is_wrong_is_refused(anna, title):
    with pytest.raises(Invalid, match="title"):
        sections.add(title, actor=anna)

    assert not Section.objects.exists()


def test_rename_when_the_same_leaves_no_change(help_section, anna):
    before = RuleChange.objects.count()

    sections.rename(help_section.pk, help_section.title, actor=anna)

    assert RuleChange.objects.count() == before


def test_rename_when_another_version_was_seen_is_stale(help_section, anna, ada, frozen_clock):
    seen = rule_rows.version(help_section)
    frozen_clock.shift(1)
    sections.rename(help_section.pk, "Ada's", actor=ada, seen=seen)

    with pytest.raises(Stale):
        sections.rename(help_section.pk, "Anna's", actor=anna, seen=seen)


def test_remove_when_articles_stand_in_it_is_refused(paper, help_section, anna):
    articles.archive(paper.pk, actor=anna)

    with pytest.raises(Refused):
        sections.remove(help_section.pk, actor=anna)

    articles.move(paper.pk, sections.add("Other", actor=anna).pk, actor=anna)
    sections.remove(help_section.pk, actor=anna)
    assert [it.title for it in Section.objects.all()] == ["Other"]


def test_verbs_when_the_section_is_not_there_are_missing(anna):
    for verb in (lambda: sections.rename(98765, "x", actor=anna), lambda: sections.remove(98765, actor=anna)):
        with pytest.raises(Missing):
            verb()
