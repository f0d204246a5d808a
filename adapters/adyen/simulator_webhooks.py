"""How the simulated vendor tells of what happens: items of standard webhooks, each signed, and transfer webhooks.

Rule: bodies are made here and signed when they go out, by whichever key the receiver has.
"""

import json
from collections.abc import Mapping
from datetime import UTC, datetime
from typing import Any

from adapters.adyen import signatures
from adapters.kit.simulator import Event, Simulator


class Telling(Simulator):
    """What all three simulated interfaces share."""

    def sign(self, event_id: str, body: bytes, at: int, secret: str) -> Mapping[str, str]:
        """The header of a webhook that is signed as a whole."""
        if signatures.items(body) is not None:
            return {}
        return {"HmacSignature": signatures.BODY.sign(body, secret), "Protocol": "HmacSHA256"}

    def seal(self, body: bytes, secret: str) -> bytes:
        """A standard webhook's body with the signature of each item in it."""
        content = json.loads(body)
        for each in content.get(signatures.ITEMS, ()):
            item = each["NotificationRequestItem"]
            item.setdefault("additionalData", {})[signatures.SIGNATURE] = signatures.sign_item(item, secret)
        return _encoded(content) if signatures.ITEMS in content else body

    def tell(self, about: Mapping[str, Any], code: str, success: bool, extra: Mapping[str, str] | None = None) -> None:
        """Send one standard webhook. `about` has psp, reference, merchant, account, amount, and maybe original."""
        item = {
            "additionalData": dict(extra or {}),
            "amount": {"currency": about["amount"]["currency"], "value": about["amount"]["value"]},
            "eventCode": code,
            "eventDate": self.moment(),
            "merchantAccountCode": about["merchant"],
            "merchantReference": about["reference"],
            "paymentMethod": "mc",
            "pspReference": about["psp"],
            "reason": "" if success else "refused",
            "success": "true" if success else "false",
        }
        if about.get("original"):
            item["originalReference"] = about["original"]
        body = {"live": "false", signatures.ITEMS: [{"NotificationRequestItem": item}]}
        group = about.get("original") or about["psp"]
        self.notify(Event(self.new_id(), about["account"], group, _encoded(body), last=code != "AUTHORISATION"))

    def tell_transfer(self, data: Mapping[str, Any], account: str, kind: str, *, last: bool) -> None:
        """Send one transfer webhook."""
        body = {"data": data, "environment": "test", "timestamp": self.moment(), "type": f"balancePlatform.{kind}"}
        self.notify(Event(self.new_id(), account, str(data["id"]), _encoded(body), last))

    def psp_reference(self) -> str:
        """A reference in the vendor's form: 16 capitals and digits."""
        return self.new_id()[:16].upper()

    def moment(self) -> str:
        """The vendor's time, with an offset."""
        return datetime.fromtimestamp(self.now(), UTC).isoformat(timespec="seconds")


def _encoded(content: object) -> bytes:
    return json.dumps(content, ensure_ascii=False, separators=(",", ":")).encode()
