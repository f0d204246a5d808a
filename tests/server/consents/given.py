"""Consents for tests, and what became of them."""

from datetime import UTC, datetime, timedelta
from typing import Any

from corridor.access.v1 import consent_pb2 as pb
from corridor.access.v1 import consent_service_pb2 as api
from corridor.access.v1.consent_pb2 import Consent
from corridor.events.v1 import event_service_pb2
from server.kit.context import Caller, Context
from tests.server import people
from tests.serving import SANDBOX, Client

PERSON = pb.ConsentSubject(kind=pb.CONSENT_SUBJECT_KIND_CUSTOMER, subject_id="customer-17")


def request(**changes: Any) -> api.GrantConsentRequest:
    """The request for a consent to payouts."""
    wanted: dict[str, Any] = {
        "purpose": "Pay suppliers from the customer's account",
        "data_scopes": ["payouts:create"],
        "subject": PERSON,
        "legal_basis": pb.LEGAL_BASIS_CONSENT,
        "channel": pb.CONSENT_CHANNEL_ONLINE,
        "evidence_reference": "document-9",
    }
    return api.GrantConsentRequest(**wanted | changes)


def grant(client: Client, **changes: Any) -> Consent:
    """A consent that was given."""
    made: Consent = client.call("ConsentService/GrantConsent", request(**changes), key=people.new_key()).consent
    return made


def revoke(client: Client, consent: Consent, reason: str = "changed their mind") -> Consent:
    """The consent once it is taken back."""
    wanted = api.RevokeConsentRequest(consent_id=consent.consent_id, reason=reason)
    ended: Consent = client.call("ConsentService/RevokeConsent", wanted).consent
    return ended


def now(client: Client, consent: Consent) -> Consent:
    """A consent as it is now."""
    wanted = api.GetConsentRequest(consent_id=consent.consent_id)
    found: Consent = client.call("ConsentService/GetConsent", wanted).consent
    return found


def dependents(client: Client, consent: Consent) -> dict[str, int]:
    """What rests on a consent, and what has become of it."""
    wanted = api.ListConsentDependentsRequest(consent_id=consent.consent_id)
    listed = client.call("ConsentService/ListConsentDependents", wanted).dependents
    return {dependent.dependent_id: dependent.state for dependent in listed}


def events(client: Client, resource_id: str) -> list[str]:
    """The types of the events of a resource, in order."""
    wanted = event_service_pb2.ListEventsRequest(resource_id=resource_id)
    listed = client.call("EventService/ListEvents", wanted).events
    return [event.type for event in sorted(listed, key=lambda event: event.sequence)]


def soon(**period: float) -> datetime:
    """A time from now."""
    return datetime.now(UTC) + timedelta(**period)


def worker_context(company_id: str) -> Context:
    """A worker's context for a company."""
    caller = Caller(0, "corridor", company_id, SANDBOX)
    return Context(request_id="test", correlation_id="test", caller=caller)
