"""The verifier of API keys: `Authorization: Bearer ck_…`.

Only who holds the whole secret hears what is wrong with the key; for everybody else it is not valid, and no more.
"""

from corridor.access.v1.api_key_pb2 import (
    API_KEY_STATE_EXPIRED,
    API_KEY_STATE_REVOKED,
    API_KEY_STATE_ROTATED,
)
from corridor.errors.v1 import error_reason_pb2 as reasons
from server.interceptors.auth import Presented, Refused, invalid, malformed
from server.kit import clock
from server.kit.context import Caller
from server.kit.errors import Failure, fail
from server.platform.access.uses import KeyUses
from server.store.api_keys import ApiKeys, Known


class ApiKeyVerifier:
    """Tells whose an API key is."""

    def __init__(self, keys: ApiKeys, uses: KeyUses) -> None:
        self._keys = keys
        self._uses = uses

    def recognises(self, scheme: str, credential: str) -> bool:
        """Whether the credential looks like an API key."""
        return scheme == "bearer" and credential.startswith("ck_")

    def caller(self, presented: Presented) -> Caller:
        """Whose key it is. Raises `Refused`."""
        found = self._keys.find(presented.credential)
        if found is None:
            raise malformed("The credential is none that could be valid.")
        known, right = found
        if known is None or not right:
            raise invalid(known.caller if known is not None else None)
        now = clock.epoch()
        if not known.works_at(now):
            self._tell(known, presented.client_ip, now)
            raise Refused(_ended(known, now), known.caller)
        if not known.comes_from(presented.client_ip):
            raise Refused(_elsewhere(), known.caller)
        if not known.calls(presented.path):
            raise Refused(_not_this(), known.caller)
        self._uses.used(known, presented.client_ip, now)
        return known.caller

    def _tell(self, known: Known, address: str, now: float) -> None:
        if known.state == API_KEY_STATE_REVOKED:
            self._uses.revoked_used(known, address, now)
        elif known.state == API_KEY_STATE_ROTATED:
            self._uses.replaced_used(known, address, now)


def _ended(known: Known, now: float) -> Failure:
    state = known.state_at(now)
    if state == API_KEY_STATE_REVOKED:
        return fail(reasons.ERROR_REASON_CREDENTIAL_REVOKED, "The API key was revoked.")
    if state == API_KEY_STATE_EXPIRED:
        return fail(reasons.ERROR_REASON_CREDENTIAL_EXPIRED, "The API key has expired.")
    return fail(reasons.ERROR_REASON_CREDENTIAL_INACTIVE, "The API key is pending, or suspended.")


def _elsewhere() -> Failure:
    detail = "The API key may not be used from this address."
    return fail(reasons.ERROR_REASON_CALLER_ADDRESS_REFUSED, detail)


def _not_this() -> Failure:
    return fail(reasons.ERROR_REASON_PERMISSION_DENIED, "The API key may not call this method.")
