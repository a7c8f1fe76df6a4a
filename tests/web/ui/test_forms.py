from django import forms
from django.core.files.uploadedfile import SimpleUploadedFile
from django.utils.datastructures import MultiValueDict

from sportello.web.ui.forms import FilesField, Form, Segmented, Select, TextInput


class Letter(Form):
    subject = forms.CharField(help_text="A few words.")
    kind = forms.ChoiceField(choices=[("answer", "Answer"), ("note", "Note")], widget=Segmented)
    attachments = FilesField(required=False)


def test_field_with_an_error_is_tied_to_its_hint_and_its_error():
    html = str(Letter({"subject": "", "kind": "answer"}))

    assert 'aria-invalid="true"' in html
    assert 'aria-describedby="id_subject_helptext id_subject_error"' in html
    assert 'id="id_subject_helptext"' in html
    assert 'id="id_subject_error"' in html


def test_segmented_keeps_the_choice():
    html = str(Letter({"subject": "x", "kind": "note"}))

    assert 'value="note" checked' in html


def test_files_when_several_are_chosen_are_all_kept():
    files = MultiValueDict({"attachments": [SimpleUploadedFile("a.txt", b"a"), SimpleUploadedFile("b.txt", b"b")]})
    form = Letter({"subject": "x", "kind": "note"}, files)

    assert form.is_valid()
    assert [file.name for file in form.cleaned_data["attachments"]] == ["a.txt", "b.txt"]


def test_files_when_none_is_chosen_are_an_empty_list():
    form = Letter({"subject": "x", "kind": "note"}, MultiValueDict())

    assert form.is_valid()
    assert form.cleaned_data["attachments"] == []


def test_refuse_finds_the_field_that_a_verb_calls_otherwise():
    class Comment(Letter):
        verb_names = {"comment": "subject"}

    form = Comment({"subject": "x", "kind": "note"})
    form.is_valid()
    form.refuse({"comment": "Too long."})

    assert form.errors["subject"] == ["Too long."]


def test_refuse_puts_a_message_beside_its_field_and_the_rest_above():
    form = Letter({"subject": "x", "kind": "note"})
    form.is_valid()
    form.refuse({"subject": "No.", "assignee": "Not in the group."})

    assert form.errors["subject"] == ["No."]
    assert form.non_field_errors() == ["Not in the group."]


class Choice(Form):
    colour = forms.ChoiceField(choices=[("", "–"), (1, "<red>"), (2, "blue")], widget=Select, required=False)
    word = forms.CharField(widget=TextInput, required=False)


def test_select_marks_the_choice_and_escapes_its_labels():
    html = str(Choice(initial={"colour": 1})["colour"])

    assert '<option value="1" selected>&lt;red&gt;</option>' in html
    assert html.count(" selected") == 1


def test_select_without_a_value_shows_the_empty_choice():
    assert '<option value="" selected>–</option>' in str(Choice()["colour"])


def test_text_input_carries_what_was_typed_and_its_error():
    html = str(Choice({"colour": "3", "word": '"><script>'}))

    assert 'value="&quot;&gt;&lt;script&gt;"' in html
    assert '<select name="colour" aria-describedby="id_colour_error" aria-invalid="true" id="id_colour">' in html
