"""Why a call failed: one class for each reason, below the class for who has to act. Written by `corridor gen` from the contract; never edited."""

from collections.abc import Mapping
from enum import StrEnum

from corridor_client_runtime.failing import (
    ComplianceHoldError,
    CorridorError,
    ManualRepairError,
    PermanentError,
    TransientError,
)
from corridor_client_runtime.refusals import Violation

__all__ = [
    "AmountAboveLimit",
    "ApprovalExpired",
    "ApprovalOwnRequest",
    "ApprovalPending",
    "ApprovalRejected",
    "AuditEntryNotSealed",
    "BY_REASON",
    "BankAccountInvalid",
    "BeneficiaryNotFound",
    "CallerAddressRefused",
    "CaptureAboveAuthorised",
    "CertificationMismatch",
    "ComplianceHold",
    "ComplianceHoldError",
    "ConnectionNotFound",
    "ConnectionNotUsable",
    "ConsentNotActive",
    "CorridorError",
    "CredentialExpired",
    "CredentialInactive",
    "CredentialMalformed",
    "CredentialMissing",
    "CredentialNotBound",
    "CredentialReplayed",
    "CredentialRevoked",
    "CredentialWrongAudience",
    "CredentialWrongEnvironment",
    "CredentialsInvalid",
    "CurrencyNotSupported",
    "DataErased",
    "DeadlineExceeded",
    "DeliveryNotRepeatable",
    "DisputeNotOpen",
    "EndpointLimitReached",
    "EndpointUrlRefused",
    "EtagMismatch",
    "EvidenceDocumentInvalid",
    "EvidenceEmpty",
    "EvidenceTooLate",
    "FeatureOff",
    "FieldSunset",
    "HeadersTooLarge",
    "HttpMethodNotAllowed",
    "IdempotencyInProgress",
    "IdempotencyKeyInvalid",
    "IdempotencyKeyRequired",
    "IdempotencyKeyReused",
    "InboundRefused",
    "Internal",
    "InvalidArgument",
    "LengthRequired",
    "MalformedRequest",
    "ManualRepairError",
    "ManualRepairRequired",
    "MayHaveActed",
    "MethodNotFound",
    "MethodSunset",
    "NotAcceptable",
    "NotFound",
    "NothingToRetry",
    "PageTokenInvalid",
    "PaymentNotCapturable",
    "PaymentNotContinuable",
    "PaymentNotIncrementable",
    "PaymentNotRefundable",
    "PaymentNotRetryable",
    "PaymentNotReversible",
    "PaymentNotVoidable",
    "PaymentOperationNotSupported",
    "PayoutNotCancellable",
    "PayoutNotHeld",
    "PayoutNotRetryable",
    "PermanentError",
    "PermissionDenied",
    "ProviderInUse",
    "ProviderNotCertified",
    "ProviderNotFound",
    "ProviderNotLive",
    "ProviderStageNotReachable",
    "RailNotSupported",
    "RateLimited",
    "Reason",
    "RefundAboveCaptured",
    "ReplayTooLarge",
    "RequestTimeout",
    "RequestTooLarge",
    "ResidencyMismatch",
    "RouteNotFound",
    "RoutingPolicyOutdated",
    "SandboxOnly",
    "SpendingLimitReached",
    "StateConflict",
    "TransientError",
    "TransitionNotAllowed",
    "Unauthenticated",
    "Unavailable",
    "UnsupportedMediaType",
    "Violation",
]


class Reason(StrEnum):
    """Every reason that this version knows; `CorridorError.reason` may be a newer one."""

    INTERNAL = "INTERNAL"
    UNAVAILABLE = "UNAVAILABLE"
    DEADLINE_EXCEEDED = "DEADLINE_EXCEEDED"
    INVALID_ARGUMENT = "INVALID_ARGUMENT"
    MALFORMED_REQUEST = "MALFORMED_REQUEST"
    METHOD_NOT_FOUND = "METHOD_NOT_FOUND"
    HTTP_METHOD_NOT_ALLOWED = "HTTP_METHOD_NOT_ALLOWED"
    UNSUPPORTED_MEDIA_TYPE = "UNSUPPORTED_MEDIA_TYPE"
    NOT_ACCEPTABLE = "NOT_ACCEPTABLE"
    REQUEST_TOO_LARGE = "REQUEST_TOO_LARGE"
    HEADERS_TOO_LARGE = "HEADERS_TOO_LARGE"
    LENGTH_REQUIRED = "LENGTH_REQUIRED"
    REQUEST_TIMEOUT = "REQUEST_TIMEOUT"
    UNAUTHENTICATED = "UNAUTHENTICATED"
    PERMISSION_DENIED = "PERMISSION_DENIED"
    RATE_LIMITED = "RATE_LIMITED"
    CREDENTIAL_MISSING = "CREDENTIAL_MISSING"
    CREDENTIAL_MALFORMED = "CREDENTIAL_MALFORMED"
    CREDENTIAL_EXPIRED = "CREDENTIAL_EXPIRED"
    CREDENTIAL_REVOKED = "CREDENTIAL_REVOKED"
    CREDENTIAL_INACTIVE = "CREDENTIAL_INACTIVE"
    CREDENTIAL_WRONG_ENVIRONMENT = "CREDENTIAL_WRONG_ENVIRONMENT"
    CREDENTIAL_WRONG_AUDIENCE = "CREDENTIAL_WRONG_AUDIENCE"
    IDEMPOTENCY_KEY_REQUIRED = "IDEMPOTENCY_KEY_REQUIRED"
    IDEMPOTENCY_KEY_INVALID = "IDEMPOTENCY_KEY_INVALID"
    IDEMPOTENCY_KEY_REUSED = "IDEMPOTENCY_KEY_REUSED"
    IDEMPOTENCY_IN_PROGRESS = "IDEMPOTENCY_IN_PROGRESS"
    CREDENTIAL_REPLAYED = "CREDENTIAL_REPLAYED"
    CREDENTIAL_NOT_BOUND = "CREDENTIAL_NOT_BOUND"
    CALLER_ADDRESS_REFUSED = "CALLER_ADDRESS_REFUSED"
    NOT_FOUND = "NOT_FOUND"
    PAGE_TOKEN_INVALID = "PAGE_TOKEN_INVALID"
    STATE_CONFLICT = "STATE_CONFLICT"
    TRANSITION_NOT_ALLOWED = "TRANSITION_NOT_ALLOWED"
    BENEFICIARY_NOT_FOUND = "BENEFICIARY_NOT_FOUND"
    CURRENCY_NOT_SUPPORTED = "CURRENCY_NOT_SUPPORTED"
    AMOUNT_ABOVE_LIMIT = "AMOUNT_ABOVE_LIMIT"
    RAIL_NOT_SUPPORTED = "RAIL_NOT_SUPPORTED"
    BANK_ACCOUNT_INVALID = "BANK_ACCOUNT_INVALID"
    PAYOUT_NOT_CANCELLABLE = "PAYOUT_NOT_CANCELLABLE"
    PAYOUT_NOT_RETRYABLE = "PAYOUT_NOT_RETRYABLE"
    PAYOUT_NOT_HELD = "PAYOUT_NOT_HELD"
    ROUTE_NOT_FOUND = "ROUTE_NOT_FOUND"
    COMPLIANCE_HOLD = "COMPLIANCE_HOLD"
    PROVIDER_NOT_FOUND = "PROVIDER_NOT_FOUND"
    CONNECTION_NOT_FOUND = "CONNECTION_NOT_FOUND"
    CREDENTIALS_INVALID = "CREDENTIALS_INVALID"
    MANUAL_REPAIR_REQUIRED = "MANUAL_REPAIR_REQUIRED"
    ENDPOINT_URL_REFUSED = "ENDPOINT_URL_REFUSED"
    ENDPOINT_LIMIT_REACHED = "ENDPOINT_LIMIT_REACHED"
    DELIVERY_NOT_REPEATABLE = "DELIVERY_NOT_REPEATABLE"
    INBOUND_REFUSED = "INBOUND_REFUSED"
    APPROVAL_PENDING = "APPROVAL_PENDING"
    APPROVAL_REJECTED = "APPROVAL_REJECTED"
    APPROVAL_EXPIRED = "APPROVAL_EXPIRED"
    APPROVAL_OWN_REQUEST = "APPROVAL_OWN_REQUEST"
    CONSENT_NOT_ACTIVE = "CONSENT_NOT_ACTIVE"
    SPENDING_LIMIT_REACHED = "SPENDING_LIMIT_REACHED"
    RESIDENCY_MISMATCH = "RESIDENCY_MISMATCH"
    DATA_ERASED = "DATA_ERASED"
    AUDIT_ENTRY_NOT_SEALED = "AUDIT_ENTRY_NOT_SEALED"
    PAYMENT_NOT_CAPTURABLE = "PAYMENT_NOT_CAPTURABLE"
    CAPTURE_ABOVE_AUTHORISED = "CAPTURE_ABOVE_AUTHORISED"
    PAYMENT_NOT_VOIDABLE = "PAYMENT_NOT_VOIDABLE"
    PAYMENT_NOT_REVERSIBLE = "PAYMENT_NOT_REVERSIBLE"
    PAYMENT_NOT_INCREMENTABLE = "PAYMENT_NOT_INCREMENTABLE"
    PAYMENT_NOT_REFUNDABLE = "PAYMENT_NOT_REFUNDABLE"
    REFUND_ABOVE_CAPTURED = "REFUND_ABOVE_CAPTURED"
    PAYMENT_NOT_CONTINUABLE = "PAYMENT_NOT_CONTINUABLE"
    PAYMENT_OPERATION_NOT_SUPPORTED = "PAYMENT_OPERATION_NOT_SUPPORTED"
    PAYMENT_NOT_RETRYABLE = "PAYMENT_NOT_RETRYABLE"
    PROVIDER_NOT_LIVE = "PROVIDER_NOT_LIVE"
    PROVIDER_STAGE_NOT_REACHABLE = "PROVIDER_STAGE_NOT_REACHABLE"
    PROVIDER_NOT_CERTIFIED = "PROVIDER_NOT_CERTIFIED"
    PROVIDER_IN_USE = "PROVIDER_IN_USE"
    CERTIFICATION_MISMATCH = "CERTIFICATION_MISMATCH"
    DISPUTE_NOT_OPEN = "DISPUTE_NOT_OPEN"
    EVIDENCE_EMPTY = "EVIDENCE_EMPTY"
    EVIDENCE_TOO_LATE = "EVIDENCE_TOO_LATE"
    EVIDENCE_DOCUMENT_INVALID = "EVIDENCE_DOCUMENT_INVALID"
    SANDBOX_ONLY = "SANDBOX_ONLY"
    ROUTING_POLICY_OUTDATED = "ROUTING_POLICY_OUTDATED"
    FEATURE_OFF = "FEATURE_OFF"
    METHOD_SUNSET = "METHOD_SUNSET"
    FIELD_SUNSET = "FIELD_SUNSET"
    ETAG_MISMATCH = "ETAG_MISMATCH"
    MAY_HAVE_ACTED = "MAY_HAVE_ACTED"
    NOTHING_TO_RETRY = "NOTHING_TO_RETRY"
    CONNECTION_NOT_USABLE = "CONNECTION_NOT_USABLE"
    REPLAY_TOO_LARGE = "REPLAY_TOO_LARGE"


class Internal(ManualRepairError):
    """Something broke inside Corridor. The answer carries an error id and nothing else; what happened stands in the logs under that id.

    Example: a bug raises an exception while a payout is read; the caller gets `error_id: err_…` and repeats the read later.
    """

    reason = "INTERNAL"
    title = "Internal error"
    http_status = 500
    retryable = False
    suggested_action = "Report the error id; ask for the state of the resource before trying again."


class Unavailable(TransientError):
    """A part that the call needs does not answer, such as the database.

    What the call was to change may or may not have been changed; repeating it under the same key is always safe.

    Example: the database restarts; `POST /v1/payouts` answers 503 with `Retry-After: 1`, and the same call with the same key succeeds a second later.
    """

    reason = "UNAVAILABLE"
    title = "Temporarily unavailable"
    http_status = 503
    retryable = True
    suggested_action = "Repeat the call after the time in Retry-After, with the same idempotency key."


class DeadlineExceeded(TransientError):
    """The call was not finished within the caller's deadline or the method's own. It may have taken effect: a repetition with the same key tells.

    Example: a caller sends `grpc-timeout: 1m` (one millisecond) and is answered before the server has looked at the call.
    """

    reason = "DEADLINE_EXCEEDED"
    title = "Deadline exceeded"
    http_status = 504
    retryable = True
    suggested_action = "Repeat the call with the same idempotency key and a longer deadline."


class InvalidArgument(PermanentError):
    """One or more fields break a rule of the contract. Every violation names its field and the rule.

    Example: `amount.amount_minor` is `-5`; the answer names `amount.amount_minor` and says that it must be greater than 0.
    """

    reason = "INVALID_ARGUMENT"
    title = "Invalid argument"
    http_status = 400
    retryable = False
    suggested_action = "Correct the fields named in the violations and send the call again."


class MalformedRequest(PermanentError):
    """The request could not be read as the method's request: broken JSON, a wrong type, an unknown field, invalid UTF-8, nesting too deep.

    Example: the body is `{"amount": 5`; the answer says where the JSON ends too early.
    """

    reason = "MALFORMED_REQUEST"
    title = "Malformed request"
    http_status = 400
    retryable = False
    suggested_action = "Send a body that parses as the method's request message."


class MethodNotFound(PermanentError):
    """There is no such path, or no such gRPC method.

    Example: `GET /v1/payout` (without the s).
    """

    reason = "METHOD_NOT_FOUND"
    title = "No such method"
    http_status = 404
    retryable = False
    suggested_action = "Look the path or method up in the contract."


class HttpMethodNotAllowed(PermanentError):
    """The path exists, with other HTTP methods.

    Example: `DELETE /v1/payouts` is answered with `Allow: GET, POST`.
    """

    reason = "HTTP_METHOD_NOT_ALLOWED"
    title = "HTTP method not allowed"
    http_status = 405
    retryable = False
    suggested_action = "Use one of the methods in the Allow header."


class UnsupportedMediaType(PermanentError):
    """The body is of a type that the method does not read, or is compressed in an unknown way.

    Example: a payout is posted as `text/xml`.
    """

    reason = "UNSUPPORTED_MEDIA_TYPE"
    title = "Unsupported media type"
    http_status = 415
    retryable = False
    suggested_action = "Send the body as application/json."


class NotAcceptable(PermanentError):
    """The caller accepts no media type that the method can answer in.

    Example: a call carries `Accept: application/xml`.
    """

    reason = "NOT_ACCEPTABLE"
    title = "Not acceptable"
    http_status = 406
    retryable = False
    suggested_action = "Accept application/json."


class RequestTooLarge(PermanentError):
    """The body is larger than the limit.

    Example: a payout of three megabytes.
    """

    reason = "REQUEST_TOO_LARGE"
    title = "Request too large"
    http_status = 413
    retryable = False
    suggested_action = "Send less."


class HeadersTooLarge(PermanentError):
    """The header fields together are larger than the limit.

    Example: a cookie of 64 KiB.
    """

    reason = "HEADERS_TOO_LARGE"
    title = "Request headers too large"
    http_status = 431
    retryable = False
    suggested_action = "Send fewer or shorter header fields."


class LengthRequired(PermanentError):
    """The request has a method with a body, and does not say how long the body is.

    Example: an HTTP/1.1 POST without `Content-Length` and without `Transfer-Encoding`.
    """

    reason = "LENGTH_REQUIRED"
    title = "Length required"
    http_status = 411
    retryable = False
    suggested_action = "Send Content-Length, or use chunked transfer coding."


class RequestTimeout(TransientError):
    """The request did not arrive completely in time. Nothing was changed.

    Example: a client sends half of the body and then nothing for 30 seconds.
    """

    reason = "REQUEST_TIMEOUT"
    title = "Request timeout"
    http_status = 408
    retryable = True
    suggested_action = "Send the whole request without pausing."


class Unauthenticated(PermanentError):
    """The credential is not valid: nobody's, or with a wrong secret. Which of these is not said.

    Example: a key with the prefix of a real one, and a secret that was guessed.
    """

    reason = "UNAUTHENTICATED"
    title = "Credential missing or not valid"
    http_status = 401
    retryable = False
    suggested_action = "Send a valid API key as `Authorization: Bearer ck_…`."


class PermissionDenied(PermanentError):
    """The credential is valid, and lacks the scopes or is not of a kind that the method admits.

    Example: a key with `payouts:read` calls CreatePayout; the answer names `payouts:create`.
    """

    reason = "PERMISSION_DENIED"
    title = "Permission denied"
    http_status = 403
    retryable = False
    suggested_action = "Use a credential that may do this; the answer names the scopes, if it is one that is missing."


class RateLimited(TransientError):
    """The caller has used its allowance for this class of calls. Nothing was changed.

    Example: the 101st call of a second where 100 are allowed; RateLimit and Retry-After say when to go on.
    """

    reason = "RATE_LIMITED"
    title = "Too many calls"
    http_status = 429
    retryable = True
    suggested_action = "Wait for the time in Retry-After."


class CredentialMissing(PermanentError):
    """The call carries no credential.

    Example: `GET /v1/payouts` without an `Authorization` header.
    """

    reason = "CREDENTIAL_MISSING"
    title = "No credential"
    http_status = 401
    retryable = False
    suggested_action = "Send one credential: an API key or an access token in the Authorization header."


class CredentialMalformed(PermanentError):
    """What the call carries as its credential cannot be one: two of them, an unknown scheme, a form that no credential has, or a token that is too long.

    Example: `Authorization: Bearer not a key`.
    """

    reason = "CREDENTIAL_MALFORMED"
    title = "Malformed credential"
    http_status = 401
    retryable = False
    suggested_action = "Send exactly one API key or access token, as it was given to you."


class CredentialExpired(PermanentError):
    """The credential was right once, and its time is over. Only who holds the whole credential is told.

    Example: an access token whose `exp` has passed; a rotated API key whose overlap has ended.
    """

    reason = "CREDENTIAL_EXPIRED"
    title = "Expired credential"
    http_status = 401
    retryable = False
    suggested_action = "Get a new access token, or use the key that replaced this one."


class CredentialRevoked(PermanentError):
    """The credential was ended by a person or a program of the company. Only who holds the whole credential is told.

    Example: an API key after `POST /v1/api-keys/{api_key_id}:revoke`.
    """

    reason = "CREDENTIAL_REVOKED"
    title = "Revoked credential"
    http_status = 401
    retryable = False
    suggested_action = "Stop using it; ask the company's administrator for another."


class CredentialInactive(PermanentError):
    """The credential is not in use: it is pending, or was suspended. Only who holds the whole credential is told.

    Example: an API key that was made as pending and is not activated yet.
    """

    reason = "CREDENTIAL_INACTIVE"
    title = "Inactive credential"
    http_status = 401
    retryable = False
    suggested_action = "Ask the company's administrator to activate or resume it."


class CredentialWrongEnvironment(PermanentError):
    """The credential is for another environment than the caller says, or than this installation serves.

    Example: a `ck_test_` key together with `X-Corridor-Environment: live`.
    """

    reason = "CREDENTIAL_WRONG_ENVIRONMENT"
    title = "Credential of another environment"
    http_status = 401
    retryable = False
    suggested_action = "Use a credential of the environment that you mean."


class CredentialWrongAudience(PermanentError):
    """The access token was made for somebody else.

    Example: a token whose `aud` is another API (RFC 9068, section 4).
    """

    reason = "CREDENTIAL_WRONG_AUDIENCE"
    title = "Token for another audience"
    http_status = 401
    retryable = False
    suggested_action = "Ask the token endpoint for a token for this API."


class IdempotencyKeyRequired(PermanentError):
    """The method changes something that must not happen twice, and the call has no idempotency key.

    Example: `POST /v1/payouts` without `Idempotency-Key`.
    """

    reason = "IDEMPOTENCY_KEY_REQUIRED"
    title = "Idempotency key required"
    http_status = 400
    retryable = False
    suggested_action = "Send an Idempotency-Key that is new for each intended operation."


class IdempotencyKeyInvalid(PermanentError):
    """The idempotency key is empty, too long, sent more than once, or has characters other than visible ASCII.

    Example: a key of 300 characters.
    """

    reason = "IDEMPOTENCY_KEY_INVALID"
    title = "Idempotency key not valid"
    http_status = 400
    retryable = False
    suggested_action = "Send a key of 1 to 255 visible ASCII characters, such as a UUID."


class IdempotencyKeyReused(PermanentError):
    """The key was used with another request. The violations name the fields that differ, never their values.

    Example: a payout of 10 EUR and one of 20 EUR under one key; the answer names `amount.amount_minor`.
    """

    reason = "IDEMPOTENCY_KEY_REUSED"
    title = "Idempotency key reused"
    http_status = 422
    retryable = False
    suggested_action = "Use a new key for a new operation, or send the original request unchanged."


class IdempotencyInProgress(TransientError):
    """A call with the same key is still running. Its answer will be returned once it is there.

    Example: the same payout posted from two threads at once; one of them may be told to ask again.
    """

    reason = "IDEMPOTENCY_IN_PROGRESS"
    title = "First call still running"
    http_status = 409
    retryable = True
    suggested_action = "Repeat the call after the time in Retry-After."


class CredentialReplayed(PermanentError):
    """The proof that came with the token was used before (RFC 9449, section 11.1).

    Example: the same DPoP proof on two calls.
    """

    reason = "CREDENTIAL_REPLAYED"
    title = "Proof was used before"
    http_status = 401
    retryable = False
    suggested_action = "Make a new DPoP proof for every call."


class CredentialNotBound(PermanentError):
    """The access token is bound to a key or a certificate, and the call does not prove that the caller has it.

    Example: a DPoP-bound token without a DPoP proof; a certificate-bound token over a connection with another certificate (RFC 8705, section 3).
    """

    reason = "CREDENTIAL_NOT_BOUND"
    title = "Proof of possession is missing"
    http_status = 401
    retryable = False
    suggested_action = "Send a DPoP proof of the token's key, or use the certificate to which the token is bound."


class CallerAddressRefused(PermanentError):
    """The credential may not be used from the caller's address.

    Example: an API key whose allowed ranges are `192.0.2.0/24`, used from `198.51.100.7`.
    """

    reason = "CALLER_ADDRESS_REFUSED"
    title = "Address not allowed"
    http_status = 403
    retryable = False
    suggested_action = "Call from an allowed address, or have the credential's ranges changed."


class NotFound(PermanentError):
    """There is no such resource for this company in this environment.

    Example: `GET /v1/payouts/po_…` with the id of another company's payout.
    """

    reason = "NOT_FOUND"
    title = "Not found"
    http_status = 404
    retryable = False
    suggested_action = "Check the id; resources of other companies and environments are never found."


class PageTokenInvalid(PermanentError):
    """The page token was not made by Corridor, or for another list, filter, company or environment.

    Example: a token from `GET /v1/payouts` used on `GET /v1/beneficiaries`.
    """

    reason = "PAGE_TOKEN_INVALID"
    title = "Page token not valid"
    http_status = 400
    retryable = False
    suggested_action = "Start again without a page token."


class StateConflict(TransientError):
    """The resource changed while the call was deciding. Nothing was changed by this call.

    Example: a payout is cancelled in the moment in which it is sent.
    """

    reason = "STATE_CONFLICT"
    title = "Changed meanwhile"
    http_status = 409
    retryable = True
    suggested_action = "Read the resource and decide again."


class TransitionNotAllowed(PermanentError):
    """The resource is in a state from which this command does not lead on. Nothing was changed.

    Example: resuming an API key that was revoked.
    """

    reason = "TRANSITION_NOT_ALLOWED"
    title = "Not possible in this state"
    http_status = 422
    retryable = False
    suggested_action = "Read the resource; its state tells what can be done with it."


class BeneficiaryNotFound(PermanentError):
    """The beneficiary named in the request does not exist for this company in this environment.

    Example: a live key pays a beneficiary that was created with a test key.
    """

    reason = "BENEFICIARY_NOT_FOUND"
    title = "Beneficiary not found"
    http_status = 404
    retryable = False
    suggested_action = "Create the beneficiary first, with a key of the same company and environment."


class CurrencyNotSupported(PermanentError):
    """The currency is not an active ISO 4217 currency, or not one that this account or rail can receive.

    Example: GBP to an account in the SEPA area whose currency is EUR.
    """

    reason = "CURRENCY_NOT_SUPPORTED"
    title = "Currency not supported"
    http_status = 400
    retryable = False
    suggested_action = (
        "Use an ISO 4217 currency that the account and rail carry; for a step with a payment, the payment's own."
    )


class AmountAboveLimit(PermanentError):
    """The amount is above what the company allows for one payout in this currency, or above what the rail carries.

    Example: a payout of 2,000,000.00 USD where the company's limit is 1,000,000.00.
    """

    reason = "AMOUNT_ABOVE_LIMIT"
    title = "Amount above limit"
    http_status = 422
    retryable = False
    suggested_action = "Pay less, or have the limit raised."


class RailNotSupported(PermanentError):
    """The rail does not reach the beneficiary's account, or does not carry the currency.

    Example: RAIL_ACH to an IBAN.
    """

    reason = "RAIL_NOT_SUPPORTED"
    title = "Rail not supported"
    http_status = 400
    retryable = False
    suggested_action = "Leave the rail out, or choose one that reaches the account."


class BankAccountInvalid(PermanentError):
    """The account details cannot be right: a check digit, a length or a country does not fit.

    Example: an IBAN with two digits swapped.
    """

    reason = "BANK_ACCOUNT_INVALID"
    title = "Bank account not valid"
    http_status = 400
    retryable = False
    suggested_action = "Correct the account details named in the violations."


class PayoutNotCancellable(PermanentError):
    """The payout is on its way or finished, so cancelling it would not be certain to stop the money.

    Example: cancelling a settled payout.
    """

    reason = "PAYOUT_NOT_CANCELLABLE"
    title = "Payout cannot be cancelled"
    http_status = 422
    retryable = False
    suggested_action = "Read the payout; once a provider has it, only the provider can stop it."


class PayoutNotRetryable(PermanentError):
    """The payout is not waiting for anything that a retry could move on.

    Example: retrying a failed payout: failure is final, and a new payout is a new decision.
    """

    reason = "PAYOUT_NOT_RETRYABLE"
    title = "Payout cannot be retried"
    http_status = 422
    retryable = False
    suggested_action = "Create a new payout with a new idempotency key."


class PayoutNotHeld(PermanentError):
    """Only a held payout can be released.

    Example: releasing a payout that was released before.
    """

    reason = "PAYOUT_NOT_HELD"
    title = "Payout is not held"
    http_status = 422
    retryable = False
    suggested_action = "Read the payout; there is nothing to release."


class RouteNotFound(PermanentError):
    """No route of the company serves this rail and currency.

    Example: a quote for RAIL_WIRE where only ACH is routed.
    """

    reason = "ROUTE_NOT_FOUND"
    title = "No route"
    http_status = 422
    retryable = False
    suggested_action = "Create a connection and a route that serve this rail and currency."


class ComplianceHold(ComplianceHoldError):
    """A compliance hold forbids the call until a person decides.

    Example: releasing a payout whose hold only a compliance officer may lift.
    """

    reason = "COMPLIANCE_HOLD"
    title = "Held for compliance"
    http_status = 422
    retryable = False
    suggested_action = "Wait for the compliance decision."


class ProviderNotFound(PermanentError):
    """There is no adapter of that name.

    Example: a connection for the provider `sand-box` (with a hyphen).
    """

    reason = "PROVIDER_NOT_FOUND"
    title = "Provider not found"
    http_status = 404
    retryable = False
    suggested_action = "Use a name from ListProviders."


class ConnectionNotFound(PermanentError):
    """The connection named in the request does not exist for this company in this environment.

    Example: a route to a connection of the other environment.
    """

    reason = "CONNECTION_NOT_FOUND"
    title = "Connection not found"
    http_status = 404
    retryable = False
    suggested_action = "Create the connection first."


class CredentialsInvalid(PermanentError):
    """The credentials are not the ones that the provider's manifest asks for.

    Example: a connection without `api_key` where the manifest names it.
    """

    reason = "CREDENTIALS_INVALID"
    title = "Credentials incomplete"
    http_status = 400
    retryable = False
    suggested_action = "Send every credential that the provider's manifest names, and no other."


class ManualRepairRequired(ManualRepairError):
    """The resource waits for a person who operates Corridor.

    Example: retrying a payout about which a provider said two things that cannot both be true.
    """

    reason = "MANUAL_REPAIR_REQUIRED"
    title = "A person must act first"
    http_status = 422
    retryable = False
    suggested_action = "Look at the open work item of the resource."


class EndpointUrlRefused(PermanentError):
    """The address of a webhook endpoint is not one that Corridor may call: private, loopback, link-local, not https, or not resolvable.

    Example: `http://169.254.169.254/latest/meta-data`.
    """

    reason = "ENDPOINT_URL_REFUSED"
    title = "Endpoint address refused"
    http_status = 400
    retryable = False
    suggested_action = "Use an https address that resolves to public addresses only."


class EndpointLimitReached(PermanentError):
    """The company has as many webhook endpoints as are allowed in one environment.

    Example: the 21st endpoint.
    """

    reason = "ENDPOINT_LIMIT_REACHED"
    title = "Too many endpoints"
    http_status = 422
    retryable = False
    suggested_action = "Delete an endpoint that is no longer used."


class DeliveryNotRepeatable(PermanentError):
    """The delivery is still under way, or its endpoint is gone.

    Example: redelivering to a deleted endpoint.
    """

    reason = "DELIVERY_NOT_REPEATABLE"
    title = "Delivery cannot be repeated"
    http_status = 422
    retryable = False
    suggested_action = "Wait until it has ended, or enable its endpoint."


class InboundRefused(PermanentError):
    """The delivery was kept, and its signature is missing, forged, altered or too old.

    Example: a body that was changed after it was signed.
    """

    reason = "INBOUND_REFUSED"
    title = "Inbound delivery refused"
    http_status = 401
    retryable = False
    suggested_action = "Check the connection id and its webhook secrets."


class ApprovalPending(ComplianceHoldError):
    """The call was taken in, and waits for somebody else to approve it. Nothing was done yet.

    The request is stored exactly as it was sent; it runs when it is approved. The same call with the same key tells how it stands, and gives its answer once it ran.

    Example: a payout of 50 000.00 EUR where the company's policy asks for two people above 10 000.00 EUR; the answer names `approval_id`.
    """

    reason = "APPROVAL_PENDING"
    title = "Waits for approval"
    http_status = 202
    retryable = False
    suggested_action = (
        "Have somebody else decide at /v1/approvals/{approval_id}; do not send the call again under another key."
    )


class ApprovalRejected(ComplianceHoldError):
    """The call was put before somebody, who rejected it. Nothing was done.

    Example: the approver rejects a payout with the reason `wrong beneficiary`.
    """

    reason = "APPROVAL_REJECTED"
    title = "Rejected by an approver"
    http_status = 409
    retryable = False
    suggested_action = "Read the reason in the approval; make a new call with a new key if it should be asked again."


class ApprovalExpired(ComplianceHoldError):
    """Nobody decided about the call in time. Nothing was done.

    Example: an approval that was still pending after the 24 hours of its policy.
    """

    reason = "APPROVAL_EXPIRED"
    title = "Approval expired"
    http_status = 409
    retryable = False
    suggested_action = "Make a new call with a new key, and have it decided in time."


class ApprovalOwnRequest(PermanentError):
    """Nobody approves what they asked for themselves, also not by another credential of their own.

    Example: the API key that created a payout approves it.
    """

    reason = "APPROVAL_OWN_REQUEST"
    title = "Own request"
    http_status = 403
    retryable = False
    suggested_action = "Have somebody else decide."


class ConsentNotActive(ComplianceHoldError):
    """The consent that the call rests on is not in force: revoked, expired, or not granted yet.

    Example: a payout that names a consent which its subject has revoked.
    """

    reason = "CONSENT_NOT_ACTIVE"
    title = "Consent is not in force"
    http_status = 409
    retryable = False
    suggested_action = "Ask the subject for consent again."


class SpendingLimitReached(PermanentError):
    """A limit of the company on count or amount within a time would be passed. Refused calls do not count against it.

    Example: the eleventh payout to one beneficiary within a day, where ten are allowed.
    """

    reason = "SPENDING_LIMIT_REACHED"
    title = "Spending limit reached"
    http_status = 422
    retryable = False
    suggested_action = "Wait until the window has moved on and use a new key, or have the limit changed."


class ResidencyMismatch(PermanentError):
    """The company's data must stay in another region than the one that would get it.

    Example: a connection to a provider without an `eu` region for a company with residency `eu`.
    """

    reason = "RESIDENCY_MISMATCH"
    title = "Data must stay in its region"
    http_status = 422
    retryable = False
    suggested_action = "Use an installation or a provider of the company's region."


class DataErased(PermanentError):
    """The resource was erased. A tombstone proves when and by whom; nothing else of it is left.

    Example: reading a beneficiary after its erasure.
    """

    reason = "DATA_ERASED"
    title = "Erased"
    http_status = 410
    retryable = False
    suggested_action = "Do not ask for it again."


class AuditEntryNotSealed(TransientError):
    """The audit entry is not sealed yet: no checkpoint has it.

    Example: proving an entry in the minute in which it was made.
    """

    reason = "AUDIT_ENTRY_NOT_SEALED"
    title = "Audit entry not sealed yet"
    http_status = 409
    retryable = True
    suggested_action = "Ask again in a minute."


class PaymentNotCapturable(PermanentError):
    """Nothing of the payment can be captured now: it is not authorised, was captured or given up, or is captured by itself.

    Example: capturing a payment that was declined; capturing one whose capture method is automatic.
    """

    reason = "PAYMENT_NOT_CAPTURABLE"
    title = "Payment cannot be captured"
    http_status = 409
    retryable = False
    suggested_action = "Read the payment; capture it while it is authorised and has a capturable amount."


class CaptureAboveAuthorised(PermanentError):
    """The capture is above what is authorised, captures on their way included. No provider was asked.

    Example: 30.00 EUR are authorised and 20.00 EUR captured; a capture of 10.01 EUR is refused.
    """

    reason = "CAPTURE_ABOVE_AUTHORISED"
    title = "Capture above what is authorised"
    http_status = 422
    retryable = False
    suggested_action = "Capture at most `capturable_minor`, or increment the authorisation first."


class PaymentNotVoidable(PermanentError):
    """The payment cannot be voided: something of it was captured, it is at an end, or another step with it is on its way.

    Example: voiding a captured payment; it is refunded instead.
    """

    reason = "PAYMENT_NOT_VOIDABLE"
    title = "Payment cannot be voided"
    http_status = 409
    retryable = False
    suggested_action = "Read the payment and its actions; refund what was captured."


class PaymentNotReversible(PermanentError):
    """The payment cannot be reversed: it is not authorised, at an end, refunded already, or a step with it is on its way.

    Example: reversing a payment of which a part was refunded.
    """

    reason = "PAYMENT_NOT_REVERSIBLE"
    title = "Payment cannot be reversed"
    http_status = 409
    retryable = False
    suggested_action = "Read the payment and its actions; void or refund what is left of it."


class PaymentNotIncrementable(PermanentError):
    """The authorisation cannot be raised: it is not authorised, or something of it was captured or given up.

    Example: incrementing a payment that was captured.
    """

    reason = "PAYMENT_NOT_INCREMENTABLE"
    title = "Authorisation cannot be raised"
    http_status = 409
    retryable = False
    suggested_action = "Create another payment for what is missing."


class PaymentNotRefundable(PermanentError):
    """Nothing of the payment can be refunded: nothing was captured, it is being reversed, or a dispute has taken it.

    Example: refunding a payment that is authorised and not captured; it is voided instead.
    """

    reason = "PAYMENT_NOT_REFUNDABLE"
    title = "Payment cannot be refunded"
    http_status = 409
    retryable = False
    suggested_action = "Read the payment; void it where nothing was captured."


class RefundAboveCaptured(PermanentError):
    """The refund is above what was captured, less other refunds and what disputes have taken. No provider was asked.

    Example: 30.00 EUR were captured and 25.00 EUR refunded; a refund of 5.01 EUR is refused.
    """

    reason = "REFUND_ABOVE_CAPTURED"
    title = "Refund above what was captured"
    http_status = 422
    retryable = False
    suggested_action = "Refund at most what was captured less `refunded_minor`."


class PaymentNotContinuable(PermanentError):
    """The payment does not wait for its customer, or the provider refused what the customer's browser brought back.

    Example: continuing a payment that is authorised already.
    """

    reason = "PAYMENT_NOT_CONTINUABLE"
    title = "Payment cannot be continued"
    http_status = 409
    retryable = False
    suggested_action = (
        "Read the payment; it is continued while its state is requires action, with what its next action brought."
    )


class PaymentOperationNotSupported(PermanentError):
    """The provider that has the payment cannot do this, says its manifest. It was not asked.

    Example: a second capture at a provider that captures an authorisation once.
    """

    reason = "PAYMENT_OPERATION_NOT_SUPPORTED"
    title = "The provider cannot do this"
    http_status = 422
    retryable = False
    suggested_action = "See the provider's features in `GET /v1/providers`; use what it can do."


class PaymentNotRetryable(PermanentError):
    """Nothing of the payment waits that a retry could move on.

    Example: retrying a declined payment: a decline is an answer, and a new payment is a new decision.
    """

    reason = "PAYMENT_NOT_RETRYABLE"
    title = "Payment cannot be retried"
    http_status = 422
    retryable = False
    suggested_action = "Create a new payment with a new idempotency key."


class ProviderNotLive(PermanentError):
    """The stage of a provider does not let a route use it in this way.

    Example: in the live environment a route names a connection of a provider that is only certified.
    """

    reason = "PROVIDER_NOT_LIVE"
    title = "Provider is not live"
    http_status = 409
    retryable = False
    suggested_action = "Set the provider's stage first, or use another connection."


class ProviderStageNotReachable(PermanentError):
    """A provider cannot go from its stage to the one that is asked for.

    Example: a provider that is live is to be retired at once; it has to be retiring first.
    """

    reason = "PROVIDER_STAGE_NOT_REACHABLE"
    title = "Stage cannot be reached from here"
    http_status = 409
    retryable = False
    suggested_action = "Go by one of the stages that the answer names."


class ProviderNotCertified(PermanentError):
    """The adapter that is running has no passing certification run.

    Example: the adapter was updated after its last run, and the provider is to go live.
    """

    reason = "PROVIDER_NOT_CERTIFIED"
    title = "Provider is not certified"
    http_status = 409
    retryable = False
    suggested_action = "Run and record a certification of the adapter that is running, then repeat the call."


class ProviderInUse(ManualRepairError):
    """A provider cannot be retired while routes name it, or while something that was sent by it is open.

    Example: two routes name connections of the provider and 14 payouts are under way; the answer gives both numbers.
    """

    reason = "PROVIDER_IN_USE"
    title = "Provider is in use"
    http_status = 409
    retryable = True
    suggested_action = "Take it out of the routes, let what is open come to its end, and repeat the call."


class CertificationMismatch(PermanentError):
    """A certification run was of another adapter than the one that is running.

    Example: a colleague certifies a checkout that is one commit ahead of the server.
    """

    reason = "CERTIFICATION_MISMATCH"
    title = "Certification of another adapter"
    http_status = 409
    retryable = False
    suggested_action = "Certify the adapter that the server runs, or deploy the one that was certified."


class DisputeNotOpen(PermanentError):
    """The dispute does not wait for the company: it is decided, under review, or a response is on its way.

    Example: accepting a dispute whose evidence was submitted.
    """

    reason = "DISPUTE_NOT_OPEN"
    title = "Dispute awaits no response"
    http_status = 409
    retryable = False
    suggested_action = "Read the dispute; it can be answered while its state is needs response."


class EvidenceEmpty(PermanentError):
    """There is no evidence to submit: no text and no document.

    Example: submitting before UpdateDisputeEvidence was called.
    """

    reason = "EVIDENCE_EMPTY"
    title = "No evidence"
    http_status = 422
    retryable = False
    suggested_action = "Add evidence or a document first, or accept the dispute."


class EvidenceTooLate(PermanentError):
    """The time to respond is over. No provider was asked.

    Example: submitting a minute after `evidence_due_time`.
    """

    reason = "EVIDENCE_TOO_LATE"
    title = "Too late for evidence"
    http_status = 409
    retryable = False
    suggested_action = "Wait for the provider to say how the dispute ends."


class EvidenceDocumentInvalid(PermanentError):
    """A document is not what it says it is, is there already, or is one too many.

    Example: a file of type `application/pdf` that does not begin like a PDF.
    """

    reason = "EVIDENCE_DOCUMENT_INVALID"
    title = "Document cannot be evidence"
    http_status = 422
    retryable = False
    suggested_action = "Send a PDF, JPEG or PNG of at most 2 MiB with its own media type; a dispute has at most ten."


class SandboxOnly(PermanentError):
    """The call moves the time of a sandbox, and was made with a credential of the live environment.

    Example: advancing the clock with a key that begins with `ck_live_`.
    """

    reason = "SANDBOX_ONLY"
    title = "Only in the sandbox"
    http_status = 409
    retryable = False
    suggested_action = "Use a credential of the sandbox environment; live time cannot be moved."


class RoutingPolicyOutdated(PermanentError):
    """Somebody else has made a version of the rules since the one that the maker has seen.

    Example: two people change the rules of version 7; the second one's call names 7 as its base, and the latest is 8.
    """

    reason = "ROUTING_POLICY_OUTDATED"
    title = "Rules have changed meanwhile"
    http_status = 409
    retryable = False
    suggested_action = "Compare with the latest version, and repeat the call with it as the base."


class FeatureOff(ManualRepairError):
    """The company has turned this off, for everybody or for this customer, segment, country or region.

    Example: a rule of `feature.payouts` is off for the segment `retail`, and a payout of a retail customer is created.
    """

    reason = "FEATURE_OFF"
    title = "Turned off"
    http_status = 409
    retryable = True
    suggested_action = (
        "Ask who keeps the company's rules; the answer names the rule. The same call works once it is on."
    )


class MethodSunset(PermanentError):
    """The method has ended: its sunset has come.

    Example: a method was deprecated with the sunset 2026-11-21, and is called on that day; the answer names its replacement.
    """

    reason = "METHOD_SUNSET"
    title = "Method has ended"
    http_status = 410
    retryable = False
    suggested_action = "Call the replacement that the answer names. What was done before is still answered here, by its idempotency key."


class FieldSunset(PermanentError):
    """The request sets a field that has ended: its sunset has come.

    Example: a field was deprecated with the sunset 2026-11-21, and a request of that day sets it; the answer names it and its replacement.
    """

    reason = "FIELD_SUNSET"
    title = "Field has ended"
    http_status = 400
    retryable = False
    suggested_action = "Leave out the fields that the violations name, and set those that replace them."


class EtagMismatch(PermanentError):
    """The resource has changed since the caller read it: it has another etag than `If-Match` names. Nothing was done.

    Example: two people open the same webhook endpoint, both save; the second one's `If-Match` is of before the first one's change.
    """

    reason = "ETAG_MISMATCH"
    title = "Changed meanwhile"
    http_status = 412
    retryable = False
    suggested_action = "Read the resource again, see whether the change still makes sense, and send it with the new etag. The idempotency key can stay."


class MayHaveActed(ManualRepairError):
    """A provider may have acted on what is to be sent elsewhere.

    Example: a payout whose first attempt had no answer is to be sent over another connection; the answer names the attempt.
    """

    reason = "MAY_HAVE_ACTED"
    title = "A provider may have acted"
    http_status = 409
    retryable = False
    suggested_action = (
        "Retry the work item: the provider is asked first. Only what certainly did not happen goes elsewhere."
    )


class NothingToRetry(PermanentError):
    """Nothing of the work item can be tried again.

    Example: a provider contradicted itself about a payout that has been settled for days.
    """

    reason = "NOTHING_TO_RETRY"
    title = "Nothing to try again"
    http_status = 422
    retryable = False
    suggested_action = "Inspect the work item, find out what happened, and resolve it with what was found."


class ConnectionNotUsable(PermanentError):
    """The connection cannot take what is to be sent over it.

    Example: a euro payout is to be sent over a connection whose provider pays dollars only; the answer says what is missing.
    """

    reason = "CONNECTION_NOT_USABLE"
    title = "Connection cannot take it"
    http_status = 422
    retryable = False
    suggested_action = "Name a connection whose provider covers it, or change the rules and let them choose."


class ReplayTooLarge(PermanentError):
    """More than 10,000 things would be looked at again.

    Example: every delivery of last year is to be read again.
    """

    reason = "REPLAY_TOO_LARGE"
    title = "Replay too large"
    http_status = 422
    retryable = False
    suggested_action = "Narrow the choice by time, provider or state, and make several replays."


BY_REASON: Mapping[str, type[CorridorError]] = {
    "INTERNAL": Internal,
    "UNAVAILABLE": Unavailable,
    "DEADLINE_EXCEEDED": DeadlineExceeded,
    "INVALID_ARGUMENT": InvalidArgument,
    "MALFORMED_REQUEST": MalformedRequest,
    "METHOD_NOT_FOUND": MethodNotFound,
    "HTTP_METHOD_NOT_ALLOWED": HttpMethodNotAllowed,
    "UNSUPPORTED_MEDIA_TYPE": UnsupportedMediaType,
    "NOT_ACCEPTABLE": NotAcceptable,
    "REQUEST_TOO_LARGE": RequestTooLarge,
    "HEADERS_TOO_LARGE": HeadersTooLarge,
    "LENGTH_REQUIRED": LengthRequired,
    "REQUEST_TIMEOUT": RequestTimeout,
    "UNAUTHENTICATED": Unauthenticated,
    "PERMISSION_DENIED": PermissionDenied,
    "RATE_LIMITED": RateLimited,
    "CREDENTIAL_MISSING": CredentialMissing,
    "CREDENTIAL_MALFORMED": CredentialMalformed,
    "CREDENTIAL_EXPIRED": CredentialExpired,
    "CREDENTIAL_REVOKED": CredentialRevoked,
    "CREDENTIAL_INACTIVE": CredentialInactive,
    "CREDENTIAL_WRONG_ENVIRONMENT": CredentialWrongEnvironment,
    "CREDENTIAL_WRONG_AUDIENCE": CredentialWrongAudience,
    "IDEMPOTENCY_KEY_REQUIRED": IdempotencyKeyRequired,
    "IDEMPOTENCY_KEY_INVALID": IdempotencyKeyInvalid,
    "IDEMPOTENCY_KEY_REUSED": IdempotencyKeyReused,
    "IDEMPOTENCY_IN_PROGRESS": IdempotencyInProgress,
    "CREDENTIAL_REPLAYED": CredentialReplayed,
    "CREDENTIAL_NOT_BOUND": CredentialNotBound,
    "CALLER_ADDRESS_REFUSED": CallerAddressRefused,
    "NOT_FOUND": NotFound,
    "PAGE_TOKEN_INVALID": PageTokenInvalid,
    "STATE_CONFLICT": StateConflict,
    "TRANSITION_NOT_ALLOWED": TransitionNotAllowed,
    "BENEFICIARY_NOT_FOUND": BeneficiaryNotFound,
    "CURRENCY_NOT_SUPPORTED": CurrencyNotSupported,
    "AMOUNT_ABOVE_LIMIT": AmountAboveLimit,
    "RAIL_NOT_SUPPORTED": RailNotSupported,
    "BANK_ACCOUNT_INVALID": BankAccountInvalid,
    "PAYOUT_NOT_CANCELLABLE": PayoutNotCancellable,
    "PAYOUT_NOT_RETRYABLE": PayoutNotRetryable,
    "PAYOUT_NOT_HELD": PayoutNotHeld,
    "ROUTE_NOT_FOUND": RouteNotFound,
    "COMPLIANCE_HOLD": ComplianceHold,
    "PROVIDER_NOT_FOUND": ProviderNotFound,
    "CONNECTION_NOT_FOUND": ConnectionNotFound,
    "CREDENTIALS_INVALID": CredentialsInvalid,
    "MANUAL_REPAIR_REQUIRED": ManualRepairRequired,
    "ENDPOINT_URL_REFUSED": EndpointUrlRefused,
    "ENDPOINT_LIMIT_REACHED": EndpointLimitReached,
    "DELIVERY_NOT_REPEATABLE": DeliveryNotRepeatable,
    "INBOUND_REFUSED": InboundRefused,
    "APPROVAL_PENDING": ApprovalPending,
    "APPROVAL_REJECTED": ApprovalRejected,
    "APPROVAL_EXPIRED": ApprovalExpired,
    "APPROVAL_OWN_REQUEST": ApprovalOwnRequest,
    "CONSENT_NOT_ACTIVE": ConsentNotActive,
    "SPENDING_LIMIT_REACHED": SpendingLimitReached,
    "RESIDENCY_MISMATCH": ResidencyMismatch,
    "DATA_ERASED": DataErased,
    "AUDIT_ENTRY_NOT_SEALED": AuditEntryNotSealed,
    "PAYMENT_NOT_CAPTURABLE": PaymentNotCapturable,
    "CAPTURE_ABOVE_AUTHORISED": CaptureAboveAuthorised,
    "PAYMENT_NOT_VOIDABLE": PaymentNotVoidable,
    "PAYMENT_NOT_REVERSIBLE": PaymentNotReversible,
    "PAYMENT_NOT_INCREMENTABLE": PaymentNotIncrementable,
    "PAYMENT_NOT_REFUNDABLE": PaymentNotRefundable,
    "REFUND_ABOVE_CAPTURED": RefundAboveCaptured,
    "PAYMENT_NOT_CONTINUABLE": PaymentNotContinuable,
    "PAYMENT_OPERATION_NOT_SUPPORTED": PaymentOperationNotSupported,
    "PAYMENT_NOT_RETRYABLE": PaymentNotRetryable,
    "PROVIDER_NOT_LIVE": ProviderNotLive,
    "PROVIDER_STAGE_NOT_REACHABLE": ProviderStageNotReachable,
    "PROVIDER_NOT_CERTIFIED": ProviderNotCertified,
    "PROVIDER_IN_USE": ProviderInUse,
    "CERTIFICATION_MISMATCH": CertificationMismatch,
    "DISPUTE_NOT_OPEN": DisputeNotOpen,
    "EVIDENCE_EMPTY": EvidenceEmpty,
    "EVIDENCE_TOO_LATE": EvidenceTooLate,
    "EVIDENCE_DOCUMENT_INVALID": EvidenceDocumentInvalid,
    "SANDBOX_ONLY": SandboxOnly,
    "ROUTING_POLICY_OUTDATED": RoutingPolicyOutdated,
    "FEATURE_OFF": FeatureOff,
    "METHOD_SUNSET": MethodSunset,
    "FIELD_SUNSET": FieldSunset,
    "ETAG_MISMATCH": EtagMismatch,
    "MAY_HAVE_ACTED": MayHaveActed,
    "NOTHING_TO_RETRY": NothingToRetry,
    "CONNECTION_NOT_USABLE": ConnectionNotUsable,
    "REPLAY_TOO_LARGE": ReplayTooLarge,
}
