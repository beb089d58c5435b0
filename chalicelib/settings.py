"""What the deployment tells the functions, read from their environment once and checked."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, NamedTuple, Self

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from chalicelib.core.rates import Rate
    from chalicelib.webhooks.allowed_hosts import AllowedHosts

ORIGIN = re.compile(r"https?://[a-z0-9.-]+(:[0-9]{1,5})?")
PORT = "[1-9][0-9]{0,3}|[1-5][0-9]{4}|6[0-4][0-9]{3}|65[0-4][0-9]{2}|655[0-2][0-9]|6553[0-5]"
COLLECTOR = re.compile(rf"https?://[A-Za-z0-9-]+(\.[A-Za-z0-9-]+)*\.?(:({PORT}))?(/[A-Za-z0-9._~/-]*)?")
AUDIENCE = re.compile(r"[!-~]{0,200}")


API_HANDLER = "app.app"  # as Lambda names the function in `_HANDLER`
OIDC_HALF = (
    "OIDC_ISSUER and OIDC_AUDIENCE belong together: set both to accept the tokens of an identity provider, "
    "or neither."
)


class SettingError(ValueError):
    """A variable is missing or wrong. The message is a sentence that names it."""


class Setting(NamedTuple):
    name: str
    parse: Callable[[str], Any]
    default: str | None  # None: the deployment must say
    meaning: str


def _between(low: int, high: int) -> Callable[[str], int]:
    def parse(text: str) -> int:
        if not (text.isascii() and text.isdigit() and low <= int(text) <= high):
            raise SettingError(f"must be a whole number from {low} to {high}")
        return int(text)

    return parse


def _one_of(*choices: str) -> Callable[[str], str]:
    def parse(text: str) -> str:
        if text not in choices:
            raise SettingError(f"must be one of {', '.join(choices)}")
        return text

    return parse


def _switch(text: str) -> bool:
    return _one_of("on", "off")(text) == "on"


def _hosts(text: str) -> AllowedHosts:
    from chalicelib.webhooks.allowed_hosts import AllowedHosts

    try:
        return AllowedHosts.parse(text)
    except ValueError as error:
        raise SettingError(str(error)) from None


def _origins(text: str) -> tuple[str, ...]:
    origins = tuple(part.strip() for part in text.split(",") if part.strip())
    if not all(ORIGIN.fullmatch(origin) for origin in origins):
        raise SettingError("must list origins such as https://app.example, separated by commas")
    return origins


def _rate(text: str) -> Rate | None:
    if not text:
        return None
    from chalicelib.core.rates import Rate  # only of deployments with such a limit

    try:
        return Rate.parse(text)
    except ValueError as error:
        raise SettingError(f"must be empty, or a rate: {error}") from None


def _issuer(text: str) -> str:
    if not text:
        return text
    from chalicelib.webhooks.urls import UrlError, secure

    try:
        url = secure(text)
    except UrlError as error:
        raise SettingError(str(error)) from None
    if "?" in url.resource:
        raise SettingError("must have no query")
    return text


def _collector(text: str) -> str:
    if text and not COLLECTOR.fullmatch(text):
        raise SettingError("must be empty, or a URL such as https://collector.example:4318, without a query")
    return text


def _audience(text: str) -> str:
    if not AUDIENCE.fullmatch(text):
        raise SettingError("must have up to 200 characters of ASCII, and no spaces")
    return text


# What an operator may choose. The deployment passes these on as parameters of the stack.
CHOICES = (
    Setting("QUEUE_LIMIT", _between(1, 1_000_000), "10000", "requests one user may have waiting"),
    Setting("ACCESS_TOKEN_SECONDS", _between(60, 3600), "600", "how long an access token is valid"),
    Setting("QUANTUM_SECONDS", _between(1, 10), "10", "how long one turn of a user at a worker is"),
    Setting(
        "LOG_LEVEL", _one_of("DEBUG", "INFO", "WARNING", "ERROR"), "INFO", "the least severe level logged"
    ),
    Setting("ALLOWED_HOSTS", _hosts, "", "the hosts that requests of type http may call"),
    Setting("CALLBACK_HOSTS", _hosts, "", "the hosts to which outcomes may be pushed; none: no callbacks"),
    Setting("SAMPLE_HANDLERS", _switch, "off", "take requests of the types echo, sleep and fail (on, off)"),
    Setting("CORS_ORIGINS", _origins, "", "the origins whose web pages may call the API"),
    Setting(
        "REGISTRATION", _one_of("open", "closed"), "open", "whether strangers may sign up (open, closed)"
    ),
    Setting(
        "OUTCOME_RETENTION_HOURS", _between(1, 8784), "168", "how long requests are kept after their outcome"
    ),
    Setting("AUDIT_RETENTION_DAYS", _between(0, 3653), "0", "how long audit entries are kept (0: for ever)"),
    Setting("TRACING", _switch, "off", "record X-Ray segments (on, off)"),
    Setting("OTLP_ENDPOINT", _collector, "", "the OpenTelemetry collector to which traces are sent"),
    Setting(
        "METRICS",
        _one_of("on", "types", "off"),
        "on",
        "whether metrics are written (on; types: for each type of request, too; off)",
    ),
    Setting("USER_RATE", _rate, "", "how many requests one user may send in a time, such as 10/s"),
    Setting("WAIT_CONCURRENCY", _between(0, 10_000), "400", "how many calls of all users may wait at a time"),
    Setting("USER_BURST", _between(1, 10_000), "100", "how many of them at once"),
    Setting("TYPE_INDEX", _switch, "off", "find requests by type by an index, if the table has it (on, off)"),
    Setting("SWEEP_SHARDS", _between(8, 256), "8", "partitions of the sweeper's indexes"),
    Setting("SWEEPERS", _between(1, 8), "1", "how many sweepers share the work"),
    Setting(
        "SYNTHETIC_CHECK",
        _one_of("off", "rate(1 minute)", "rate(5 minutes)"),
        "off",
        "how often a function does what a user does (off, rate(1 minute), rate(5 minutes))",
    ),
    Setting("OIDC_ISSUER", _issuer, "", "the identity provider whose users may call the API"),
    Setting("OIDC_AUDIENCE", _audience, "", "what tokens of the identity provider must be for"),
)

# Likewise, of which the functions only get the resources that it makes.
MAKING = (Setting("UPLOADS", _switch, "off", "take payloads of up to 4 MB that are uploaded (on, off)"),)

# What the stack itself knows. A function gets the names of what it may use, and only those.
RESOURCES = (
    "STACK_NAME",
    "ACCOUNTS_TABLE",
    "SESSIONS_TABLE",
    "QUEUES_TABLE",
    "REQUESTS_TABLE",
    "IDEMPOTENCY_TABLE",
    "AUDIT_TABLE",
    "SCHEDULED_TABLE",
    "SERVICES_TABLE",
    "WAKE_UPS_URL",
    "SLOW_WAKE_UPS_URL",
    "LONG_WAKE_UPS_URL",
    "CALLBACK_WAKE_UPS_URL",
    "TOKEN_KEYS_ARN",
    "WEBHOOK_KEYS_ARN",
    "UPLOADS_BUCKET",
    "API_URL",
    "CHECK_ACCOUNT_ARN",
)


@dataclass(frozen=True, slots=True)
class Settings:
    queue_limit: int
    access_token_seconds: int
    quantum_seconds: int
    log_level: str
    allowed_hosts: AllowedHosts
    callback_hosts: AllowedHosts
    sample_handlers: bool
    cors_origins: tuple[str, ...]
    registration: str
    outcome_retention_hours: int
    audit_retention_days: int  # 0: for ever
    tracing: bool
    otlp_endpoint: str
    metrics: str
    user_rate: Rate | None
    user_burst: int
    wait_concurrency: int
    type_index: bool
    sweep_shards: int
    sweepers: int
    synthetic_check: str
    oidc_issuer: str  # "": there is none
    oidc_audience: str
    answers_callers: bool  # whether this is the function of the HTTP API
    code: str  # fingerprint of the deployed code; "" if the deployment gives none
    resources: Mapping[str, str]

    @classmethod
    def from_environment(cls, environment: Mapping[str, str]) -> Self:
        """Raises SettingError."""
        values = {setting.name.lower(): read(setting, environment) for setting in CHOICES}
        if bool(values["oidc_issuer"]) != bool(values["oidc_audience"]):
            raise SettingError(OIDC_HALF)
        values["answers_callers"] = environment.get("_HANDLER") == API_HANDLER
        values["code"] = environment.get("CODE_FINGERPRINT", "")
        return cls(**values, resources={n: environment[n] for n in RESOURCES if n in environment})

    @property
    def measured_stack(self) -> str:
        """The stack in whose name metrics are written; "" if none are."""
        return "" if self.metrics == "off" else self.resources.get("STACK_NAME", "")

    @property
    def records_traces(self) -> bool:
        return self.tracing or bool(self.otlp_endpoint)

    def resource(self, name: str) -> str:
        """Raises SettingError if the deployment did not give this function the resource."""
        if value := self.resources.get(name):
            return value
        raise SettingError(f"{name} is not set: this function was deployed without it.")


def read(setting: Setting, environment: Mapping[str, str]) -> Any:
    """The setting's value, or its default. Raises SettingError."""
    text = environment.get(setting.name, setting.default)
    if text is None:
        raise SettingError(f"{setting.name} is not set: {setting.meaning}.")
    try:
        return setting.parse(text)
    except SettingError as error:
        raise SettingError(f"{setting.name}={text!r} is wrong: it {error}.") from None
