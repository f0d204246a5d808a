"""What a provider's `provider.toml` says, as frozen values. `read` is strict: what it does not know, it refuses.

Rule: a manifest is data only, and nothing about a provider is written anywhere else.
"""

import re
import tomllib
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from adapters.kit import manifest_access, manifest_coverage, manifest_facts, rate_limits
from adapters.kit.manifest_access import ENVIRONMENTS, Credential, Place
from adapters.kit.manifest_coverage import FEATURES, RAILS, Coverage, Idempotency, Settlement, calendars, currencies
from adapters.kit.manifest_facts import Facts
from adapters.kit.quality import LEVELS, Exempt, Rule, problems
from adapters.kit.tables import ManifestError, Table

__all__ = [
    "ENVIRONMENTS",
    "FEATURES",
    "RAILS",
    "Coverage",
    "Credential",
    "Exempt",
    "Idempotency",
    "Limits",
    "Manifest",
    "ManifestError",
    "Place",
    "Settlement",
    "calendars",
    "currencies",
    "read",
]


@dataclass(frozen=True, slots=True)
class Limits:
    """What the provider takes. `requests_per_second` is infinite where it declares no rate; it is that of the sandbox
    where `live_requests_per_second` is another one.

    `headers` says how it tells of its limits, where it does so in a way of its own: see `rate_limits`.
    """

    timeout_seconds: float
    requests_per_second: float = float("inf")
    live_requests_per_second: float = float("inf")
    headers: rate_limits.Names = rate_limits.USUAL


@dataclass(frozen=True, slots=True)
class Manifest:
    """Everything that is declared about a provider. `places` is by environment: `sandbox`, `live`."""

    name: str
    title: str
    docs: str
    api_version: str
    status: str
    facts: Facts
    places: Mapping[str, Place]
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
    def base_urls(self) -> Mapping[str, str]:
        """Its usual addresses by environment, with `{name}` where a connection's own value belongs."""
        return {environment: place.base_url for environment, place in self.places.items()}

    def place(self, environment: str, values: Mapping[str, str]) -> Place | None:
        """Where a connection with these credentials reaches the provider; None if it cannot be reached there."""
        found = self.places.get(environment)
        try:
            return found.of(values) if found else None
        except ValueError:
            return None

    def client_certificate(self, values: Mapping[str, str]) -> tuple[str, str] | None:
        """The certificate and the key that a connection with these credentials presents, in PEM; None for none."""
        by_kind = {credential.kind: values.get(credential.name, "") for credential in self.credentials}
        certificate, key = by_kind.get("client_certificate", ""), by_kind.get("client_key", "")
        return (certificate, key) if certificate and key else None

    def promise(self, domain: str) -> Idempotency:
        """What the provider promises about a repeated request in a domain."""
        covered = self.coverage.get(domain)
        return covered.idempotency if covered and covered.idempotency else self.idempotency

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
        facts=manifest_facts.facts(top, top.texts("regions", optional=True)),
        places=manifest_access.places(top.table("environments")),
        credentials=manifest_access.credentials(top.tables("credentials", optional=True)),
        idempotency=manifest_coverage.idempotency(top.table("idempotency")),
        limits=_limits(top.table("limits")),
        not_processed=_not_processed(top.table("failures", optional=True)),
        coverage=manifest_coverage.read(top.table("coverage")),
        quality=_quality(top.table("quality")),
        regions=top.texts("regions", optional=True),
    )
    top.finish()
    if sum(credential.webhook for credential in manifest.credentials) > 1:
        raise top.error("credentials", "names more than one webhook secret")
    if problem := manifest_access.problem(manifest.credentials, manifest.places):
        raise top.error("credentials", problem)
    for problem in problems(
        manifest.status, manifest.quality, claims=manifest.facts.stage != "intake" or manifest.status != "experimental"
    ):
        raise top.error("quality", problem)
    if manifest.quality.get("failover-drill") == "done" and not manifest.facts.disaster_tests:
        raise top.error("disaster_tests", "is missing, though the failover drill is said to be done")
    return manifest


def _limits(table: Table) -> Limits:
    most = float("inf")
    rate = table.number("requests_per_second", at_least=0.01, at_most=most, default=most)
    limits = Limits(
        timeout_seconds=table.number("timeout_seconds", at_least=0.1, at_most=120),
        requests_per_second=rate,
        live_requests_per_second=table.number("live_requests_per_second", at_least=0.01, at_most=most, default=rate),
        headers=rate_limits.names(table.table("headers", optional=True)),
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
