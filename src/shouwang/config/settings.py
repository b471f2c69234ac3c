"""Settings; every value an operator may change comes from the environment (see README)."""

from __future__ import annotations

import os
from pathlib import Path

from shouwang.config.database import database_settings
from shouwang.config.places import BASE, KEYS_DIR, VAR_DIR
from shouwang.config.secrets import django_secret

PACKS_DIR = Path(os.environ.get("SHOUWANG_PACKS", BASE / "packs"))
FILES_DIR = VAR_DIR / "files"
SNAPSHOTS_DIR = VAR_DIR / "snapshots"
WHATIF_DIR = VAR_DIR / "whatif"  # facts cached for trying policies, a folder a snapshot
os.environ.setdefault("SHOUWANG_KEYS_DIR", str(KEYS_DIR))

DEBUG = os.environ.get("SHOUWANG_DEBUG") == "1"
SECRET_KEY = django_secret(KEYS_DIR)
ALLOWED_HOSTS = os.environ.get("SHOUWANG_HOSTS", "127.0.0.1,localhost,[::1]").split(",")
CSRF_TRUSTED_ORIGINS = [origin for origin in os.environ.get("SHOUWANG_ORIGINS", "").split(",") if origin]
IS_BEHIND_TLS = os.environ.get("SHOUWANG_TLS") == "1"

ROOMS = [
    "people",
    "audit",
    "office",
    "ui",
    "standards",
    "register",
    "sources",
    "rounds",
    "screening",
    "casework",
    "funds",
    "assistance",
    "insurance",
    "evaluation",
    "public",
    "oversight",
    "desks",
]
INSTALLED_APPS = [
    *(f"shouwang.{room}" for room in ROOMS),
    "django.contrib.auth",
    "django.contrib.contenttypes",
    "django.contrib.sessions",
    "django.contrib.messages",
    "django.contrib.staticfiles",
    "django.contrib.humanize",
    "django_htmx",
    "allauth",
    "allauth.account",
    "allauth.mfa",
    "procrastinate.contrib.django",
]
MIDDLEWARE = [
    "django.middleware.security.SecurityMiddleware",
    "shouwang.ui.middleware.ContentSecurityPolicy",
    "shouwang.ui.middleware.ApiProblems",
    "whitenoise.middleware.WhiteNoiseMiddleware",
    "django.contrib.sessions.middleware.SessionMiddleware",
    "django.middleware.common.CommonMiddleware",
    "django.middleware.csrf.CsrfViewMiddleware",
    "django.contrib.auth.middleware.AuthenticationMiddleware",
    "django.contrib.messages.middleware.MessageMiddleware",
    "django.middleware.clickjacking.XFrameOptionsMiddleware",
    "django_htmx.middleware.HtmxMiddleware",
    "allauth.account.middleware.AccountMiddleware",
    "shouwang.people.middleware.ViewerMiddleware",
]

ROOT_URLCONF = "shouwang.config.urls"
WSGI_APPLICATION = "shouwang.config.wsgi.application"
TEMPLATES = [
    {
        "BACKEND": "django.template.backends.django.DjangoTemplates",
        "APP_DIRS": True,
        "OPTIONS": {
            "context_processors": [
                "django.template.context_processors.request",
                "django.contrib.auth.context_processors.auth",
                "django.contrib.messages.context_processors.messages",
                "shouwang.ui.context.navigation",
            ],
        },
    }
]

DATABASES = database_settings(VAR_DIR, KEYS_DIR)
DEFAULT_AUTO_FIELD = "django.db.models.BigAutoField"
# In the database, so that rate limits and lockouts hold across processes; the table comes with the people room.
CACHES = {"default": {"BACKEND": "django.core.cache.backends.db.DatabaseCache", "LOCATION": "people_cache"}}

AUTH_USER_MODEL = "people.User"
AUTHENTICATION_BACKENDS = ["allauth.account.auth_backends.AuthenticationBackend"]
PASSWORD_HASHERS = ["django.contrib.auth.hashers.ScryptPasswordHasher"]
AUTH_PASSWORD_VALIDATORS = [
    {"NAME": "django.contrib.auth.password_validation.MinimumLengthValidator", "OPTIONS": {"min_length": 10}},
    {"NAME": "django.contrib.auth.password_validation.CommonPasswordValidator"},
    {"NAME": "django.contrib.auth.password_validation.NumericPasswordValidator"},
    {"NAME": "django.contrib.auth.password_validation.UserAttributeSimilarityValidator"},
]
LOGIN_URL = "account_login"
LOGIN_REDIRECT_URL = "/"
LOGOUT_REDIRECT_URL = "account_login"
ACCOUNT_LOGIN_METHODS = {"username"}
ACCOUNT_SIGNUP_FIELDS = ["username*", "password1*", "password2*"]
ACCOUNT_EMAIL_VERIFICATION = "none"
ACCOUNT_PREVENT_ENUMERATION = True
ACCOUNT_ADAPTER = "shouwang.people.adapters.ClosedAccountAdapter"
ACCOUNT_LOGOUT_ON_GET = False
ACCOUNT_SESSION_REMEMBER = False
# A whole office often shares one address, so the limits by address are wide; an account locks after five failures.
ACCOUNT_RATE_LIMITS = {"login": "120/m/ip", "login_failed": "60/m/ip,5/300s/key", "change_password": "5/m/user"}
ALLAUTH_TRUSTED_PROXY_COUNT = int(os.environ.get("SHOUWANG_PROXIES", "0"))
MFA_ADAPTER = "shouwang.people.adapters.SealedFactorAdapter"
# Roles that must enrol a second factor before they may act: a comma list, "-" for none. A demo asks nobody to.
_demands = "-" if (KEYS_DIR / "demo_accounts.json").is_file() else "ADMINISTRATOR,SECURITY,AUDITOR"
SECOND_FACTOR_ROLES = frozenset(
    role for role in os.environ.get("SHOUWANG_SECOND_FACTOR", _demands).split(",") if role != "-"
)
MFA_SUPPORTED_TYPES = ["totp", "recovery_codes"]
MFA_TOTP_ISSUER = "守望"
SESSION_COOKIE_AGE = 60 * 60 * 12
SESSION_COOKIE_HTTPONLY = True
SESSION_COOKIE_SAMESITE = "Lax"
SESSION_COOKIE_SECURE = CSRF_COOKIE_SECURE = IS_BEHIND_TLS
SECURE_REFERRER_POLICY = "same-origin"
X_FRAME_OPTIONS = "DENY"

LANGUAGE_CODE = "zh-hans"
TIME_ZONE = "Asia/Shanghai"
USE_I18N = True
USE_TZ = True

STATIC_URL = "static/"
STATIC_ROOT = VAR_DIR / "static"
MESSAGE_STORAGE = "django.contrib.messages.storage.session.SessionStorage"

DATA_UPLOAD_MAX_MEMORY_SIZE = 5 * 1024 * 1024
# A large upload must not lie in plain text in a temporary folder before it is sealed.
FILE_UPLOAD_HANDLERS = ["shouwang.office.uploads.SealableUploadHandler"]
XLSX_LIMIT_BYTES = int(os.environ.get("SHOUWANG_XLSX_LIMIT_MB", "50")) * 1024 * 1024
CSV_LIMIT_BYTES = int(os.environ.get("SHOUWANG_CSV_LIMIT_MB", "1024")) * 1024 * 1024
# Photos and PDFs that come with a case: what may come, and the longer edge that is kept of a photo.
PAPER_LIMIT_BYTES = int(os.environ.get("SHOUWANG_PAPER_LIMIT_MB", "15")) * 1024 * 1024
PAPER_LIMIT_PIXELS = int(os.environ.get("SHOUWANG_PAPER_LIMIT_MEGAPIXELS", "50")) * 1_000_000
PAPER_EDGE_PIXELS = 2560
PAPER_LIMIT_PAGES = 60
PAPER_LIMIT_COUNT = 9  # files at a time
SNAPSHOT_KEEP_DAYS = int(os.environ.get("SHOUWANG_SNAPSHOT_KEEP_DAYS", "30"))
# The last screening's snapshot of each month is kept longer: policies are tried on past months (back-test).
SNAPSHOT_KEEP_MONTHS = int(os.environ.get("SHOUWANG_SNAPSHOT_KEEP_MONTHS", "24"))
# A key under which something was sent is remembered this long (never less than 90 days): sent again, it is done once.
SENDING_KEEP_DAYS = int(os.environ.get("SHOUWANG_SENDING_KEEP_DAYS", "120"))
# How many times as often an address may use the pages of the public: where a county shares one way out.
PUBLIC_ADDRESS_TIMES = max(1, int(os.environ.get("SHOUWANG_PUBLIC_ADDRESS_TIMES", "1")))
# A phone that has not met the server for this many days wipes what it holds.
PHONE_KEEP_DAYS = int(os.environ.get("SHOUWANG_PHONE_KEEP_DAYS", "14"))
PHOTO_LIMIT_BYTES = int(os.environ.get("SHOUWANG_PHOTO_LIMIT_KB", "1024")) * 1024
UPLOAD_KEEP_DAYS = int(os.environ.get("SHOUWANG_UPLOAD_KEEP_DAYS", "7"))

LOGGING = {
    "version": 1,
    "disable_existing_loggers": False,
    "formatters": {
        "quiet": {"()": "shouwang.config.logs.NoValues", "format": "%(asctime)s %(levelname)s %(name)s %(message)s"}
    },
    "handlers": {"console": {"class": "logging.StreamHandler", "formatter": "quiet"}},
    "root": {"handlers": ["console"], "level": os.environ.get("SHOUWANG_LOG_LEVEL", "WARNING")},
}
