"""Which language a page speaks: the signed-in person's own, else what LocaleMiddleware found (cookie, browser)."""

from collections.abc import Callable

from django.http import HttpRequest, HttpResponse
from django.utils import translation

Handler = Callable[[HttpRequest], HttpResponse]


def person_language(get_response: Handler) -> Handler:
    """Middleware; stands after the one that signs in."""

    def middleware(request: HttpRequest) -> HttpResponse:
        language = getattr(request.user, "language", "")
        if language:
            translation.activate(language)
            request.LANGUAGE_CODE = translation.get_language() or language
        return get_response(request)

    return middleware
