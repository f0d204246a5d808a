"""A provider as the contract describes it: from its manifest, and from what its adapter shows. No company is in it."""

from collections.abc import Mapping

from adapters.kit.discovery import Provider
from adapters.kit.manifest import RAILS, Coverage, Idempotency, Manifest
from adapters.kit.operations import operations
from corridor.providers.v1 import provider_pb2 as pb
from corridor.type.v1.rail_pb2 import Rail

_ENVIRONMENTS = ("sandbox", "live")


def described(provider: Provider) -> pb.Provider:
    """The provider, without what companies decide about it and without its adapter's digest."""
    manifest = provider.manifest
    found = pb.Provider(
        name=manifest.name,
        title=manifest.title,
        docs_url=manifest.docs if "://" in manifest.docs else "",  # a provider of ours is documented beside its code
        api_version=manifest.api_version,
        status=pb.ProviderStatus.Value(f"PROVIDER_STATUS_{manifest.status.upper()}"),
        credentials=[
            pb.CredentialField(
                name=credential.name, title=credential.title, secret=credential.secret, optional=credential.optional
            )
            for credential in manifest.credentials
        ],
        environments=[name for name in _ENVIRONMENTS if name in manifest.base_urls],
        regions=manifest.regions,
        idempotency=_idempotency(manifest.idempotency),
    )
    found.limits.timeout.FromNanoseconds(int(manifest.limits.timeout_seconds * 1e9))
    if manifest.limits.requests_per_second != float("inf"):
        found.limits.requests_per_second = manifest.limits.requests_per_second
    implemented = operations(provider)
    found.ports.extend(pb.ProviderPort(name=name, operations=methods) for name, methods in implemented.items())
    for domain, covered in sorted(manifest.coverage.items()):
        found.coverage.append(_coverage(manifest, covered, implemented.get(domain, ())))
    _add_facts(found, manifest)
    return found


def _add_facts(found: pb.Provider, manifest: Manifest) -> None:
    facts = manifest.facts
    found.contract_owner, found.technical_owner = facts.contract_owner, facts.technical_owner
    found.subprocessors.extend(facts.subprocessors)
    found.subprocessors_source = facts.subprocessors_source
    found.claimed_stage = pb.ProviderStage.Value(f"PROVIDER_STAGE_{facts.stage.upper()}")
    for flow in facts.data_flows:
        found.data_flows.add(data=flow.data, direction=flow.direction, purpose=flow.purpose, region=flow.region)
    if facts.disaster_tests:
        last = facts.disaster_tests[0]
        test = pb.DisasterTest(date=last.date.isoformat(), report=last.report, passed=True)
        found.last_disaster_test.CopyFrom(test)


def _coverage(manifest: Manifest, covered: Coverage, methods: tuple[str, ...]) -> pb.Coverage:
    facts = covered.facts
    found = pb.Coverage(
        domain=covered.domain,
        rails=covered.rails,
        currency_codes=covered.currencies,
        final=covered.final,
        gaps=covered.gaps,
        operations=methods,
        reversibility=[
            pb.Reversibility(
                rail=RAILS.get(rail, Rail.RAIL_UNSPECIFIED),  # unspecified is every other one
                kind=pb.ReversibilityKind.Value(f"REVERSIBILITY_KIND_{word.upper()}"),
            )
            for rail, word in facts.reversibility.items()
        ],
        fx_lock=pb.FxLock.Value(f"FX_LOCK_{facts.fx_lock.upper()}"),
        amount_limits=[
            pb.AmountLimit(currency_code=each.currency_code, min_minor=each.min_minor, max_minor=each.max_minor)
            for each in facts.amounts
        ],
        final_after_days=facts.final_after_days,
        idempotency=_idempotency(manifest.promise(covered.domain)),
        features=sorted(covered.features),
    )
    if facts.fx_lock_seconds:
        found.fx_lock_duration.FromSeconds(facts.fx_lock_seconds)
    return found


def _idempotency(promise: Idempotency) -> pb.ProviderIdempotency:
    found = pb.ProviderIdempotency(carrier=promise.carrier, on_mismatch=promise.on_mismatch)
    if promise.window_hours:
        found.window.FromSeconds(int(promise.window_hours * 3600))
    return found


def all_described(providers: Mapping[str, Provider]) -> list[pb.Provider]:
    """Every provider, by name."""
    return [described(providers[name]) for name in sorted(providers)]
