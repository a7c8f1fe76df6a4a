"""What was written in our own editor, shown in the page itself; everything else keeps to its frame (ui.framed)."""

from collections.abc import Mapping

from django.utils.safestring import SafeString

from sportello.desk import links
from sportello.desk.words import Via
from sportello.kit import html as kit_html
from sportello.kit import html_written
from sportello.web.ui.markup import NOTHING


def written(via: str, html: str, pictures: Mapping[str, str]) -> SafeString:
    """The html of a comment that came by our pages, cleaned once more; "" where it is more than our editor writes.

    pictures: the address of each picture by its content id.
    """
    if not html or via != Via.WEB or html_written.simple(html) != html:
        return NOTHING
    return SafeString(kit_html.replace_cids(links.without_tokens(html), dict(pictures)))
