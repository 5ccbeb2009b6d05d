"""Settings, from the environment only. A malformed value stops the start and says which."""

import ssl
import sys
from importlib.util import find_spec
from pathlib import Path

import environ
from celery.schedules import crontab
from csp.constants import NONCE, NONE, SELF
from django.core.exceptions import ImproperlyConfigured

from provisionmap.address import address_of
from provisionmap.checks import exposed, unsafe
from provisionmap.school.sign_in import outside

BASE_DIR = Path(__file__).resolve().parent.parent
env = environ.Env()

PRODUCTION = env.bool("PRODUCTION", default=False)
DEBUG = env.bool("DEBUG", default=False)
DATA_DIR = Path(env.str("DATA_DIR", default=str(BASE_DIR / "var" / "data"))).expanduser().resolve()
DATA_DIR.mkdir(mode=0o700, parents=True, exist_ok=True)  # children's data: for nobody else on this machine

INSECURE_KEY = "insecure-development-key-not-for-a-school-with-real-children"
SECRET_KEY = env.str("SECRET_KEY", default=INSECURE_KEY)
ALLOWED_HOSTS = env.list("ALLOWED_HOSTS", default=["localhost", "127.0.0.1", "[::1]"])
CSRF_TRUSTED_ORIGINS = env.list("CSRF_TRUSTED_ORIGINS", default=[])
TRUSTED_PROXY_COUNT = env.int("TRUSTED_PROXY_COUNT", default=0)
VERSION = "0.1.0"
try:
    ADDRESS = address_of(
        said=env.str("ADDRESS", default=""),
        origins=CSRF_TRUSTED_ORIGINS,
        hosts=ALLOWED_HOSTS,
        production=PRODUCTION,
        port=env.int("PORT", default=8000),
    )
except ValueError as wrong:
    raise ImproperlyConfigured(str(wrong)) from wrong
_bind = env.str("BIND", default="127.0.0.1")
if _refusals := exposed(secret_key=SECRET_KEY, insecure_key=INSECURE_KEY, hosts=ALLOWED_HOSTS, bind=_bind):
    raise ImproperlyConfigured(" ".join(_refusals))

INSTALLED_APPS = [
    "django.contrib.contenttypes",
    "django.contrib.auth",
    "django.contrib.sessions",
    "django.contrib.messages",
    "whitenoise.runserver_nostatic",
    "django.contrib.staticfiles",
    "django.forms",
    "django_htmx",
    "template_partials.apps.SimpleAppConfig",
    "django_filters",
    "guardian",
    "simple_history",
    "csp",
    "allauth",
    "allauth.account",
    "allauth.mfa",
    "allauth.socialaccount",
    "allauth.usersessions",
    "provisionmap.web",
    "provisionmap.school",
    "learners",
    "interventions",
    "reviews",
    "ehcp",
    "reports",
    "provisionmap.demo",
]
MIDDLEWARE = [
    "provisionmap.web.middleware.RequestLog",
    "django.middleware.security.SecurityMiddleware",
    "csp.middleware.CSPMiddleware",
    "provisionmap.web.middleware.Headers",
    "whitenoise.middleware.WhiteNoiseMiddleware",  # below the headers: static files carry them, too
    "django.middleware.gzip.GZipMiddleware",
    "django.contrib.sessions.middleware.SessionMiddleware",
    "django.middleware.common.CommonMiddleware",
    "django.middleware.csrf.CsrfViewMiddleware",
    "django.contrib.auth.middleware.AuthenticationMiddleware",
    "allauth.account.middleware.AccountMiddleware",
    "django_htmx.middleware.HtmxMiddleware",
    "provisionmap.school.sign_in.middleware.Limits",
    "provisionmap.school.middleware.SignedIn",
    "provisionmap.school.sign_in.middleware.Steps",
    "provisionmap.school.middleware.CurrentSchool",
    "provisionmap.school.seen.Seen",
    "simple_history.middleware.HistoryRequestMiddleware",
    "django.contrib.messages.middleware.MessageMiddleware",
    "django.middleware.clickjacking.XFrameOptionsMiddleware",
]
ROOT_URLCONF = "provisionmap.urls"
WSGI_APPLICATION = "provisionmap.wsgi.application"
DEFAULT_AUTO_FIELD = "django.db.models.BigAutoField"

LOADERS = [
    "django.template.loaders.filesystem.Loader",
    "django.template.loaders.app_directories.Loader",
]
TEMPLATES = [
    {
        "BACKEND": "django.template.backends.django.DjangoTemplates",
        "DIRS": [BASE_DIR / "templates"],
        "OPTIONS": {
            "context_processors": [
                "django.template.context_processors.request",
                "django.contrib.auth.context_processors.auth",
                "django.contrib.messages.context_processors.messages",
                "csp.context_processors.nonce",
                "provisionmap.school.middleware.capabilities",
            ],
            "builtins": ["template_partials.templatetags.partials"],
            # The partials loader stands outside: it alone knows that "page.html#part" is a part of a page.
            "loaders": [
                (
                    "template_partials.loader.Loader",
                    LOADERS if DEBUG else [("django.template.loaders.cached.Loader", LOADERS)],
                )
            ],
        },
    }
]
FORM_RENDERER = "provisionmap.web.forms.Renderer"

# --- Database: SQLite unless DATABASE_URL names PostgreSQL.
DATABASES = {"default": env.db("DATABASE_URL", default=f"sqlite:///{DATA_DIR / 'provision-map.sqlite3'}")}
if DATABASES["default"]["ENGINE"].endswith("sqlite3"):
    DATABASES["default"]["OPTIONS"] = {
        # FULL, not NORMAL: an acknowledged save must survive a power cut (0.3 ms a commit).
        "init_command": "PRAGMA journal_mode=WAL; PRAGMA synchronous=FULL; PRAGMA foreign_keys=ON;",
        "transaction_mode": "IMMEDIATE",
        "timeout": 20,
    }
else:
    # Without jit: compiling takes a tenth of a second, for statements that take a hundredth.
    limits = "-c statement_timeout=15s -c idle_in_transaction_session_timeout=30s -c jit=off"
    DATABASES["default"].setdefault("OPTIONS", {})["options"] = limits
    DATABASES["default"]["CONN_MAX_AGE"] = 60
    DATABASES["default"]["CONN_HEALTH_CHECKS"] = True

REDIS_URL = env.str("REDIS_URL", default="")
SESSION_ENGINE = "django.contrib.sessions.backends.db"

# --- Jobs: Redis where there is one, otherwise files under DATA_DIR and one child worker.
QUEUE_DIR = DATA_DIR / "queue"
if REDIS_URL:
    CELERY_BROKER_URL = REDIS_URL
    CELERY_BROKER_TRANSPORT_OPTIONS = {"visibility_timeout": 600}
    if REDIS_URL.startswith("rediss://"):
        CELERY_BROKER_USE_SSL = {"ssl_cert_reqs": ssl.CERT_REQUIRED}
else:
    for name in ("messages", "processed", "control"):
        (QUEUE_DIR / name).mkdir(parents=True, exist_ok=True)
    CELERY_BROKER_URL = "filesystem://localhost//"  # without a name kombu warns at every start
    CELERY_BROKER_TRANSPORT_OPTIONS = {
        "data_folder_in": str(QUEUE_DIR / "messages"),
        "data_folder_out": str(QUEUE_DIR / "messages"),
        "processed_folder": str(QUEUE_DIR / "processed"),
        "control_folder": str(QUEUE_DIR / "control"),
        "store_processed": False,
    }
CELERY_TASK_ACKS_LATE = True
CELERY_TASK_REJECT_ON_WORKER_LOST = True
CELERY_WORKER_PREFETCH_MULTIPLIER = 1
CELERY_TASK_IGNORE_RESULT = True
CELERY_TASK_SOFT_TIME_LIMIT = 120
CELERY_TASK_TIME_LIMIT = 150
CELERY_ACCEPT_CONTENT = ["json"]
CELERY_TASK_SERIALIZER = "json"
CELERY_BROKER_CONNECTION_RETRY_ON_STARTUP = True
CELERY_TIMEZONE = "Europe/London"
CELERY_WORKER_HIJACK_ROOT_LOGGER = False
CELERY_WORKER_REDIRECT_STDOUTS = False
# A time that passed while nothing ran is made up for at the next start: beat's file remembers the last run.
CELERY_BEAT_SCHEDULE = {
    "forget sessions": {
        "task": "provisionmap.school.tasks.forget_sessions",
        "schedule": crontab(hour="3", minute="10"),
    },
    "seal the trail": {"task": "provisionmap.school.tasks.seal_audit", "schedule": 10.0},
    "watch": {"task": "provisionmap.school.tasks.watch", "schedule": 45.0},
    "anchor the trail": {"task": "provisionmap.school.tasks.anchor_audit", "schedule": crontab(minute="20")},
    "change tiers": {"task": "interventions.tasks.change_tiers", "schedule": crontab(hour="0", minute="5")},
    "look after prints": {"task": "interventions.tasks.look_after_prints", "schedule": crontab(minute="*/5")},
    "look after records": {"task": "reports.tasks.look_after_records", "schedule": crontab(minute="*/5")},
    "forget uploads": {"task": "learners.tasks.forget_uploads", "schedule": crontab(minute="*/15")},
    "forget reasons of exports": {
        "task": "learners.tasks.forget_export_reasons",
        "schedule": crontab(hour="3", minute="20"),
    },
    "look after disposals": {"task": "learners.tasks.look_after_disposals", "schedule": crontab(minute="*/5")},
    "recount weeks": {"task": "interventions.tasks.recount_weeks", "schedule": crontab(hour=3, minute=20)},
    # Three times more within the afternoon, for those whom a mail server did not take, or a worker that was away.
    "mail the week": {
        "task": "interventions.tasks.mail_week",
        "schedule": crontab(day_of_week="fri", hour="15-18", minute="0"),
    },
    "forget maps": {"task": "interventions.tasks.forget_maps", "schedule": crontab(minute="*/15")},
}

# --- People and sessions.
AUTH_USER_MODEL = "school.User"
AUTHENTICATION_BACKENDS = ["provisionmap.school.sign_in.people.People"]
# Grants of sight are asked for in `visible_to` alone, so its backend is not among those above, which its check expects.
GUARDIAN_MONKEY_PATCH_USER = GUARDIAN_MONKEY_PATCH_GROUP = False
ANONYMOUS_USER_NAME = None
SILENCED_SYSTEM_CHECKS = ["guardian.W001", "models.W040"]  # W040: an index with figures is a plain one on SQLite
LOGIN_URL = "account_login"
LOGIN_REDIRECT_URL = "home"
LOGOUT_REDIRECT_URL = "account_login"
AUTH_PASSWORD_VALIDATORS = [
    {
        "NAME": "django.contrib.auth.password_validation.MinimumLengthValidator",
        "OPTIONS": {"min_length": 12},
    },
    {"NAME": "django.contrib.auth.password_validation.CommonPasswordValidator"},
    {"NAME": "provisionmap.school.passwords.Guessable"},
]
TESTING = "pytest" in sys.modules
PASSWORD_HASHERS = [
    # Hashing is slow on purpose; the tests need it to work, not to be strong.
    *(["django.contrib.auth.hashers.MD5PasswordHasher"] if TESTING else []),
    "django.contrib.auth.hashers.Argon2PasswordHasher",
    "django.contrib.auth.hashers.PBKDF2PasswordHasher",
]
SESSION_COOKIE_AGE = 36_000
SESSION_EXPIRE_AT_BROWSER_CLOSE = True
PASSWORD_RESET_TIMEOUT = 86_400  # one-time links
SESSION_COOKIE_HTTPONLY = True
SESSION_COOKIE_SAMESITE = "Lax"
SECOND_STEP_OPTIONAL = env.bool("SECOND_STEP_OPTIONAL", default=False)  # docs/security.md says what that costs
ACCOUNT_ADAPTER = "provisionmap.school.sign_in.adapters.Accounts"
ACCOUNT_USER_MODEL_USERNAME_FIELD = None
ACCOUNT_LOGIN_METHODS = {"email"}
ACCOUNT_SIGNUP_FIELDS = ["email*", "password1*"]  # nobody signs up; this says that people have no user name
ACCOUNT_EMAIL_VERIFICATION = "none"  # the school types the addresses, and the first link goes to them
ACCOUNT_EMAIL_NOTIFICATIONS = True
ACCOUNT_EMAIL_SUBJECT_PREFIX = "Provision Map: "
ACCOUNT_FORMS = {"login": "provisionmap.school.forms.sign_in.SignInForm"}
ACCOUNT_RATE_LIMITS = False  # ours count by account and place, so that nobody locks a colleague out (throttle.py)
ACCOUNT_REAUTHENTICATION_TIMEOUT = 300
ACCOUNT_SESSION_REMEMBER = False
MFA_ADAPTER = "provisionmap.school.sign_in.adapters.SecondSteps"
MFA_FORMS = {
    "authenticate": "provisionmap.school.forms.sign_in.CodeForm",
    "reauthenticate": "provisionmap.school.forms.sign_in.CodeAgainForm",
    "activate_totp": "provisionmap.school.forms.sign_in.AppForm",
}
MFA_SUPPORTED_TYPES = ["totp", "webauthn", "recovery_codes"]
MFA_PASSKEY_LOGIN_ENABLED = True
MFA_WEBAUTHN_USER_VERIFICATION = "required"
MFA_WEBAUTHN_ALLOW_INSECURE_ORIGIN = not PRODUCTION  # http://localhost, for trying it out
MFA_ALLOW_UNVERIFIED_EMAIL = True
MFA_TOTP_ISSUER = "Provision Map"
MFA_TOTP_TOLERANCE = 1  # phones whose clock is half a minute wrong
MFA_RECOVERY_CODES_SHOW_ONCE = True
MFA_RATE_LIMITS = {"webauthn_login": "300/m/ip"}  # a key can't be guessed, and a school has one address
SOCIALACCOUNT_ADAPTER = "provisionmap.school.sign_in.adapters.Outside"
SOCIALACCOUNT_EMAIL_AUTHENTICATION = False
SOCIALACCOUNT_AUTO_SIGNUP = False
SOCIALACCOUNT_STORE_TOKENS = False
SOCIALACCOUNT_LOGIN_ON_GET = False
SOCIALACCOUNT_PROVIDERS = outside.providers(
    tenant=env.str("MICROSOFT_TENANT", default=""),
    microsoft=(env.str("MICROSOFT_CLIENT_ID", default=""), env.str("MICROSOFT_CLIENT_SECRET", default="")),
    google=(env.str("GOOGLE_CLIENT_ID", default=""), env.str("GOOGLE_CLIENT_SECRET", default="")),
)
INSTALLED_APPS += [f"allauth.socialaccount.providers.{name}" for name in SOCIALACCOUNT_PROVIDERS]
ALLAUTH_TRUSTED_PROXY_COUNT = TRUSTED_PROXY_COUNT
# What the library of signing in remembers for a moment, for every process. Used codes are kept in the database.
CACHES = {
    "default": {"BACKEND": "django.core.cache.backends.redis.RedisCache", "LOCATION": REDIS_URL}
    if REDIS_URL
    else {"BACKEND": "django.core.cache.backends.filebased.FileBasedCache", "LOCATION": str(DATA_DIR / "cache")}
}
# A message may name a child: it waits in the session, never in a cookie.
MESSAGE_STORAGE = "django.contrib.messages.storage.session.SessionStorage"
WHITENOISE_ALLOW_ALL_ORIGINS = False
DEVICE_COOKIE_NAME = "device"
CSRF_FAILURE_VIEW = "provisionmap.web.errors.csrf_failure"

# --- Headers.
# Not "no-referrer": browsers then send "Origin: null" with every form, and the CSRF check refuses them all.
SECURE_REFERRER_POLICY = "same-origin"
SECURE_CROSS_ORIGIN_OPENER_POLICY = "same-origin"
X_FRAME_OPTIONS = "DENY"
if PRODUCTION:
    SESSION_COOKIE_SECURE = CSRF_COOKIE_SECURE = True
    SESSION_COOKIE_NAME = "__Host-sessionid"
    CSRF_COOKIE_NAME = "__Host-csrftoken"
    DEVICE_COOKIE_NAME = "__Host-device"
    SECURE_SSL_REDIRECT = True
    SECURE_HSTS_SECONDS = 31_536_000
    SECURE_HSTS_INCLUDE_SUBDOMAINS = True
    SECURE_HSTS_PRELOAD = True
    SECURE_REDIRECT_EXEMPT = [r"^health/$"]
    if TRUSTED_PROXY_COUNT:
        SECURE_PROXY_SSL_HEADER = ("HTTP_X_FORWARDED_PROTO", "https")
CONTENT_SECURITY_POLICY = {
    "DIRECTIVES": {
        "default-src": [NONE],
        "script-src": [SELF, NONCE],
        "style-src": [SELF, NONCE],
        "img-src": [SELF, "data:"],
        "font-src": [SELF],
        "connect-src": [SELF],
        # A form that leads to a directory outside must be let go there.
        "form-action": [SELF, *outside.hosts(SOCIALACCOUNT_PROVIDERS)],
        "frame-ancestors": [NONE],
        "base-uri": [NONE],
        "object-src": [NONE],
        "manifest-src": [SELF],
        "worker-src": [SELF],
        "report-uri": "/csp/",
    }
}

# --- Uploads and request sizes; the proxy limits the body as well.
DATA_UPLOAD_MAX_NUMBER_FIELDS = 3_000
DATA_UPLOAD_MAX_MEMORY_SIZE = 2_621_440
DATA_UPLOAD_MAX_NUMBER_FILES = 5
FILE_UPLOAD_HANDLERS = ["provisionmap.web.uploads.Bounded"]  # in memory only, so nothing is left on disk
UPLOAD_LIMIT = 10 * 1024 * 1024
MEDIA_ROOT = DATA_DIR / "media"

# --- Static files: our own and the font's package, nothing from another host.
STATIC_URL = "/static/"
STATIC_ROOT = DATA_DIR / "static"
STATICFILES_DIRS: list[object] = [BASE_DIR / "static"]
_font = find_spec("fontpkg_atkinson_hyperlegible")
if _font and _font.submodule_search_locations:
    STATICFILES_DIRS.append(("fonts", str(Path(next(iter(_font.submodule_search_locations))))))
STORAGES = {
    "default": {"BACKEND": "django.core.files.storage.FileSystemStorage"},
    "staticfiles": {
        "BACKEND": (
            "django.contrib.staticfiles.storage.StaticFilesStorage"
            if DEBUG or TESTING
            else "whitenoise.storage.CompressedManifestStaticFilesStorage"
        )
    },
}

# --- Language and time.
LANGUAGE_CODE = "en-gb"
TIME_ZONE = "Europe/London"
USE_I18N = True
USE_TZ = True
FORMAT_MODULE_PATH = None

# --- Mail, where EMAIL_URL names a server; without one nothing is sent, and pages show what a mail would say.
EMAIL_URL = env.str("EMAIL_URL", default="")
SENDS_MAIL = bool(EMAIL_URL)
vars().update(env.email_url("EMAIL_URL") if EMAIL_URL else {})
if not SENDS_MAIL:
    EMAIL_BACKEND = "django.core.mail.backends.dummy.EmailBackend"
EMAIL_TIMEOUT = 10
DEFAULT_FROM_EMAIL = env.str("EMAIL_FROM", default="Provision Map <provision-map@localhost>")
# The audit trail's anchors: outside the database, best on another machine; the first key signs, all of them verify.
AUDIT_ANCHOR_DIR = Path(env.str("AUDIT_ANCHOR_DIR", default=str(DATA_DIR / "anchors"))).expanduser().resolve()
BACKUP_DIR = env.str("BACKUP_DIR", default="")  # where the watch looks for the newest backup
AUDIT_KEYS = env.list("AUDIT_KEYS", default=[])
SIMPLE_HISTORY_HISTORY_ID_USE_UUID = False

LOGGING = {
    "version": 1,
    "disable_existing_loggers": False,
    "formatters": {"json": {"()": "provisionmap.web.log.JsonFormatter"}},
    "handlers": {"stderr": {"class": "logging.StreamHandler", "formatter": "json"}},
    "root": {"handlers": ["stderr"], "level": "INFO"},
    "loggers": {
        "django.server": {"handlers": ["stderr"], "level": "WARNING", "propagate": False},
        "django.request": {"handlers": ["stderr"], "level": "ERROR", "propagate": False},
        "django.security": {"handlers": ["stderr"], "level": "WARNING", "propagate": False},
        "celery": {"level": "WARNING"},
        "celery.app.trace": {"level": "CRITICAL"},  # quotes exceptions; provisionmap/celery.py tells of failures
        "weasyprint": {"level": "ERROR"},
        "fontTools": {"level": "ERROR"},
    },
}

# --- Last, when everything has been read: production does not start unsafely.
if PRODUCTION:
    _sqlite = DATABASES["default"]["ENGINE"].endswith("sqlite3")
    _refusals = unsafe(
        secret_key=SECRET_KEY,
        insecure_key=INSECURE_KEY,
        debug=DEBUG,
        hosts=ALLOWED_HOSTS,
        proxies=TRUSTED_PROXY_COUNT,
        origins=CSRF_TRUSTED_ORIGINS,
        redis=REDIS_URL,
        mail=EMAIL_BACKEND,
        database=str(DATABASES["default"]["NAME"]) if _sqlite else "",
    )
    if _refusals:
        raise ImproperlyConfigured("Not safe for production. " + " ".join(_refusals))
