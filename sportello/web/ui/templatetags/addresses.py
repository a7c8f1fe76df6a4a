"""Django's tag `url`, in which the address of a page is worked out once: a page has dozens of them."""

from functools import lru_cache
from typing import Any

from django.template import Context, Library, Node
from django.template.base import Parser, Token
from django.template.defaulttags import URLNode, url
from django.urls import reverse
from django.utils.html import conditional_escape

register = Library()


class _Address(Node):
    def __init__(self, node: URLNode, name: str) -> None:
        self._name, self._arguments = name, node.args

    def render(self, context: Context) -> str:
        arguments = [it.resolve(context) for it in self._arguments]
        return _address(self._name, *arguments)


@register.tag("url")
def address(parser: Parser, token: Token) -> Node:
    node = url(parser, token)
    name = node.view_name.var
    return node if node.asvar or node.kwargs or not isinstance(name, str) else _Address(node, name)


@lru_cache(maxsize=5_000)
def _address(name: str, *arguments: Any) -> str:
    return conditional_escape(reverse(name, args=arguments))
