"""Django settings, all derived from `saishang.config` (the only place that reads the environment)."""

from __future__ import annotations

from pathlib import Path

from psycopg.conninfo import conninfo_to_dict

from saishang import database
from saishang.apps.organisations.roles import POSTS, ROLES_IN_ORGANISATIONS
from saishang.config import load_config
from saishang.errors import ConfigurationError
from saishang.web.secret import secret_key

CONFIG = load_config()
if _unknown := set(CONFIG.totp_roles) - {*POSTS, *ROLES_IN_ORGANISATIONS}:
    raise ConfigurationError(
        f"expected roles, got {', '.join(sorted(_unknown))}",
        fix=f"use some of {', '.join((*POSTS, *ROLES_IN_ORGANISATIONS))}",
        where="SAISHANG_TOTP_ROLES",
    )
BASE_DIR = Path(__file__).resolve().parent

SECRET_KEY = secret_key(CONFIG)
DEBUG = CONFIG.debug
ALLOWED_HOSTS = list(CONFIG.allowed_hosts)

INSTALLED_APPS = [
    "django.contrib.auth",
    "django.contrib.contenttypes",
    "django.contrib.sessions",
    "django.contrib.messages",
    "django.contrib.staticfiles",
    "procrastinate.contrib.django",
    "saishang.apps.core",
    "saishang.apps.organisations",
    "saishang.apps.jobs",
    "saishang.apps.plan",
    "saishang.apps.observations",
    "saishang.apps.indicators",
    "saishang.apps.registers",
    "saishang.apps.execution",
    "saishang.apps.notices",
    "saishang.apps.search",
    "saishang.apps.reports",
    "saishang.apps.supervision",
    "saishang.web",
]

MIDDLEWARE = [
    "django.middleware.security.SecurityMiddleware",
    "whitenoise.middleware.WhiteNoiseMiddleware",
    "django.contrib.sessions.middleware.SessionMiddleware",
    "saishang.web.language.ChineseFirst",
    "django.middleware.common.CommonMiddleware",
    "django.middleware.csrf.CsrfViewMiddleware",
    "django.contrib.auth.middleware.AuthenticationMiddleware",
    "django.contrib.messages.middleware.MessageMiddleware",
    "saishang.web.sessions.Sessions",
    "django.middleware.clickjacking.XFrameOptionsMiddleware",
    "saishang.web.security.SecurityHeaders",
    "saishang.web.pages.errors.Teaching",
]

ROOT_URLCONF = "saishang.web.urls"
WSGI_APPLICATION = "saishang.web.wsgi.application"

TEMPLATES = [
    {
        "BACKEND": "django.template.backends.django.DjangoTemplates",
        "DIRS": [BASE_DIR / "templates"],
        "APP_DIRS": True,
        "OPTIONS": {
            "context_processors": [
                "django.template.context_processors.request",
                "django.template.context_processors.i18n",
                "django.contrib.auth.context_processors.auth",
                "django.contrib.messages.context_processors.messages",
                "saishang.web.context.frame",
            ],
        },
    },
]

_PARTS = conninfo_to_dict(database.dsn(CONFIG))
_NAMED = {"dbname", "user", "password", "host", "port"}
DATABASES = {
    "default": {
        "ENGINE": "django.db.backends.postgresql",
        "NAME": _PARTS.get("dbname", ""),
        "USER": _PARTS.get("user", ""),
        "PASSWORD": _PARTS.get("password", ""),
        "HOST": _PARTS.get("host", ""),
        "PORT": _PARTS.get("port", ""),
        # What else the address asks for (sslmode=require, …) holds for every connection.
        "OPTIONS": {name: value for name, value in _PARTS.items() if name not in _NAMED},
        "CONN_MAX_AGE": 60,
        "CONN_HEALTH_CHECKS": True,
    }
}
DEFAULT_AUTO_FIELD = "django.db.models.BigAutoField"
AUTH_USER_MODEL = "organisations.User"
AUTH_PASSWORD_VALIDATORS = [
    {"NAME": "django.contrib.auth.password_validation.UserAttributeSimilarityValidator"},
    {"NAME": "saishang.web.passwords.NotTheName"},
    {"NAME": "saishang.web.passwords.LongEnough", "OPTIONS": {"min_length": 10}},
    {"NAME": "django.contrib.auth.password_validation.CommonPasswordValidator"},
    {"NAME": "django.contrib.auth.password_validation.NumericPasswordValidator"},
]
LOGIN_URL = "sign-in"
LOGIN_REDIRECT_URL = "overview"
LOGOUT_REDIRECT_URL = "overview"

LANGUAGE_CODE = "zh-hans"
LANGUAGES = [("zh-hans", "简体中文"), ("en", "English")]
LOCALE_PATHS = [BASE_DIR / "locale"]
USE_I18N = True
#: Observations are China Standard Time without zone; log times are stored with zone and shown in this one.
TIME_ZONE = "Asia/Shanghai"
USE_TZ = True

STATIC_URL = "static/"
STATICFILES_DIRS = [BASE_DIR / "static"] if (BASE_DIR / "static").is_dir() else []
STORAGES = {
    "default": {
        "BACKEND": "django.core.files.storage.FileSystemStorage",
        "OPTIONS": {"location": CONFIG.media},
    },
    # frontend/build.mjs hashes the names and packs the twins itself (see web/assets.py): no collectstatic.
    "staticfiles": {"BACKEND": "django.contrib.staticfiles.storage.StaticFilesStorage"},
}
WHITENOISE_USE_FINDERS = True
WHITENOISE_IMMUTABLE_FILE_TEST = r"^/static/dist/[\w-]+-[0-9A-Z]{8}\.\w+$"
DATA_UPLOAD_MAX_MEMORY_SIZE = 5 * 1024 * 1024
FILE_UPLOAD_MAX_MEMORY_SIZE = 1024 * 1024

# Without a server for e-mails the worker writes them to its console: a demonstration sends nothing to anybody.
if CONFIG.smtp is None:
    EMAIL_BACKEND = "django.core.mail.backends.console.EmailBackend"
    DEFAULT_FROM_EMAIL = "saishang@localhost"
else:
    EMAIL_BACKEND = "django.core.mail.backends.smtp.EmailBackend"
    EMAIL_HOST, EMAIL_PORT = CONFIG.smtp.host, CONFIG.smtp.port
    EMAIL_HOST_USER, EMAIL_HOST_PASSWORD = CONFIG.smtp.user, CONFIG.smtp.password
    EMAIL_USE_SSL = CONFIG.smtp.encrypted_at_once
    EMAIL_USE_TLS = CONFIG.smtp.starttls and not EMAIL_USE_SSL
    DEFAULT_FROM_EMAIL = CONFIG.smtp.sender
#: A server that does not answer for so long [s] has not taken the e-mail.
EMAIL_TIMEOUT = 30

SESSION_COOKIE_HTTPONLY = True
SESSION_COOKIE_SAMESITE = "Lax"
SESSION_COOKIE_AGE = CONFIG.session_hours * 3600
SESSION_EXPIRE_AT_BROWSER_CLOSE = True
SESSION_COOKIE_SECURE = CONFIG.https
CSRF_COOKIE_SECURE = CONFIG.https
CSRF_COOKIE_HTTPONLY = True
SECURE_HSTS_SECONDS = 31_536_000 if CONFIG.https else 0
SECURE_SSL_REDIRECT = CONFIG.https
SECURE_PROXY_SSL_HEADER = ("HTTP_X_FORWARDED_PROTO", "https") if CONFIG.https else None
SECURE_CONTENT_TYPE_NOSNIFF = True
SECURE_REFERRER_POLICY = "same-origin"
X_FRAME_OPTIONS = "DENY"
CSRF_FAILURE_VIEW = "saishang.web.pages.errors.expired_form"

LOGGING = {
    "version": 1,
    "disable_existing_loggers": False,
    "handlers": {"console": {"class": "logging.StreamHandler"}},
    "root": {"handlers": ["console"], "level": "WARNING"},
}
