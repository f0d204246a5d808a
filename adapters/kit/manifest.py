"""What a provider's `provider.toml` says, as frozen values. `read` is strict: what it does not know, it refuses.

Rule: a manifest is data only, and nothing about a provider is written anywhere else.
"""

import re
import tomllib
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import time
from functools import lru_cache
from pathlib import Path
from zoneinfo import available_timezones

import holidays
from iso4217 import Currency

from adapters.kit.quality import LEVELS, Exempt, Rule, problems
from adapters.kit.tables import ManifestError, Table
from corridor.type.v1.rail_pb2 import Rail

__all__ = [
    "Coverage",
    "Credential",
    "Exempt",
    "Idempotency",
    "Limits",
    "Manifest",
    "ManifestError",
    "Settlement",
    "read",
]

RAILS: Mapping[str, "Rail.ValueType"] = {
    name.removeprefix("RAIL_").lower(): number for name, number in Rail.items() if number
}
"""Rails as manifests write them: the enum's names in lower case, without its prefix."""

ENVIRONMENTS = ("sandbox", "live")


@dataclass(frozen=True, slots=True)
class Credential:
    """One value that a connection needs."""

    name: str
    title: str
    secret: bool
    optional: bool
    webhook: bool
    """Whether it is the secret by which the provider signs webhooks."""


@dataclass(frozen=True, slots=True)
class Idempotency:
    """What the provider promises about a repeated request."""

    carrier: str
    """`header:NAME`, `body:FIELD`, `reference` (the provider refuses a reference that it has), or `none`."""
    window_hours: float
    """How long it remembers a key; 0 if it does not."""
    on_mismatch: str
    """What it does for a known key with another request: `error`, `original` (the first answer), or `none`."""


@dataclass(frozen=True, slots=True)
class Limits:
    """What the provider takes. `requests_per_second` is infinite where it declares no rate."""

    timeout_seconds: float
    requests_per_second: float = float("inf")


@dataclass(frozen=True, slots=True)
class Settlement:
    """When money that is sent by a rail arrives.

    `days`: banking days after the day on which it leaves. Without a cut-off it leaves at once, every day; then
    0 days means within seconds. What is accepted after `cut_off`, local time, leaves on the next banking day.
    `calendar`: whose holidays are not banking days: a country such as "US", or "ECB" for TARGET.
    """

    days: int
    cut_off: time | None = None
    timezone: str = "UTC"
    calendar: str = ""


@dataclass(frozen=True, slots=True)
class Coverage:
    """What the provider covers in one domain."""

    domain: str
    rails: tuple["Rail.ValueType", ...]
    currencies: tuple[str, ...]
    final: bool
    gaps: tuple[str, ...]
    settlement: Mapping["Rail.ValueType", Settlement] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Manifest:
    """Everything that is declared about a provider. `base_urls` is by environment: `sandbox`, `live`."""

    name: str
    title: str
    docs: str
    api_version: str
    status: str
    owners: tuple[str, ...]
    base_urls: Mapping[str, str]
    credentials: tuple[Credential, ...]
    idempotency: Idempotency
    limits: Limits
    not_processed: frozenset[str]
    """What it answers before acting: "503", or with its error code "503:capacity". See `failures.of_status`."""
    coverage: Mapping[str, Coverage]
    quality: Mapping[str, Rule]
    regions: tuple[str, ...] = ()
    """Where it keeps data, such as "eu"; "any" for what runs wherever it is installed."""

    @property
    def webhook_secret(self) -> Credential | None:
        """The credential by which the provider signs webhooks, if it does."""
        return next((credential for credential in self.credentials if credential.webhook), None)


def read(path: Path) -> Manifest:
    """The manifest in a file. The provider's name is its folder's. Raises `ManifestError`."""
    file = f"{path.parent.name}/{path.name}"
    try:
        values = tomllib.loads(path.read_text(encoding="utf-8"))
    except (tomllib.TOMLDecodeError, UnicodeDecodeError) as error:
        raise ManifestError(f"{file}: not TOML: {error}") from error
    return parse(values, path.parent.name, file)


def parse(values: Mapping[str, object], name: str, file: str) -> Manifest:
    """The manifest of provider `name`, from TOML values. `file` is for error texts."""
    if not re.fullmatch(r"[a-z][a-z0-9_]{0,63}", name):
        raise ManifestError(f"{file}: {name!r} cannot be a provider's name")
    top = Table(values, file)
    manifest = Manifest(
        name=name,
        title=top.text("title"),
        docs=top.text("docs", pattern=r"(https://\S+|README\.md)"),
        api_version=top.text("api_version"),
        status=top.word("status", LEVELS),
        owners=top.texts("owners"),
        base_urls=_base_urls(top.table("environments")),
        credentials=_credentials(top.tables("credentials", optional=True)),
        idempotency=_idempotency(top.table("idempotency")),
        limits=_limits(top.table("limits")),
        not_processed=_not_processed(top.table("failures", optional=True)),
        coverage=_coverage(top.table("coverage")),
        quality=_quality(top.table("quality")),
        regions=top.texts("regions", optional=True),
    )
    top.finish()
    if sum(credential.webhook for credential in manifest.credentials) > 1:
        raise top.error("credentials", "names more than one webhook secret")
    for problem in problems(manifest.status, manifest.quality):
        raise top.error("quality", problem)
    return manifest


def _base_urls(table: Table) -> dict[str, str]:
    urls = {}
    for environment in ENVIRONMENTS:
        if table.has(environment):
            # Plain HTTP only to the machine itself: credentials travel in headers.
            scheme = r"https://" if environment == "live" else r"(https://|http://(127\.0\.0\.1|localhost)(:\d+)?)"
            below = table.table(environment)
            urls[environment] = below.text("base_url", pattern=scheme + r"[^\s?#@]*").rstrip("/")
            below.finish()
    table.finish()
    if not urls:
        raise table.error("sandbox", "or live is missing")
    return urls


def _credentials(tables: list[Table]) -> tuple[Credential, ...]:
    credentials: list[Credential] = []
    for table in tables:
        credential = Credential(
            name=table.text("name", pattern=r"[a-z][a-z0-9_]{0,63}"),
            title=table.text("title"),
            secret=table.flag("secret"),
            optional=table.flag("optional", default=False),
            webhook=table.flag("webhook", default=False),
        )
        table.finish()
        if credential.webhook and not credential.secret:
            raise table.error("webhook", "marks a value that is not secret")
        if any(credential.name == other.name for other in credentials):
            raise table.error("name", f"{credential.name!r} is taken")
        credentials.append(credential)
    return tuple(credentials)


def _idempotency(table: Table) -> Idempotency:
    carrier = table.text("carrier", pattern=r"header:[A-Za-z0-9-]+|body:[A-Za-z0-9_.]+|reference|none")
    keyed = carrier not in {"none", "reference"}
    idempotency = Idempotency(
        carrier=carrier,
        window_hours=table.number("window_hours", at_least=0, at_most=24 * 366, default=None if keyed else 0),
        on_mismatch=table.word("on_mismatch", ("error", "original", "none"), default=None if keyed else "none"),
    )
    table.finish()
    return idempotency


def _limits(table: Table) -> Limits:
    limits = Limits(
        timeout_seconds=table.number("timeout_seconds", at_least=0.1, at_most=120),
        requests_per_second=table.number(
            "requests_per_second", at_least=0.01, at_most=float("inf"), default=float("inf")
        ),
    )
    table.finish()
    return limits


def _not_processed(table: Table) -> frozenset[str]:
    answers = table.texts("not_processed", optional=True)
    for answer in answers:
        if not re.fullmatch(r"[45]\d\d(:[A-Za-z0-9_.\-]+)?", answer):
            raise table.error("not_processed", f"has {answer!r}, which is neither STATUS nor STATUS:CODE")
    table.finish()
    return frozenset(answers)


def _coverage(table: Table) -> dict[str, Coverage]:
    coverage = {}
    for domain in table.keys():  # noqa: SIM118 - a Table is read key by key, not iterated
        if not re.fullmatch(r"[a-z][a-z0-9_]*", domain):
            raise table.error(domain, "cannot be a domain's name")
        below = table.table(domain)
        rails = below.texts("rails", allowed=RAILS)
        coverage[domain] = Coverage(
            domain=domain,
            rails=tuple(RAILS[rail] for rail in rails),
            currencies=below.texts("currencies", allowed=currencies()),
            final=below.flag("final"),
            gaps=below.texts("gaps", optional=True),
            settlement=_settlement(below.table("settlement", optional=True), rails),
        )
        below.finish()
    return coverage


def _settlement(table: Table, rails: tuple[str, ...]) -> dict["Rail.ValueType", Settlement]:
    settlement = {}
    for rail in rails:
        if not table.has(rail):
            continue
        below = table.table(rail)
        batched = below.has("cut_off")
        days = int(below.number("days", at_least=0, at_most=30))
        cut_off = time.fromisoformat(below.text("cut_off", pattern=r"([01]\d|2[0-3]):[0-5]\d")) if batched else None
        zone = below.text("timezone", default=None if batched else "UTC")
        calendar = below.text("calendar", default=None if batched or days else "")
        below.finish()
        if zone not in available_timezones():
            raise below.error("timezone", f"is {zone!r}, which is not known")
        if calendar and calendar not in calendars():
            raise below.error("calendar", f"is {calendar!r}, which is not known")
        settlement[RAILS[rail]] = Settlement(days, cut_off, zone, calendar)
    table.finish()
    return settlement


def _quality(table: Table) -> dict[str, Rule]:
    rules: dict[str, Rule] = {}
    for name in table.keys():  # noqa: SIM118 - a Table is read key by key, not iterated
        value = table.text_or_table(name)
        if isinstance(value, str):
            rules[name] = table.word(name, ("done", "todo"))
        else:
            rules[name] = Exempt(value.text("exempt"))
            value.finish()
    table.finish()
    return rules


@lru_cache(maxsize=1)
def currencies() -> frozenset[str]:
    """All ISO 4217 codes that have a minor unit, without the testing code and those for metals and funds."""
    return frozenset(currency.code for currency in Currency if currency.exponent is not None)


@lru_cache(maxsize=1)
def calendars() -> frozenset[str]:
    """Whose holidays are known: countries by ISO 3166-1 alpha-2, and financial calendars such as ECB."""
    return frozenset(holidays.list_supported_countries()) | frozenset(holidays.list_supported_financial())
