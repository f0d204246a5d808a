"""How a consent is granted, renewed, taken back, restored, and how it ends by itself. Each change is one transaction.

Its end and the order to stop what rests on it are committed together, so that neither is there without the other.
"""

import hashlib
import hmac
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

from google.protobuf.message import Message

from corridor.access.v1 import consent_event_pb2 as published
from corridor.access.v1 import consent_pb2
from corridor.access.v1.consent_pb2 import Consent, ConsentChannel, ConsentEvidence, ConsentSubject, LegalBasis
from corridor.errors.v1 import error_reason_pb2 as reasons
from server.kit import ids
from server.kit.clock import Clock
from server.kit.context import Context
from server.kit.errors import Failure, fail
from server.platform.access.consents import dependents, provider_grants, repository
from server.platform.access.consents.repository import ACTIVE, EXPIRED, REVOKED
from server.platform.access.oauth import grants as oauth_grants
from server.store import events, work
from server.store.engine import Connection

STOP = "consents.stop"
RECONSENT_DAYS = 30

NOT_NEEDED = consent_pb2.RECONSENT_STATE_NOT_NEEDED
DUE = consent_pb2.RECONSENT_STATE_DUE
OVERDUE = consent_pb2.RECONSENT_STATE_OVERDUE


@dataclass(frozen=True, slots=True)
class How:
    """How a consent was given, and where the proof is kept."""

    channel: "ConsentChannel.ValueType"
    evidence_reference: str = ""


def check_active(connection: Connection, context: Context, consent_id: str, data_scope: str) -> None:
    """Raise CONSENT_NOT_ACTIVE unless the consent is in force for a scope. It stays so until the transaction ends."""
    found = repository.in_force(connection, context, consent_id)
    if found is None or data_scope not in found.data_scopes:
        raise not_active(consent_id)


def not_active(consent_id: str) -> Failure:
    """The refusal: one for what is not there, has ended, or is for something else."""
    return fail(
        reasons.ERROR_REASON_CONSENT_NOT_ACTIVE,
        f"There is no consent {consent_id} in force that allows this.",
        consent_id=consent_id,
    )


class Consents:
    """The consents of every company; the context says whose. `secret` keys the digests by which subjects are found."""

    def __init__(self, secret: bytes, clock: Clock) -> None:
        self._secret = secret
        self._clock = clock

    def grant(
        self,
        connection: Connection,
        context: Context,
        *,
        purpose: str,
        data_scopes: Sequence[str],
        subject: ConsentSubject,
        legal_basis: "LegalBasis.ValueType",
        how: How,
        expire_time: datetime | None = None,
        reconsent_days: int = 0,
    ) -> Consent:
        """Record that a subject gave a consent. The same one that has ended before is restored under its id."""
        basis = str(legal_basis)
        same = self._digest(context, str(subject.kind), subject.subject_id, purpose, basis, *sorted(data_scopes))
        if before := repository.ended(connection, context, same):
            return self.restore(connection, context, before, how=how, expire_time=expire_time)
        consent = Consent(
            consent_id=ids.new("cns"),
            state=ACTIVE,
            purpose=purpose,
            data_scopes=sorted(data_scopes),
            subject=subject,
            legal_basis=legal_basis,
            reconsent_days=reconsent_days or RECONSENT_DAYS,
            environment=context.who.environment,
            revision=1,
        )
        ask = self._given(context, consent, how, expire_time)
        consent.create_time.CopyFrom(consent.grant_time)
        digest = self.subject_digest(context, subject)
        repository.insert(connection, context, consent, subject=digest, same=same, ask=ask)
        _publish(connection, context, consent, published.ConsentGranted)
        return consent

    def restore(
        self, connection: Connection, context: Context, consent: Consent, *, how: How, expire_time: datetime | None
    ) -> Consent:
        """Record that a locked consent that had ended was given again. What was stopped stays stopped."""
        if consent.state == ACTIVE:
            raise fail(reasons.ERROR_REASON_STATE_CONFLICT, "The consent is in force; it can be renewed.")
        consent.state = ACTIVE
        for name in ("revoke_time", "revoked_by", "revoke_reason"):
            consent.ClearField(name)
        return self._changed(connection, context, consent, how, expire_time, published.ConsentRestored)

    def renew(
        self, connection: Connection, context: Context, consent: Consent, *, how: How, expire_time: datetime | None
    ) -> Consent:
        """Record that a locked consent was given anew before it expired."""
        if consent.state != ACTIVE or self._is_over(consent):
            raise not_active(consent.consent_id)
        return self._changed(connection, context, consent, how, expire_time, published.ConsentRenewed)

    def revoke(self, connection: Connection, context: Context, consent: Consent, reason: str) -> None:
        """Take a locked consent back, and have what rests on it stopped. One that has ended stays as it is."""
        if consent.state != ACTIVE:
            return
        consent.state, consent.reconsent_state = REVOKED, NOT_NEEDED
        consent.revoked_by, consent.revoke_reason = context.who.caller_id, reason
        consent.revoke_time.FromDatetime(self._clock.now())
        self._end(connection, context, consent, published.ConsentRevoked)

    def look_after(self, connection: Connection, context: Context, consent_id: str) -> bool:
        """Let a consent expire, or ask for its subject, if it is time; whether something is to be stopped."""
        consent = repository.get(connection, context, consent_id, lock=True)
        if consent is None or consent.state != ACTIVE:
            return False
        if self._is_over(consent):
            consent.state, consent.reconsent_state = EXPIRED, OVERDUE
            self._end(connection, context, consent, published.ConsentExpired)
            return True
        if consent.reconsent_state == NOT_NEEDED:
            consent.reconsent_state = DUE
            self._save(connection, context, consent, published.ConsentReconsentDue, ask=None)
        return False

    def subject_digest(self, context: Context, subject: ConsentSubject) -> bytes:
        """What the consents of a subject are found by."""
        return self._digest(context, str(subject.kind), subject.subject_id)

    def _changed(
        self,
        connection: Connection,
        context: Context,
        consent: Consent,
        how: How,
        expire_time: datetime | None,
        event: Callable[..., Message],
    ) -> Consent:
        self._save(connection, context, consent, event, ask=self._given(context, consent, how, expire_time))
        return consent

    def _given(self, context: Context, consent: Consent, how: How, expire_time: datetime | None) -> datetime | None:
        """Fill in when and how it was given, until when; when to ask again."""
        now, who = self._clock.now(), context.who
        consent.grant_time.FromDatetime(now)
        consent.update_time.FromDatetime(now)
        consent.reconsent_state = NOT_NEEDED
        evidence = ConsentEvidence(
            channel=how.channel,
            evidence_reference=how.evidence_reference,
            caller_kind=who.kind,  # type: ignore[arg-type] # a caller's kind is one of the enum
            caller_id=who.caller_id,
            caller_subject=who.subject,
        )
        consent.evidence.CopyFrom(evidence)
        consent.ClearField("expire_time")
        if expire_time is None:
            return None
        consent.expire_time.FromDatetime(expire_time)
        return expire_time - min(timedelta(days=consent.reconsent_days), (expire_time - now) / 2)

    def _end(self, connection: Connection, context: Context, consent: Consent, event: Callable[..., Message]) -> None:
        who = context.who
        self._save(connection, context, consent, event, ask=None)
        for grant_id in oauth_grants.revoke(connection, who.company_id, who.environment, consent_id=consent.consent_id):
            dependents.add(connection, context, consent.consent_id, dependents.OAUTH_GRANT, grant_id)
            dependents.note(connection, context, consent.consent_id, grant_id, dependents.STOPPED)
        dependents.stop_all(connection, context, consent.consent_id)
        provider_grants.schedule(connection, context, consent.consent_id)
        work.schedule(
            connection,
            who.company_id,
            who.environment,
            kind=STOP,
            lane=f"{STOP}/{consent.consent_id}",
            resource_id=consent.consent_id,
            correlation_id=context.correlation_id,
            traceparent=context.traceparent,
        )

    def _save(
        self,
        connection: Connection,
        context: Context,
        consent: Consent,
        event: Callable[..., Message],
        *,
        ask: datetime | None,
    ) -> None:
        consent.revision += 1
        consent.update_time.FromDatetime(self._clock.now())
        repository.save(connection, context, consent, ask=ask)
        _publish(connection, context, consent, event)

    def _is_over(self, consent: Consent) -> bool:
        return consent.HasField("expire_time") and consent.expire_time.ToDatetime(UTC) <= self._clock.now()

    def _digest(self, context: Context, *parts: str) -> bytes:
        whole = (context.who.company_id, str(context.who.environment), *parts)
        text = b"".join(len(part.encode()).to_bytes(4, "big") + part.encode() for part in whole)
        return hmac.digest(self._secret, text, hashlib.sha256)


def _publish(connection: Connection, context: Context, consent: Consent, event: Callable[..., Message]) -> None:
    events.publish(connection, context, consent.consent_id, consent.revision, event(consent=consent))
