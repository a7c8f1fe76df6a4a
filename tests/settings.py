"""The desk's settings for tests: a throw-away data folder, cheap passwords, nothing from the caller's environment."""

import os
import tempfile
from pathlib import Path

database_url = os.environ.get("TEST_DATABASE_URL", "")
for name in [name for name in os.environ if name.startswith("SPORTELLO_")]:
    del os.environ[name]
os.environ["SPORTELLO_DATA"] = tempfile.mkdtemp(prefix="sportello-tests-")
os.environ["SPORTELLO_PUBLIC_URL"] = "http://desk.example.org"
os.environ["SPORTELLO_SECRET_KEY"] = "a key for tests only, it guards nothing at all"
# Playwright's plain API keeps an event loop in the main thread; Django takes that for asynchronous code.
os.environ["DJANGO_ALLOW_ASYNC_UNSAFE"] = "true"
if database_url:
    os.environ["SPORTELLO_DATABASE_URL"] = database_url

from sportello.config.settings import *  # noqa: E402, F403

ALLOWED_HOSTS = ["*"]
PASSWORD_HASHERS = ["django.contrib.auth.hashers.MD5PasswordHasher"]
# The manifest is made by `serve`; pages under test name their files plainly.
Path(STATIC_ROOT).mkdir(exist_ok=True)  # noqa: F405
STORAGES = {
    "default": {
        "BACKEND": "django.core.files.storage.FileSystemStorage",
        "OPTIONS": {"location": Path(os.environ["SPORTELLO_DATA"]) / "files"},
    },
    "staticfiles": {"BACKEND": "django.contrib.staticfiles.storage.StaticFilesStorage"},
}
LOGGING = {"version": 1, "disable_existing_loggers": False}
