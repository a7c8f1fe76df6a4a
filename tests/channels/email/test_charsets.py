import pytest
from hypothesis import given
from hypothesis import strategies as st

from sportello.channels.email.charsets import decode

RUSSIAN = "Здравствуйте, принтер в нашем офисе перестал работать сегодня утром, помогите пожалуйста."


@pytest.mark.parametrize(
    ("raw", "declared", "text", "repair"),
    [
        (b"ciao", "", "ciao", ""),
        (b"ciao", "nonsense", "ciao", "charset-unknown"),
        ("però".encode(), "utf-8", "però", ""),
        ("però".encode(), "", "però", "charset-missing"),
        (b"\xef\xbb\xbfciao \xc3\xa8", "", "ciao è", ""),
        ("però".encode("utf-16"), "", "però", ""),
        (b"ciao", "utf-16", "ciao", "charset-lied"),
        (b"30 \x80 \x81", "iso-8859-1", "30 € \x81", ""),
        (b"per\xf2", "utf-8", "però", "charset-lied"),
        (b"per\xf2", "unicode_escape", "però", "charset-unknown"),
        (b"\\u0041", "unicode_escape", "\\u0041", "charset-unknown"),
        ("中文".encode("gb18030"), "gb2312", "中文", ""),
        ("①".encode("cp932"), "Shift_JIS", "①", ""),
        (b"+2AA-", "utf-7", "\ufffd", ""),
        (b"a\0b", "utf-8", "ab", ""),
        (RUSSIAN.encode("koi8-r"), "", RUSSIAN, "charset-missing"),
    ],
)
def test_decode_when_charset_is_troubled_reads_what_was_meant(raw, declared, text, repair):
    assert decode(raw, declared) == (text, repair)


@given(
    st.binary(), st.sampled_from(["", "utf-8", "us-ascii", "utf-16", "iso-2022-jp", "utf-7", "hz", "cp037", "x" * 99])
)
def test_decode_of_anything_can_be_stored(raw, declared):
    text, _ = decode(raw, declared)

    text.encode()
    assert "\0" not in text


@given(st.text(st.characters(exclude_categories=["Cs"], exclude_characters="\0\ufeff")))
def test_decode_of_honest_utf8_is_exact(text):
    assert decode(text.encode(), "utf-8") == (text, "")
