"""Liquid, reduced to what rules.placeholders lets a text use. Four megabytes: imported with the first text.

There is no loop, no include and no filter that makes a value longer.
"""

from collections.abc import Mapping
from types import MappingProxyType
from typing import Any

from liquid import Environment, Mode
from liquid.builtin import content, illegal, output
from liquid.builtin.filters import math, misc, string
from liquid.builtin.tags import assign_tag, case_tag, comment_tag, if_tag, inline_comment_tag, unless_tag
from liquid.exceptions import LiquidError

__all__ = ["FILTERS", "LAX", "OUTPUT_LIMIT", "STRICT", "LiquidError"]

OUTPUT_LIMIT = 100_000  # bytes
TAGS = (
    content.Literal,
    output.Output,
    illegal.Illegal,
    if_tag.IfTag,
    unless_tag.UnlessTag,
    case_tag.CaseTag,
    assign_tag.AssignTag,
    comment_tag.CommentTag,
    inline_comment_tag.InlineCommentTag,
)
FILTERS: Mapping[str, Any] = MappingProxyType(
    {
        "capitalize": string.capitalize,
        "default": misc.default,
        "divided_by": math.divided_by,
        "downcase": string.downcase,
        "strip": string.strip,
        "truncate": string.truncate,
        "truncatewords": string.truncatewords,
        "upcase": string.upcase,
        "url_encode": string.url_encode,
    }
)


class _Environment(Environment):
    block_nesting_limit = 10
    local_namespace_limit = 8_192  # bytes
    output_stream_limit = OUTPUT_LIMIT

    def setup_tags_and_filters(self, *, extra: bool = False) -> None:
        for tag in TAGS:
            self.add_tag(tag)
        for name, function in FILTERS.items():
            self.add_filter(name, function)


# Rendering is lax: where an accepted text meets an unexpected value, that placeholder is empty and the mail goes out.
LAX = {escape: _Environment(tolerance=Mode.LAX, strict_filters=False, autoescape=escape) for escape in (False, True)}
STRICT = _Environment(tolerance=Mode.STRICT)
