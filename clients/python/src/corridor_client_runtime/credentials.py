"""How a caller shows who it is: an API key, or access tokens that an OAuth client gets for itself (RFC 6749, 4.4).

Rule: a token is asked for once and used until shortly before its end, by all threads and tasks; secrets are in no repr.
"""

import threading
import time
from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import quote_plus

from corridor_client_runtime.refusals import Refusal, unanswered

_BEFORE_END = 30.0
_TOKEN_SECONDS = 10.0
_USUAL_SECONDS = 300.0


@dataclass(frozen=True, slots=True)
class ClientCredentials:
    """An OAuth client and its secret. `token_url` is needed over gRPC alone; REST knows it."""

    client_id: str
    client_secret: str = field(repr=False)
    scopes: Sequence[str] = ()
    token_url: str = ""

    def form(self) -> dict[str, str]:
        """The request for a token."""
        return {"grant_type": "client_credentials", **({"scope": " ".join(self.scopes)} if self.scopes else {})}

    def basic(self) -> tuple[str, str]:
        """Name and password; each is form-encoded first (RFC 6749, 2.3.1)."""
        return quote_plus(self.client_id), quote_plus(self.client_secret)


class ApiKey:
    """A key that stays the same."""

    def __init__(self, key: str) -> None:
        self._header = {"authorization": f"Bearer {key}"}

    def known(self) -> dict[str, str] | None:
        """The header to send."""
        return self._header

    def forget(self) -> bool:
        """Whether another credential can be had: never of a key."""
        return False


class Tokens:
    """The latest token of an OAuth client. Getting one is the transports' business: see `answer`."""

    def __init__(self, client: ClientCredentials, token_url: str) -> None:
        self.client = client
        self.url = client.token_url or token_url
        if not self.url:
            raise ValueError("Over gRPC, ClientCredentials needs a token_url, such as https://HOST/oauth/token.")
        self.lock = threading.Lock()
        self._header: dict[str, str] | None = None
        self._until = 0.0

    def known(self) -> dict[str, str] | None:
        """The header to send; None where a token has to be asked for first."""
        return self._header if time.monotonic() < self._until else None

    def forget(self) -> bool:
        """The token did not work: another one may."""
        self._until = 0.0
        return True

    def answer(self, status: int, document: Any) -> dict[str, str]:
        """Keep what the token endpoint answered; the header to send. Raises Refusal."""
        if status == 200 and isinstance(document, dict) and isinstance(document.get("access_token"), str):
            self._header = {"authorization": f"Bearer {document['access_token']}"}
            given = document.get("expires_in")  # only recommended (RFC 6749, 5.1)
            lasts = float(given) if isinstance(given, int | float) and given >= 0 else _USUAL_SECONDS
            self._until = time.monotonic() + max(lasts - _BEFORE_END, lasts / 2)
            return self._header
        if status >= 500 or status == 429:
            raise unanswered("UNAVAILABLE", f"The token endpoint answers {status}.")
        said = document.get("error_description") or document.get("error") if isinstance(document, dict) else ""
        raise Refusal("UNAUTHENTICATED", f"The token endpoint gives no token: {said or status}")


Credential = ApiKey | Tokens


def token_timeout() -> float:
    """How long a request for a token may take."""
    return _TOKEN_SECONDS
