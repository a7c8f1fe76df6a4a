"""Django's settings. They boot without services or secrets; what a person may set is read in readers.py."""

import os
import sys
from functools import partial
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

from csp.constants import NONE, SELF
from django.utils.functional import SimpleLazyObject

from sportello.config.readers import SettingError, read
from sportello.config.secret import secret_key
from sportello.kit import log
from sportello.kit.sqlite import OPTIONS

try:
    desk = read(os.environ)
except SettingError as error:
    print(error, file=sys.stderr)
    raise SystemExit(2) from None

PACKAGE = Path(__file__).resolve().parent.parent

SPORTELLO_DATA = desk.data
PUBLIC_URL = desk.public_url
HTTP = desk.http
MAIL_IN = desk.mail_in
# A desk filled with invented people keeps its mails to itself, whatever else is set.
DEMO = (desk.data / "DEMO").exists()
MAIL_OUT = None if DEMO else desk.mail_out
MAIL_MAX_BYTES = desk.mail_max_bytes
WEBHOOK_PRIVATE = desk.webhook_private

SECRET_KEY = desk.secret_key or SimpleLazyObject(partial(secret_key, desk.data))
DEBUG = False

# --- database ---------------------------------------------------------------------------------------------------------
DEFAULT_AUTO_FIELD = "django.db.models.BigAutoField"
if desk.database.engine == "sqlite":
    DATABASES: dict[str, dict[str, Any]] = {
        "default": {
            "ENGINE": "sportello.kit.sqlite",
            "NAME": desk.database.path,
            "OPTIONS": OPTIONS,
            "CONN_MAX_AGE": None,
        }
    }
else:
    DATABASES = {
        "default": {
            "ENGINE": "django.db.backends.postgresql",
            "NAME": desk.database.name,
            "USER": desk.database.user,
            "PASSWORD": desk.database.password,
            "HOST": desk.database.host,
            "PORT": desk.database.port,
            "OPTIONS": dict(desk.database.options),
            # Web threads live as long as the process; a connection that died meanwhile is noticed and replaced.
            "CONN_MAX_AGE": None,
            "CONN_HEALTH_CHECKS": True,
        }
    }

# --- application ------------------------------------------------------------------------------------------------------
INSTALLED_APPS = [
    "django.contrib.contenttypes",
    "django.contrib.auth",
    "django.contrib.sessions",
    "django.contrib.messages",
    "django.contrib.staticfiles",
    "sportello.desk",
    "sportello.helpcenter",
    "sportello.web.ui",
    "sportello.config",
]
AUTH_USER_MODEL = "desk.User"
ROOT_URLCONF = "sportello.config.urls"
WSGI_APPLICATION = "sportello.config.wsgi.application"
MIDDLEWARE = [
    "django.middleware.security.SecurityMiddleware",
    "whitenoise.middleware.WhiteNoiseMiddleware",
    "csp.middleware.CSPMiddleware",
    "django.contrib.sessions.middleware.SessionMiddleware",
    "django.middleware.locale.LocaleMiddleware",
    "sportello.web.ui.plain.without_nul",
    "sportello.web.ui.uploads.bounded",
    "django.middleware.common.CommonMiddleware",
    "django.middleware.csrf.CsrfViewMiddleware",
    "django.contrib.auth.middleware.AuthenticationMiddleware",
    "sportello.config.language.person_language",
    "django.contrib.auth.middleware.LoginRequiredMiddleware",
    "django.contrib.messages.middleware.MessageMiddleware",
    "django.middleware.clickjacking.XFrameOptionsMiddleware",
]
TEMPLATES = [
    {
        "BACKEND": "django.template.backends.django.DjangoTemplates",
        "DIRS": [PACKAGE / "templates"],
        "APP_DIRS": False,
        "OPTIONS": {
            "builtins": ["sportello.web.ui.templatetags.addresses"],
            "libraries": {
                "i18n": "sportello.web.ui.templatetags.i18n",
                "ui": "sportello.web.ui.templatetags.ui",
                "repeated": "sportello.web.ui.templatetags.repeated",
            },
            "context_processors": [
                "django.template.context_processors.request",
                "django.template.context_processors.i18n",
                "django.contrib.auth.context_processors.auth",
                "django.contrib.messages.context_processors.messages",
            ],
        },
    }
]

# --- languages and time -----------------------------------------------------------------------------------------------
LANGUAGE_CODE = "en"
LANGUAGES = [("it", "Italiano"), ("en", "English")]
LOCALE_PATHS = [PACKAGE / "locale"]
USE_I18N = True
USE_TZ = True
TIME_ZONE = "UTC"

# --- static files -----------------------------------------------------------------------------------------------------
STATIC_URL = "/static/"
STATICFILES_DIRS = [PACKAGE / "static"]
STATIC_ROOT = desk.data / "static"
STORAGES = {
    "default": {"BACKEND": "django.core.files.storage.FileSystemStorage", "OPTIONS": {"location": desk.data / "files"}},
    "staticfiles": {"BACKEND": "whitenoise.storage.CompressedManifestStaticFilesStorage"},
}

# --- who gets in ------------------------------------------------------------------------------------------------------
public = urlsplit(desk.public_url)
is_https = public.scheme == "https"
is_local = desk.http.host in ("127.0.0.1", "::1", "localhost")
# Without a public name a desk that listens to the network is reached by whatever name the network gives it.
ALLOWED_HOSTS = [public.hostname or "localhost", "localhost", "127.0.0.1", "[::1]"]
if not is_local and not os.environ.get("SPORTELLO_PUBLIC_URL"):
    ALLOWED_HOSTS = ["*"]
CSRF_TRUSTED_ORIGINS = [desk.public_url]
PASSWORD_HASHERS = ["django.contrib.auth.hashers.Argon2PasswordHasher"]
AUTH_PASSWORD_VALIDATORS = [
    {"NAME": "django.contrib.auth.password_validation.UserAttributeSimilarityValidator"},
    {"NAME": "django.contrib.auth.password_validation.MinimumLengthValidator", "OPTIONS": {"min_length": 10}},
    {"NAME": "django.contrib.auth.password_validation.CommonPasswordValidator"},
]
LOGIN_URL = "sign_in"
LOGIN_REDIRECT_URL = "/"
SESSION_COOKIE_NAME = "sportello_session"
SESSION_COOKIE_AGE = 14 * 24 * 3600
SESSION_COOKIE_HTTPONLY = True
SESSION_COOKIE_SAMESITE = "Lax"
SESSION_COOKIE_SECURE = is_https
CSRF_COOKIE_NAME = "sportello_csrf"
CSRF_COOKIE_HTTPONLY = True
CSRF_COOKIE_SAMESITE = "Lax"
CSRF_COOKIE_SECURE = is_https
LANGUAGE_COOKIE_NAME = "sportello_language"
LANGUAGE_COOKIE_SAMESITE = "Lax"
LANGUAGE_COOKIE_SECURE = is_https
X_FRAME_OPTIONS = "DENY"
SECURE_REFERRER_POLICY = "same-origin"
SECURE_CONTENT_TYPE_NOSNIFF = True
SECURE_HSTS_SECONDS = 365 * 24 * 3600 if is_https else 0
# Only a desk that says it lives behind https has a proxy in front whose word counts.
SECURE_PROXY_SSL_HEADER = ("HTTP_X_FORWARDED_PROTO", "https") if is_https else None
CONTENT_SECURITY_POLICY = {
    "DIRECTIVES": {
        "default-src": [NONE],
        "script-src": [SELF],
        "style-src": [SELF],
        "img-src": [SELF, "data:"],
        "font-src": [SELF],
        "connect-src": [SELF],
        "worker-src": [SELF],
        "manifest-src": [SELF],
        "frame-src": [SELF],
        "form-action": [SELF],
        "base-uri": [NONE],
        "frame-ancestors": [NONE],
    }
}
# A fresh checkout may have no static folder yet; our library i18n takes the place of Django's on purpose.
SILENCED_SYSTEM_CHECKS = ["staticfiles.W004", "templates.W003"]

# --- sizes ------------------------------------------------------------------------------------------------------------
DATA_UPLOAD_MAX_MEMORY_SIZE = desk.mail_max_bytes
FILE_UPLOAD_PERMISSIONS = 0o600

EMAIL_BACKEND = "django.core.mail.backends.dummy.EmailBackend"  # mails are rows of the outbox
log.configure()
LOGGING = {
    "version": 1,
    "disable_existing_loggers": False,
    "formatters": {"line": {"()": "sportello.kit.log.Formatter"}},
    "handlers": {"stderr": {"class": "logging.StreamHandler", "formatter": "line"}},
    "root": {"handlers": ["stderr"], "level": "INFO"},
    "loggers": {"django.server": {"level": "WARNING"}},
}
