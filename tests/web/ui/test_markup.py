from django.utils.safestring import SafeString
from hypothesis import given
from hypothesis import strategies as st

from sportello.web.ui.markup import fill, joined


@given(st.text(), st.text())
def test_fill_lets_no_value_leave_its_place(first, second):
    html = fill('<p title="{title}">{text}</p>', title=first, text=second)

    assert (html.count("<"), html.count(">"), html.count('"')) == (2, 2, 2)
    assert html.count("&") == sum(map((first + second).count, "<>&\"'"))


def test_fill_leaves_markup_as_it_is():
    assert fill("<b>{}</b>{}", SafeString("<i>1</i>"), 2) == "<b><i>1</i></b>2"


def test_joined_escapes_what_is_no_markup():
    assert joined([SafeString("<br>"), "<hr>"]) == "<br>&lt;hr&gt;"
