from typing import Any

from django import forms
from django.conf import settings
from django.core.files.uploadedfile import UploadedFile
from django.core.validators import validate_email
from django.template.defaultfilters import filesizeformat
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from sportello.desk.actions.tickets import Words
from sportello.desk.rules.forms import END_USER
from sportello.desk.words import About, Score
from sportello.web.ui.asked_fields import AskingForm
from sportello.web.ui.files import new_files
from sportello.web.ui.forms import FilesField, Form

TEXT_LIMIT = 100_000
MOST_FILES = 20


class WordsForm(Form):
    """Something to say, with files: the base of what a customer writes."""

    verb_names = {"comment": "text"}
    text = forms.CharField(
        label=gettext_lazy("Message"),
        max_length=TEXT_LIMIT,
        widget=forms.Textarea(attrs={"rows": 6}),
    )
    attachments = FilesField(label=gettext_lazy("Attachments"), required=False)

    def clean_attachments(self) -> list[UploadedFile]:
        files: list[UploadedFile] = self.cleaned_data["attachments"]
        if len(files) > MOST_FILES:
            raise forms.ValidationError(_("At most %(count)d files at once.") % {"count": MOST_FILES})
        if sum(file.size or 0 for file in files) > settings.MAIL_MAX_BYTES:
            limit = filesizeformat(settings.MAIL_MAX_BYTES)
            raise forms.ValidationError(_("Files may not exceed %(limit)s in total.") % {"limit": limit})
        return files

    def clean(self) -> dict[str, Any]:
        cleaned = super().clean() or self.cleaned_data
        if cleaned.get("attachments") and self.has_error("text", "required"):
            del self.errors["text"]  # a picture alone says something too
            cleaned["text"] = ""
        return cleaned

    def words(self) -> Words:
        """What was written, as a verb takes it."""
        text = self.cleaned_data["text"].replace("\r\n", "\n").strip()
        return Words(text, files=new_files(self.cleaned_data["attachments"]))


class OwnRequestForm(WordsForm, AskingForm):
    """A new request of somebody who is signed in, with the fields of what it is about."""

    asked_of = END_USER

    subject = forms.CharField(label=gettext_lazy("Subject"), max_length=200, help_text=gettext_lazy("In a few words."))
    field_order = ["name", "email", "subject", "text", "attachments"]


class GuestRequestForm(OwnRequestForm):
    """A new request of a guest. `website` is a field that people do not see and machines fill."""

    name = forms.CharField(
        label=gettext_lazy("Your name"), max_length=200, widget=forms.TextInput(attrs={"autocomplete": "name"})
    )
    email = forms.CharField(
        label=gettext_lazy("Your mail address"),
        max_length=254,
        validators=[validate_email],
        widget=forms.EmailInput(attrs={"autocomplete": "email"}),
    )
    website = forms.CharField(required=False, widget=forms.TextInput(attrs={"autocomplete": "off", "tabindex": "-1"}))

    def visible(self) -> list[forms.BoundField]:
        return [field for field in self if field.name != "website"]

    def clean_website(self) -> str:
        if self.cleaned_data["website"]:
            # A browser may have filled it by itself: nothing is thrown away, the person presses once more.
            self.data = {**self.data, "website": ""}
            raise forms.ValidationError(_("This looked like a machine. If you are a person, please send once more."))
        return ""


class NotYetForm(WordsForm):
    """What does not work yet, in a line."""

    text = forms.CharField(
        label=gettext_lazy("What is not working yet?"),
        max_length=TEXT_LIMIT,
        widget=forms.Textarea(attrs={"rows": 3, "autofocus": True}),
    )


class VoteForm(Form):
    score = forms.ChoiceField(choices=[(Score.GOOD, ""), (Score.BAD, "")])
    about = forms.ChoiceField(
        label=gettext_lazy("What is it about?"),
        choices=About.choices,
        required=False,
        widget=forms.RadioSelect,
    )
    comment = forms.CharField(
        label=gettext_lazy("Anything to add?"),
        max_length=5000,
        required=False,
        widget=forms.Textarea(attrs={"rows": 3}),
    )
