"""What every operation of the simulated vendor stands on: who asks, what is kept for whom, and how it is answered.

Rule: what belongs to one account is not there for another.
"""

import hmac
import json
from collections.abc import Callable, Mapping
from datetime import UTC, datetime
from typing import Any

from adapters.dwolla import simulator_objects as objects
from adapters.kit.simulator import Answer, Refused, Request, Simulator
from adapters.kit.simulator_events import EventLog


class DwollaBase(Simulator):
    """Tokens, ownership, idempotency keys, and the vendor's way to answer."""

    def __init__(self, **options: Any) -> None:
        super().__init__(**options)
        self.told = EventLog(self.store)

    def authorise(self, request: Request) -> str:
        """The account whose token it is."""
        scheme, _, value = request.headers.get("authorization", "").partition(" ")
        token = self.store.get("token", value)
        if scheme != "Bearer" or token is None or token["ends"] <= self.now():
            raise Refused(hal(401, objects.error("InvalidAccessToken", "Invalid access token.")))
        return str(token["account"])

    def error(self, status: int, code: str, message: str) -> Answer:
        """An error in the vendor's shape and words."""
        words = {"not_found": "NotFound", "bad_request": "BadRequest"}
        return hal(status, objects.error(words.get(code, "TooManyRequests" if status == 429 else code), message))

    def sign(self, event_id: str, body: bytes, at: int, secret: str) -> Mapping[str, str]:
        """The headers of a webhook. Only the body is signed."""
        return {
            "X-Request-Signature-SHA-256": hmac.digest(secret.encode(), body, "sha256").hex(),
            "X-Dwolla-Topic": str(json.loads(body)["topic"]),
        }

    # For the operations.

    def _once(self, request: Request, make: Callable[[str, Any], dict[str, Any]]) -> Answer:
        """201 and where it is, once per key. Whatever else comes with a known key gets the first answer again."""
        account = self.authorise(request)

        def act() -> Answer:
            return Answer(201, {"at": make(account, request.json())["_links"]["self"]["href"]})

        answer = self.once(account, request.headers.get("idempotency-key", ""), fingerprint="", act=act, mismatch=act)
        return Answer(201, None, {**answer.headers, "Location": answer.body["at"]})

    def _check(self, fault: Mapping[str, Any] | None) -> None:
        if fault is not None:
            self._refuse(fault)

    def _refuse(self, body: Mapping[str, Any]) -> None:
        raise Refused(hal(400, body))

    def _put(self, kind: str, value: dict[str, Any], owner: str) -> dict[str, Any]:
        self.store.put(kind, value["id"], value)
        self.store.put("owner", value["id"], {"account": owner})
        return value

    def _owner(self, object_id: str) -> str:
        return str((self.store.get("owner", object_id) or {}).get("account", ""))

    def _customer_of(self, source_id: str) -> str:
        return str((self.store.get("number", source_id) or {}).get("customer", ""))

    def _all(self, kind: str, account: str) -> list[dict[str, Any]]:
        return [each for each in reversed(self.store.all(kind)) if self._owner(each["id"]) == account]

    def _own(self, kind: str, request: Request) -> dict[str, Any]:
        account, wanted = self.authorise(request), request.params["id"]
        found = self.store.get(kind, wanted)
        if found is None or self._owner(wanted) != account:
            raise Refused(self.error(404, "not_found", "The requested resource was not found."))
        return found

    def _time(self) -> str:
        return datetime.fromtimestamp(self.now(), UTC).isoformat(timespec="milliseconds").replace("+00:00", "Z")


def hal(status: int, body: Any) -> Answer:
    """An answer in the vendor's media type."""
    return Answer(status, body, {"Content-Type": objects.HAL})
