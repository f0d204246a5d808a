"""How a call fails: `raise fail(REASON, …)` with a reason from the catalogue, and nothing else.

What callers see of a reason (code, class, title, action) stands in the contract, not here.
"""

from collections.abc import Sequence
from dataclasses import dataclass, replace

from google.protobuf import any_pb2, duration_pb2
from google.rpc import error_details_pb2, status_pb2

from corridor.errors.v1.error_reason_pb2 import ErrorReason
from server.kit import contract, redaction

DOMAIN = "corridor"


@dataclass(frozen=True, slots=True)
class Violation:
    """One field that breaks a rule. Never holds the field's value."""

    field: str
    description: str
    rule: str = ""


class Failure(Exception):  # noqa: N818 - it is how a call ends, and often no error of ours
    """The call failed for a reason of the catalogue. `detail` is for people and holds no sensitive value."""

    def __init__(
        self,
        reason: "ErrorReason.ValueType",
        detail: str,
        violations: Sequence[Violation] = (),
        retry_after_seconds: float | None = None,
        metadata: dict[str, str] | None = None,
    ) -> None:
        super().__init__(f"{contract.reason_name(reason)}: {detail}")
        self.reason = reason
        self.detail = detail
        self.violations = tuple(violations)
        self.retry_after_seconds = retry_after_seconds
        self.metadata = metadata or {}

    @property
    def name(self) -> str:
        """The reason as it travels."""
        return contract.reason_name(self.reason)

    @property
    def final(self) -> bool:
        """Whether the same call will fail again, so that the answer belongs to its idempotency key."""
        return not contract.facts(self.reason).retryable

    def status(self) -> status_pb2.Status:
        """The failure as gRPC carries it: ErrorInfo always, BadRequest and RetryInfo where they apply."""
        facts = contract.facts(self.reason)
        info = error_details_pb2.ErrorInfo(reason=self.name, domain=DOMAIN, metadata=self.metadata)
        details = [_packed(info)]
        if self.violations:
            fields = [
                error_details_pb2.BadRequest.FieldViolation(field=v.field, description=v.description, reason=v.rule)
                for v in self.violations
            ]
            details.append(_packed(error_details_pb2.BadRequest(field_violations=fields)))
        if self.retry_after_seconds is not None:
            delay = duration_pb2.Duration()
            delay.FromNanoseconds(int(self.retry_after_seconds * 1e9))
            details.append(_packed(error_details_pb2.RetryInfo(retry_delay=delay)))
        return status_pb2.Status(code=facts.code, message=self.detail or facts.title, details=details)


def fail(
    reason: "ErrorReason.ValueType",
    detail: str,
    *,
    violations: Sequence[Violation] = (),
    retry_after_seconds: float | None = None,
    **metadata: str,
) -> Failure:
    """The failure to raise. `metadata` travels in ErrorInfo; it names things and never quotes sensitive values.

    What the current call's request says is not quoted either: a value may stand in a field where it does not belong.
    """
    from server.kit import context  # it knows failures

    call = context.current_or_none()
    if call is not None and call.request is not None:
        request = call.request
        detail = redaction.unquoted(detail, request)
        metadata = {name: redaction.unquoted(value, request) for name, value in metadata.items()}
        violations = [
            replace(
                each,
                field=redaction.unquoted(each.field, request),
                description=redaction.unquoted(each.description, request),
            )
            for each in violations
        ]
    return Failure(reason, detail, violations, retry_after_seconds, metadata)


def _packed(
    message: error_details_pb2.ErrorInfo | error_details_pb2.BadRequest | error_details_pb2.RetryInfo,
) -> any_pb2.Any:
    packed = any_pb2.Any()
    packed.Pack(message)
    return packed
