"""The tags that are worked out once give what Django's give, in each language and for each argument."""

import pytest
from django.template import Context, Template
from django.template.defaulttags import URLNode
from django.templatetags.i18n import TranslateNode
from django.utils import translation

from sportello.web.ui.templatetags.addresses import _Address
from sportello.web.ui.templatetags.i18n import _Translated


def shown(source, **values):
    return Template("{% load i18n %}" + source).render(Context(values))


@pytest.mark.parametrize("language", ["it", "en"])
@pytest.mark.parametrize(
    ("source", "said"),
    [
        ('{% translate "Group" %}', {"it": "Gruppo", "en": "Group"}),
        ('{% translate "New" context "ticket status" %}', {"it": "Nuovo", "en": "New"}),
        ('{% translate "Group" as it %}[{{ it }}]', {"it": "[Gruppo]", "en": "[Group]"}),
        ("{% translate word %}", {"it": "Gruppo", "en": "Group"}),
        ('{% translate "Group" noop %}', {"it": "Group", "en": "Group"}),
    ],
)
def test_text_is_in_the_language_of_the_moment(source, said, language):
    template = Template("{% load i18n %}" + source)
    for each in ("en", language, "it", language):
        with translation.override(each):
            assert template.render(Context({"word": "Group"})) == said[each]


def test_address_is_of_its_arguments():
    source = "{% url 'agent:ticket' it %} {% url 'agent:queue' %}"

    asked = [shown(source, it=it) for it in (7, 8, "7")]

    assert asked == ["/tickets/7 /tickets", "/tickets/8 /tickets", "/tickets/7 /tickets"]


def test_only_what_stays_the_same_is_kept():
    def node(source):
        return type(Template("{% load i18n %}" + source).nodelist[-1])

    assert node('{% translate "Group" %}') is _Translated
    assert node('{% translate "New" context "ticket status" %}') is _Translated
    assert node("{% translate word %}") is TranslateNode
    assert node("{% url 'agent:ticket' it %}") is _Address
    assert node("{% url 'agent:ticket' it as address %}") is URLNode
    assert node("{% url name %}") is URLNode
