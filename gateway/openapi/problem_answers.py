"""Answers that are problems: which reasons an operation can fail for, and a worked example of each.

Reasons that any call can fail for are shared; an operation adds its own, and those that follow from its policy.
"""

from collections.abc import Iterable
from typing import Any

from gateway.contract import Contract
from gateway.openapi.comments import summary
from gateway.openapi.schemas import Schema, Schemas
from gateway.problems import TYPE_PREFIX, Problems, Refusal, Violation
from gateway.routes import Route

Json = dict[str, Any]

# Reasons for which any call can fail, in front of the server or in it.
SHARED_REASONS = (
    "INVALID_ARGUMENT",
    "MALFORMED_REQUEST",
    "UNAUTHENTICATED",
    "PERMISSION_DENIED",
    "METHOD_NOT_FOUND",
    "HTTP_METHOD_NOT_ALLOWED",
    "NOT_ACCEPTABLE",
    "REQUEST_TIMEOUT",
    "LENGTH_REQUIRED",
    "REQUEST_TOO_LARGE",
    "UNSUPPORTED_MEDIA_TYPE",
    "RATE_LIMITED",
    "HEADERS_TOO_LARGE",
    "INTERNAL",
    "UNAVAILABLE",
    "DEADLINE_EXCEEDED",
)
# What can be wrong with the credential of any call: open methods share these answers, since an answer has one name.
CREDENTIAL_REASONS = (
    "CREDENTIAL_MISSING",
    "CREDENTIAL_MALFORMED",
    "CREDENTIAL_EXPIRED",
    "CREDENTIAL_REVOKED",
    "CREDENTIAL_INACTIVE",
    "CREDENTIAL_WRONG_ENVIRONMENT",
    "CREDENTIAL_WRONG_AUDIENCE",
    "CREDENTIAL_REPLAYED",
    "CREDENTIAL_NOT_BOUND",
    "CALLER_ADDRESS_REFUSED",
)
# How a call stands that the company put under approval: any that changes something.
WAITING_REASONS = ("APPROVAL_PENDING", "APPROVAL_REJECTED", "APPROVAL_EXPIRED")
EXAMPLE_REQUEST_ID = "req_01kafz3q9x7m2c5v8b1n4d6g0h"
_PROBLEM = "application/problem+json"
_SHARED = (*SHARED_REASONS, *CREDENTIAL_REASONS)


class ProblemAnswers:
    """Makes the answers. `used` gathers the reasons that some operation names."""

    def __init__(self, contract: Contract, schemas: Schemas) -> None:
        self._reasons = contract.reasons
        self._schemas = schemas
        self._problems = Problems(contract.reasons)
        self.used: set[str] = set()

    def of(self, route: Route) -> Json:
        """Every problem answer of a route by status; those without a reason of its own are references."""
        own = (*route.method.errors, *(WAITING_REASONS if route.keyed else ()), *self._ending(route))
        found: Json = {}
        for status, reasons in self._by_status((*_SHARED, *own)).items():
            shared = all(reason in _SHARED for reason in reasons)
            found[str(status)] = (
                {"$ref": f"#/components/responses/Problem{status}"} if shared else self.problem(reasons)
            )
        return found

    def inline(self, route: Route) -> Json:
        """The same without references, for answers that are more than problems."""
        return {str(s): self.problem(r) for s, r in self._by_status((*_SHARED, *route.method.errors)).items()}

    def shared(self) -> Json:
        """The problem answers that operations share, by component name."""
        return {f"Problem{status}": self.problem(reasons) for status, reasons in self._by_status(_SHARED).items()}

    def problem(self, reasons: list[str]) -> Json:
        """The answer for problems of one status."""
        self.used.update(reasons)
        titles = "; ".join(f"{self._reasons[r].title} (`{r}`)" for r in reasons)
        headers = {"X-Request-Id": {"$ref": "#/components/headers/XRequestId"}}
        if any(self._reasons[r].retryable for r in reasons):
            headers["Retry-After"] = {"$ref": "#/components/headers/RetryAfter"}
        return {
            "description": f"{titles}.",
            "headers": headers,
            "content": {
                _PROBLEM: {
                    "schema": {"$ref": "#/components/schemas/Problem"},
                    "examples": {reason: {"$ref": f"#/components/examples/{reason}"} for reason in reasons},
                }
            },
        }

    def examples(self) -> Json:
        """A worked example of every reason that an operation names."""
        found: Json = {}
        for reason in self._reasons.values():
            if reason.name not in self.used:
                continue
            text = self._schemas.comments.get(f"corridor.errors.v1.ErrorReason.ERROR_REASON_{reason.name}", "")
            meaning, _, told = text.partition("Example: ")
            broken = reason.name in ("INVALID_ARGUMENT", "MALFORMED_REQUEST")
            violation = Violation("page_size", "must be at most 250", "int32.lte")
            refusal = Refusal(reason.name, summary(meaning) + ".", violations=[violation] if broken else [])
            found[reason.name] = {
                "summary": reason.title,
                "description": told.strip() or meaning.strip(),
                "value": self._problems.document(reason, refusal, EXAMPLE_REQUEST_ID),
            }
        return found

    def _ending(self, route: Route) -> tuple[str, ...]:
        """The reasons for which what is deprecated is refused once it has ended."""
        method = route.method
        ending = ("METHOD_SUNSET",) if method.policy.stability == "DEPRECATED" else ()
        return (*ending, "FIELD_SUNSET") if self._schemas.takes_deprecated(method.input) else ending

    def _by_status(self, reasons: Iterable[str]) -> dict[int, list[str]]:
        found: dict[int, list[str]] = {}
        for reason in dict.fromkeys(reasons):
            if reason in self._reasons:
                found.setdefault(self._reasons[reason].http_status, []).append(reason)
        return dict(sorted(found.items()))


def problem_schema(contract: Contract) -> Schema:
    """The schema of a problem document (RFC 9457) with our members."""
    text: Schema = {"type": "string"}
    classes = sorted({reason.error_class for reason in contract.reasons.values()})
    return {
        "type": "object",
        "description": "A problem document (RFC 9457). `reason` never changes its meaning; `detail` is for people.",
        "required": [
            "type", "title", "status", "detail", "instance", "reason", "class", "retryable", "suggested_action",
        ],
        "properties": {
            "type": {**text, "format": "uri-reference", "description": f"`{TYPE_PREFIX}` and the reason."},
            "title": {**text, "description": "A short name, the same for every occurrence."},
            "status": {"type": "integer", "description": "The HTTP status."},
            "detail": {**text, "description": "What happened this time."},
            "instance": {**text, "format": "uri-reference", "description": "The id of the request."},
            "reason": {**text, "enum": sorted(contract.reasons), "description": "Why, in one word for programs."},
            "class": {**text, "enum": classes, "description": "Who has to act before the call can succeed."},
            "retryable": {"type": "boolean", "description": "Whether the same call may succeed later."},
            "suggested_action": {**text, "description": "What to do next."},
            "violations": {
                "type": "array",
                "description": "Every field that breaks a rule.",
                "items": {
                    "type": "object",
                    "required": ["field", "description", "rule"],
                    "properties": {
                        "field": {**text, "description": "The field's path, such as `created.start_time`."},
                        "description": {**text, "description": "The rule in words."},
                        "rule": {**text, "description": "The rule's id."},
                    },
                },
            },
            "metadata": {
                "type": "object",
                "additionalProperties": {"type": "string"},
                "description": "Further facts, such as `error_id`.",
            },
        },
    }  # fmt: skip
