"""Settings, from the environment, with defaults that are safe for a try on one machine.

What is about Handsel stands at the end. The variables `HANDSEL_…` are Handsel's own, which takes none that it does not
know: the two that both sides need are read here as well, and whatever is the site's begins with `TIMEBANK_`.
"""

import os
import secrets
from pathlib import Path
from urllib.parse import unquote, urlsplit

BASE_DIR = Path(__file__).resolve().parent.parent
# All that the site writes: its database, its secret key, and with the README's commands Handsel's database as well.
VAR = Path(os.environ.get("TIMEBANK_VAR", BASE_DIR / "var"))
VAR.mkdir(mode=0o700, parents=True, exist_ok=True)


def kept_secret(name):
    """A secret made on the first start and kept, so that a restart logs nobody out."""
    file = VAR / name
    try:
        with open(os.open(file, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "w") as new:
            new.write(secrets.token_urlsafe(50))
    except FileExistsError:
        pass
    return file.read_text()


SECRET_KEY = os.environ.get("DJANGO_SECRET_KEY") or kept_secret("secret-key")
DEBUG = os.environ.get("DJANGO_DEBUG", "") == "1"
ALLOWED_HOSTS = os.environ.get("DJANGO_ALLOWED_HOSTS", "127.0.0.1,localhost,[::1]").split(",")
# Behind nginx with a certificate: the origins that forms may come from, and cookies for https alone.
CSRF_TRUSTED_ORIGINS = [origin for origin in os.environ.get("DJANGO_TRUSTED_ORIGINS", "").split(",") if origin]
SESSION_COOKIE_SECURE = CSRF_COOKIE_SECURE = os.environ.get("DJANGO_HTTPS", "") == "1"
if SESSION_COOKIE_SECURE:
    SECURE_PROXY_SSL_HEADER = ("HTTP_X_FORWARDED_PROTO", "https")

INSTALLED_APPS = [
    "django.contrib.admin",
    "django.contrib.auth",
    "django.contrib.contenttypes",
    "django.contrib.sessions",
    "django.contrib.messages",
    "django.contrib.staticfiles",
    "market",
    # What is being replaced; it goes once nobody wants its rows any more.
    "chat",
    "handsel",
]

MIDDLEWARE = [
    "django.middleware.security.SecurityMiddleware",
    "whitenoise.middleware.WhiteNoiseMiddleware",
    "django.contrib.sessions.middleware.SessionMiddleware",
    "django.middleware.common.CommonMiddleware",
    "django.middleware.csrf.CsrfViewMiddleware",
    "django.contrib.auth.middleware.AuthenticationMiddleware",
    "django.contrib.messages.middleware.MessageMiddleware",
    "django.middleware.clickjacking.XFrameOptionsMiddleware",
    "handsel.middleware.LogOut",
]

ROOT_URLCONF = "timebank.urls"
WSGI_APPLICATION = "timebank.wsgi.application"

TEMPLATES = [
    {
        "BACKEND": "django.template.backends.django.DjangoTemplates",
        "APP_DIRS": True,
        "OPTIONS": {
            "context_processors": [
                "django.template.context_processors.request",
                "django.contrib.auth.context_processors.auth",
                "django.contrib.messages.context_processors.messages",
                "handsel.context.handsel",
            ],
        },
    },
]

DATABASES = {
    "default": {
        "ENGINE": "django.db.backends.sqlite3",
        "NAME": VAR / "timebank.sqlite3",
        # Two who write at the same moment wait for each other instead of failing half-way: the ledger counts on it.
        "OPTIONS": {"transaction_mode": "IMMEDIATE", "timeout": 5, "init_command": "PRAGMA journal_mode=WAL"},
    },
}

AUTH_PASSWORD_VALIDATORS = [
    {"NAME": "django.contrib.auth.password_validation.MinimumLengthValidator"},
    {"NAME": "django.contrib.auth.password_validation.CommonPasswordValidator"},
]
LOGIN_REDIRECT_URL = LOGOUT_REDIRECT_URL = "/"

LANGUAGE_CODE = "en"
TIME_ZONE = "UTC"
USE_TZ = True

STATIC_URL = "static/"
STATIC_ROOT = VAR / "static"
STATIC_ROOT.mkdir(exist_ok=True)
# Files are served from where they stand, so that a try needs no `collectstatic`.
WHITENOISE_USE_FINDERS = True
# Handsel's socket manager and components, from the checkout that this example stands in. A site of its own copies the
# folder `frontend` and names the copy here.
STATICFILES_DIRS = [("handsel", Path(os.environ.get("TIMEBANK_HANDSEL_FRONTEND", BASE_DIR.parent.parent / "frontend")))]
STATICFILES_FINDERS = ["handsel.finders.WithoutTools", "django.contrib.staticfiles.finders.AppDirectoriesFinder"]

DEFAULT_AUTO_FIELD = "django.db.models.BigAutoField"
EMAIL_BACKEND = os.environ.get("DJANGO_EMAIL_BACKEND", "django.core.mail.backends.console.EmailBackend")
DEFAULT_FROM_EMAIL = "timebank@localhost"

LOGGING = {
    "version": 1,
    "disable_existing_loggers": False,
    "handlers": {"console": {"class": "logging.StreamHandler"}},
    "root": {"handlers": ["console"], "level": "INFO"},
}

HANDSEL = {
    # Where this site reaches Handsel.
    "URL": os.environ.get("TIMEBANK_HANDSEL_URL", "http://127.0.0.1:8001"),
    # The first, where several are valid while one is replaced.
    "ADMIN_KEY": os.environ.get("HANDSEL_ADMIN_KEY", "").split(",")[0].strip(),
    # Where browsers reach it: below the site's own origin, as nginx.conf has it.
    "PUBLIC_URL": os.environ.get("TIMEBANK_HANDSEL_PUBLIC_URL", "/talk/"),
    # What Handsel signs its hook and its webhooks with; several, separated by spaces, while one is replaced.
    "WEBHOOK_SECRET": os.environ.get("HANDSEL_WEBHOOK_SECRET", ""),
    # What this site has to say for itself.
    "SITE": "market.adopting.TimeBank",
}


def handsel_database(where):
    """Handsel's database as a second, read-only one: for its SQL views in the admin."""
    if where.startswith(("postgres://", "postgresql://")):
        url = urlsplit(where)
        return {
            "ENGINE": "django.db.backends.postgresql",
            "NAME": unquote(url.path[1:]),
            "USER": unquote(url.username or ""),
            "PASSWORD": unquote(url.password or ""),
            "HOST": url.hostname or "",
            "PORT": url.port or "",
            "OPTIONS": {"options": "-c default_transaction_read_only=on"},
        }
    return {"ENGINE": "django.db.backends.sqlite3", "NAME": f"{Path(where).resolve().as_uri()}?mode=ro"}


# A file of SQLite's, or the URL of a role of PostgreSQL's that may read the views. Without it the admin has no messages.
if where := os.environ.get("TIMEBANK_HANDSEL_DATABASE", ""):
    DATABASES["handsel"] = handsel_database(where)
    DATABASE_ROUTERS = ["handsel.routers.Views"]
