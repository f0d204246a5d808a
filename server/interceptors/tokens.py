"""The verifier of access tokens: `Authorization: Bearer` (RFC 6750) and `Authorization: DPoP` (RFC 9449).

What was found of a token is kept until it ends; how it stands is asked anew every half second. What a bound token
must prove besides, it proves with every call.
"""

import hashlib
import hmac
import threading
from collections import OrderedDict
from dataclasses import dataclass

from corridor.errors.v1 import error_reason_pb2 as reasons
from corridor.options.v1 import method_pb2
from server.interceptors.auth import Presented, Refused, invalid, malformed
from server.kit import clock, ids
from server.kit import context as contexts
from server.kit.clock import Clock
from server.kit.context import Caller
from server.kit.errors import fail
from server.platform.access.oauth import access_tokens, dpop, jose
from server.platform.access.oauth.access_tokens import AccessToken, AccessTokens, TokenError, Wrong
from server.platform.access.oauth.standing import Standing, Standings, State
from server.store.engine import Store

_CACHED_AT_MOST = 20_000
_SCHEMES = {"bearer", "dpop"}
_PROOF = reasons.ERROR_REASON_CREDENTIAL_NOT_BOUND


@dataclass(slots=True)
class _Known:
    """A token whose signature holds, and its caller as of the last look."""

    token: AccessToken
    standing: Standing
    caller: Caller
    fresh_until: float


class TokenVerifier:
    """Tells whose an access token is."""

    def __init__(
        self,
        store: Store,
        tokens: AccessTokens,
        standings: Standings,
        system: Clock,
        *,
        fresh_seconds: float = 0.5,
        kept: int = _CACHED_AT_MOST,
    ) -> None:
        self._store = store
        self._tokens = tokens
        self._standings = standings
        self._clock = system
        self._fresh = fresh_seconds
        self._kept = kept
        self._known: OrderedDict[bytes, _Known] = OrderedDict()
        self._lock = threading.Lock()

    def recognises(self, scheme: str, credential: str) -> bool:
        """Whether the credential looks like an access token."""
        return scheme in _SCHEMES and not credential.startswith("ck_") and access_tokens.looks_like_one(credential)

    def caller(self, presented: Presented) -> Caller:
        """Whose token it is. Raises `Refused`."""
        digest = hashlib.sha256(presented.credential.encode()).digest()
        known = self._known.get(digest)
        if known is None:
            known = self._found(digest, presented)
        if known.token.expire_time <= self._clock.now().timestamp():
            raise self._expired(presented, known.caller)
        if clock.monotonic() >= known.fresh_until:
            self._look(known)
        if known.standing.state is not State.GOOD:
            raise self._over(presented, known)
        binding = known.token.binding
        if binding.thumbprint:
            self._check_proof(presented, known)
        elif presented.scheme != "bearer" or presented.proofs:
            raise _refused(presented, _PROOF, "The token is not bound to a DPoP key.", "invalid_token", known.caller)
        if binding.certificate and not hmac.compare_digest(binding.certificate, presented.certificate):
            detail = "The token is bound to another certificate than the connection's (RFC 8705, 3)."
            raise _refused(presented, _PROOF, detail, "invalid_token", known.caller)
        return known.caller

    def _found(self, digest: bytes, presented: Presented) -> _Known:
        try:
            token = self._tokens.read(presented.credential)
        except TokenError as error:
            suspect = _caller(error.token, Standing(State.REVOKED)) if error.token else None
            match error.wrong:
                case Wrong.MALFORMED:
                    _challenge(presented, "invalid_token")
                    raise malformed("The token is none that could be valid.") from None
                case Wrong.EXPIRED:
                    raise self._expired(presented, suspect) from None
                case Wrong.AUDIENCE:
                    reason = reasons.ERROR_REASON_CREDENTIAL_WRONG_AUDIENCE
                    detail = "The token is for another audience."
                    raise _refused(presented, reason, detail, "invalid_token", suspect) from None
            _challenge(presented, "invalid_token")
            raise invalid(suspect) from None
        known = _Known(token, Standing(State.REVOKED), _caller(token, Standing(State.REVOKED)), 0.0)
        self._look(known)
        with self._lock:
            self._known[digest] = known
            while len(self._known) > self._kept:
                self._known.popitem(last=False)
        return known

    def _look(self, known: _Known) -> None:
        asked = clock.monotonic()
        standing = self._standings.of(known.token)
        if standing != known.standing:
            known.standing, known.caller = standing, _caller(known.token, standing)
        known.fresh_until = asked + self._fresh

    def _check_proof(self, presented: Presented, known: _Known) -> None:
        """Raise unless the call proves that its caller has the token's key (RFC 9449, 7)."""
        if presented.scheme != "dpop" or len(presented.proofs) != 1:
            detail = "The token is bound to a DPoP key: send it by the DPoP scheme with one proof."
            raise _refused(presented, _PROOF, detail, "invalid_dpop_proof", known.caller)
        over_http = bool(presented.http_url)
        try:
            proof = dpop.check(
                presented.proofs[0],
                method=presented.http_method if over_http else "POST",
                url=presented.http_url if over_http else presented.path,
                now=self._clock.now(),
                token=presented.credential,
                path_only=not over_http,
            )
        except dpop.ProofError as error:
            detail = f"The DPoP proof cannot be taken: {error}."
            raise _refused(presented, _PROOF, detail, "invalid_dpop_proof", known.caller) from None
        if not hmac.compare_digest(proof.thumbprint, known.token.binding.thumbprint):
            detail = "The token is bound to another key than the proof's."
            raise _refused(presented, _PROOF, detail, "invalid_token", known.caller)
        company_id, environment = known.token.company_id, known.token.environment
        with self._store.of(company_id, environment) as connection:
            if not dpop.take(connection, company_id, environment, proof.digest, proof.expire_time):
                reason = reasons.ERROR_REASON_CREDENTIAL_REPLAYED
                detail = "The DPoP proof was used before."
                raise _refused(presented, reason, detail, "invalid_dpop_proof", known.caller)

    def _expired(self, presented: Presented, suspect: Caller | None) -> Refused:
        detail = "The token has expired."
        return _refused(presented, reasons.ERROR_REASON_CREDENTIAL_EXPIRED, detail, "invalid_token", suspect)

    def _over(self, presented: Presented, known: _Known) -> Refused:
        if known.standing.state is State.INACTIVE:
            reason, detail = reasons.ERROR_REASON_CREDENTIAL_INACTIVE, "The token's client is disabled."
        else:
            reason, detail = reasons.ERROR_REASON_CREDENTIAL_REVOKED, "The token was revoked."
        return _refused(presented, reason, detail, "invalid_token", known.caller)


def _caller(token: AccessToken, standing: Standing) -> Caller:
    by_person = bool(token.grant_id)
    return Caller(
        kind=method_pb2.CALLER_KIND_USER if by_person else method_pb2.CALLER_KIND_OAUTH_CLIENT,
        caller_id=token.client_id,
        company_id=token.company_id,
        environment=token.environment,
        scopes=standing.scopes,
        subject=token.subject if by_person else "",
        roles=standing.roles if ids.is_id(token.subject, "mem") else frozenset(),
        consent_id=token.consent_id,
    )


def _refused(
    presented: Presented, reason: "reasons.ErrorReason.ValueType", detail: str, error: str, suspect: Caller | None
) -> Refused:
    _challenge(presented, error)
    return Refused(fail(reason, detail), suspect)


def _challenge(presented: Presented, error: str) -> None:
    """Tell the caller how to do it right (RFC 6750, 3; RFC 9449, 7.1)."""
    by_key = presented.scheme == "dpop" or error == "invalid_dpop_proof"
    algorithms = f', algs="{" ".join(jose.ALGORITHMS)}"' if by_key else ""
    scheme = "DPoP" if by_key else "Bearer"
    contexts.current().trailers["www-authenticate"] = f'{scheme} error="{error}"{algorithms}'
