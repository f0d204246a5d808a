"""What a connection may be given: the credentials that the manifest names, and an address to reach the provider at.

Refusals name fields and never quote a value.
"""

from collections.abc import Iterable, Mapping, Sequence

from adapters.kit.client_certificates import certificate_problem, fits, key_problem
from adapters.kit.manifest import Credential, Place
from adapters.kit.manifest_access import ADDRESS_PART
from corridor.errors.v1 import error_reason_pb2 as reasons
from corridor.providers.v1.connection_pb2 import ConnectionFee
from server.kit import money
from server.kit.errors import Violation, fail
from server.platform.webhooks.guard import Guard, Refused


def check_credentials(named: Sequence[Credential], given: Mapping[str, str]) -> None:
    """Raise CREDENTIALS_INVALID unless exactly the credentials that the manifest names are given, each of its kind.

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
        *_certificate_violations(named, given),
    ]
    if violations:
        raise fail(
            reasons.ERROR_REASON_CREDENTIALS_INVALID,
            f"The provider's credentials are {', '.join(credential.name for credential in named) or 'none'}.",
            violations=violations,
        )


def _certificate_violations(named: Sequence[Credential], given: Mapping[str, str]) -> list[Violation]:
    """What is wrong with a client certificate and its key."""
    names = {credential.kind: credential.name for credential in named if credential.kind != "text"}
    if not names:
        return []
    certificate, key = given.get(names["client_certificate"], ""), given.get(names["client_key"], "")
    found = {
        names["client_certificate"]: certificate_problem(certificate) if certificate else "is missing" if key else "",
        names["client_key"]: key_problem(key) if key else "is missing" if certificate else "",
    }
    if certificate and key and not any(found.values()) and not fits(certificate, key):
        found[names["client_key"]] = "is not the certificate's key"
    needed = {credential.name for credential in named if not credential.optional}
    return [
        Violation(f"credentials.{name}", problem, "manifest")
        for name, problem in found.items()
        if problem and not (problem == "is missing" and name in needed)  # that is said already
    ]


def check_address(place: Place, given: Mapping[str, str]) -> None:
    """Raise CREDENTIALS_INVALID unless every credential that is part of the provider's address can be one."""
    violations = [
        Violation(
            f"credentials.{name}",
            "is part of the provider's address here: give 1 to 63 letters, digits and hyphens",
            "manifest",
        )
        for name in sorted(place.parameters)
        if not ADDRESS_PART.fullmatch(given.get(name, ""))
    ]
    if violations:
        raise fail(
            reasons.ERROR_REASON_CREDENTIALS_INVALID,
            "A credential that is part of the provider's address cannot be one.",
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
