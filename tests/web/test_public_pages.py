"""Pages that ask for no sign-in are exceptions; here they all are."""

from collections.abc import Iterator

from django.urls import URLPattern, URLResolver, get_resolver

PUBLIC = {
    "": "leads everybody to his page",
    "brand/colour/<str:code>.css": "a stylesheet that hangs on its address alone",
    "brand/logo/<str:digest>": "the desk's picture, which mails show",
    "invitation/<str:token>": "lets a new agent in, by a signed link",
    "alive": "says that the desk answers",
    "manifest.webmanifest": "the desk's name and pictures, for the browser that installs it",
    "offline": "says that the desk cannot be reached",
    "worker.js": "the service worker, the same for everybody",
    "patterns": "shows invented content",
    "sign-in": "lets in",
    "sign-in/<str:token>": "lets in by a signed link",
    "sign-out": "ends a session",
    "language": "keeps a choice in a cookie",
    "help": "articles that are published",
    "help/articles/<int:article_id>": "an article that is published",
    "help/articles/<int:article_id>/openings": "writes down that somebody has read it",
    "help/articles/<int:article_id>/answers": "writes down whether it helped",
    "help/suggestions": "articles that fit a guest's request",
    "requests/new": "takes a guest's request",
    "requests/sent/<str:token>": "says a number, by a signed link",
    "r/<str:token>": "a request, by a signed link",
    "r/<str:token>/comments": "a request, by a signed link",
    "r/<str:token>/comments/<int:comment_id>/body": "a request, by a signed link",
    "r/<str:token>/files/<int:file_id>": "a request, by a signed link",
    "confirm/<str:token>": "an answer, by a signed link",
    "not-yet/<str:token>": "an answer, by a signed link",
    "vote/<str:token>/<str:score>": "a vote, by a signed link",
    "published/<str:token>": "a month's report that somebody published, by a signed link that can be withdrawn",
    "setup/<str:token>/desk": "only until the desk is set up, by a signed link or at the machine itself",
    "setup/<str:token>/agent": "as above",
    "setup/<str:token>/mail-in": "as above",
    "setup/<str:token>/mail-out": "as above",
    "setup/<str:token>/ready": "as above",
    "setup/<str:token>/finish": "as above",
}


def pages(resolver: URLResolver, prefix: str = "") -> Iterator[tuple[str, URLPattern]]:
    for found in resolver.url_patterns:
        path = prefix + str(found.pattern)
        if isinstance(found, URLResolver):
            yield from pages(found, path)
        else:
            yield path, found


def test_public_pages_are_the_ones_of_the_list():
    found = {path for path, page in pages(get_resolver()) if not getattr(page.callback, "login_required", True)}

    assert found == set(PUBLIC)
