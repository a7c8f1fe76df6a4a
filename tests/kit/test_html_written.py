import pytest
from hypothesis import given
from hypothesis import strategies as st

from sportello.kit.html_written import content_ids, simple, written

SHAPED = '<div><b>Ciao</b> <a href="https://x.example/a">qui</a></div><ul><li>uno</li></ul><pre>x  y</pre>'
HOSTILE = [
    "<script>alert(1)</script>ciao",
    "<img src=x onerror=alert(1)>ciao",
    '<b style="position:fixed;inset:0" onclick="alert(1)">ciao</b>',
    '<a href="javascript:alert(1)">ciao</a>',
    '<a href="/tickets/1/draft/undoing">ciao</a>',
    "<svg/onload=alert(1)><b>ciao</b>",
    '<form action="https://x.example"><input name=q>ciao</form>',
    "<iframe srcdoc='<script>alert(1)</script>'></iframe>ciao",
    '<div class="banner" id="main" data-sends="/x" hidden>ciao</div>',
    "<math><mtext><table><mglyph><style><img src=x onerror=alert(1)></style></table></math>ciao",
    '<img alt="a>b<script>" src="cid:none">ciao',
    "<sp-keep url=/x>ciao</sp-keep>",
]


def test_written_keeps_shapes_and_says_them_in_text():
    text, html = written(SHAPED)

    assert 'href="https://x.example/a"' in html
    assert "<ul><li>uno</li></ul><pre>x  y</pre>" in html
    assert text == "Ciao qui <https://x.example/a>\n- uno\n\nx  y"


@pytest.mark.parametrize(
    "html",
    [
        "<div>Ciao,</div><div><br></div><div>a &lt;b&gt; &amp; c</div>",
        '<div>vedi <a href="https://x.example/">https://x.example</a></div>',
        "<p>uno</p><p>due</p>",
        "",
    ],
)
def test_written_that_says_no_more_than_text_is_text(html):
    assert written(html)[1] == ""


def test_written_text_is_what_was_typed():
    assert written("<div>Ciao,</div><div><br></div><div>a &lt;b&gt;\u200b &amp; c</div>") == ("Ciao,\n\na <b> & c", "")


def test_written_keeps_only_pictures_of_its_own():
    html = '<div><img src="cid:a@b" alt="x.png"><img src="cid:c@d"><img src="https://t.example/x.png"><b>q</b></div>'

    text, kept = written(html, {"a@b"})

    assert kept == '<div><img src="cid:a@b" alt="x.png"><b>q</b></div>'
    assert content_ids(kept) == {"a@b"}
    assert text == "[x.png]q"


@pytest.mark.parametrize("html", HOSTILE)
def test_written_holds_nothing_that_could_act(html):
    text, kept = written(html)

    for word in ("script", "onerror", "onload", "onclick", "style", "javascript", "class", "data-", "/tickets", "sp-"):
        assert word not in kept
    assert "ciao" in text


@given(st.text())
def test_simple_twice_is_simple_once(text):
    for html in (text, f"<div><b>{text}</b><img alt='{text}'></div>"):
        assert simple(simple(html)) == simple(html)
