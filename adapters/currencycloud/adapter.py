"""Currencycloud: payouts across borders, by local networks and by Swift, with a conversion where one is needed.

The payment moves the payout's money, a conversion the company's own. Each has a key, and is found again by it.
"""

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any

from adapters.currencycloud import beneficiaries, checks, events, listings, mapping, refusals
from adapters.kit.auth import CachedToken, Token
from adapters.kit.call import Call, path_segment
from adapters.kit.errors import Misconfigured, Rejected, Unavailable, Unknown
from adapters.kit.forms import Part
from adapters.kit.mapping import text
from adapters.kit.ports.listings import Listing
from adapters.kit.ports.webhooks import Inbound, Reading
from adapters.kit.webhooks import HmacScheme
from corridor.payouts.v1.beneficiary_pb2 import Beneficiary
from corridor.payouts.v1.payout_check_pb2 import PayoutCheck
from corridor.payouts.v1.payout_observation_pb2 import PayoutObservation
from corridor.payouts.v1.payout_pb2 import Payout

TOKEN_SECONDS = 1800
"""Tokens end after 30 minutes without use (the document, POST /authenticate/api)."""

SIGNATURE = HmacScheme(header="x-hmac-digest-sha-512", digest="sha512")
"""HMAC-SHA512 of the message exactly as it came, in hex, with the account's key as text. The scheme has no time.

support.currencycloud.com, article 360018656600 "Message Verification (HMAC) FAQ"; the header with a value in the
vendor's guide "Inbound Funds / Collections", step 3; read 2026-11.
"""


def _login(call: Call) -> Token:
    answer = call.send(
        "POST",
        "/authenticate/api",
        parts=_parts({"login_id": call.credential("login_id"), "api_key": call.credential("api_key")}),
        writes=False,
        only_asks=True,
        safe=mapping.SAFE,
        code_of=refusals.error_code,
        on_client_error=refusals.login,
    )
    value = answer.get("auth_token") if isinstance(answer, dict) else None
    if not isinstance(value, str) or not value:
        raise Unavailable("the answer holds no token")
    return Token(value, TOKEN_SECONDS)


TOKEN = CachedToken("login", _login, header="X-Auth-Token", prefix="")


class Currencycloud:
    """Implements the ports Payouts, Webhooks and Listings."""

    def create_payout(self, call: Call, payout: Payout, beneficiary: Beneficiary) -> PayoutObservation:
        """Find or make the beneficiary, convert what the account does not hold, and make the payment under our key."""
        theirs = self._beneficiary(call, beneficiary, mapping.payment_type(payout))
        funding = call.credentials.get("funding_currency", "")
        if not funding or funding == payout.amount.currency_code:
            return self._pay(call, payout, theirs)
        # Nothing is converted for a payment that the vendor would refuse.
        self._post(call, "/payments/validate", mapping.payment(payout, theirs), on_client_error=refusals.refusal)
        bought = self._convert(call, payout, funding)
        try:
            return self._pay(call, payout, theirs, bought)
        except Unavailable as failure:
            # The currency is bought for this payout, so it must not go to another provider now.
            raise Unknown("the currency was converted, and the payment not yet made", code=failure.code) from None

    def check_payout(self, call: Call, payout: Payout, beneficiary: Beneficiary) -> PayoutCheck:
        """Have the account validated, and fee and day of arrival quoted."""
        return checks.check(self._post, self._get, call, payout, beneficiary)

    def look_up_payout(self, call: Call, payout: Payout) -> PayoutObservation | None:
        """Find the payment by its own id where we know it, else by our payout's id, which was its key."""
        found = self._find(call, payout)
        return mapping.observation(found) if found else None

    def cancel_payout(self, call: Call, payout: Payout) -> PayoutObservation:
        """Delete the payment. Once it is on its way the vendor refuses; then its state is read."""
        found = self._find(call, payout)
        if found is None:
            raise Rejected("the provider has no payment for this payout", code="payment_not_found")
        path = f"/payments/{path_segment(found['id'])}"
        deleted = self._post(call, f"{path}/delete", {}, writes=True, absent=lambda status, _: status == 400)
        return mapping.observation(deleted or self._get(call, path, {"with_deleted": "true"}))

    def verify_webhook(self, inbound: Inbound, secrets: Sequence[str], now: datetime) -> None:
        """Check `X-Hmac-Digest-Sha-512` over the raw body."""
        SIGNATURE.verify(inbound, secrets, now)

    def read_webhook(self, inbound: Inbound) -> Reading:
        """Read the notification. It has no id; the same one twice is the same bytes."""
        return events.reading(inbound.body)

    def _pay(self, call: Call, payout: Payout, beneficiary_id: str, conversion_id: str = "") -> PayoutObservation:
        fields = {
            **mapping.payment(payout, beneficiary_id, conversion_id),
            "unique_request_id": call.idempotency_key,
        }
        made = self._post(call, "/payments/create", fields, writes=True,
                          absent=refusals.is_duplicate, on_client_error=refusals.refusal)  # fmt: skip
        if made is not None:  # an answer to our own request: it is about this payout, whatever the key
            seen = mapping.observation(made)
            seen.payout_id = payout.payout_id
            return seen
        seen = mapping.observation(self._made_before(call))
        if seen.payout_id != payout.payout_id:
            raise Misconfigured("the key was already used for another payment")
        return seen

    def _made_before(self, call: Call) -> Mapping[str, Any]:
        """The payment that has the key. That it is there is certain, so that not finding it is no answer."""
        try:
            found = self._by_key(call, call.idempotency_key)
        except (Unavailable, Misconfigured) as failure:
            raise Unknown("the payment was made before, and cannot be read", code=failure.code) from None
        if found is None:
            raise Unknown("the payment was made before, and is not shown")
        return found

    def _convert(self, call: Call, payout: Payout, funding: str) -> str:
        """The id of the conversion that buys the payout's amount: made now, or before under the same key."""
        key = f"{call.idempotency_key}-conversion"
        fields = {**mapping.conversion(payout, funding), "unique_request_id": key}
        made = self._post(call, "/conversions/create", fields, writes=True, absent=refusals.is_duplicate)
        if made is None:
            try:
                answer = self._get(call, "/conversions/find", {"unique_request_id": key})
            except (Unavailable, Misconfigured) as failure:
                raise Unknown("the conversion was made before, and cannot be read", code=failure.code) from None
            same = [each for each in mapping.page(answer, "conversions") if each.get("unique_request_id") == key]
            if len(same) != 1:
                raise Unknown("the conversion was made before, and is not shown")
            made = same[0]
        return _id(made, "conversion.id")

    def _beneficiary(self, call: Call, beneficiary: Beneficiary, payment_type: str) -> str:
        """The id of the vendor's beneficiary; made if there is none. No money moves here."""
        reference = beneficiaries.external_reference(beneficiary, payment_type)
        wanted = {"beneficiary_external_reference": reference}
        answer = self._post(call, "/beneficiaries/find", wanted, only_asks=True)
        for each in mapping.page(answer, "beneficiaries"):
            if each.get("beneficiary_external_reference") == reference:
                return _id(each, "beneficiary.id")
        fields = beneficiaries.fields(beneficiary, payment_type)
        made = self._post(call, "/beneficiaries/create", fields, on_client_error=refusals.refusal)
        return _id(made, "beneficiary.id")

    def list_changes(self, call: Call, since: datetime, cursor: str) -> Listing:
        """A page of the payments that were changed since then."""
        return listings.changes(self._get, call, since, cursor)

    def _find(self, call: Call, payout: Payout) -> Mapping[str, Any] | None:
        """The payout's payment; None only if the vendor was asked by every name that we have for it, and has none."""
        if payout.provider_reference:
            path = f"/payments/{path_segment(payout.provider_reference)}"
            found: Mapping[str, Any] | None = self._get(call, path, {"with_deleted": "true"}, absent=refusals.is_absent)
            if found is not None:
                return found
        return self._by_key(call, payout.payout_id)

    def _by_key(self, call: Call, key: str) -> Mapping[str, Any] | None:
        query = {"unique_request_id": key, "with_deleted": "true"}
        found = mapping.page(self._get(call, "/payments/find", query), "payments")
        if any(mapping.payout_id(each) != key for each in found):
            raise Misconfigured("the provider did not heed the filter, so its answer says nothing")
        if len(found) > 1:
            raise Unknown("several payments have this payout's key")
        return found[0] if found else None

    def _get(self, call: Call, path: str, query: Mapping[str, str], **options: Any) -> Any:
        return call.send("GET", path, query=query, writes=False, token=TOKEN, safe=mapping.SAFE,
                         code_of=refusals.error_code, **options)  # fmt: skip

    def _post(self, call: Call, path: str, fields: Mapping[str, str], *, writes: bool = False, **options: Any) -> Any:
        return call.send("POST", path, parts=_parts(fields) or None, writes=writes, token=TOKEN, safe=mapping.SAFE,
                         code_of=refusals.error_code, **options)  # fmt: skip


def _id(made: Any, name: str) -> str:
    return text(made.get("id") if isinstance(made, Mapping) else None, name)


def _parts(fields: Mapping[str, str]) -> list[Part]:
    return [Part(name, value) for name, value in fields.items()]


ADAPTER = Currencycloud()
