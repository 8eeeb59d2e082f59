"""Settings: the environment names the folder, the database and the city; the rest follows."""

import contextlib
import os
import secrets
import sys
import tomllib
from datetime import timedelta
from pathlib import Path

from hoaphuong.notices import configuration as notices
from hoaphuong.web import stand_ins
from hoaphuong.web.databases import database

ROOT = Path(__file__).resolve().parents[3]
PACKAGE = Path(__file__).resolve().parents[1]
TESTING = "pytest" in sys.modules
HOME = Path(os.environ.get("HOAPHUONG_HOME", "var")).resolve()
CONFIG = Path(os.environ.get("HOAPHUONG_CONFIG") or ROOT / "config" / "haiphong.toml")
DEMO = os.environ.get("HOAPHUONG_DEMO", "") == "1"
CITY = tomllib.loads(CONFIG.read_text(encoding="utf-8"))
# Who may be asked: what the city's [outside] names, and a demonstration's own stand-ins.
STAND_INS = stand_ins.addresses(HOME) if DEMO else {}
OUTSIDE_ORIGINS = [*CITY.get("outside", {}).get("origins", []), *STAND_INS.values()]
# Time stamps: "tsa" (address), "policy" (dotted), "anchors" (files of the roots it stands below).
AUTHORITY = {key: CITY.get("signing", {}).get(key, "") for key in ("tsa", "policy")}
AUTHORITY["anchors"] = CITY.get("signing", {}).get("anchors", [])
AUTHORITY["folder"] = stand_ins.folder(HOME, "authority") if DEMO else None
if STAND_INS and not AUTHORITY["tsa"]:
    AUTHORITY["tsa"] = f"{STAND_INS['authority']}/tsa"
    AUTHORITY["anchors"] = [str(AUTHORITY["folder"] / "ca" / "root.cer")]

# How fees are paid: the city's [payments]; a demonstration's bank makes its own merchants.
PAYMENTS = CITY.get("payments", {})
BANK = STAND_INS.get("bank", "")
BANK_MERCHANTS = stand_ins.folder(HOME, "bank") / "merchants.json"


def _secret_key() -> str:
    """Made on first start, kept with the city's keys, never in the repository."""
    path = HOME / "keys" / "secret_key"
    if not path.exists():
        path.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
        fresh = path.with_suffix(f".{os.getpid()}")
        fresh.touch(mode=0o600)
        fresh.write_text(secrets.token_urlsafe(50))
        with contextlib.suppress(FileExistsError):  # another process was first: its key stands
            os.link(fresh, path)
        fresh.unlink()
    return path.read_text().strip()


SECRET_KEY = "only-for-tests" if TESTING else _secret_key()
DEBUG = False
ALLOWED_HOSTS = os.environ.get("HOAPHUONG_HOSTS", "localhost,127.0.0.1,[::1],testserver").split(",")
CSRF_TRUSTED_ORIGINS = [o for o in os.environ.get("HOAPHUONG_ORIGINS", "").split(",") if o]
HTTPS = os.environ.get("HOAPHUONG_HTTPS", "") == "1"
SESSION_COOKIE_SECURE = CSRF_COOKIE_SECURE = SECURE_SSL_REDIRECT = HTTPS
SECURE_PROXY_SSL_HEADER = ("HTTP_X_FORWARDED_PROTO", "https") if HTTPS else None
SECURE_HSTS_SECONDS = 31_536_000 if HTTPS else 0
# Stands on papers, as a QR code: where their readers find this program, without a path.
PUBLIC_ADDRESS = os.environ.get("HOAPHUONG_PUBLIC_ADDRESS", "http://127.0.0.1:8000").rstrip("/")
PROXIES = int(os.environ.get("HOAPHUONG_PROXIES", "0"))
SESSION_COOKIE_AGE = int(timedelta(hours=12).total_seconds())
SESSION_COOKIE_SAMESITE = CSRF_COOKIE_SAMESITE = "Lax"
CSRF_FAILURE_VIEW = "hoaphuong.web.errors.csrf_failure"
SILENCED_SYSTEM_CHECKS = ["security.W004", "security.W008", "security.W012", "security.W016"]

ROOT_URLCONF = "hoaphuong.web.urls"
WSGI_APPLICATION = "hoaphuong.web.wsgi.application"
DEFAULT_AUTO_FIELD = "django.db.models.BigAutoField"
AUTH_USER_MODEL = "identity.Account"

INSTALLED_APPS = [
    "hoaphuong.kernel",
    "hoaphuong.reference",
    "hoaphuong.identity",
    "hoaphuong.files",
    "hoaphuong.forms",
    "hoaphuong.work",
    "hoaphuong.notices",
    "hoaphuong.signing",
    "hoaphuong.payments",
    "hoaphuong.exchange",
    "hoaphuong.documents",
    "hoaphuong.dossiers",
    "hoaphuong.warehouse",
    "hoaphuong.web",
    "django.contrib.auth",
    "django.contrib.contenttypes",
    "django.contrib.sessions",
    "django.contrib.messages",
    "django.contrib.staticfiles",
    "allauth",
    "allauth.account",
    "allauth.mfa",
]

MIDDLEWARE = [
    "hoaphuong.web.middleware.RequestLines",
    "hoaphuong.web.client_address.ClientAddress",
    "hoaphuong.web.middleware.SecurityHeaders",
    "django.middleware.security.SecurityMiddleware",
    "whitenoise.middleware.WhiteNoiseMiddleware",
    "django.contrib.sessions.middleware.SessionMiddleware",
    "hoaphuong.web.language.ChosenLanguage",
    "hoaphuong.web.plain_text.PlainText",
    "django.middleware.common.CommonMiddleware",
    "django.middleware.csrf.CsrfViewMiddleware",
    "django.contrib.auth.middleware.AuthenticationMiddleware",
    "hoaphuong.identity.middleware.ActorMiddleware",
    "django.contrib.messages.middleware.MessageMiddleware",
    "allauth.account.middleware.AccountMiddleware",
]

TEMPLATES = [
    {
        "BACKEND": "django.template.backends.django.DjangoTemplates",
        "DIRS": [PACKAGE / "web" / "templates"],
        "APP_DIRS": True,
        "OPTIONS": {
            "context_processors": [
                "django.template.context_processors.request",
                "django.contrib.messages.context_processors.messages",
                "hoaphuong.web.context.shell",
            ],
            "builtins": [
                "django.templatetags.i18n",
                "hoaphuong.web.templatetags.city",
                "hoaphuong.web.templatetags.kept",
            ],
        },
    }
]

DATABASES = {"default": database(os.environ.get("DATABASE_URL", ""), home=HOME, demo=DEMO)}
MESSAGE_STORAGE = "django.contrib.messages.storage.cookie.CookieStorage"
CACHES = {"default": {"BACKEND": "django.core.cache.backends.locmem.LocMemCache"}}

AUTHENTICATION_BACKENDS = ["allauth.account.auth_backends.AuthenticationBackend"]
AUTH_PASSWORD_VALIDATORS = [
    {"NAME": "django.contrib.auth.password_validation.UserAttributeSimilarityValidator"},
    {
        "NAME": "django.contrib.auth.password_validation.MinimumLengthValidator",
        "OPTIONS": {"min_length": 10},
    },
    {"NAME": "django.contrib.auth.password_validation.CommonPasswordValidator"},
]
LOGIN_URL = "account_login"
LOGIN_REDIRECT_URL = "web:welcome"
ACCOUNT_ADAPTER = "hoaphuong.identity.adapters.AccountAdapter"
ACCOUNT_LOGIN_METHODS = {"username", "email"}
ACCOUNT_SIGNUP_FIELDS = ["username*", "email", "password1*", "password2*"]
ACCOUNT_SIGNUP_FORM_CLASS = "hoaphuong.identity.signup.SignupForm"
ACCOUNT_FORMS = {"signup": "hoaphuong.identity.account_forms.CitizenSignupForm"}
ACCOUNT_EMAIL_VERIFICATION = "none"
ACCOUNT_LOGOUT_REDIRECT_URL = "/"
# The lockout of identity holds across processes; an office signs in from one address every morning.
ACCOUNT_RATE_LIMITS = {"login_failed": None, "login": None}
ACCOUNT_SESSION_REMEMBER = False
ACCOUNT_PREVENT_ENUMERATION = True
SECOND_FACTOR_URL = "identity:second_factor"
MFA_ADAPTER = "hoaphuong.identity.adapters.SecondFactorAdapter"
MFA_SUPPORTED_TYPES = ["totp", "webauthn", "recovery_codes"]
MFA_FORMS = {
    "authenticate": "hoaphuong.identity.second_factor_forms.SignInCodeForm",
    "activate_totp": "hoaphuong.identity.second_factor_forms.SetUpForm",
    "add_webauthn": "hoaphuong.identity.passkey_forms.AddPasskeyForm",
    "edit_webauthn": "hoaphuong.identity.passkey_forms.RenamePasskeyForm",
}
MFA_TOTP_ISSUER = "Hoa Phượng"
MFA_TOTP_TOLERANCE = 1  # a telephone's clock may be 30 seconds off
# Addresses are not verified by mail in this house: staff come with theirs from the list of staff.
MFA_ALLOW_UNVERIFIED_EMAIL = True
PASSWORD_RESET_TIMEOUT = int(timedelta(hours=24).total_seconds())  # the letter says so
LOCKOUT_ATTEMPTS = 5
LOCKOUT_PERIOD = timedelta(minutes=15)

DEFAULT_FROM_EMAIL = os.environ.get("HOAPHUONG_MAIL_FROM", "hoaphuong@localhost")
# By which ways people are told beside the site itself; a demonstration's lead to its stand-in.
NOTICES = notices.channels(
    CITY.get("notices", {}), os.environ, keys=HOME / "keys", sender=DEFAULT_FROM_EMAIL
)
EMAIL_BACKEND = "django.core.mail.backends.filebased.EmailBackend"
EMAIL_FILE_PATH = HOME / "outbox"
EMAIL_TIMEOUT = 10
if _mail := NOTICES.facts.get("email"):  # letters of sign-in go by the same server
    EMAIL_BACKEND = "django.core.mail.backends.smtp.EmailBackend"
    EMAIL_HOST, EMAIL_PORT, EMAIL_HOST_USER = _mail["host"], _mail["port"], _mail["user"]
    EMAIL_HOST_PASSWORD = NOTICES.secrets["email"].read()
    EMAIL_USE_TLS, EMAIL_USE_SSL = _mail["tls"] == "starttls", _mail["tls"] == "ssl"
if "post" in STAND_INS:
    NOTICES = notices.demonstration(
        post=STAND_INS["post"],
        mail=STAND_INS["mail"],
        folder=stand_ins.folder(HOME, "post"),
        sender=DEFAULT_FROM_EMAIL,
    )

LANGUAGE_CODE = "vi"
LANGUAGES = [("vi", "Tiếng Việt"), ("en", "English")]
LANGUAGE_COOKIE_NAME = "lang"
USE_I18N = USE_TZ = True
TIME_ZONE = "Asia/Ho_Chi_Minh"

STATIC_URL = "/static/"
STATIC_ROOT = PACKAGE / "web" / "collected"
STORAGES = {
    "default": {"BACKEND": "django.core.files.storage.FileSystemStorage"},
    "staticfiles": {
        "BACKEND": "django.contrib.staticfiles.storage.StaticFilesStorage"
        if TESTING
        else "hoaphuong.web.static_files.KeptAddresses"
    },
}
WHITENOISE_MIMETYPES = {".mjs": "text/javascript"}

DATA_UPLOAD_MAX_MEMORY_SIZE = 2_621_440
FILE_UPLOAD_MAX_MEMORY_SIZE = 2_621_440
FILE_UPLOAD_TEMP_DIR = None
DATA_UPLOAD_MAX_NUMBER_FIELDS = 500
DATA_UPLOAD_MAX_NUMBER_FILES = 30
UPLOAD_MAX_BYTES = 20 * 1024 * 1024
# From one address; a provider that is told to wait tells us again.
NOTIFICATIONS_PER_MINUTE = int(os.environ.get("HOAPHUONG_NOTIFICATIONS_PER_MINUTE", "6000"))
TRACKING_PER_MINUTE = int(os.environ.get("HOAPHUONG_TRACKING_PER_MINUTE", "60"))

LOGGING = {
    "version": 1,
    "disable_existing_loggers": False,
    "formatters": {"json": {"()": "hoaphuong.web.log_lines.JsonLines"}},
    "handlers": {"stderr": {"class": "logging.StreamHandler", "formatter": "json"}},
    "root": {"handlers": ["stderr"], "level": "WARNING"},
    "loggers": {"hoaphuong": {"level": "INFO"}, "django.request": {"level": "ERROR"}},
}
