"""One settings file; every deployment knob comes from the environment (docs/operations.md lists them)."""

from pathlib import Path

from csp.constants import NONE, SELF

from casetrack.lib.env import database, env, env_bool, env_int, env_list, env_url

BASE_DIR = Path(__file__).resolve().parent.parent
VAR_DIR = Path(env("CASETRACK_VAR", str(BASE_DIR / "var")))

DEBUG = env_bool("DEBUG")
# The test suite: fast password hashes, static files as they are.
TESTING = env_bool("CASETRACK_TEST")
# Demo data and demo log-ins exist only where this is set; `make run` sets it for the embedded database alone.
DEMO = env_bool("CASETRACK_DEMO")
SECRET_KEY = env("SECRET_KEY")
ALLOWED_HOSTS = env_list("ALLOWED_HOSTS", "localhost,127.0.0.1,[::1]")
CSRF_TRUSTED_ORIGINS = env_list("CSRF_TRUSTED_ORIGINS")
SITE_NAME = env("SITE_NAME", "casetrack")
# Where people reach this deployment: printed on receipts, with a QR code.
SITE_URL = env("SITE_URL", "http://localhost:8000")

# Secrets of the data: Fernet keys (first encrypts, all decrypt), the key of look-up indexes and of audit hashes,
# and the Ed25519 seed (base64) that signs editions and chain heads.
FIELD_KEYS = env_list("CASETRACK_FIELD_KEYS", env("CASETRACK_FIELD_KEYS"))
INDEX_KEY = env("CASETRACK_INDEX_KEY")
SIGNING_KEY = env("CASETRACK_SIGNING_KEY")

INSTALLED_APPS = [
    "django.contrib.auth",
    "django.contrib.contenttypes",
    "django.contrib.sessions",
    "django.contrib.messages",
    "django.contrib.staticfiles",
    "django.contrib.humanize",
    "django.contrib.postgres",
    "django.forms",
    "allauth",
    "allauth.account",
    "allauth.mfa",
    "allauth.usersessions",
    "csp",
    "rest_framework",
    "drf_spectacular",
    "drf_spectacular_sidecar",
    "casetrack.audit",
    "casetrack.people",
    "casetrack.firms",
    "casetrack.bodies",
    "casetrack.market",
    "casetrack.ledger",
    "casetrack.cases",
    "casetrack.evidence",
    "casetrack.correspondence",
    "casetrack.assessment",
    "casetrack.negotiation",
    "casetrack.mediation",
    "casetrack.documents",
    "casetrack.intake",
    "casetrack.notifications",
    "casetrack.reports",
    "casetrack.copies",
    "casetrack.web",
    "casetrack.api",
    "casetrack.demo",
    "casetrack.local",
]

MIDDLEWARE = [
    "django.middleware.security.SecurityMiddleware",
    "whitenoise.middleware.WhiteNoiseMiddleware",
    "csp.middleware.CSPMiddleware",
    "django.contrib.sessions.middleware.SessionMiddleware",
    "django.middleware.locale.LocaleMiddleware",
    "django.middleware.common.CommonMiddleware",
    "django.middleware.csrf.CsrfViewMiddleware",
    "django.contrib.auth.middleware.AuthenticationMiddleware",
    "django.contrib.messages.middleware.MessageMiddleware",
    "django.middleware.clickjacking.XFrameOptionsMiddleware",
    "allauth.account.middleware.AccountMiddleware",
    "allauth.usersessions.middleware.UserSessionsMiddleware",
    "casetrack.web.middleware.PrivateMiddleware",
    "casetrack.web.limits.DoorMiddleware",
    "casetrack.web.middleware.ScopeMiddleware",
    "django.contrib.auth.middleware.LoginRequiredMiddleware",
    "casetrack.web.middleware.StaffMfaMiddleware",
    "casetrack.web.middleware.AddressMiddleware",
]

ROOT_URLCONF = "casetrack.urls"
WSGI_APPLICATION = "casetrack.wsgi.application"
APPEND_SLASH = True

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
                "casetrack.web.context.site",
            ],
        },
    }
]
FORM_RENDERER = "casetrack.web.forms.renderer.CasetrackRenderer"

# DATABASE_URL is the application's role, which owns nothing; DATABASE_OWNER_URL the one that migrates.
DATABASE_URL = env("DATABASE_URL")
DATABASES = {
    "default": database(DATABASE_URL),
    "owner": database(env("DATABASE_OWNER_URL") or DATABASE_URL),
}
DEFAULT_AUTO_FIELD = "django.db.models.BigAutoField"

REDIS_URL = env("REDIS_URL", "redis://localhost:6379/0")
CACHES = {"default": {"BACKEND": "django.core.cache.backends.redis.RedisCache", "LOCATION": REDIS_URL}}
CELERY_BROKER_URL = REDIS_URL.replace("unix://", "redis+socket://", 1)
CELERY_TIMEZONE = "Asia/Tokyo"
CELERY_TASK_IGNORE_RESULT = True
CELERY_TASK_ACKS_LATE = True
CELERY_WORKER_PREFETCH_MULTIPLIER = 1
CELERY_BROKER_CONNECTION_RETRY_ON_STARTUP = True

LANGUAGE_CODE = "ja"
LANGUAGES = [("ja", "日本語"), ("en", "English")]
LOCALE_PATHS = [BASE_DIR / "casetrack" / "locale"]
TIME_ZONE = "Asia/Tokyo"
USE_TZ = True
USE_THOUSAND_SEPARATOR = False

STATIC_URL = "/static/"
STATICFILES_DIRS = [("build", BASE_DIR / "static" / "build"), ("img", BASE_DIR / "static" / "img")]
WHITENOISE_AUTOREFRESH = TESTING  # it would read all of STATIC_ROOT for each client of a test
STATIC_ROOT = Path(env("STATIC_ROOT", str(BASE_DIR / "var" / "static")))
# Each file is there zipped too: the first page is for telephones in tunnels.
SERVED_STATIC = "whitenoise.storage.CompressedManifestStaticFilesStorage"
STORAGES = {
    "default": {"BACKEND": "django.core.files.storage.FileSystemStorage"},
    "staticfiles": {
        "BACKEND": "django.contrib.staticfiles.storage.StaticFilesStorage" if DEBUG or TESTING else SERVED_STATIC
    },
}
# Evidence lies here under its SHA-256, never below a folder that the web server serves.
MEDIA_ROOT = Path(env("EVIDENCE_DIR", str(VAR_DIR / "evidence")))
EVIDENCE_MAX_BYTES = env_int("EVIDENCE_MAX_MB", 25) * 1024 * 1024
# All that one victim may hand in, over all cases and drafts.
EVIDENCE_PERSON_MAX_BYTES = env_int("EVIDENCE_PERSON_MAX_MB", 1000) * 1024 * 1024
# The virus scanner (clamd): tcp://host:3310 or unix:///run/clamav/clamd.ctl. Empty: files are marked as not scanned.
CLAMAV_URL = env_url("CLAMAV_URL", "tcp", "unix")
DATA_UPLOAD_MAX_MEMORY_SIZE = 5 * 1024 * 1024
DATA_UPLOAD_MAX_NUMBER_FIELDS = 5000

# --- accounts of people (django-allauth) ---
AUTH_USER_MODEL = "people.User"
# The address is unique without regard to case (a constraint on lower(email)), which this check does not see.
SILENCED_SYSTEM_CHECKS = ["auth.W004"]
AUTHENTICATION_BACKENDS = ["allauth.account.auth_backends.AuthenticationBackend"]
AUTH_PASSWORD_VALIDATORS = [
    {"NAME": "django.contrib.auth.password_validation.UserAttributeSimilarityValidator"},
    {"NAME": "django.contrib.auth.password_validation.MinimumLengthValidator", "OPTIONS": {"min_length": 12}},
    {"NAME": "django.contrib.auth.password_validation.CommonPasswordValidator"},
    {"NAME": "django.contrib.auth.password_validation.NumericPasswordValidator"},
]
PASSWORD_HASHERS = [
    "django.contrib.auth.hashers.ScryptPasswordHasher",
    "django.contrib.auth.hashers.PBKDF2PasswordHasher",
]
if TESTING:
    PASSWORD_HASHERS = ["django.contrib.auth.hashers.MD5PasswordHasher"]
LOGIN_URL = "account_login"
LOGIN_REDIRECT_URL = "home"
LOGOUT_REDIRECT_URL = "start"
ACCOUNT_USER_MODEL_USERNAME_FIELD = None
ACCOUNT_LOGIN_METHODS = {"email"}
ACCOUNT_SIGNUP_FIELDS = ["email*", "password1*"]
ACCOUNT_EMAIL_VERIFICATION = "mandatory"
ACCOUNT_EMAIL_VERIFICATION_BY_CODE_ENABLED = True
ACCOUNT_EMAIL_VERIFICATION_SUPPORTS_RESEND = True
ACCOUNT_PASSWORD_RESET_BY_CODE_ENABLED = True
ACCOUNT_EMAIL_VERIFICATION_BY_CODE_TIMEOUT = ACCOUNT_PASSWORD_RESET_BY_CODE_TIMEOUT = 15 * 60  # mails may be slow
ACCOUNT_PREVENT_ENUMERATION = True
ACCOUNT_EMAIL_SUBJECT_PREFIX = ""
ACCOUNT_REAUTHENTICATION_REQUIRED = True
ACCOUNT_REAUTHENTICATION_TIMEOUT = 300
ACCOUNT_CHANGE_EMAIL = True
ACCOUNT_EMAIL_NOTIFICATIONS = True  # every change of a way to sign in is told by mail
ACCOUNT_SESSION_REMEMBER = False
ACCOUNT_ADAPTER = "casetrack.web.accounts.AccountAdapter"
ACCOUNT_FORMS = {
    "signup": "casetrack.web.accounts.SignupForm",
    "login": "casetrack.web.accounts.LoginForm",
    "change_password": "casetrack.web.accounts.ChangePasswordForm",
    "set_password": "casetrack.web.accounts.SetPasswordForm",
    "reset_password": "casetrack.web.accounts.ForgottenForm",
    "reset_password_from_key": "casetrack.web.accounts.ResetPasswordForm",
    "add_email": "casetrack.web.accounts.AddEmailForm",
    "confirm_email_verification_code": "casetrack.web.accounts.EmailCodeForm",
    "confirm_password_reset_code": "casetrack.web.accounts.ResetCodeForm",
}
MFA_SUPPORTED_TYPES = ["totp", "webauthn", "recovery_codes"]
MFA_PASSKEY_LOGIN_ENABLED = True
MFA_PASSKEY_SIGNUP_ENABLED = True
MFA_TOTP_ISSUER = SITE_NAME
MFA_WEBAUTHN_USER_VERIFICATION = "required"  # the device asks for fingerprint, face or PIN every time
MFA_ADAPTER = "casetrack.web.accounts.MfaAdapter"
MFA_FORMS = {
    "authenticate": "casetrack.web.accounts.SecondCheckForm",
    "reauthenticate": "casetrack.web.accounts.SecondCheckAgainForm",
    "activate_totp": "casetrack.web.accounts.ActivateAppForm",
    "add_webauthn": "casetrack.web.accounts.AddPasskeyForm",
    "edit_webauthn": "casetrack.web.accounts.RenamePasskeyForm",
    "signup_webauthn": "casetrack.web.accounts.SignupPasskeyForm",
}
USERSESSIONS_TRACK_ACTIVITY = True

# How often a door may be knocked at (casetrack.web.limits): (times, seconds, by network address or by person).
DOOR_LIMITS = {
    "signup": ((10, 60, "address"), (60, 3600, "address")),
    "login": ((30, 60, "address"), (300, 3600, "address")),
    "code": ((20, 60, "address"), (120, 3600, "address")),
    "reset": ((10, 60, "address"), (60, 3600, "address")),
    "passkey": ((30, 60, "address"), (300, 3600, "address")),
    "report": ((20, 3600, "person"), (200, 3600, "address")),
    "claim": ((10, 3600, "person"), (60, 3600, "address")),
    "upload": ((120, 600, "person"), (1200, 3600, "address")),
    "piece": ((1200, 600, "person"), (6000, 3600, "address")),
    "typing": ((600, 600, "person"), (3000, 3600, "address")),
    "taking": ((600, 600, "person"), (60_000, 3600, "address")),
    "api": ((600, 600, "person"), (6000, 3600, "address")),
    "bank": ((10, 3600, "person"),),
    "copy": ((10, 3600, "person"),),
    "check": ((60, 60, "address"), (600, 3600, "address")),
}
# A change of bank details keeps payments back for so long (docs/operations.md).
BANK_COOLING_OFF_HOURS = env_int("BANK_COOLING_OFF_HOURS", 72)
# How long a customer may take an acceptance back. A settlement keeps the time that held when it was made.
SETTLEMENT_COOLING_OFF_HOURS = env_int("SETTLEMENT_COOLING_OFF_HOURS", 72)

# --- mail: the console in the demo, where the demo mailbox also shows it ---
EMAIL_BACKEND = env("EMAIL_BACKEND", "django.core.mail.backends.console.EmailBackend")
EMAIL_HOST = env("EMAIL_HOST", "localhost")
EMAIL_PORT = env_int("EMAIL_PORT", 25)
EMAIL_HOST_USER = env("EMAIL_HOST_USER")
EMAIL_HOST_PASSWORD = env("EMAIL_HOST_PASSWORD")
EMAIL_USE_TLS = env_bool("EMAIL_USE_TLS")
EMAIL_TIMEOUT = 20
DEFAULT_FROM_EMAIL = env("DEFAULT_FROM_EMAIL", "casetrack <no-reply@localhost>")

# --- safety ---
HTTPS = env_bool("HTTPS")
SESSION_COOKIE_SECURE = CSRF_COOKIE_SECURE = LANGUAGE_COOKIE_SECURE = HTTPS
SECURE_SSL_REDIRECT = HTTPS
SECURE_HSTS_SECONDS = 31536000 if HTTPS else 0
# The last address in X-Forwarded-For is the proxy's word; without a proxy of ours the header is anybody's.
ALLAUTH_TRUSTED_PROXY_COUNT = 1 if env_bool("BEHIND_PROXY") else 0
SECURE_PROXY_SSL_HEADER = ("HTTP_X_FORWARDED_PROTO", "https") if env_bool("BEHIND_PROXY") else None
SESSION_COOKIE_SAMESITE = CSRF_COOKIE_SAMESITE = "Lax"
SESSION_COOKIE_AGE = env_int("SESSION_HOURS", 12) * 3600
SECURE_REFERRER_POLICY = "same-origin"
X_FRAME_OPTIONS = "DENY"
CSRF_FAILURE_VIEW = "casetrack.web.views.csrf_failure"
CONTENT_SECURITY_POLICY = {
    "DIRECTIVES": {
        "default-src": [SELF],
        "img-src": [SELF, "data:"],
        "object-src": [NONE],
        "base-uri": [NONE],
        "frame-ancestors": [NONE],
        "form-action": [SELF],
    }
}

REST_FRAMEWORK = {
    "DEFAULT_AUTHENTICATION_CLASSES": ["rest_framework.authentication.SessionAuthentication"],
    "DEFAULT_PERMISSION_CLASSES": ["rest_framework.permissions.IsAuthenticated"],
    "DEFAULT_RENDERER_CLASSES": ["rest_framework.renderers.JSONRenderer"],
    "DEFAULT_PARSER_CLASSES": ["rest_framework.parsers.JSONParser", "rest_framework.parsers.MultiPartParser"],
    "DEFAULT_PAGINATION_CLASS": "casetrack.api.pagination.CasetrackCursorPagination",
    "DEFAULT_SCHEMA_CLASS": "drf_spectacular.openapi.AutoSchema",
    "DEFAULT_VERSIONING_CLASS": None,
    "EXCEPTION_HANDLER": "casetrack.api.errors.problem_response",
    "PAGE_SIZE": 50,
    "COERCE_DECIMAL_TO_STRING": True,
}
SPECTACULAR_SETTINGS = {
    "TITLE": "casetrack",
    "DESCRIPTION": "Compensation cases of hijacked brokerage accounts.",
    "VERSION": "1",
    "SERVE_INCLUDE_SCHEMA": False,
    "SWAGGER_UI_DIST": "SIDECAR",
    "SWAGGER_UI_FAVICON_HREF": "SIDECAR",
    "REDOC_DIST": "SIDECAR",
    "SCHEMA_PATH_PREFIX": r"/api/v1",
    "ENUM_GENERATE_CHOICE_DESCRIPTION": False,  # the labels are translated; the document must not be
    "ENUM_NAME_OVERRIDES": {
        "CaseStatusEnum": "casetrack.cases.workflow.Status",
        "OfferStatusEnum": "casetrack.negotiation.workflow.OfferStatus",
        "PartyEnum": "casetrack.correspondence.models.Party",
    },
}

LOGGING = {
    "version": 1,
    "disable_existing_loggers": False,
    "formatters": {
        "line": {
            "()": "casetrack.lib.logs.DiscreetFormatter",
            "format": "%(asctime)s %(levelname)s %(name)s %(message)s",
        },
    },
    "handlers": {"console": {"class": "logging.StreamHandler", "formatter": "line"}},
    "root": {"handlers": ["console"], "level": env("LOG_LEVEL", "INFO")},
}
