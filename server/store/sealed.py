"""Which columns are sealed, and what each seal is bound to: its table, its column and the key of its row.

Rows from before seals are read as they are, and are sealed when keys are rotated; nothing is written in the clear.
"""

import base64
import binascii
from dataclasses import dataclass

from server.kit.context import Caller
from server.store.data_keys import is_seal, key_number
from server.store.seals import RESOURCES, SECRETS, VAULT, SealError, Seals

_TEXT = "\x01"  # begins a sealed text: then the data key's number, a colon, and the seal in base64


@dataclass(frozen=True, slots=True)
class Sealed:
    """A sealed column. `key` names the columns to which its seals are bound besides company and environment."""

    table: str
    column: str
    key: tuple[str, ...] = ()
    purpose: str = RESOURCES
    text: bool = False  # whether the column is TEXT; an empty text stays as it is
    short_lived: bool = False  # whether rows go by themselves soon: those from before seals are left as they are

    def bound(self, *key: str) -> str:
        """What the seal of a row is bound to."""
        assert len(key) == len(self.key)
        return "/".join((f"{self.table}.{self.column}", *key))

    def seal(self, seals: Seals, who: Caller, data: bytes, *key: str) -> bytes:
        """The bytes to store."""
        return seals.seal(who.company_id, who.environment, self.purpose, self.bound(*key), data)

    def open(self, seals: Seals, who: Caller, stored: bytes, *key: str) -> bytes:
        """What was stored, also if that was before seals."""
        if not is_seal(stored):
            return stored
        return seals.open(who.company_id, who.environment, self.purpose, self.bound(*key), stored)

    def seal_text(self, seals: Seals, who: Caller, text: str, *key: str) -> str:
        """The text to store."""
        if not text:
            return text
        sealed = self.seal(seals, who, text.encode(), *key)
        return f"{_TEXT}{key_number(sealed)}:{base64.b64encode(sealed).decode()}"

    def open_text(self, seals: Seals, who: Caller, stored: str, *key: str) -> str:
        """The text that was stored, also if that was before seals."""
        if not stored.startswith(_TEXT):
            return stored
        try:
            sealed = base64.b64decode(stored.partition(":")[2], validate=True)
        except binascii.Error:
            sealed = b""
        if not is_seal(sealed):
            raise SealError(f"a sealed text in {self.table}.{self.column} is damaged.")
        return self.open(seals, who, sealed, *key).decode()


PAYOUT = Sealed("payouts", "message", ("payout_id",))
BENEFICIARY = Sealed("beneficiaries", "message", ("beneficiary_id",))
PAYOUT_SETTINGS = Sealed("payout_settings", "message")
EVENT = Sealed("events", "message", ("event_id",))
OBSERVATION = Sealed("observations", "message", ("observation_id",))
ANSWER = Sealed("idempotency", "response", ("method", "key"), short_lived=True)
FAILURE = Sealed("idempotency", "status", ("method", "key"), short_lived=True)
INBOUND_REQUEST = Sealed("inbound_deliveries", "request", ("inbound_delivery_id",))
INBOUND_DETAIL = Sealed("inbound_deliveries", "detail", ("inbound_delivery_id",), text=True)
EXCHANGES = Sealed("attempts", "exchanges", ("attempt_id",), text=True)
ATTEMPT_DETAIL = Sealed("attempts", "detail", ("attempt_id",), text=True)
ATTEMPT_CODE = Sealed("attempts", "code", ("attempt_id",), text=True)
CONNECTION = Sealed("connections", "message", ("connection_id",))
SUMMARY = Sealed("work_items", "summary", ("work_item_id",), text=True)
RESOLUTION = Sealed("work_items", "resolution", ("work_item_id",), text=True)
ENDPOINT_URL = Sealed("webhook_endpoints", "url", ("webhook_endpoint_id",), text=True)
EXCERPT = Sealed("delivery_tries", "response_excerpt", ("delivery_id",), text=True)
API_KEY_TITLE = Sealed("api_keys", "title", ("api_key_id",), text=True)
CONSENT = Sealed("consents", "message", ("consent_id",))
PROVIDER_GRANT = Sealed("provider_grants", "token", ("provider_grant_id",), SECRETS)
APPROVAL_POLICY = Sealed("approval_policies", "message")
APPROVAL = Sealed("approvals", "message", ("approval_id",))
APPROVAL_REQUEST = Sealed("approvals", "request", ("approval_id",))
APPROVAL_CALLER = Sealed("approvals", "caller", ("approval_id",))
SECRET = Sealed("secrets", "ciphertext", ("owner_id",), SECRETS)
OAUTH_CLIENT = Sealed("oauth_clients", "message", ("oauth_client_id",))
OAUTH_AUTHORIZATION = Sealed("oauth_authorizations", "message", ("oauth_authorization_id",))

MEMBER = Sealed("members", "message", ("member_id",))
IDENTITY_PROVIDER = Sealed("identity_providers", "message")
IDENTITY_PROVIDER_SECRET = Sealed("identity_providers", "secret", (), SECRETS)
SIGN_IN = Sealed("sign_ins", "secrets", ("sign_in_id",), SECRETS, short_lived=True)
VAULT_VALUE = Sealed("vault_tokens", "value", ("vault_token_id",), VAULT)
ERASURE = Sealed("erasures", "message", ("erasure_id",))
PAYMENT = Sealed("payments", "message", ("payment_id",))
PAYMENT_ACTION = Sealed("payment_actions", "message", ("payment_action_id",))
DISPUTE = Sealed("disputes", "message", ("dispute_id",))
DISPUTE_DOCUMENT = Sealed("dispute_documents", "content", ("dispute_document_id",))
SHADOW_COMPARISON = Sealed("shadow_comparisons", "message", ("shadow_comparison_id",))
ROUTE_DECISION = Sealed("route_decisions", "message", ("route_decision_id",))
CERTIFICATION = Sealed("certifications", "message", ("certification_id",))
ROUTING_POLICY = Sealed("routing_policies", "message", ("routing_policy_id",))
DISASTER_TEST = Sealed("disaster_tests", "message", ("disaster_test_id",))
SWEEP = Sealed("sweeps", "message", ("sweep_id",))
SWEEP_CURSOR = Sealed("sweeps", "cursor", ("sweep_id",), text=True)
INSTITUTION_REASON = Sealed("institution_statuses", "reason", ("institution_status_id",), text=True)
OVERRIDE_REASON = Sealed("breaker_overrides", "reason", ("connection_id", "operation"), text=True)
REPLAY = Sealed("replays", "message", ("replay_id",))

# What rotation re-seals. A data key is destroyed only when no column of any table holds a seal by it.
COLUMNS = (
    PAYOUT,
    BENEFICIARY,
    PAYOUT_SETTINGS,
    EVENT,
    OBSERVATION,
    ANSWER,
    FAILURE,
    INBOUND_REQUEST,
    INBOUND_DETAIL,
    EXCHANGES,
    ATTEMPT_DETAIL,
    ATTEMPT_CODE,
    CONNECTION,
    SUMMARY,
    RESOLUTION,
    ENDPOINT_URL,
    EXCERPT,
    API_KEY_TITLE,
    CONSENT,
    PROVIDER_GRANT,
    APPROVAL_POLICY,
    APPROVAL,
    APPROVAL_REQUEST,
    APPROVAL_CALLER,
    SECRET,
    OAUTH_CLIENT,
    OAUTH_AUTHORIZATION,
    MEMBER,
    IDENTITY_PROVIDER,
    IDENTITY_PROVIDER_SECRET,
    SIGN_IN,
    VAULT_VALUE,
    ERASURE,
    PAYMENT,
    PAYMENT_ACTION,
    DISPUTE,
    DISPUTE_DOCUMENT,
    SHADOW_COMPARISON,
    CERTIFICATION,
    REPLAY,
    ROUTING_POLICY,
    ROUTE_DECISION,
    DISASTER_TEST,
    SWEEP,
    SWEEP_CURSOR,
    INSTITUTION_REASON,
    OVERRIDE_REASON,
)
