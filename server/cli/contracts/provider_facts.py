"""What the tables of providers say: from the catalogue alone, the same for every form in which they are written."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from google.protobuf.duration_pb2 import Duration

from corridor.providers.v1 import provider_pb2 as pb
from corridor.type.v1.rail_pb2 import Rail


@dataclass(frozen=True, slots=True)
class Table:
    """One table; the first cell of a row names it."""

    caption: str
    head: Sequence[str]
    rows: Sequence[Sequence[str]]


@dataclass(frozen=True, slots=True)
class Section:
    """What is said of one provider, or of all."""

    title: str
    lead: str
    tables: Sequence[Table]
    anchor: str = ""


def sections(providers: Sequence[pb.Provider]) -> Iterator[Section]:
    """One section of all providers, and one of each."""
    yield Section("All providers", "", [_overview(providers), _coverage_of_all(providers)], "all")
    for provider in providers:
        tables = [_facts(provider), _operations(provider), *(_domain(each) for each in provider.coverage)]
        tables += [_flows(provider)] if provider.data_flows else []
        lead = f"Documented by its vendor at {provider.docs_url}." if provider.docs_url else ""
        yield Section(provider.title, lead, tables, provider.name)


def _overview(providers: Sequence[pb.Provider]) -> Table:
    head = ("provider", "stage", "quality", "API version", "environments", "regions", "contract owner",
            "technical owner", "last disaster test")  # fmt: skip
    rows = [
        (
            provider.name,
            _stage(provider.claimed_stage),
            pb.ProviderStatus.Name(provider.status).removeprefix("PROVIDER_STATUS_").lower(),
            provider.api_version,
            ", ".join(provider.environments),
            ", ".join(provider.regions) or "not stated",
            provider.contract_owner,
            provider.technical_owner,
            provider.last_disaster_test.date or "never",
        )
        for provider in providers
    ]
    return Table("Who answers for each provider, and how far it has come", head, rows)


def _coverage_of_all(providers: Sequence[pb.Provider]) -> Table:
    head = ("provider", "domain", "operations", "rails", "currencies", "final", "reversible", "rate lock", "repeats")
    rows = [
        (
            provider.name,
            covered.domain,
            str(len(covered.operations)),
            _rails(covered.rails),
            str(len(covered.currency_codes)),
            _final(covered),
            "; ".join(sorted({_kind(each) for each in covered.reversibility})) or "not stated",
            _lock(covered),
            _repeats(covered.idempotency),
        )
        for provider in providers
        for covered in provider.coverage
    ]
    return Table("What each provider covers", head, rows)


def _facts(provider: pb.Provider) -> Table:
    rate = provider.limits.requests_per_second
    test = provider.last_disaster_test
    subprocessors = ", ".join(provider.subprocessors) or "none named"
    source = f" (list: {provider.subprocessors_source})" if provider.subprocessors_source else " (no list published)"
    rows = [
        ("stage", _stage(provider.claimed_stage)),
        ("API version", provider.api_version),
        ("contract owner", provider.contract_owner),
        ("technical owner", provider.technical_owner),
        ("environments", ", ".join(provider.environments)),
        ("regions", ", ".join(provider.regions) or "not stated by the vendor"),
        ("requests per second", f"{rate:g}" if rate else "no rate declared"),
        ("longest call", _span(provider.limits.timeout)),
        ("repeated requests", _repeats(provider.idempotency)),
        ("subprocessors", subprocessors + source),
        ("last disaster test", f"{test.date}: {test.report}" if test.date else "never"),
    ]
    return Table(f"Facts about {provider.title}", ("fact", "value"), rows)


def _operations(provider: pb.Provider) -> Table:
    rows = [(port.name, ", ".join(port.operations)) for port in provider.ports]
    return Table("Operations, by port", ("port", "operations"), rows)


def _domain(covered: pb.Coverage) -> Table:
    rows = [
        ("rails", _rails(covered.rails)),
        ("currencies", ", ".join(covered.currency_codes)),
        ("features", ", ".join(covered.features) or "none named"),
        ("finality", _final(covered)),
        ("reversibility", ", ".join(_reversibility(covered)) or "not stated"),
        ("rate lock", _lock(covered)),
        ("repeated requests", _repeats(covered.idempotency)),
        *((f"amounts in {each.currency_code}", _amounts(each)) for each in covered.amount_limits),
        ("known gaps", " ".join(covered.gaps) or "none known"),
    ]
    return Table(f"Coverage of {covered.domain}", ("fact", "value"), rows)


def _flows(provider: pb.Provider) -> Table:
    rows = [(flow.data, flow.direction, flow.purpose, flow.region) for flow in provider.data_flows]
    return Table("Data that goes out and comes in", ("data", "direction", "purpose", "region"), rows)


def _stage(stage: "pb.ProviderStage.ValueType") -> str:
    return pb.ProviderStage.Name(stage).removeprefix("PROVIDER_STAGE_").lower()


def _rails(rails: "Sequence[Rail.ValueType]") -> str:
    return ", ".join(Rail.Name(rail).removeprefix("RAIL_").lower() for rail in rails) or "not by rail"


def _final(covered: pb.Coverage) -> str:
    if covered.final:
        return "settled is final"
    return f"after {covered.final_after_days} days" if covered.final_after_days else "can come back"


def _kind(each: pb.Reversibility) -> str:
    return pb.ReversibilityKind.Name(each.kind).removeprefix("REVERSIBILITY_KIND_").lower().replace("_", " ")


def _reversibility(covered: pb.Coverage) -> Iterator[str]:
    for each in covered.reversibility:
        yield f"{_rails([each.rail])}: {_kind(each)}" if each.rail else _kind(each)


def _lock(covered: pb.Coverage) -> str:
    word = pb.FxLock.Name(covered.fx_lock).removeprefix("FX_LOCK_").lower()
    return f"{word}, for {_span(covered.fx_lock_duration)}" if covered.fx_lock_duration.seconds else word


def _repeats(promise: pb.ProviderIdempotency) -> str:
    if promise.carrier == "none":
        return "nothing promised"
    window = f", remembered for {_span(promise.window)}" if promise.window.seconds else ""
    mismatch = {"error": "; another request is refused", "original": "; another request gets the first answer"}
    return f"by {promise.carrier.replace(':', ' ')}{window}{mismatch.get(promise.on_mismatch, '')}"


def _amounts(limit: pb.AmountLimit) -> str:
    least = f"from {limit.min_minor}" if limit.min_minor else ""
    most = f"to {limit.max_minor}" if limit.max_minor else ""
    return f"{least} {most} minor units".strip()


def _span(span: Duration) -> str:
    seconds = span.ToNanoseconds() / 1e9
    for name, size in (("days", 86_400), ("hours", 3_600), ("minutes", 60)):
        if seconds > size and seconds % size == 0:
            return f"{seconds / size:g} {name}"
    return f"{seconds:g} s"
