"""What a person writes in the editor of our own pages: few elements, no styles, shown in our pages as it is."""

import re
from collections.abc import Collection
from functools import lru_cache
from html import unescape

import nh3

from sportello.kit.html import clean
from sportello.kit.html_text import to_text

_TAGS = set("a b blockquote br code div em i img li ol p pre s strong u ul".split())
# Exact on nh3's output: values are quoted, and no value holds "<".
_IMAGE = re.compile(r'<img((?: [a-z-]+="[^"]*")*)>')
_CID = re.compile(r' src="cid:([^"]*)"')
# What plain text says as well: lines, and addresses that are their own words.
_LINES = re.compile(r"</?(?:div|p)>|<br>")
_BARE_LINK = re.compile(r'<a href="([^"]*)"[^>]*>([^<]*)</a>')
_SPACES = re.compile(r"[\u200b\ufeff]")


def written(html: str, pictures: Collection[str] = ()) -> tuple[str, str]:
    """What a browser's editor sent, as (text, cleaned html); html is "" where it says no more than the text does.

    pictures: the content ids of those that may stay in it (src="cid:…"). Never raises.
    """
    found = _without_pictures(simple(_SPACES.sub("", html)), pictures)
    text = to_text(found).strip() if found else ""
    return (text, "") if is_plain(found) else (text, found)


@lru_cache(maxsize=512)
def simple(html: str) -> str:
    """html with nothing but the elements of our editor: safe inside a page, without a frame. Idempotent."""
    return _CLEANER.clean(clean(html))


def is_plain(html: str) -> bool:
    """Whether simple html holds nothing but lines of text."""
    return "<" not in _LINES.sub("", _BARE_LINK.sub(_bare, html))


def _bare(link: re.Match[str]) -> str:
    return "" if unescape(link[1]).removeprefix("mailto:").rstrip("/") == unescape(link[2]).rstrip("/") else link[0]


def _without_pictures(html: str, kept: Collection[str]) -> str:
    return _IMAGE.sub(lambda image: image[0] if _content_id(image[1]) in kept else "", html)


def content_ids(html: str) -> set[str]:
    """Which pictures simple html shows."""
    return {_content_id(image[1]) for image in _IMAGE.finditer(html)} - {""}


def _content_id(attributes: str) -> str:
    found = _CID.search(attributes)
    return unescape(found[1]) if found else ""


_CLEANER = nh3.Cleaner(
    tags=_TAGS,
    attributes={"a": {"href"}, "img": {"src", "alt"}, "ol": {"start"}},
    url_schemes={"http", "https", "mailto", "tel", "cid"},
    url_relative="deny",
    link_rel="noopener noreferrer nofollow",
    set_tag_attribute_values={"a": {"target": "_blank"}},
)
