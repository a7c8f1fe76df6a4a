import pytest
from hypothesis import given
from hypothesis import strategies as st

from sportello.kit.html_text import to_text

CASES = {
    "paragraphs": ("<p>uno</p><p>due</p>", "uno\n\ndue"),
    "breaks": ("uno<br>due<br><br>tre", "uno\ndue\n\ntre"),
    "divs-as-lines": ("<div>uno</div><div>due</div><div><br></div><div>tre</div>", "uno\ndue\n\ntre"),
    "outlook-paragraphs": (
        '<p class="MsoNormal">uno</p><p class="MsoNormal">&nbsp;</p><p class="MsoNormal">due</p>',
        "uno\n\ndue",
    ),
    "white-space": ("<p>uno\n   due\t<b> tre</b></p>", "uno due tre"),
    "entities": ("<p>caff&egrave; &lt;3 &#8364;&nbsp;5</p>", "caffè <3 € 5"),
    "bullets": ("<ul><li>uno</li><li>due</li></ul>", "- uno\n- due"),
    "numbers": ("<ol><li>uno<li>due</ol>", "1. uno\n2. due"),
    "nested-lists": ("<ul><li>uno<ol><li>a</li><li>b</li></ol></li></ul>", "- uno\n  1. a\n  2. b"),
    "rows": ("<table><tr><td>a</td><td>b</td></tr><tr><td>c</td><td>d</td></tr></table>", "a | b\nc | d"),
    "quotation": (
        "<p>sì</p><blockquote><p>uno</p><blockquote>due<br>tre</blockquote></blockquote>no",
        "sì\n\n> uno\n>\n> > due\n> > tre\n\nno",
    ),
    "link-with-other-text": ('<a href="https://a.example/x">qui</a>', "qui <https://a.example/x>"),
    "link-with-same-text": ('<a href="https://a.example/">a.example</a>', "a.example"),
    "mail-link-with-same-text": ('<a href="mailto:anna@a.example">Anna@a.example</a>', "Anna@a.example"),
    "telephone-link": ('<a href="tel:+39055123">chiama</a>', "chiama <+39055123>"),
    "dangerous-link": ('<a href="javascript:x">qui</a>', "qui"),
    "script-and-style": ("<style>p{}</style><script>if (a<b) x()</script><title>t</title>uno", "uno"),
    "comment": ("<!-- <p>no</p> --><!--[if mso]>no<![endif]-->uno", "uno"),
    "hidden": ('<div style="display:none">anteprima</div>uno', "uno"),
    "only-hidden": ('<div style="display: none">solo questo</div>', "solo questo"),
    "image": ('<img src="x" alt="Logo della ditta">', "[Logo della ditta]"),
    "emoji-image": ('ok <img alt="😀">', "ok 😀"),
    "preformatted": ("<pre>a\n  b</pre>", "a\n  b"),
    "rule": ("uno<hr>due", "uno\n________________________________\ndue"),
    "empty": ("", ""),
    "no-markup": ("solo testo", "solo testo"),
    "unclosed": ("<p>uno<b>due", "unodue"),
    "null": ("uno\0due", "unodue"),
}


@pytest.mark.parametrize("name", CASES)
def test_to_text_reads_like_the_page(name):
    html, text = CASES[name]

    assert to_text(html) == text


def test_to_text_when_nested_ever_deeper_loses_nothing():
    assert to_text("<div>" * 100_000 + "in fondo") == "in fondo"


@given(st.text(st.sampled_from("<>/&;!-pbadivx =\"' \n\0"), max_size=60))
def test_to_text_of_any_soup_never_raises(soup):
    to_text(soup).encode()


@given(st.lists(st.text(st.characters(categories=["L", "N"]), min_size=1), min_size=1))
def test_to_text_keeps_every_word(words):
    html = "".join(f"<p><b>{word}</b> <i>{word}</i></p>" for word in words)

    assert to_text(html).split() == [word for word in words for _ in range(2)]
