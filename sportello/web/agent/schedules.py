"""The administrators' pages of schedules: when the desk is open, its public holidays and its own days off."""

import unicodedata
from datetime import date, timedelta
from functools import cache
from types import SimpleNamespace
from typing import Any
from zoneinfo import ZoneInfo, available_timezones

from babel import Locale
from django import forms
from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.urls import reverse
from django.utils import timezone
from django.utils.formats import date_format
from django.utils.translation import get_language, gettext_lazy, ngettext
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST, require_safe

from sportello.desk import access
from sportello.desk.actions import configuration
from sportello.desk.actions import schedules as verbs
from sportello.desk.errors import Invalid
from sportello.desk.models import Schedule
from sportello.desk.rules import holidays as public
from sportello.desk.rules.schedules import add_business, is_open
from sportello.kit import clock
from sportello.web.agent import week as weeks
from sportello.web.agent.doors import admins, agent_of, attempt
from sportello.web.agent.navigation import page
from sportello.web.agent.week import Week
from sportello.web.ui import times
from sportello.web.ui.forms import Form, Select

# Of the names that the zones have, those that people know: a continent and a city.
PLACES = ("Africa", "America", "Antarctica", "Arctic", "Asia", "Atlantic", "Australia", "Europe", "Indian", "Pacific")
OFFICE_DAY = (9 * 60, 18 * 60)


class ScheduleForm(Form):
    name = forms.CharField(label=gettext_lazy("Name"), max_length=100)
    time_zone = forms.CharField(label=gettext_lazy("Time zone"), widget=Select)
    country = forms.CharField(label=gettext_lazy("Public holidays of"), required=False, widget=Select)
    subdivision = forms.CharField(label=gettext_lazy("Part of the country"), required=False, widget=Select)

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self._offer("time_zone", [(name, name.replace("_", " ")) for name in _zones()])
        self._offer("country", [("", "–"), *_countries(get_language() or "en")])
        self._offer("subdivision", [("", "–"), *public.subdivisions(self.said("country")).items()])

    def _offer(self, name: str, choices: list[tuple[str, str]]) -> None:
        widget = self.fields[name].widget
        assert isinstance(widget, Select)
        kept = self.said(name)
        widget.choices = choices if kept in dict(choices) else [*choices, (kept, kept)]

    def said(self, name: str) -> str:
        return str(self[name].value() or "")


class HolidayForm(Form):
    name = forms.CharField(label=gettext_lazy("Name"), max_length=100)
    start_on = forms.DateField(label=gettext_lazy("From"), widget=forms.DateInput({"type": "date"}, "%Y-%m-%d"))
    end_on = forms.DateField(
        label=gettext_lazy("To"), required=False, widget=forms.DateInput({"type": "date"}, "%Y-%m-%d")
    )


@cache
def _zones() -> tuple[str, ...]:
    return ("UTC", *sorted(name for name in available_timezones() if name.partition("/")[0] in PLACES))


@cache
def _countries(language: str) -> list[tuple[str, str]]:
    names = Locale(language).territories
    return sorted(((code, str(names[code])) for code in public.countries()), key=lambda it: _plain(it[1]))


def _plain(name: str) -> bytes:
    """Without accents, for sorting."""
    return unicodedata.normalize("NFKD", name).encode("ascii", "ignore")


@admins
@require_safe
def schedules(request: HttpRequest) -> HttpResponse:
    found = list(access.schedules(agent_of(request)))
    return page(request, "agent/schedules.html", {"schedules": [_state(it) for it in found]})


@admins
def new_schedule(request: HttpRequest) -> HttpResponse:
    if request.method == "POST":
        return _save(request, None)
    zone = configuration.current().desk.time_zone
    country = "IT" if get_language() == "it" else ""
    week = Week.of_intervals([[number * weeks.DAY + at for at in OFFICE_DAY] for number in weeks.WORKDAYS])
    return _page(request, None, ScheduleForm(initial={"time_zone": zone, "country": country}), week)


@admins
def schedule(request: HttpRequest, schedule_id: int) -> HttpResponse:
    found = access.get_schedule(agent_of(request), schedule_id)
    if request.method == "POST":
        return _save(request, found)
    return _page(request, found, _form_of(found), Week.of_intervals(found.intervals))


def _save(request: HttpRequest, found: Schedule | None) -> HttpResponse:
    """Keep what the form says; or show it again with what one of its other buttons asks for."""
    week, wish = Week.of_post(request.POST), request.POST.get("again", "")
    if wish:
        week.again(wish)
        return _page(request, found, ScheduleForm(initial=_draft(request)), week, looked=wish == "look")
    form, intervals = ScheduleForm(request.POST), week.intervals()
    if form.is_valid() and week.is_readable:
        try:
            data = {**form.cleaned_data, "intervals": intervals}
            kept = verbs.save(data, actor=agent_of(request), schedule_id=found.pk if found else None)
        except Invalid as refusal:
            form.refuse(week.refuse(refusal.fields))
        else:
            messages.success(request, _("Saved."))
            return redirect("agent:schedule", kept.pk)
    return _page(request, found, form, week, status=422)


def _draft(request: HttpRequest) -> dict[str, str]:
    """What was typed so far; a part of another country is none."""
    draft = {name: request.POST.get(name, "") for name in ScheduleForm.base_fields}
    if draft["subdivision"] not in public.subdivisions(draft["country"]):
        draft["subdivision"] = ""
    return draft


@require_POST
@admins
def default(request: HttpRequest, schedule_id: int) -> HttpResponse:
    found = access.get_schedule(agent_of(request), schedule_id)
    done = _("Tickets without a schedule of their own follow “%(name)s” now.") % {"name": found.name}
    attempt(request, lambda: verbs.make_default(found.pk, actor=agent_of(request)), done)
    return redirect("agent:schedules")


@require_POST
@admins
def dropping(request: HttpRequest, schedule_id: int) -> HttpResponse:
    found = access.get_schedule(agent_of(request), schedule_id)
    done = _("“%(name)s” is gone.") % {"name": found.name}
    gone = attempt(request, lambda: verbs.drop(found.pk, actor=agent_of(request)), done)
    return redirect("agent:schedules") if gone else redirect("agent:schedule", found.pk)


@require_POST
@admins
def holidays(request: HttpRequest, schedule_id: int, holiday_id: int | None = None) -> HttpResponse:
    """A day off more; or the one with this id changed."""
    found = access.get_schedule(agent_of(request), schedule_id)
    form = HolidayForm(request.POST, prefix=_prefix(holiday_id))
    if form.is_valid():
        try:
            verbs.save_holiday(found.pk, form.cleaned_data, actor=agent_of(request), holiday_id=holiday_id)
        except Invalid as refusal:
            form.refuse(dict(refusal.fields))
        else:
            messages.success(request, _("Saved."))
            return redirect(f"{reverse('agent:schedule', args=[found.pk])}#holidays")
    week = Week.of_intervals(found.intervals)
    return _page(request, found, _form_of(found), week, refused=form, status=422)


@require_POST
@admins
def holiday_dropping(request: HttpRequest, schedule_id: int, holiday_id: int) -> HttpResponse:
    found = access.get_schedule(agent_of(request), schedule_id)
    verbs.drop_holiday(found.pk, holiday_id, actor=agent_of(request))
    messages.success(request, _("The desk is open again on these days."))
    return redirect(f"{reverse('agent:schedule', args=[found.pk])}#holidays")


def _form_of(found: Schedule) -> ScheduleForm:
    return ScheduleForm(initial={name: getattr(found, name) for name in ScheduleForm.base_fields})


def _prefix(holiday_id: int | None) -> str:
    return f"holiday-{holiday_id or 'new'}"


def _page(
    request: HttpRequest,
    found: Schedule | None,
    form: ScheduleForm,
    week: Week,
    *,
    looked: bool = False,
    refused: HolidayForm | None = None,
    status: int = 200,
) -> HttpResponse:
    if looked:
        form.fields["subdivision"].widget.attrs["autofocus"] = True
    context = {
        "here": reverse("agent:schedules"),
        "schedule": found,
        "state": _state(found) if found else None,
        "form": form,
        "week": week,
        "years": _years(found, form, week),
        "own": [_own(it, refused) for it in found.holidays.all()] if found else [],
        "new_holiday": refused if refused and refused.prefix == _prefix(None) else HolidayForm(prefix=_prefix(None)),
        "changes": access.rule_changes(agent_of(request), verbs.KIND, found.pk).select_related("author")[:10]
        if found
        else [],
    }
    return page(request, "agent/schedule.html", context, status=status)


def _own(holiday: Any, refused: HolidayForm | None) -> SimpleNamespace:
    prefix = _prefix(holiday.pk)
    initial = {"name": holiday.name, "start_on": holiday.start_on, "end_on": holiday.end_on}
    form = refused if refused and refused.prefix == prefix else HolidayForm(prefix=prefix, initial=initial)
    return SimpleNamespace(pk=holiday.pk, name=holiday.name, form=form)


def _state(found: Schedule) -> SimpleNamespace:
    """A schedule as it is now: the time on its clocks, whether it is open, and when it opens again."""
    hours, now, zone = configuration.hours_of(found), clock.now(), ZoneInfo(found.time_zone)
    opened = is_open(hours, now)
    # The first instant after which it has been open for a second.
    opens = None if opened else add_business(hours, now, 1)
    with timezone.override(zone):
        return SimpleNamespace(
            row=found,
            week=weeks.summary(found.intervals),
            now=_sentence(date_format(now.astimezone(zone), "l j F, H:i")),
            is_open=opened,
            opens=times.moment(opens - timedelta(seconds=1)) if opens else "",
            place=_place(found.country, found.subdivision),
        )


def _sentence(said: str) -> str:
    """Days and months are small in Italian, but for the first word."""
    return said if get_language() == "en" else said.capitalize()


def _place(country: str, subdivision: str) -> str:
    name = dict(_countries(get_language() or "en")).get(country, country)
    part = public.subdivisions(country).get(subdivision, subdivision)
    return f"{name}, {part}" if part else name


def _years(found: Schedule | None, form: ScheduleForm, week: Week) -> list[SimpleNamespace]:
    """The days off of this year and the next, as the form stands."""
    this_year = clock.now().astimezone(ZoneInfo(configuration.current().desk.time_zone)).year
    working = frozenset(day.number for day in week.days if not day.closed and any(it.start for it in day.times))
    return [
        SimpleNamespace(year=year, days=_days_of(found, form, year, working)) for year in (this_year, this_year + 1)
    ]


def _days_of(found: Schedule | None, form: ScheduleForm, year: int, working: frozenset[int]) -> list[SimpleNamespace]:
    language = get_language() or "en"
    named = public.named_days(form.said("country"), form.said("subdivision"), year, language)
    spans = [(day, day, name, False) for day, name in named.items()]
    for it in found.holidays.all() if found else ():
        if it.start_on.year <= year <= it.end_on.year:
            spans.append((it.start_on, it.end_on, it.name, True))
    return [_day_off(*span, working) for span in sorted(spans)]


def _day_off(start: date, end: date, name: str, own: bool, working: frozenset[int]) -> SimpleNamespace:
    """working_days: how many of its days the desk would have been open."""
    count = sum(day.isoweekday() % 7 in working for day in configuration.days_of(start, end))
    return SimpleNamespace(
        name=name,
        own=own,
        on=_said(start, "D j M") if start == end else f"{_said(start, 'j M')} – {_said(end, 'j M')}",
        working=ngettext("working day", "%(n)s working days", count) % {"n": count} if count else "",
    )


def _said(day: date, pattern: str) -> str:
    said = date_format(day, pattern)
    return said if get_language() == "en" else said.lower()
