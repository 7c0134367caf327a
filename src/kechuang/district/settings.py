"""Settings. What differs between houses comes from the environment; docs/howto/run.md lists it."""

import os
import tempfile
from pathlib import Path
from urllib.parse import parse_qsl, unquote, urlsplit

from csp.constants import NONE, SELF
from django.core.exceptions import ImproperlyConfigured

HOUSE = Path(__file__).resolve().parent
ROOT = HOUSE.parents[2]
DEMO_SECRET = "demo-only-not-a-secret-" + "0" * 40
TESTING = bool(os.environ.get("PYTEST_VERSION"))


def _env(name: str, default: str = "") -> str:
    return os.environ.get(f"KECHUANG_{name}", default)


KECHUANG_DEMO = _env("DEMO") == "1"
KECHUANG_BOOK = Path(_env("BOOK", str(ROOT / "books" / "jinnan")))
KECHUANG_DATA = Path(_env("DATA", str(ROOT / "data" / ("demo" if KECHUANG_DEMO else "house"))))
KECHUANG_SITE = _env("SITE", "http://127.0.0.1:8000")

DEBUG = False
SECRET_KEY = _env("SECRET_KEY") or (DEMO_SECRET if KECHUANG_DEMO or TESTING else "")
if not SECRET_KEY:
    raise ImproperlyConfigured("Set KECHUANG_SECRET_KEY to a long random text, or use 'make demo'.")
if SECRET_KEY == DEMO_SECRET and not (KECHUANG_DEMO or TESTING):
    raise ImproperlyConfigured(
        "The demo's secret key is public. Set KECHUANG_SECRET_KEY to your own."
    )
ALLOWED_HOSTS = _env("HOSTS", "127.0.0.1,localhost,[::1],testserver").split(",")
CSRF_TRUSTED_ORIGINS = [origin for origin in _env("ORIGINS").split(",") if origin]
# Behind a proxy that ends TLS. Whom to believe about X-Forwarded-… is the server's to know (it
# sees who connects), so it is told the proxy, and Django is not asked to believe a header.
KECHUANG_HTTPS = _env("HTTPS") == "1"
KECHUANG_PROXY = _env("PROXY", "127.0.0.1" if KECHUANG_HTTPS else "")
SESSION_COOKIE_SECURE = CSRF_COOKIE_SECURE = SECURE_SSL_REDIRECT = KECHUANG_HTTPS
SECURE_HSTS_SECONDS = int(_env("HSTS", "31536000")) if KECHUANG_HTTPS else 0
# whether all names below this one and the browsers' lists keep to TLS is not ours to decide
SILENCED_SYSTEM_CHECKS = ["security.W005", "security.W021"]
SESSION_COOKIE_HTTPONLY = True
SECURE_REFERRER_POLICY = "same-origin"

INSTALLED_APPS = [
    "kechuang.district.core",
    "kechuang.district.accounts",
    "kechuang.district.registry",
    "kechuang.district.market",
    "kechuang.district.transfer",
    "kechuang.district.support",
    "kechuang.district.plan",
    "kechuang.district.portal",
    "django.contrib.auth",
    "django.contrib.contenttypes",
    "django.contrib.sessions",
    "django.contrib.messages",
    "django.contrib.humanize",
    "whitenoise.runserver_nostatic",
    "django.contrib.staticfiles",
    "allauth",
    "allauth.account",
    "allauth.mfa",
    "axes",
    "csp",
    "django_htmx",
    "ninja",
    "lucide",
]
MIDDLEWARE = [
    "django.middleware.security.SecurityMiddleware",
    "whitenoise.middleware.WhiteNoiseMiddleware",
    "csp.middleware.CSPMiddleware",
    "django.contrib.sessions.middleware.SessionMiddleware",
    "kechuang.district.portal.script.TraditionalMiddleware",
    "django.middleware.locale.LocaleMiddleware",
    "django.middleware.common.CommonMiddleware",
    "django.middleware.csrf.CsrfViewMiddleware",
    "django.contrib.auth.middleware.AuthenticationMiddleware",
    "django.contrib.messages.middleware.MessageMiddleware",
    "django.middleware.clickjacking.XFrameOptionsMiddleware",
    "allauth.account.middleware.AccountMiddleware",
    "django_htmx.middleware.HtmxMiddleware",
    "kechuang.district.portal.middleware.ActorMiddleware",
    "kechuang.district.portal.middleware.OnceMiddleware",
    "axes.middleware.AxesMiddleware",
]
ROOT_URLCONF = "kechuang.district.urls"
WSGI_APPLICATION = "kechuang.district.portal.wsgi.application"
TEMPLATES = [
    {
        "BACKEND": "django.template.backends.django.DjangoTemplates",
        "DIRS": [HOUSE / "templates"],
        "APP_DIRS": True,
        "OPTIONS": {
            "context_processors": [
                "django.template.context_processors.request",
                "django.contrib.auth.context_processors.auth",
                "django.contrib.messages.context_processors.messages",
                "kechuang.district.portal.context.house",
            ],
            "builtins": [
                "kechuang.district.portal.templatetags.kechuang",
                "lucide.templatetags.lucide",
            ],
        },
    }
]


def database(url: str) -> dict[str, object]:
    """A database from its address: sqlite:///path or postgresql://user:password@host:port/name."""
    parts = urlsplit(url)
    if parts.scheme == "sqlite":
        return {
            "ENGINE": "kechuang.district.core.sqlite",
            "NAME": unquote(parts.path[1:]) if parts.path != "/:memory:" else ":memory:",
            "OPTIONS": {
                "transaction_mode": "IMMEDIATE",
                "timeout": 30,  # for readers that upgrade; writers queue at the door (core.sqlite)
                "init_command": "PRAGMA journal_mode=WAL; PRAGMA synchronous=NORMAL; PRAGMA foreign_keys=ON;",
            },
            "TEST": {"NAME": str(Path(tempfile.gettempdir()) / f"kechuang-test-{os.getpid()}.db")},
        }
    if parts.scheme in {"postgresql", "postgres"}:
        return {
            "ENGINE": "django.db.backends.postgresql",
            "NAME": unquote(parts.path[1:]),
            "USER": unquote(parts.username or ""),
            "PASSWORD": unquote(parts.password or ""),
            "HOST": parts.hostname or "",
            "PORT": str(parts.port or ""),
            "OPTIONS": dict(parse_qsl(parts.query)),
            "CONN_MAX_AGE": 60,
        }
    raise ImproperlyConfigured("KECHUANG_DATABASE_URL must begin with sqlite:/// or postgresql://")


_URL = _env("TEST_DATABASE_URL") if TESTING else _env("DATABASE_URL")
DATABASES = {"default": database(_URL or f"sqlite:///{KECHUANG_DATA / 'kechuang.sqlite3'}")}
DEFAULT_AUTO_FIELD = "django.db.models.BigAutoField"
CSRF_FAILURE_VIEW = "kechuang.district.portal.problems.csrf_failed"

AUTH_USER_MODEL = "accounts.User"
AUTHENTICATION_BACKENDS = [
    "axes.backends.AxesStandaloneBackend",
    "allauth.account.auth_backends.AuthenticationBackend",
]
AUTH_PASSWORD_VALIDATORS = [
    {"NAME": "django.contrib.auth.password_validation.UserAttributeSimilarityValidator"},
    {
        "NAME": "django.contrib.auth.password_validation.MinimumLengthValidator",
        "OPTIONS": {"min_length": 10},
    },
    {"NAME": "django.contrib.auth.password_validation.CommonPasswordValidator"},
]
LOGIN_URL = "account_login"
LOGIN_REDIRECT_URL = "workspace"
ACCOUNT_LOGIN_METHODS = {"email"}
ACCOUNT_SIGNUP_FIELDS = ["email*", "password1*", "password2*"]
ACCOUNT_ADAPTER = "kechuang.district.portal.signin.HouseAdapter"
ACCOUNT_FORMS = {"add_email": "kechuang.district.portal.signin.NewAddress"}
ACCOUNT_EMAIL_VERIFICATION = "none"  # who has not proved an address signs in, and gets no e-mail
ACCOUNT_CHANGE_EMAIL = True
ACCOUNT_EMAIL_UNKNOWN_ACCOUNTS = False
ACCOUNT_REAUTHENTICATION_REQUIRED = True
ACCOUNT_LOGOUT_ON_GET = False
ACCOUNT_USER_MODEL_USERNAME_FIELD = "username"
ACCOUNT_RATE_LIMITS = {"login_failed": False} if KECHUANG_DEMO or TESTING else {}
MFA_SUPPORTED_TYPES = ["totp", "recovery_codes"]
MFA_TOTP_ISSUER = "Kechuang"
AXES_FAILURE_LIMIT = 6
AXES_COOLOFF_TIME = 0.25
AXES_LOCKOUT_PARAMETERS = [["username", "ip_address"]]
AXES_USERNAME_FORM_FIELD = "login"
AXES_LOCKOUT_CALLABLE = "kechuang.district.portal.signin.locked_out"
AXES_VERBOSE = False
AXES_ENABLE_ADMIN = False

CONTENT_SECURITY_POLICY = {
    "DIRECTIVES": {
        "default-src": [NONE],
        "script-src": [SELF],
        "style-src": [SELF],
        "img-src": [SELF, "data:"],
        "font-src": [SELF],
        "connect-src": [SELF],
        "form-action": [SELF],
        "frame-ancestors": [NONE],
        "base-uri": [NONE],
        "manifest-src": [SELF],
    }
}

LANGUAGE_CODE = "zh-hans"
LANGUAGES = [("zh-hans", "简体中文"), ("zh-hant", "繁體中文"), ("en", "English")]
LOCALE_PATHS = [HOUSE / "locale"]
USE_I18N = True
TIME_ZONE = "Asia/Shanghai"
USE_TZ = True

CACHES = {
    "default": {  # what allauth counts (sign-in, letters) is one count for all processes
        "BACKEND": "django.core.cache.backends.db.DatabaseCache",
        "LOCATION": "core_cache",
    }
}


def limits(text: str) -> dict[str, tuple[int, int]]:
    """How many may come through a door in how many seconds: "match=30/60 search=0/60".

    Raises:
        ImproperlyConfigured: Not written so.
    """
    found: dict[str, tuple[int, int]] = {}
    for word in text.split():
        door, _, rest = word.partition("=")
        most, _, seconds = rest.partition("/")
        if not (door and most.isdecimal() and seconds.isdecimal() and int(seconds)):
            raise ImproperlyConfigured(f"KECHUANG_LIMITS: {word} is not like match=30/60")
        found[door] = (int(most), int(seconds))
    return found


_DOORS = (
    "match=20/60 selftest=60/60 paper=10/60 search=120/60 export=20/600 code=20/600 renew=5/3600"
)
KECHUANG_LIMITS = limits(f"{_DOORS} {_env('LIMITS')}")

STATIC_URL = "static/"
STATICFILES_DIRS = [
    HOUSE / "static",
]
STATIC_ROOT = KECHUANG_DATA / "static"
WHITENOISE_USE_FINDERS = True
WHITENOISE_AUTOREFRESH = TESTING
WHITENOISE_MAX_AGE = 3600
DATA_UPLOAD_MAX_MEMORY_SIZE = 40_000_000
FILE_UPLOAD_MAX_MEMORY_SIZE = 40_000_000
MESSAGE_STORAGE = "django.contrib.messages.storage.session.SessionStorage"

EMAIL_BACKEND = (
    "django.core.mail.backends.smtp.EmailBackend"
    if _env("SMTP_HOST")
    else "django.core.mail.backends.dummy.EmailBackend"
)
EMAIL_HOST = _env("SMTP_HOST")
EMAIL_PORT = int(_env("SMTP_PORT", "25"))
EMAIL_HOST_USER = _env("SMTP_USER")
EMAIL_HOST_PASSWORD = _env("SMTP_PASSWORD")
EMAIL_TIMEOUT = 20  # a mail server that hangs must not hold the worker
EMAIL_USE_TLS = _env("SMTP_TLS") == "1"
DEFAULT_FROM_EMAIL = _env("MAIL_FROM", "kechuang@localhost")

# Where the roots of the ledger's days go, so that this house cannot rewrite them
KECHUANG_ROOTS = _env("ROOTS")
KECHUANG_ROOTS_TO = _env("ROOTS_TO")
KECHUANG_TSA = _env("TSA")

LOGGING = {
    "version": 1,
    "disable_existing_loggers": False,
    "formatters": {"line": {"format": "{asctime} {levelname} {name} {message}", "style": "{"}},
    "handlers": {"console": {"class": "logging.StreamHandler", "formatter": "line"}},
    "root": {"handlers": ["console"], "level": "WARNING"},
    "loggers": {
        "kechuang": {"level": "INFO"},
        "waitress": {"level": "WARNING"},
        "axes": {"level": "ERROR"},
    },
}
if TESTING:
    PASSWORD_HASHERS = ["django.contrib.auth.hashers.MD5PasswordHasher"]
