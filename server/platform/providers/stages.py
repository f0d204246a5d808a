"""How far a company uses a provider: which stage may follow which, and what each lets routes do.

Rule: in the sandbox environment every stage may send, since no money moves there. The questions here do no I/O.
"""

from collections.abc import Mapping

from corridor.errors.v1 import error_reason_pb2 as reasons
from corridor.providers.v1 import provider_pb2, route_pb2
from corridor.providers.v1.provider_pb2 import ProviderStage
from corridor.providers.v1.route_pb2 import ExposureStage
from server.kit.errors import Failure, Violation, fail
from server.kit.lifecycle import Lifecycle

ANY = provider_pb2.PROVIDER_STAGE_UNSPECIFIED
"""In the sandbox environment, where no stage is asked for."""
INTAKE = provider_pb2.PROVIDER_STAGE_INTAKE
CERTIFIED = provider_pb2.PROVIDER_STAGE_CERTIFIED
SHADOW = provider_pb2.PROVIDER_STAGE_SHADOW
PARTIAL = provider_pb2.PROVIDER_STAGE_PARTIAL
LIVE = provider_pb2.PROVIDER_STAGE_LIVE
RETIRING = provider_pb2.PROVIDER_STAGE_RETIRING
RETIRED = provider_pb2.PROVIDER_STAGE_RETIRED

LIFECYCLE = Lifecycle(
    {
        INTAKE: {CERTIFIED, RETIRED},
        CERTIFIED: {INTAKE, SHADOW, PARTIAL, LIVE, RETIRED},
        SHADOW: {CERTIFIED, PARTIAL, LIVE, RETIRED},
        PARTIAL: {CERTIFIED, SHADOW, LIVE, RETIRING},
        LIVE: {CERTIFIED, SHADOW, PARTIAL, RETIRING},  # a step back is the first thing to do when something is wrong
        RETIRING: {PARTIAL, LIVE, RETIRED},
        RETIRED: {INTAKE},  # taken in anew
    }
)

PRIMARY = frozenset({LIVE, RETIRING})
"""Stages in which the primary of a live route sends."""
STANDBY = frozenset({PARTIAL, LIVE, RETIRING})
"""Stages in which the standby of a live route sends."""
NEW_PRIMARY = frozenset({LIVE})
NEW_STANDBY = frozenset({PARTIAL, LIVE})

_EXPOSED = {
    route_pb2.EXPOSURE_STAGE_SHADOW: frozenset({SHADOW, PARTIAL, LIVE}),
    route_pb2.EXPOSURE_STAGE_PERCENT: NEW_STANDBY,
    route_pb2.EXPOSURE_STAGE_FULL: NEW_PRIMARY,
}
"""Stages in which a provider may be taken into use so far; whoever is not used needs none."""

# What to do about each stage that a route cannot use.
_WHAT_TO_DO: "Mapping[ProviderStage.ValueType, str]" = {
    INTAKE: "certify its adapter and set its stage to live",
    CERTIFIED: "set its stage to live",
    SHADOW: "set its stage to live",
    PARTIAL: "make it the standby, or set its stage to live",
    RETIRING: "use another connection",
    RETIRED: "use another connection",
}


def word(stage: "ProviderStage.ValueType") -> str:
    """The stage as people write it."""
    return ProviderStage.Name(stage).removeprefix("PROVIDER_STAGE_").lower()


def of_word(text: str) -> "ProviderStage.ValueType":
    """The stage of a word, as manifests write it."""
    return ProviderStage.Value(f"PROVIDER_STAGE_{text.upper()}")


def needs_certification(before: "ProviderStage.ValueType", after: "ProviderStage.ValueType") -> bool:
    """Whether a change goes on, so that the adapter that is running must be certified. Stepping back needs nothing."""
    return after in {CERTIFIED, SHADOW, PARTIAL, LIVE} and not after < before <= LIVE


def check_move(
    provider: str,
    before: "ProviderStage.ValueType",
    after: "ProviderStage.ValueType",
    claimed: "ProviderStage.ValueType",
) -> None:
    """Raise PROVIDER_STAGE_NOT_REACHABLE unless a provider may go from one stage to the other.

    `claimed` is what its owner says: one that is being retired by its owner goes on nowhere.
    """
    if not LIFECYCLE.allows(before, after):
        following = ", ".join(word(stage) for stage in ProviderStage.values() if stage in LIFECYCLE.table[before])
        raise fail(
            reasons.ERROR_REASON_PROVIDER_STAGE_NOT_REACHABLE,
            f"{provider} is {word(before)}; from there it can become {following}.",
            stage=word(before),
        )
    if claimed >= RETIRING and needs_certification(before, after):
        raise fail(
            reasons.ERROR_REASON_PROVIDER_STAGE_NOT_REACHABLE,
            f"The owner of {provider}'s adapter says that it is {word(claimed)}, so nobody goes further with it.",
            stage=word(before),
        )


def check_use(
    provider: str,
    stage: "ProviderStage.ValueType",
    claimed: "ProviderStage.ValueType",
    field: str,
    *,
    used_before: bool,
) -> None:
    """Raise PROVIDER_NOT_LIVE unless a live route that sends may use a provider as the primary or standby of `field`.

    A provider that is retiring, by the company's word or its owner's, goes on where it was used before.
    """
    usable = NEW_PRIMARY if field == "primary_connection_id" else NEW_STANDBY
    if used_before:
        usable = PRIMARY if field == "primary_connection_id" else STANDBY
    if stage not in usable:
        raise _not_live(provider, stage, field)
    if claimed >= RETIRING and not used_before:
        raise _not_live(provider, claimed, field)


def check_exposure(
    provider: str,
    stage: "ProviderStage.ValueType",
    claimed: "ProviderStage.ValueType",
    exposure: "ExposureStage.ValueType",
    field: str,
) -> None:
    """Raise PROVIDER_NOT_LIVE unless a provider may be taken into use so far beside the others of a live route."""
    usable = _EXPOSED.get(exposure)
    if usable is not None and (stage not in usable or claimed >= RETIRING):
        raise _not_live(provider, stage if stage not in usable else claimed, field)


def check_known(provider: str, stage: "ProviderStage.ValueType", field: str) -> None:
    """Raise PROVIDER_NOT_LIVE for a provider that is retired: nothing may refer to it, not even a route that is off."""
    if stage == RETIRED:
        raise _not_live(provider, stage, field)


def _not_live(provider: str, stage: "ProviderStage.ValueType", field: str) -> Failure:
    place = field.partition("_")[0].partition(".")[0]
    return fail(
        reasons.ERROR_REASON_PROVIDER_NOT_LIVE,
        f"{provider} is {word(stage)}, so it cannot be the {place} of this route: {_WHAT_TO_DO[stage]}.",
        violations=[Violation(field, "must be at a provider whose stage allows it", "stage")],
        provider=provider,
        stage=word(stage),
    )
