"""Access on the tour: keys, people, programs, approvals, consents, the audit trail, and what is kept in the vault."""

from datetime import UTC, datetime, timedelta
from typing import Any

from tests.journeys.tour.money_stops import ACCOUNT, SUPPLIER, euros
from tests.journeys.tour.tour import Tour
from tests.serving import until

READER = ["payouts:read", "beneficiaries:read"]


def in_days(days: int) -> str:
    """A moment, as JSON has it."""
    return (datetime.now(UTC) + timedelta(days=days)).strftime("%Y-%m-%dT%H:%M:%SZ")


def keys(tour: Tour) -> None:
    """A key is made, waits, works, is changed, stopped and ended."""
    made = tour.ask("CreateApiKey", title="Reporting", scopes=READER, pending=True, expire_time=in_days(20))
    key = made["api_key"]["api_key_id"]
    tour.ask("ActivateApiKey", api_key_id=key)
    tour.ask("SuspendApiKey", api_key_id=key)
    tour.ask("ResumeApiKey", api_key_id=key)
    tour.ask("UpdateApiKey", api_key_id=key, title="Reports", scopes=READER, allowed_ranges=["192.0.2.0/24"])
    tour.ask("PatchApiKey", api_key_id=key, title="Monthly reports")
    tour.ask("RotateApiKey", api_key_id=key, overlap_hours=24)
    tour.ask("GetApiKey", api_key_id=key)
    tour.ask("RevokeApiKey", api_key_id=key)
    tour.ask("ListExpiringCredentials")


def people(tour: Tour) -> None:
    """A colleague is invited, changes role, and leaves; people sign in at the company's own provider."""
    member = tour.ask("CreateMember", email="ada@example.com", title="Ada", roles=["ROLE_OPERATOR"])["member_id"]
    tour.ask("UpdateMember", member_id=member, title="Ada", roles=["ROLE_OPERATOR", "ROLE_APPROVER"])
    tour.ask("PatchMember", member_id=member, title="Ada L.")
    tour.ask("SuspendMember", member_id=member)
    tour.ask("ReinstateMember", member_id=member)
    tour.ask("GetMember", member_id=member)
    tour.ask("ListMembers")
    tour.ask("RemoveMember", member_id=member)


def own_provider(tour: Tour, issuer: str) -> None:
    """The company lets its people sign in at its own provider, and takes that back."""
    said = {"client_id": "corridor", "client_secret": "example-secret", "scopes": ["openid", "email"]}
    ways = {"auth_method": "PROVIDER_AUTH_METHOD_CLIENT_SECRET_BASIC", "issuer": issuer}
    tour.ask("UpdateIdentityProvider", **said, **ways)
    tour.ask("PatchIdentityProvider", scopes=["openid", "email", "profile"])
    tour.ask("GetIdentityProvider")
    tour.ask("DeleteIdentityProvider")


def programs(tour: Tour) -> None:
    """A program of the company gets tokens for itself."""
    settings = {
        "title": "Bookkeeping", "grant_types": ["GRANT_TYPE_CLIENT_CREDENTIALS", "GRANT_TYPE_AUTHORIZATION_CODE"],
        "scopes": READER, "redirect_uris": ["https://books.example/callback"],
        "authentication": "CLIENT_AUTHENTICATION_CLIENT_SECRET_BASIC",
    }  # fmt: skip
    made = tour.ask("CreateOAuthClient", settings=settings)
    client = made["oauth_client"]["oauth_client_id"]
    credentials = (client, made["secret"])
    asked = {"grant_type": "client_credentials", "scope": "payouts:read"}
    token = tour.form("CreateToken", asked, credentials)["access_token"]
    tour.form("IntrospectToken", {"token": token}, credentials)
    tour.form("RevokeToken", {"token": token}, credentials)
    pushed = {
        "response_type": "code", "client_id": client, "redirect_uri": "https://books.example/callback",
        "scope": "payouts:read", "state": "desk-4", "code_challenge_method": "S256",
        "code_challenge": "E9Melhoa2OwvFrEMTJguCHaoeK1t8URWbuGJSstw-cM",
    }  # fmt: skip
    tour.form("PushAuthorizationRequest", pushed, credentials)
    tour.ask("UpdateOAuthClient", oauth_client_id=client, **(settings | {"title": "Books"}))
    tour.ask("PatchOAuthClient", oauth_client_id=client, title="Bookkeeping")
    tour.ask("RotateOAuthClientSecret", oauth_client_id=client, overlap_hours=24)
    tour.ask("DisableOAuthClient", oauth_client_id=client)
    tour.ask("EnableOAuthClient", oauth_client_id=client)
    tour.ask("GetOAuthClient", oauth_client_id=client)
    tour.ask("ListOAuthClients")
    tour.ask("DeleteOAuthClient", oauth_client_id=client)


def approvals(tour: Tour, colleague: str) -> None:
    """Large payouts wait for a colleague, who agrees to one and not to the other; the third is taken back."""
    rule = {
        "title": "Two people above 10 000 EUR", "method": "corridor.payouts.v1.PayoutService.CreatePayout",
        "amount_above": {"field_path": "amount", "currency_code": "EUR", "above_minor": "1000000"},
        "approvals_needed": 1,
    }  # fmt: skip
    tour.ask("UpdateApprovalPolicy", rules=[rule])
    tour.choose("UpdateApprovalPolicy")
    tour.ask("PatchApprovalPolicy", rules=[rule])
    tour.choose("PatchApprovalPolicy")
    tour.ask("GetApprovalPolicy")
    supplier = tour.ask("CreateBeneficiary", party=SUPPLIER, bank_account=ACCOUNT)["beneficiary_id"]

    def waiting(reference: str) -> str:
        said: Any = {"beneficiary_id": supplier, "amount": euros(20_000_00), "reference": reference}
        answer = tour.send("CreatePayout", **said)
        assert 202 == answer.status_code, answer.text
        return str(answer.json()["metadata"]["approval_id"])

    rejected, cancelled, approved = waiting("Machine"), waiting("Crane"), waiting("Lathe")
    tour.ask("RejectApproval", colleague, approval_id=rejected, reason="Not in the budget")
    tour.ask("CancelApproval", approval_id=cancelled)
    tour.ask("ApproveApproval", colleague, approval_id=approved, reason="Checked against the order")
    tour.ask("GetApproval", approval_id=approved)
    tour.ask("ListApprovals")
    answer = tour.send("UpdateApprovalPolicy", colleague, rules=[])
    assert answer.status_code in (200, 202), answer.text


def consents(tour: Tour, connection: str) -> None:
    """A customer consents, renews, takes it back, and consents again."""
    said = {
        "purpose": "Payouts to my own account", "data_scopes": ["accounts:read"],
        "subject": {"kind": "CONSENT_SUBJECT_KIND_CUSTOMER", "subject_id": "customer-1815"},
        "legal_basis": "LEGAL_BASIS_CONSENT", "channel": "CONSENT_CHANNEL_ONLINE",
    }  # fmt: skip
    consent = tour.ask("GrantConsent", **said, expire_time=in_days(80))["consent_id"]
    tour.ask("AddProviderGrant", consent_id=consent, connection_id=connection, token="provider-token-1")
    tour.ask("RenewConsent", consent_id=consent, expire_time=in_days(85), channel="CONSENT_CHANNEL_ONLINE")
    tour.ask("ListConsentDependents", consent_id=consent)
    tour.ask("RevokeConsent", consent_id=consent, reason="The customer asked")
    tour.ask("RestoreConsent", consent_id=consent, expire_time=in_days(85), channel="CONSENT_CHANNEL_ONLINE")
    tour.ask("GetConsent", consent_id=consent)


def vault(tour: Tour) -> None:
    """An account number is kept, shown, and removed; a beneficiary's data is erased."""
    token = tour.ask("CreateVaultToken", iban="DE89370400440532013000")["vault_token_id"]
    tour.ask("GetVaultToken", vault_token_id=token)
    tour.ask("DetokenizeVaultToken", vault_token_id=token)
    tour.ask("ListVaultTokens")
    tour.ask("DeleteVaultToken", vault_token_id=token)
    tour.ask("UpdateDataPolicy", retention={"events_days": 400, "deliveries_days": 90})
    tour.ask("PatchDataPolicy", retention={"events_days": 365})
    tour.ask("PurgeData")
    person = {"person": {"given_name": "Charles", "family_name": "Example"}}
    beneficiary = tour.ask("CreateBeneficiary", party=person, bank_account=ACCOUNT)["beneficiary_id"]
    said = {"reason": "The person asked", "legal_reference": "GDPR Art. 17"}
    erasure = tour.ask("CreateErasure", resource_id=beneficiary, **said)["erasure_id"]
    tour.ask("GetErasure", erasure_id=erasure)
    tour.ask("CreateBeneficiary", party=SUPPLIER, bank_account=ACCOUNT)


def audit(tour: Tour) -> None:
    """An entry of the trail is proved to stand in a signed checkpoint."""
    until(lambda: tour.ask("ListAuditCheckpoints")["audit_checkpoints"], what="a checkpoint")

    def proved() -> bool:
        entry = tour.ask("ListAuditEntries")["audit_entries"][-1]["audit_entry_id"]
        tour.ask("GetAuditEntry", audit_entry_id=entry)
        return tour.send("ProveAuditEntry", audit_entry_id=entry).status_code == 200

    until(proved, what="a proof")
