"""Sealed as the standard's own example says, and signed so that a push service believes it."""

import json
from datetime import UTC, datetime

import pytest
from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.asymmetric.utils import encode_dss_signature

from sportello.kit import web_push
from tests.push_service import Browser

NOW = datetime(2026, 3, 2, 9, 0, tzinfo=UTC)
# The browser of RFC 8291, 5.
POINT = "BCVxsr7N_eNgVRqvHtD0zTZsEc6-VV-JvLexhqUzORcxaOzi6-AYWXvTBHm4bjyPjs7Vd8pZGH6SRpkNtoIAiw4"
AUTH = "BTBZMqHH6r4Tts7J_aSIgg"


def test_seal_gives_the_example_of_rfc_8291():
    key = int.from_bytes(web_push.decode("yfWPiYE-n46HLnH0KqZOF1fJJU3MYrct3AELtAQ-oRw"))

    sealed = web_push.seal(
        b"When I grow up, I want to be a watermelon",
        web_push.decode(POINT),
        web_push.decode(AUTH),
        web_push.decode("DGv6ra1nlYgDCS1FRnbzlw"),
        ec.derive_private_key(key, web_push.CURVE),
    )

    assert web_push.encode(sealed) == (
        "DGv6ra1nlYgDCS1FRnbzlwAAEABBBP4z9KsN6nGRTbVYI_c7VJSPQTBtkgcy27mlmlMoZIIgDll6e3vCYLocInmYWAmS6TlzAC8wEqKK6PBru3jl7A_"
        "yl95bQpu6cVPTpK4Mqgkf1CXztLVBSt2Ks3oZwbuwXPXLWyouBWLVWGNWQexSgSxsj_Qulcy4a-fN"
    )


@pytest.mark.parametrize("text", [b"", "però è già lì".encode(), b"x" * web_push.LIMIT])
def test_what_is_encrypted_only_its_browser_reads(text):
    browser, other = Browser(), Browser()

    sealed = web_push.encrypt(text, browser.p256dh, browser.auth)

    assert browser.read(sealed) == text
    assert len(sealed) <= web_push.RECORD
    with pytest.raises(InvalidTag):
        other.read(sealed)


@pytest.mark.parametrize(
    ("p256dh", "auth"),
    [
        ("", ""),
        ("x", "y"),
        (POINT, "AAAA"),
        (POINT[:-4], AUTH),
        ("B" + "A" * 86, AUTH),
        ("è" * 87, AUTH),
    ],
)
def test_keys_that_no_browser_makes_are_none(p256dh, auth):
    assert not web_push.are_keys(p256dh, auth)
    assert web_push.are_keys(POINT, AUTH)


def test_authorization_is_a_signed_word_for_the_service_alone():
    said = web_push.authorization("https://push.example:444/a/b?c", "mailto:help@desk.example", NOW)

    token, key = said.removeprefix("vapid t=").split(", k=")
    head, claims, signature = token.split(".")
    octets = web_push.decode(signature)
    r, s = int.from_bytes(octets[:32]), int.from_bytes(octets[32:])
    public = ec.EllipticCurvePublicKey.from_encoded_point(web_push.CURVE, web_push.decode(key))
    public.verify(encode_dss_signature(r, s), f"{head}.{claims}".encode(), ec.ECDSA(hashes.SHA256()))
    assert key == web_push.public_key()
    assert json.loads(web_push.decode(head)) == {"typ": "JWT", "alg": "ES256"}
    assert json.loads(web_push.decode(claims)) == {
        "aud": "https://push.example:444",
        "exp": int(NOW.timestamp()) + 12 * 3600,
        "sub": "mailto:help@desk.example",
    }


def test_public_key_is_the_desks_own_and_stays(settings):
    before = web_push.public_key()
    settings.SECRET_KEY = "another key, of more than thirty-two characters"
    other = web_push.public_key()
    settings.SECRET_KEY = "a key for tests only, it guards nothing at all"

    assert web_push.public_key() == before != other
    assert len(web_push.decode(before)) == 65
