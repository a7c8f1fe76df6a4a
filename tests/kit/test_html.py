import re

import pytest
from hypothesis import given
from hypothesis import strategies as st
from lxml import etree
from lxml import html as lxml_html

from sportello.kit.html import (
    _CLEANER,
    block_remote_images,
    clean,
    from_text,
    has_remote_images,
    replace_cids,
    show_remote_images,
)

ATTACKS = [
    "<script>alert(1)</script>",
    "<SCRIPT SRC=https://bad.example/x.js></SCRIPT>",
    "<script/x>alert(1)</script>",
    "<scr<script>ipt>alert(1)</scr</script>ipt>",
    "<<script>alert(1)//<</script>",
    "<img src=x onerror=alert(1)>",
    "<img src=x onerror\t=\n'alert(1)'>",
    "<img/src=x/onerror=alert(1)>",
    '<img """><script>alert(1)</script>">',
    '<img src="javascript:alert(1)">',
    "<img src=`javascript:alert(1)`>",
    '<img src="data:image/svg+xml;base64,PHN2ZyBvbmxvYWQ9YWxlcnQoMSk+">',
    '<img srcset="https://bad.example/a 1x" src=cid:a>',
    '<img dynsrc="javascript:alert(1)" lowsrc="javascript:alert(1)">',
    '<img data-remote-src="javascript:alert(1)">',
    "<a href=javascript:alert(1)>x</a>",
    "<a href=' javascript:alert(1)'>x</a>",
    "<a href='jav\tascript:alert(1)'>x</a>",
    "<a href='jav&#x0A;ascript:alert(1)'>x</a>",
    "<a href='&#106;&#97;&#118;&#97;script:alert(1)'>x</a>",
    "<a href='&#x6A&#x61&#x76&#x61&#x73&#x63&#x72&#x69&#x70&#x74&#x3A;alert(1)'>x</a>",
    "<a href='\x01javascript:alert(1)'>x</a>",
    "<a href='JaVaScRiPt:alert(1)'>x</a>",
    "<a href='vbscript:msgbox(1)'>x</a>",
    "<a href='data:text/html,<script>alert(1)</script>'>x</a>",
    "<a href='//bad.example/x'>x</a>",
    "<a href='cid:page'>x</a>",
    "<a href=https://ok.example onclick=alert(1) onmouseover=alert(1)>x</a>",
    "<a href=https://ok.example target=_self rel=opener>x</a>",
    "<body onload=alert(1)>x",
    "<body background=javascript:alert(1)>x",
    "<svg onload=alert(1)>",
    "<svg><script>alert(1)</script></svg>",
    "<svg><a xlink:href=javascript:alert(1)><text>x</text></a></svg>",
    "<svg><style><img src=x onerror=alert(1)></style></svg>",
    "<math><mtext><table><mglyph><style><img src=x onerror=alert(1)>",
    "<math href=javascript:alert(1)>x</math>",
    "<iframe src=https://bad.example></iframe>",
    "<iframe srcdoc='<script>alert(1)</script>'></iframe>",
    "<frameset><frame src=javascript:alert(1)></frameset>",
    "<object data=javascript:alert(1)></object>",
    "<embed src=https://bad.example/x.swf>",
    "<applet code=x></applet>",
    "<form action=https://bad.example><input name=password><button formaction=javascript:alert(1)>x</button></form>",
    "<isindex type=image src=1 onerror=alert(1)>",
    "<meta http-equiv=refresh content='0;url=javascript:alert(1)'>",
    "<link rel=stylesheet href=https://bad.example/x.css>",
    "<base href=https://bad.example>",
    "<style>@import 'https://bad.example/x.css';</style>",
    "<style>body{background:url(https://bad.example/x)}</style>",
    "<p style=\"background-image:url('https://bad.example/x')\">x</p>",
    '<p style="background-color:url(https://bad.example/x)">x</p>',
    '<p style="color:expression(alert(1))">x</p>',
    '<p style="col\\6fr:url(https://bad.example)">x</p>',
    '<p style="color:red;/**/background:u/**/rl(https://bad.example)">x</p>',
    '<p style="position:fixed;top:0;left:0;width:100%;height:100%;z-index:9">x</p>',
    '<p style="margin:-500px">x</p>',
    '<p style="-moz-binding:url(https://bad.example/x.xml)">x</p>',
    '<p style="behavior:url(x.htc)">x</p>',
    '<p style="border-top:url(https://bad.example) 1px">x</p>',
    '<p class="button button--primary" id="content">x</p>',
    "<input type=image src=x onerror=alert(1)>",
    "<video><source onerror=alert(1)></video>",
    "<audio src=x onerror=alert(1)>",
    "<details open ontoggle=alert(1)>x</details>",
    "<marquee onstart=alert(1)>x</marquee>",
    "<select onfocus=alert(1) autofocus></select>",
    "<textarea autofocus onfocus=alert(1)></textarea>",
    "<noscript><p title='</noscript><img src=x onerror=alert(1)>'>",
    "<title><img src=x onerror=alert(1)></title>",
    "<template><script>alert(1)</script></template>",
    "<xml id=x><i><b>&lt;img src=x onerror=alert(1)&gt;</b></i></xml>",
    "<!--<img src='--><img src=x onerror=alert(1)//'>",
    "<!--[if gte IE 4]><script>alert(1)</script><![endif]-->",
    "<![CDATA[<img src=x onerror=alert(1)>]]>",
    "<?xml-stylesheet href='javascript:alert(1)'?>",
    "<table background=javascript:alert(1)><td background=javascript:alert(1)>x</table>",
    "<bgsound src=javascript:alert(1)>",
    "<br size='&{alert(1)}'>",
    "<x onclick=alert(1)>x</x>",
    "<p onclick\x00=alert(1)>x</p>",
    "<a title='<img src=' href='https://ok.example' lang='>' onclick=alert(1)>x</a>",
    "<a title='<img src=\"https://bad.example\" alt=' href=https://ok.example>x</a>",
    "<img alt='\" onerror=alert(1) x=\"' src=https://ok.example/x.png>",
    "<img src='https://ok.example/\" onerror=\"alert(1)'>",
    "<blockquote cite='javascript:alert(1)'>x</blockquote>",
    "<font color='red;background:url(x)' face=x>x</font>",
    "<td colspan=99999>x</td>",
    "<a href='https://ok.example' ping='https://bad.example'>x</a>",
    "<a href='https://ok.example' style='display:block;position:absolute'>x</a>",
    "<div name=getElementById>x</div>",
    "<form id=x><input name=parentNode></form>",
    "<p dir='x\" onclick=\"alert(1)'>x</p>",
]
TAGS = set(
    "a abbr address b bdi bdo big blockquote br caption center cite code col colgroup dd del dfn div dl dt em "
    "figcaption figure font h1 h2 h3 h4 h5 h6 hr i img ins kbd li mark ol p pre q s samp small span strike strong sub "
    "sup table tbody td tfoot th thead tr tt u ul var wbr".split()
)
ATTRIBUTES = set(
    "class id style title dir lang align href target rel src data-remote-src alt width height type cite name color "
    "start border cellpadding cellspacing bgcolor valign colspan rowspan".split()
)


def tree(html: str) -> etree._Element:
    return lxml_html.fragment_fromstring(re.sub(r"[\x00-\x08\x0b-\x1f]", "", html), create_parent="main")


def check_harmless(html: str) -> None:
    """An independent parser finds nothing but allowed names and harmless values."""
    root = tree(html)
    for element in root.iterdescendants():
        assert element.tag in TAGS
        assert set(element.attrib) <= ATTRIBUTES
        for name in ("href", "cite"):
            assert re.match(r"https?:|mailto:|tel:|mid:|cid:", element.get(name, "mid:"), re.IGNORECASE)
        assert not element.get("href", "").lower().startswith("cid:")
        assert element.get("src", "cid:").lower().startswith("cid:")
        assert re.match(r"https?:", element.get("data-remote-src", "http:"), re.IGNORECASE)
        style = element.get("style", "").lower()
        assert not re.search(r"url|expression|position|behavior|binding|@|\\|-\d|fixed|absolute", style)
        assert "button" not in element.get("class", "")
        if element.tag == "a":
            assert (element.get("target"), element.get("rel")) == ("_blank", "noopener noreferrer nofollow")


@pytest.mark.parametrize("attack", ATTACKS)
def test_clean_when_html_attacks_nothing_of_it_stays(attack):
    cleaned = clean(f"<div>{attack}</div>")

    check_harmless(cleaned)
    assert etree.tostring(tree(clean(cleaned)), method="c14n") == etree.tostring(tree(cleaned), method="c14n")


PIECES = [
    "<",
    ">",
    '"',
    "'",
    "=",
    "/",
    " ",
    "&",
    "<a ",
    "<img ",
    "<p ",
    "</",
    "href=",
    "src=",
    "title=",
    "style=",
    "<!--",
]
PIECES += [
    "-->",
    "javascript:",
    "https://a.example",
    "onerror=x",
    "<script>",
    "<svg>",
    "<math>",
    "<style>",
    "cid:a",
    "</p>",
]
PIECES += [
    "&lt;",
    "&quot;",
    "&#0;",
    "data-remote-src=",
    "<table>",
    "<td>",
    "<select>",
    "<title>",
    "x",
    "<template>",
    "\0",
]


@given(st.lists(st.sampled_from(PIECES), max_size=25).map("".join))
def test_clean_of_any_soup_is_harmless_and_stays_so_with_images_shown(soup):
    cleaned = clean(soup)

    check_harmless(cleaned)
    assert block_remote_images(show_remote_images(cleaned)) == cleaned


@given(st.text())
def test_clean_of_any_text_never_raises(text):
    check_harmless(clean(text))


def test_clean_when_markup_is_ordinary_keeps_it():
    html = (
        '<p style="color:red;font-weight:bold;text-align:center">Ciao <b>Anna</b>, <i>ecco</i>:</p>'
        '<ul><li>uno</li></ul><table border="1"><tbody><tr><td colspan="2">x</td></tr></tbody></table><pre>a  b</pre>'
    )

    assert clean(html) == html


def test_clean_when_link_is_given_it_opens_apart():
    assert clean('<a href="https://a.example/?x=1&amp;y=2" target="_top">x</a>') == (
        '<a href="https://a.example/?x=1&amp;y=2" target="_blank" rel="noopener noreferrer nofollow">x</a>'
    )


@pytest.mark.parametrize(
    "marker",
    [
        '<div class="gmail_quote gmail_quote_container">x</div>',
        '<div class="x_gmail_signature">x</div>',
        '<div id="divRplyFwdMsg">x</div>',
        '<div id="m_-123456divRplyFwdMsg">x</div>',
        '<div id="x_x_appendonsend">x</div>',
        '<div id="ms-outlook-mobile-signature">x</div>',
        '<div class="moz-cite-prefix">x</div>',
        '<div id="yahoo_quoted_1234567890">x</div>',
        '<div class="protonmail_quote">x</div>',
        '<div name="messageReplySection">x</div>',
        '<blockquote type="cite" cite="mid:a@b.example">x</blockquote>',
        '<div style="border:none;border-top:solid #E1E1E1 1.0pt;padding:3.0pt 0cm 0cm 0cm">x</div>',
        '<div style="border-top:1px solid rgb(181, 196, 223)">x</div>',
    ],
)
def test_clean_when_a_client_marked_a_quotation_keeps_the_mark(marker):
    assert clean(marker) == marker


def test_clean_when_class_is_not_a_mark_drops_it():
    assert clean('<p class="ticket-row gmail_quote" id="main">x</p>') == '<p class="gmail_quote">x</p>'


REMOTE = '<p><img src="https://a.example/x.png?a=1&amp;b=2" alt="Logo"><img src="cid:logo@a"></p>'
BLOCKED = '<p><img data-remote-src="https://a.example/x.png?a=1&amp;b=2" alt="Logo"><img src="cid:logo@a"></p>'


def test_remote_images_are_blocked_until_asked_for():
    cleaned = clean(REMOTE)

    assert (cleaned, has_remote_images(cleaned)) == (BLOCKED, True)
    assert show_remote_images(cleaned) == REMOTE
    assert has_remote_images(REMOTE) is False
    assert block_remote_images(REMOTE) == BLOCKED


def test_replace_cids_when_id_is_known_points_to_the_file():
    html = clean('<img src="cid:logo@a"><img src="cid:a%20b&amp;c"><img src="cid:unknown">')

    shown = replace_cids(html, {"logo@a": "/files/1?a=1&b=2", "a b&c": '/files/"2"'})

    assert shown == ('<img src="/files/1?a=1&amp;b=2"><img src="/files/&quot;2&quot;"><img src="cid:unknown">')


def test_from_text_keeps_lines_and_escapes():
    assert from_text("a <b>\nc & d") == "<div>a &lt;b&gt;<br>c &amp; d</div>"
    assert from_text("") == ""


@pytest.mark.parametrize(
    "html",
    [
        "<div>" * 5_000 + "ciao",
        "<b>" * 5_000 + "<p>" * 5_000 + "ciao",
        "".join(f'<font color="#{number:06x}">' for number in range(200)) + "<p>x" * 10_000 + "ciao",
        "&" * 100_000 + "ciao",
        "<blockquote>" * 1_000 + "ciao",
    ],
    ids=["deep", "formatting", "reopened", "references", "quotations"],
)
def test_clean_when_html_is_built_to_exhaust_a_parser_gives_its_text(html):
    cleaned = clean(html)

    check_harmless(cleaned)
    assert "ciao" in cleaned
    assert len(cleaned) < 6 * len(html)


def test_clean_when_newsletter_is_large_but_ordinary_keeps_the_markup():
    row = '<table><tr><td><p><span style="color:red"><b>Offerta</b></span></p></td></tr></table>'

    assert clean(row * 3_000).count("<b>Offerta</b>") == 3_000


def test_cleaner_allows_what_this_test_knows_and_nothing_more():
    everything = "".join(f"<{tag} {' '.join(f'{name}=1' for name in ATTRIBUTES)}>x" for tag in sorted(TAGS))

    check_harmless(clean(everything))
    assert _CLEANER.clean("<video>x</video>") == "x"
