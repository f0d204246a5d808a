"""The errors that callers see: one class for who has to act, and below them one for each reason of the catalogue.

Rule: an error says everything that is needed to go on: what to do, when, and under which idempotency key.
"""

from collections.abc import Mapping
from typing import ClassVar

from corridor_client_runtime.refusals import Refusal, Violation


class CorridorError(Exception):
    """A call failed. `reason` is the catalogue's word, also where this version has no class for it."""

    error_class: ClassVar[str] = ""
    title: ClassVar[str] = ""
    http_status: ClassVar[int] = 0
    retryable: bool = False
    suggested_action: str = ""
    reason: str = ""

    def __init__(self, refusal: Refusal, *, method: str = "", idempotency_key: str = "", attempts: int = 1) -> None:
        self.reason = refusal.reason
        self.detail = refusal.detail
        self.method = method
        self.attempts = attempts
        self.idempotency_key = idempotency_key
        self.answered = refusal.answered
        self.violations: tuple[Violation, ...] = refusal.violations
        self.metadata: Mapping[str, str] = refusal.metadata
        self.retry_after_seconds = refusal.retry_after_seconds
        self.request_id = refusal.headers.get("x-request-id", "")
        self.correlation_id = refusal.headers.get("x-correlation-id", "")
        if refusal.facts:  # a reason that is newer than this package explains itself
            self.retryable = bool(refusal.facts.get("retryable", self.retryable))
            self.suggested_action = str(refusal.facts.get("suggested_action", self.suggested_action))
        super().__init__(refusal.reason, refusal.detail)

    def __str__(self) -> str:
        fields = ", ".join(f"{v.field}: {v.description}" for v in self.violations)
        parts = [f"{self.reason}: {self.detail}", fields, self.suggested_action]
        said = " ".join(part if part.endswith((".", "!", "?")) else f"{part}." for part in parts if part)
        return f"{said} (request {self.request_id})" if self.request_id else said


class TransientError(CorridorError):
    """Nobody has to act: the same call, under the same key, may succeed later."""

    error_class = "TRANSIENT"
    retryable = True


class PermanentError(CorridorError):
    """The caller has to act: the same call will fail again."""

    error_class = "PERMANENT"


class ManualRepairError(CorridorError):
    """A person who operates Corridor has to act."""

    error_class = "MANUAL_REPAIR"


class ComplianceHoldError(CorridorError):
    """A person of the company who decides about risk has to act."""

    error_class = "COMPLIANCE_HOLD"


OF_CLASS: Mapping[str, type[CorridorError]] = {
    kind.error_class: kind for kind in (TransientError, PermanentError, ManualRepairError, ComplianceHoldError)
}


def of(refusal: Refusal) -> type[CorridorError]:
    """The error class of a refusal: by its reason, else by the class that the answer names."""
    from corridor_client import errors  # made from the catalogue, and built on this module

    return errors.BY_REASON.get(refusal.reason) or OF_CLASS.get(str(refusal.facts.get("class")), CorridorError)
