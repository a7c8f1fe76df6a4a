from datetime import UTC, datetime

import pytest
from django.template import engines
from django.test import RequestFactory


@pytest.fixture
def render():
    return lambda source, **context: engines["django"].from_string("{% load ui %}" + source).render(context)


def test_icon_without_label_is_hidden_from_screen_readers(render):
    assert 'aria-hidden="true"' in render('{% icon "inbox" %}')


def test_icon_with_label_is_named_and_escaped(render):
    html = render('{% icon "inbox" label=label %}', label='<"a">')

    assert 'role="img"' in html
    assert "&lt;&quot;a&quot;&gt;" in html
    assert '<"a' not in html


def test_avatar_of_a_hostile_name_is_escaped(render):
    assert "<script>" not in render("{% avatar name %}", name="<script> x")


def test_avatar_of_nobody_says_nobody(render):
    assert 'title="nobody"' in render('{% avatar "" %}')


def test_status_is_told_by_word_and_shape(render):
    html = render('{% status "pending" %}')

    assert "Pending" in html
    assert "#circle-ellipsis" in html


def test_relative_time_carries_the_exact_time(render):
    html = render("{% relative_time at %}", at=datetime(2026, 11, 3, 12, 0, 7, tzinfo=UTC))

    assert 'datetime="2026-11-03T12:00:07+00:00"' in html
    assert 'title="Tuesday 3 November 2026 12:00:07"' in html


def test_relative_time_of_nothing_is_a_dash(render):
    assert render("{% relative_time at %}{% elapsed at %}{% moment at %}", at=None) == "–––"


@pytest.mark.parametrize(
    ("cookie", "attribute"),
    [("dark", ' data-theme="dark"'), ("light", ' data-theme="light"'), ('"><script>', ""), ("", "")],
)
def test_theme_of_a_cookie_is_one_of_ours_or_nothing(render, cookie, attribute):
    request = RequestFactory().get("/")
    request.COOKIES["sportello_theme"] = cookie

    assert render("{% theme request %}", request=request) == attribute


def test_stylesheets_begin_with_the_one_that_declares_the_layers(render):
    links = render("{% stylesheets %}").splitlines()

    assert "_global" in links[0]
    assert len(links) > 20
