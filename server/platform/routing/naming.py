"""Whether the connections that rules name may be used by them: they exist, cover the domain, and their stages allow it.

Rule: in the live environment a provider whose stage would let it send nothing in its place is not named in the first
place; one that is retiring stays where it was.
"""

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass

from corridor.errors.v1 import error_reason_pb2 as reasons
from corridor.providers.v1 import route_pb2
from corridor.providers.v1.provider_pb2 import ProviderStage
from corridor.routing.v1 import routing_policy_pb2
from corridor.routing.v1.routing_policy_pb2 import RoutingRule, RoutingSend
from server.kit.context import Context
from server.kit.errors import Failure, Violation, fail
from server.platform.providers import stage_repository, stages
from server.platform.providers.catalog import Catalog
from server.platform.routing import policies
from server.store.engine import Connection

_PROVIDERS = """
SELECT connection_id, provider FROM corridor.connections
WHERE company_id = %s AND environment = %s AND connection_id = ANY (%s)
"""
_SHADOWING = frozenset({stages.SHADOW, *stages.NEW_STANDBY})
_EXPOSED: Mapping[int, frozenset[int]] = {
    route_pb2.EXPOSURE_STAGE_OFF: _SHADOWING,
    route_pb2.EXPOSURE_STAGE_SHADOW: _SHADOWING,
    route_pb2.EXPOSURE_STAGE_PERCENT: stages.NEW_STANDBY,
    route_pb2.EXPOSURE_STAGE_FULL: stages.NEW_PRIMARY,
}
_ANY_MAY_BE_FIRST = frozenset(
    {routing_policy_pb2.ROUTING_PREFERENCE_CHEAPEST, routing_policy_pb2.ROUTING_PREFERENCE_FASTEST}
)


@dataclass(frozen=True, slots=True)
class _Named:
    """One place in the rules where a connection is named, and the stages in which its provider may stand there."""

    field: str
    connection_id: str
    allowed: frozenset[int]


def check(
    connection: Connection,
    context: Context,
    catalog: Catalog,
    domain: str,
    rules: Sequence[RoutingRule],
    before: Sequence[RoutingRule],
    field: str = "rules",
) -> None:
    """Raise unless every connection that rules name may be used. `before` are the rules that decide now."""
    who = context.who
    _check_rehearsals(context, rules, field)
    ids = policies.connection_ids(rules)
    rows = connection.execute(_PROVIDERS, (who.company_id, who.environment, ids)).fetchall() if ids else []
    providers: dict[str, str] = dict(rows)
    for named, rule in _named(rules, field):
        if named.connection_id not in providers:
            raise fail(
                reasons.ERROR_REASON_CONNECTION_NOT_FOUND,
                "There is no such connection.",
                violations=[Violation(named.field, "must be a connection of the company here", "connection")],
            )
        _check_coverage(catalog, domain, rule, named, providers[named.connection_id])
    if who.live and providers:
        standings = stage_repository.of(connection, context, *set(providers.values()))
        used = frozenset(policies.connection_ids(before))
        _check_stages(catalog, rules, field, providers, lambda provider: standings[provider].stage, used)


def _named(rules: Sequence[RoutingRule], field: str) -> Iterator[tuple[_Named, RoutingRule]]:
    for number, rule in enumerate(rules):
        send = rule.send
        for place, candidate in enumerate(send.candidates):
            path = f"{field}[{number}].send.candidates[{place}].connection_id"
            yield _Named(path, candidate.connection_id, _allowed(send, place)), rule
        if send.HasField("exposure"):
            exposure = send.exposure
            path = f"{field}[{number}].send.exposure.connection_id"
            yield _Named(path, exposure.connection_id, _EXPOSED[exposure.stage]), rule


def _allowed(send: RoutingSend, place: int) -> frozenset[int]:
    """The stages for a place: whoever may come first has to be live, whoever stands by may be in partial use."""
    split = send.preference == routing_policy_pb2.ROUTING_PREFERENCE_SPLIT
    first = bool(send.candidates[place].percent) if split else place == 0 or send.preference in _ANY_MAY_BE_FIRST
    return stages.NEW_PRIMARY if first else stages.NEW_STANDBY


def _check_coverage(catalog: Catalog, domain: str, rule: RoutingRule, named: _Named, provider: str) -> None:
    """Raise unless a provider serves the domain, by one of the rails and in one of the currencies of the rule."""
    rails: Sequence[int] = rule.when.rails or (0,)
    if not any(catalog.covers(provider, domain, rail) for rail in rails):
        raise fail(
            reasons.ERROR_REASON_RAIL_NOT_SUPPORTED,
            f"{provider} does not serve {domain}{' by any of the rails of the rule' if rule.when.rails else ''}.",
            violations=[Violation(named.field, "must be at a provider that serves the domain and rail", "coverage")],
        )
    wanted = rule.when.currency_codes
    if wanted and not set(wanted) & set(catalog.manifest(provider).coverage[domain].currencies):
        raise fail(
            reasons.ERROR_REASON_CURRENCY_NOT_SUPPORTED,
            f"{provider} serves {domain} in none of the currencies of the rule.",
            violations=[Violation(named.field, "must be at a provider that serves the currency", "coverage")],
        )


def _check_stages(
    catalog: Catalog,
    rules: Sequence[RoutingRule],
    field: str,
    providers: Mapping[str, str],
    stage_of: "Callable[[str], ProviderStage.ValueType]",
    used: frozenset[str],
) -> None:
    for named, _ in _named(rules, field):
        provider = providers[named.connection_id]
        stage = stage_of(provider)
        before = named.connection_id in used
        claimed = stages.of_word(catalog.manifest(provider).facts.stage)
        if stage not in named.allowed and not (before and stage == stages.RETIRING):
            raise _not_live(provider, stage, named.field)
        if claimed >= stages.RETIRING and not before:
            raise _not_live(provider, claimed, named.field)


def _check_rehearsals(context: Context, rules: Sequence[RoutingRule], field: str) -> None:
    for number, rule in enumerate(rules):
        if context.who.live and rule.send.exposure.rehearsal:
            path = f"{field}[{number}].send.exposure.rehearsal"
            raise fail(
                reasons.ERROR_REASON_SANDBOX_ONLY,
                "A rehearsal really sends, so it is for the sandbox environment alone.",
                violations=[Violation(path, "must not be set in the live environment", "rehearsal")],
            )


def _not_live(provider: str, stage: "ProviderStage.ValueType", field: str) -> Failure:
    return fail(
        reasons.ERROR_REASON_PROVIDER_NOT_LIVE,
        f"{provider} is {stages.word(stage)}, so it cannot stand in this place of a rule.",
        violations=[Violation(field, "must be at a provider whose stage allows it", "stage")],
        provider=provider,
        stage=stages.word(stage),
    )
