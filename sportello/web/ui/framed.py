"""HTML from outside, in a page of its own that an iframe shows: no script runs in it, nothing it loads can leave it."""

from collections.abc import Callable

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils.safestring import SafeString

from sportello.desk import links
from sportello.desk.models import Attachment, Comment
from sportello.kit import html as kit_html

# The frame keeps our origin, so that our page can measure it; without scripts that gives its content nothing.
SANDBOX = "sandbox allow-same-origin allow-popups allow-popups-to-escape-sandbox"
RULES = "default-src 'none'; style-src 'self' 'unsafe-inline'; font-src 'self'; form-action 'none'; base-uri 'none'"


def framed(request: HttpRequest, html: str, *, quoted: str = "", remote_images: bool = False) -> HttpResponse:
    """A page of cleaned html for <sp-frame-height>. remote_images: the reader asked for pictures from elsewhere."""
    context = {"html": SafeString(html), "quoted": SafeString(quoted)}
    return _closed(render(request, "ui/framed.html", context), "https: http:" if remote_images else "")


def framed_comment(request: HttpRequest, comment: Comment, url_of: Callable[[Attachment], str]) -> HttpResponse:
    """The comment's own HTML and what it quotes. url_of: where its reader fetches a file, for pictures inside the text.

    `?images=yes`: the reader asked for pictures from elsewhere. A letter of ours that it quotes is no key for whoever
    reads it here.
    """
    files = {file.content_id.strip("<>"): url_of(file) for file in comment.attachments.all() if file.content_id}
    wants_images = "images" in request.GET
    html, quoted = (
        kit_html.replace_cids(links.without_tokens(text), files) for text in (comment.html, comment.quoted_html)
    )
    if wants_images:
        html, quoted = kit_html.show_remote_images(html), kit_html.show_remote_images(quoted)
    return framed(request, html, quoted=quoted, remote_images=wants_images)


def framed_letter(document: str) -> HttpResponse:
    """A whole HTML document of our own making (a mail that goes out) as it will be read."""
    return _closed(HttpResponse(document), "")


def _closed(response: HttpResponse, images: str) -> HttpResponse:
    policy = f"{RULES}; img-src 'self' data: {images}".rstrip()
    response["Content-Security-Policy"] = f"{policy}; frame-ancestors 'self'; {SANDBOX}"
    response["X-Frame-Options"] = "SAMEORIGIN"
    response["Referrer-Policy"] = "no-referrer"
    return response
