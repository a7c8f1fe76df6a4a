"""Web Push: what is told to a browser through its maker's server, sealed so that only that browser reads it.

Encryption: RFC 8291 over RFC 8188 (aes128gcm, one record). Who we are: RFC 8292 (VAPID), with a key made of the desk's
own, so that several machines of one desk speak in one name. The libraries bring an HTTP client of their own, which
connects wherever an address leads; messages leave by kit.outward.
"""

import base64
import hashlib
import json
import os
import struct
from datetime import datetime, timedelta
from functools import cache
from urllib.parse import urlsplit

from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.asymmetric.utils import decode_dss_signature
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from cryptography.hazmat.primitives.kdf.hkdf import HKDF
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat
from django.conf import settings

CURVE = ec.SECP256R1()
# The order of the curve's group (FIPS 186-4, D.1.2.3): a private key is a number below it.
ORDER = 0xFFFFFFFF00000000FFFFFFFFFFFFFFFFBCE6FAADA7179E84F3B9CAC2FC632551
RECORD = 4096  # bytes that every push service takes
LIMIT = 3000  # bytes of a text
# A day is the most; machines' clocks differ.
TOKEN_VALID = timedelta(hours=12)


def encode(octets: bytes) -> str:
    """base64url without padding, as everything in Web Push is written."""
    return base64.urlsafe_b64encode(octets).rstrip(b"=").decode()


def decode(text: str) -> bytes:
    """Raises ValueError."""
    return base64.b64decode(text.rstrip("=") + "=" * (-len(text.rstrip("=")) % 4), altchars=b"-_", validate=True)


def are_keys(p256dh: str, auth: str) -> bool:
    """Whether these can be a browser's keys: a point of the curve, and sixteen bytes."""
    try:
        ec.EllipticCurvePublicKey.from_encoded_point(CURVE, decode(p256dh))
        return len(decode(p256dh)) == 65 and len(decode(auth)) == 16
    except ValueError:
        return False


def encrypt(text: bytes, p256dh: str, auth: str) -> bytes:
    """The body of a message for the browser with these keys."""
    assert len(text) <= LIMIT
    return seal(text, decode(p256dh), decode(auth), os.urandom(16), ec.generate_private_key(CURVE))


def seal(text: bytes, browser: bytes, auth: bytes, salt: bytes, key: ec.EllipticCurvePrivateKey) -> bytes:
    """The same with a given salt (16 bytes) and a key that is used this once. RFC 8291, 3.4"""
    own = _point(key)
    shared = key.exchange(ec.ECDH(), ec.EllipticCurvePublicKey.from_encoded_point(CURVE, browser))
    secret = _derive(shared, auth, b"WebPush: info\0" + browser + own, 32)
    content_key = _derive(secret, salt, b"Content-Encoding: aes128gcm\0", 16)
    nonce = _derive(secret, salt, b"Content-Encoding: nonce\0", 12)
    header = salt + struct.pack("!IB", RECORD, len(own)) + own
    return header + AESGCM(content_key).encrypt(nonce, text + b"\x02", None)  # 2: no record follows.


def _derive(secret: bytes, salt: bytes, info: bytes, length: int) -> bytes:
    return HKDF(hashes.SHA256(), length, salt, info).derive(secret)


def _point(key: ec.EllipticCurvePrivateKey) -> bytes:
    return key.public_key().public_bytes(Encoding.X962, PublicFormat.UncompressedPoint)


def public_key() -> str:
    """The desk's key as a browser wants it before it subscribes (applicationServerKey)."""
    return encode(_point(_own_key(str(settings.SECRET_KEY))))


@cache
def _own_key(secret: str) -> ec.EllipticCurvePrivateKey:
    digest = hashlib.sha512(f"sportello.push.{secret}".encode()).digest()
    return ec.derive_private_key(int.from_bytes(digest) % (ORDER - 1) + 1, CURVE)


def authorization(endpoint: str, contact: str, now: datetime) -> str:
    """The header that says who sends. contact: whom the service may ask, "https://…" or "mailto:…"; "": nobody."""
    parts = urlsplit(endpoint)
    expires = int((now + TOKEN_VALID).timestamp())
    claims: dict[str, object] = {"aud": f"{parts.scheme}://{parts.netloc}", "exp": expires}
    if contact:
        claims["sub"] = contact
    signed = f"{_json({'typ': 'JWT', 'alg': 'ES256'})}.{_json(claims)}"
    key = _own_key(str(settings.SECRET_KEY))
    r, s = decode_dss_signature(key.sign(signed.encode(), ec.ECDSA(hashes.SHA256())))
    return f"vapid t={signed}.{encode(r.to_bytes(32) + s.to_bytes(32))}, k={public_key()}"


def _json(said: dict[str, object]) -> str:
    return encode(json.dumps(said, separators=(",", ":")).encode())
