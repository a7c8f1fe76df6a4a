"""Forms in our fields: label, hint, control, error, all tied together for screen readers."""

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any, ClassVar

from django import forms
from django.core.files.uploadedfile import UploadedFile
from django.forms.renderers import DjangoTemplates
from django.forms.utils import ErrorList, flatatt
from django.template.backends.django import DjangoTemplates as Backend
from django.utils.functional import cached_property
from django.utils.safestring import SafeString

from sportello.web.ui.markup import NOTHING, fill, joined

SELECTED = SafeString(" selected")
DJANGO_WIDGETS = Path(forms.__file__).parent / "templates"
TEMPLATES = Path(__file__).resolve().parents[2] / "templates"


class FormRenderer(DjangoTemplates):
    """Our templates first, Django's widgets behind them."""

    form_template_name = "ui/form.html"
    field_template_name = "ui/field.html"

    @cached_property
    def engine(self) -> Backend:
        libraries = {"ui": "sportello.web.ui.templatetags.ui"}
        return Backend(
            {
                "NAME": "forms",
                "DIRS": [TEMPLATES, DJANGO_WIDGETS],
                "APP_DIRS": False,
                "OPTIONS": {"libraries": libraries},
            }
        )


class Errors(ErrorList):
    """Errors as sentences with a mark beside their field."""

    template_name = "ui/errors.html"

    def render(self, *args: Any, **kwargs: Any) -> SafeString:
        return super().render(*args, **kwargs) if self else NOTHING  # Most fields have none.


class Form(forms.Form):
    """A form of the house: errors next to their fields, no colon after a label."""

    # One for all: a renderer keeps the templates it has read.
    default_renderer = FormRenderer()
    # A verb's name for a value, where the form's field has another.
    verb_names: ClassVar[Mapping[str, str]] = {}

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        kwargs.setdefault("label_suffix", "")
        kwargs.setdefault("error_class", Errors)
        super().__init__(*args, **kwargs)

    def refuse(self, problems: dict[str, object]) -> None:
        """Take over what a verb refused (`Invalid.fields`): beside its field, or above a form without that field."""
        for verb_name, message in problems.items():
            name = self.verb_names.get(verb_name, verb_name)
            self.add_error(name if name in self.fields else None, str(message))


def offer(form: forms.Form, name: str, choices: Sequence[tuple[str, str]]) -> None:
    """Set the choices of a field that are known only now."""
    field = form.fields[name]
    assert isinstance(field, forms.ChoiceField)
    field.choices = choices


class Select(forms.Select):
    """A select without groups, written by hand: Django's renders a template for each option."""

    def render(self, name: str, value: Any, attrs: Any = None, renderer: Any = None) -> SafeString:
        chosen = self.format_value(value)
        options = joined(
            fill(
                '<option value="{}"{}>{}</option>',
                "" if key is None else key,
                SELECTED if str(key) in chosen else NOTHING,
                label,
            )
            for key, label in self.choices
        )
        return fill('<select name="{}"{}>{}</select>', name, flatatt(self.build_attrs(self.attrs, attrs)), options)


class Segmented(forms.RadioSelect):
    """A few choices side by side."""

    template_name = "ui/segmented.html"


class TextInput(forms.TextInput):
    """A line of text, written by hand: Django's takes two templates."""

    def render(self, name: str, value: Any, attrs: Any = None, renderer: Any = None) -> SafeString:
        return _input(self, name, value, attrs)


class FileInput(forms.FileInput):
    """Several files at once; the chosen ones are listed by sp-file-list."""

    allow_multiple_selected = True

    def render(self, name: str, value: Any, attrs: Any = None, renderer: Any = None) -> SafeString:
        limit = (attrs or {}).get("max") or self.attrs.get("max")
        return fill(
            '<sp-file-list class="composer__files"{}>{}<ul class="attachments" aria-live="polite"></ul></sp-file-list>',
            fill(' max="{}"', limit) if limit else NOTHING,
            _input(self, name, value, attrs),
        )


def _input(widget: forms.widgets.Input, name: str, value: Any, attrs: Any) -> SafeString:
    text = widget.format_value(value)
    return fill(
        '<input type="{}" name="{}"{}{}>',
        widget.input_type,
        name,
        NOTHING if text is None else fill(' value="{}"', text),
        flatatt(widget.build_attrs(widget.attrs, attrs)),
    )


class FilesField(forms.FileField):
    """Zero or more uploaded files: cleaned to a list of UploadedFile."""

    widget = FileInput

    def clean(self, data: Sequence[UploadedFile] | None, initial: object = None) -> list[UploadedFile]:
        files = [file for file in (data or []) if file]
        if not files:
            super().clean(None, initial)
        return [super(FilesField, self).clean(file, initial) for file in files]
