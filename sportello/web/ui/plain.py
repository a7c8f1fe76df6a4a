"""What an address may hold: no NUL. Nobody types it, and PostgreSQL refuses every statement with one."""

from collections.abc import Callable

from django.http import Http404, HttpRequest, HttpResponse

Handler = Callable[[HttpRequest], HttpResponse]


def without_nul(get_response: Handler) -> Handler:
    """Middleware: in what is asked for (?q=…) NUL is left out; a page whose path has one is not there."""

    def middleware(request: HttpRequest) -> HttpResponse:
        if "\0" in request.path_info:
            raise Http404
        asked = request.META.get("QUERY_STRING", "")
        if "%00" in asked:
            request.META["QUERY_STRING"] = asked.replace("%00", "")
        return get_response(request)

    return middleware
