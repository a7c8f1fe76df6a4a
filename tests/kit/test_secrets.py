import pytest

from sportello.kit import secrets


@pytest.mark.parametrize("secret", ["", "p", "città, 漢字 & " * 20])
def test_encrypt_when_decrypted_gives_the_secret(secret):
    assert secrets.decrypt(secrets.encrypt(secret)) == secret


def test_encrypt_hides_the_secret():
    assert "hunter2" not in secrets.encrypt("hunter2")


def test_decrypt_when_the_key_changed_says_so(settings):
    hidden = secrets.encrypt("hunter2")
    settings.SECRET_KEY = "another key, another key, another key"

    with pytest.raises(secrets.Unreadable):
        secrets.decrypt(hidden)
