"""The administrators' page of comparing the desk with others: what it is, what would leave, joining and leaving."""

from types import SimpleNamespace

from babel import Locale
from django import forms
from django.conf import settings
from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.utils.translation import get_language, gettext_lazy, ngettext
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST, require_safe

from sportello.benchmark import exchange
from sportello.benchmark.file import NAMES, Figure, Figures
from sportello.benchmark.profile import AUDIENCES, COUNTRIES, SECTORS, SIZES
from sportello.benchmark.refusals import WORDS as REFUSALS
from sportello.benchmark.refusals import Refused as FileRefused
from sportello.desk.access import benchmark as access
from sportello.desk.actions import benchmark as verbs
from sportello.desk.errors import Invalid
from sportello.desk.models import BenchmarkMembership, BenchmarkSending
from sportello.desk.words import SendState
from sportello.kit import clock, secrets
from sportello.reports import benchmark_file
from sportello.reports.figures import words
from sportello.reports.figures.measures import MEASURES
from sportello.reports.folding import store
from sportello.reports.month.voice import period_name, said_day
from sportello.web.agent.doors import admins, agent_of, attempt
from sportello.web.agent.navigation import page
from sportello.web.ui.forms import Form, Select, offer

SENDINGS = 50
BADGES = {SendState.QUEUED: "info", SendState.SENT: "positive", SendState.FAILED: "negative"}


class ProfileForm(Form):
    sector = forms.ChoiceField(label=gettext_lazy("Sector"), widget=Select)
    size = forms.ChoiceField(label=gettext_lazy("Size of the organization"), widget=Select)
    audience = forms.ChoiceField(label=gettext_lazy("Whom the desk helps"), widget=Select)
    country = forms.ChoiceField(label=gettext_lazy("Country"), widget=Select)
    hub = forms.CharField(
        label=gettext_lazy("Hub"),
        required=False,
        max_length=verbs.LONGEST_HUB,
        widget=forms.TextInput({"inputmode": "url", "placeholder": "https://hub.example", "spellcheck": "false"}),
        help_text=gettext_lazy(
            "The address of the hub where desks compare. Any Sportello can be one; none is set. Without a hub "
            "figures are carried as files."
        ),
    )

    def __init__(self, *args: object, **kwargs: object) -> None:
        super().__init__(*args, **kwargs)
        names = Locale(get_language() or "en").territories
        for name, labels in (("sector", SECTORS), ("size", SIZES), ("audience", AUDIENCES)):
            offer(self, name, [("", "–"), *((key, _(label)) for key, label in labels.items())])
        countries = sorted(((code, str(names[code])) for code in COUNTRIES), key=lambda it: it[1].casefold())
        offer(self, "country", [("", "–"), *countries])


@admins
def benchmark(request: HttpRequest) -> HttpResponse:
    """GET: all of it. POST: keep the profile and the hub; nothing leaves by that."""
    found = verbs.membership()
    if request.method != "POST":
        return _page(request, found, _form_of(found))
    form = ProfileForm(request.POST)
    if not form.is_valid():
        return _page(request, found, form, status=422)
    try:
        kept = verbs.describe(form.cleaned_data, actor=agent_of(request), private=settings.WEBHOOK_PRIVATE)
    except Invalid as refusal:
        form.refuse(dict(refusal.fields))
        return _page(request, found, form, status=422)
    if found and found.joined_at and not kept.joined_at:
        messages.info(request, _("The hub is another one now: join it to send figures there."))
    else:
        messages.success(request, _("Saved."))
    return redirect("agent:benchmark")


def _form_of(found: BenchmarkMembership | None) -> ProfileForm:
    country = "IT" if get_language() == "it" else ""
    names = ("sector", "size", "audience", "country", "hub")
    return ProfileForm(initial={name: getattr(found, name) for name in names} if found else {"country": country})


def _page(
    request: HttpRequest, found: BenchmarkMembership | None, form: ProfileForm, *, status: int = 200
) -> HttpResponse:
    agent, month = agent_of(request), benchmark_file.last_month()
    sendings = list(access.sendings(agent)[:SENDINGS])
    context = {
        "form": form,
        "found": found,
        "month": period_name(month),
        "leaving": _leaving(found, month) if found else None,
        "next_on": _next_on(),
        "is_open": verbs.is_open(month, clock.now()),
        "can_send": bool(found and found.joined_at and benchmark_file.due() == month),
        "is_sent": bool(found and verbs.has_sending(month, found.hub)),
        "sendings": [_state(it) for it in sendings],
        "last_error": _in_words(found.last_error) if found else "",
        "sources": [(*it, period_name(newest)) for *it, newest in access.sources(agent)],
        "changes": access.changes(agent)[:SENDINGS],
        "here": request.path,
    }
    return page(request, "agent/benchmark.html", context, status=status)


def _leaving(found: BenchmarkMembership, month: str) -> SimpleNamespace:
    """What would leave for the month: the very file, and each figure beside what the desk measured; or why none."""
    try:
        exact = benchmark_file.exact(month)
        signed = benchmark_file.build(found, month, exact)
    except store.Missing:
        return SimpleNamespace(error=_("The figures are being folded for the first time: look again in a few minutes."))
    except secrets.Unreadable:
        return SimpleNamespace(error=_("The desk's key has changed: its signature cannot be made any more."))
    octets = signed.as_bytes()
    rows = [
        SimpleNamespace(
            label=MEASURES[name].full_label,
            definition=MEASURES[name].definition,
            sides=[
                _side(name, *it)
                for it in zip(exact, (signed.file.calendar_month, signed.file.last_28_days), strict=True)
            ],
        )
        for name in NAMES
    ]
    return SimpleNamespace(error="", text=octets.decode("ascii"), bytes=len(octets), rows=rows, desk=signed.desk)


def _side(name: str, exact: benchmark_file.Measured, sent: Figures) -> SimpleNamespace:
    """A figure as it was measured and as it would leave."""
    unit, measured, figure = MEASURES[name].unit, exact.get(name), getattr(sent, name)
    value, n = measured if isinstance(measured, tuple) else (measured, None)
    if isinstance(figure, Figure):
        text = f"{words.value(figure.value, unit)} (n ≥ {figure.n})"
    else:
        text = _("not sent") if figure is None else words.value(figure, unit)
    return SimpleNamespace(exact=words.value(value, unit), n=n, sent=text, is_sent=figure is not None)


def _in_words(error: str) -> str:
    """A refusal as a sentence, anything else as it is."""
    code, _colon, where = error.partition(": ")
    return FileRefused(code, where).sentence(get_language() or "en") if code in REFUSALS else error


def _state(row: BenchmarkSending) -> SimpleNamespace:
    said = FileRefused(row.answer, row.month).sentence(get_language() or "en") if row.answer in REFUSALS else ""
    answers = {
        "received": _("taken in"),
        "replaced": _("taken in the place of the one before"),
        "same": _("was there already"),
    }
    return SimpleNamespace(
        row=row,
        month=period_name(row.month),
        badge=BADGES.get(SendState(row.state), ""),
        label=SendState(row.state).label,
        answer=answers.get(row.answer, said or row.last_error),
        at=row.settled_at or row.created_at,
        due_at=row.due_at if row.state == SendState.QUEUED and row.attempts else None,
    )


@require_POST
@admins
def joining(request: HttpRequest) -> HttpResponse:
    if month := benchmark_file.due():
        done = _("The desk has joined: its file for %(month)s leaves within minutes.") % {"month": period_name(month)}
    else:
        done = _("The desk has joined: its first file leaves on %(day)s.") % {"day": _next_on()}
    attempt(request, lambda: verbs.join(actor=agent_of(request)), done)
    return redirect("agent:benchmark")


def _next_on() -> str:
    return said_day(benchmark_file.next_on(), get_language() or "en")


@require_POST
@admins
def leaving(request: HttpRequest) -> HttpResponse:
    attempt(request, lambda: verbs.leave(actor=agent_of(request)), _("The desk has left: nothing is sent any more."))
    return redirect("agent:benchmark")


@require_POST
@admins
def sendings(request: HttpRequest) -> HttpResponse:
    """Last month's file once more, in the place of the one that was sent."""
    found = verbs.membership()
    if found is not None and benchmark_file.due():
        try:
            signed = benchmark_file.build(found, benchmark_file.due())
        except (store.Missing, secrets.Unreadable):
            messages.error(request, _("The file cannot be made now."))
        else:
            attempt(request, lambda: verbs.queue(signed, again=True), _("It leaves within a minute."))
    return redirect("agent:benchmark")


@admins
@require_safe
def sending(request: HttpRequest, file_id: int) -> HttpResponse:
    """The very bytes that were sent."""
    return _as_file(access.get_sending(agent_of(request), file_id).file.encode(), f"sent-{file_id}.json")


@admins
@require_safe
def file(request: HttpRequest) -> HttpResponse:
    """Last month's file, to be looked at or carried to a hub by hand."""
    found, month = verbs.membership(), benchmark_file.last_month()
    if found is None:
        return redirect("agent:benchmark")
    try:
        octets = benchmark_file.build(found, month).as_bytes()
    except (store.Missing, secrets.Unreadable):
        messages.error(request, _("The file cannot be made now."))
        return redirect("agent:benchmark")
    return _as_file(octets, f"benchmark-{month}.json")


def _as_file(octets: bytes, name: str) -> HttpResponse:
    headers = {"Content-Disposition": f'attachment; filename="{name}"', "Cache-Control": "no-store"}
    return HttpResponse(octets, content_type="application/json", headers=headers)


@require_POST
@admins
def publications(request: HttpRequest) -> HttpResponse:
    """What a hub publishes, carried here as a file."""
    given = request.FILES.get("file")
    try:
        octets = given.read(exchange.LIMIT + 1) if given else b""
        kept = verbs.keep(exchange.read(octets))
    except FileRefused as refused:
        messages.error(request, refused.sentence(get_language() or "en"))
    else:
        said = ngettext("Figures of %(n)s cohort are kept.", "Figures of %(n)s cohorts are kept.", kept) % {"n": kept}
        messages.success(request, said)
    return redirect("agent:benchmark")
