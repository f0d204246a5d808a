"""What a connection may be given: the credentials that the manifest names, and an address to reach the provider at.

Refusals name fields and never quote a value.
"""

from collections.abc import Iterable, Mapping, Sequence

from adapters.kit.manifest import Credential
from corridor.errors.v1 import error_reason_pb2 as reasons
from corridor.providers.v1.connection_pb2 import ConnectionFee
from server.kit import money
from server.kit.errors import Violation, fail
from server.platform.webhooks.guard import Guard, Refused


def check_credentials(named: Sequence[Credential], given: Mapping[str, str]) -> None:
    """Raise CREDENTIALS_INVALID unless exactly the credentials that the manifest names are given.

    Optional ones may be missing.
    """
    known = {credential.name for credential in named}
    needed = {credential.name for credential in named if not credential.optional}
    violations = [
        *(Violation(f"credentials.{name}", "is missing", "manifest") for name in sorted(needed - set(given))),
        *(
            Violation(f"credentials.{name}", "is not a credential of this provider", "manifest")
            for name in sorted(set(given) - known)
        ),
    ]
    if violations:
        raise fail(
            reasons.ERROR_REASON_CREDENTIALS_INVALID,
            f"The provider's credentials are {', '.join(credential.name for credential in named) or 'none'}.",
            violations=violations,
        )


def settings(named: Sequence[Credential], given: Mapping[str, str]) -> dict[str, str]:
    """The given values that are not secret."""
    shown = {credential.name for credential in named if not credential.secret}
    return {name: value for name, value in given.items() if name in shown}


def check_base_url(base_url: str, guard: Guard, *, live: bool) -> None:
    """Raise INVALID_ARGUMENT unless the address may stand in for the manifest's: only in the sandbox, and guarded.

    The guard keeps companies from reaching what stands beside the server by naming it as their provider.
    """
    problem = "has a query" if "?" in base_url else ""
    if live:
        problem = "is taken from the provider's manifest in the live environment"
    try:
        if not problem:
            guard.check(base_url)
    except Refused as refused:
        problem = refused.why
    if problem:
        violation = Violation("base_url", problem, "base_url")
        raise fail(reasons.ERROR_REASON_INVALID_ARGUMENT, f"base_url {problem}.", violations=[violation])


def check_fees(fees: Iterable[ConnectionFee]) -> None:
    """Raise INVALID_ARGUMENT for a fee in a currency that ISO 4217 does not list, or two for one rail and currency."""
    seen: set[tuple[int, str]] = set()
    for fee in fees:
        if money.decimals(fee.currency_code) is None:
            raise _fee_refused("must be in an active ISO 4217 currency")
        if (fee.rail, fee.currency_code) in seen:
            raise _fee_refused("must hold each rail and currency once")
        seen.add((fee.rail, fee.currency_code))


def _fee_refused(problem: str) -> Exception:
    violation = Violation("fees", problem, "fees")
    return fail(reasons.ERROR_REASON_INVALID_ARGUMENT, f"fees {problem}.", violations=[violation])
