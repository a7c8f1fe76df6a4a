"""What every page of figures begins with: whether there are facts, and whether the address asks what can be asked."""

from collections.abc import Callable
from functools import wraps
from typing import Concatenate

from django.http import HttpRequest, HttpResponse
from django.utils.translation import gettext as _

from sportello.desk.errors import Invalid
from sportello.reports import paper
from sportello.reports.folding import store, sync
from sportello.web.agent.doors import Arguments
from sportello.web.agent.navigation import page

Handler = Callable[Concatenate[HttpRequest, Arguments], HttpResponse]


def with_facts(handler: Handler[Arguments]) -> Handler[Arguments]:
    """Below `permitted`. Before the facts are there, and for a question that makes no sense, a page that says so."""

    @wraps(handler)
    def guarded(request: HttpRequest, *args: Arguments.args, **kwargs: Arguments.kwargs) -> HttpResponse:
        try:
            return handler(request, *args, **kwargs)
        except store.Missing:
            return page(request, "reports/missing.html", {"text": _folding(), "progress": sync.progress()}, status=503)
        except Invalid as fault:
            return page(request, "reports/refused.html", {"fault": fault.sentence}, status=400)
        except paper.Busy:
            said = _("Too much is being put on paper just now: try again in a moment.")
            return page(request, "reports/refused.html", {"fault": said}, status=503)
        except UnicodeEncodeError:  # Half a letter, which JSON can write and nothing else.
            fault_said = {"fault": _("This address is not whole.")}
            return page(request, "reports/refused.html", fault_said, status=400)

    return guarded


def _folding() -> str:
    return _("The desk reads once what is written in each ticket. That takes a few minutes at most; then all is here.")
