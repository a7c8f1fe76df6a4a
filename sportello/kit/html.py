"""HTML from outside made safe to show: an allow-list by nh3, remote images blocked until asked for."""

import html as entities
import re
from functools import lru_cache
from urllib.parse import unquote

import nh3

from sportello.kit.html_markers import is_quote_marker
from sportello.kit.html_text import to_text

_TAGS = set(
    "a abbr address b bdi bdo big blockquote br caption center cite code col colgroup dd del dfn div dl dt em "
    "figcaption figure font h1 h2 h3 h4 h5 h6 hr i img ins kbd li mark ol p pre q s samp small span strike strong sub "
    "sup table tbody td tfoot th thead tr tt u ul var wbr".split()
)
_DROPPED_WHOLE = {"script", "style", "title", "template", "iframe", "object", "svg", "math", "noembed", "noframes"}
_FORMATTING = frozenset("a b big code em font i nobr s small strike strong tt u".split())
_UNCLOSED = frozenset(
    "area base br col dd dt hr img input li link meta option p param source tbody td tr th wbr".split()
)
_DEEPEST = 250
_MOST_REOPENED = 500_000
_MOST_REFERENCES = 50_000

_ATTRIBUTES = {
    "*": {"class", "id", "style", "title", "dir", "lang", "align"},
    "a": {"href"},
    "img": {"src", "data-remote-src", "alt", "width", "height"},
    "blockquote": {"type", "cite"},
    "div": {"name"},
    "font": {"color"},
    "ol": {"start", "type"},
    "table": {"border", "cellpadding", "cellspacing", "width", "bgcolor"},
    "tr": {"bgcolor", "valign"},
    "td": {"colspan", "rowspan", "width", "valign", "bgcolor"},
    "th": {"colspan", "rowspan", "width", "valign", "bgcolor"},
}
_COLOR = r"#[0-9a-f]{3,8}|[a-z]{3,30}|(?:rgb|hsl)a?\([0-9.,%/ ]{1,40}\)"
_LENGTH = r"(?:0|auto|\d{1,2}(?:\.\d{1,4})?(?:px|pt|%)|[0-3]?(?:\.\d{1,4})?(?:em|rem|cm|in)|\d(?:\.\d{1,4})?)"
_LENGTHS = rf"{_LENGTH}(?: {_LENGTH}){{0,3}}"
_BORDER = rf"(?:(?:none|solid|dashed|dotted|double|windowtext|medium|thin|{_LENGTH}|{_COLOR})(?: |$)){{1,4}}"
_STYLES = {
    "color": _COLOR,
    "background-color": _COLOR,
    "font-weight": r"bold|bolder|lighter|normal|[1-9]00",
    "font-style": r"italic|oblique|normal",
    "text-decoration": r"underline|line-through|none",
    "text-align": r"left|right|center|justify|start|end",
    "white-space": r"normal|pre|pre-wrap|pre-line|nowrap",
    "display": r"none",  # what the sender's own client hid stays hidden
    **{f"padding{side}": _LENGTHS for side in ("", "-top", "-right", "-bottom", "-left")},
    **{f"margin{side}": _LENGTHS for side in ("", "-top", "-right", "-bottom", "-left")},
    # Outlook marks the start of a quotation by nothing but a line above it.
    **{f"border{side}": _BORDER for side in ("", "-top", "-right", "-bottom", "-left")},
}
_STYLE_VALUES = {name: re.compile(pattern, re.IGNORECASE) for name, pattern in _STYLES.items()}
_VALUES = {
    "dir": re.compile(r"ltr|rtl|auto", re.IGNORECASE),
    "lang": re.compile(r"[A-Za-z0-9-]{1,20}"),
    "align": re.compile(r"left|right|center|justify", re.IGNORECASE),
    "valign": re.compile(r"top|middle|bottom|baseline", re.IGNORECASE),
    "type": re.compile(r"cite|[1aAiI]"),
    "color": re.compile(_COLOR, re.IGNORECASE),
    "bgcolor": re.compile(_COLOR, re.IGNORECASE),
    "width": re.compile(r"\d{1,4}%?"),
    "height": re.compile(r"\d{1,4}"),
    "start": re.compile(r"\d{1,6}"),
    **dict.fromkeys(("border", "cellpadding", "cellspacing"), re.compile(r"\d{1,2}")),
    **dict.fromkeys(("colspan", "rowspan"), re.compile(r"\d{1,2}")),
}
_TAG = re.compile(r"<(/?)([a-z][a-z0-9:]*)")
# Exact on nh3's output: values are quoted, and no value holds "<" because `_attribute` takes it out.
_IMAGE = re.compile(r'<img((?: [a-z-]+="[^"]*")*)>')
_REMOTE = re.compile(r' src="(https?:[^"]*)"', re.IGNORECASE)
_BLOCKED = re.compile(r' data-remote-src="(https?:[^"]*)"', re.IGNORECASE)
_CID = re.compile(r' src="cid:([^"]*)"', re.IGNORECASE)


def clean(html: str) -> str:
    """html with only what is safe on our pages. Never raises; time grows with length alone.

    Cleaning twice changes nothing more. Links open apart and say nothing of us. Remote images wait in
    `data-remote-src` (see show_remote_images); `cid:` images keep their reference (see replace_cids). class, id and
    name survive only where they mark a quotation or a signature. HTML built to exhaust a parser comes back as its
    plain text.
    """
    if _is_hostile(html):
        return from_text(to_text(html))
    return block_remote_images(_CLEANER.clean(html.replace("\0", "")))


def from_text(text: str) -> str:
    """Plain text as HTML that keeps its lines."""
    return f"<div>{entities.escape(text, quote=False).replace(chr(10), '<br>')}</div>" if text else ""


def block_remote_images(html: str) -> str:
    """Cleaned html whose images from the network are not fetched: `src` becomes `data-remote-src`."""
    return _IMAGE.sub(lambda image: _REMOTE.sub(r' data-remote-src="\1"', image[0]), html)


def show_remote_images(html: str) -> str:
    """Cleaned html whose blocked images are fetched after all."""
    return _IMAGE.sub(lambda image: _BLOCKED.sub(r' src="\1"', image[0]), html)


def has_remote_images(html: str) -> bool:
    """Whether cleaned html holds blocked images."""
    return any(_BLOCKED.search(image[0]) for image in _IMAGE.finditer(html))


def replace_cids(html: str, mapping: dict[str, str]) -> str:
    """Cleaned html whose `cid:` images point to the addresses mapping gives by content id (without <>)."""

    def replace(source: re.Match[str]) -> str:
        content_id = unquote(entities.unescape(source[1]))
        return f' src="{entities.escape(mapping[content_id])}"' if content_id in mapping else source[0]

    return _IMAGE.sub(lambda image: _CID.sub(replace, image[0]), html)


def _is_hostile(html: str) -> bool:
    """Whether the standard's tree builder would need far more than linear time.

    Each open element is looked at for each new block, each formatting element left open is opened again in it, and
    text is copied at each "&".
    """
    if html.count("&") > _MOST_REFERENCES:
        return True
    if html.count("<") <= _DEEPEST:
        return False
    depth = formatting = deepest = most_formatting = tags = 0
    for closing, name in _TAG.findall(html.lower()):
        tags += 1
        if name in _UNCLOSED:
            continue
        step = -1 if closing else 1
        depth = max(0, depth + step)
        deepest = max(deepest, depth)
        if name in _FORMATTING:
            formatting = max(0, formatting + step)
            most_formatting = max(most_formatting, formatting)
    return deepest > _DEEPEST or most_formatting * tags > _MOST_REOPENED


def _attribute(tag: str, attribute: str, value: str) -> str | None:
    if attribute in ("class", "id", "name"):
        return " ".join(token for token in value.split() if is_quote_marker(token)) or None
    if attribute == "style":
        return _style(value[:1000]) or None
    if attribute in _VALUES:
        return value if _VALUES[attribute].fullmatch(value) else None
    if attribute in ("href", "src", "cite", "data-remote-src"):
        return _url(tag, attribute, value)
    return value.replace("<", "")


def _url(tag: str, attribute: str, value: str) -> str | None:
    scheme = value.strip().partition(":")[0].lower()
    allowed = {
        "href": ("http", "https", "mailto", "tel"),
        "src": ("http", "https", "cid"),
        "data-remote-src": ("http", "https"),
        "cite": ("http", "https", "mid", "cid"),
    }[attribute]
    return value.strip().replace("<", "%3C") if scheme in allowed else None


@lru_cache(maxsize=512)  # one mail repeats a few styles hundreds of times
def _style(value: str) -> str:
    kept = []
    for declaration in value.split(";"):
        name, _, wanted = declaration.partition(":")
        name, wanted = name.strip().lower(), " ".join(wanted.split()).removesuffix("!important").strip()
        allowed = _STYLE_VALUES.get(name)
        if allowed and len(wanted) <= 80 and allowed.fullmatch(wanted):
            kept.append(f"{name}:{wanted}")
    return ";".join(kept)


_CLEANER = nh3.Cleaner(
    tags=_TAGS,
    clean_content_tags=_DROPPED_WHOLE,
    attributes=_ATTRIBUTES,
    attribute_filter=_attribute,
    url_schemes={"http", "https", "mailto", "tel", "cid", "mid"},
    url_relative="deny",
    link_rel="noopener noreferrer nofollow",
    set_tag_attribute_values={"a": {"target": "_blank"}},
)
