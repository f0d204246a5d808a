"""What every caller should know, as the document's description: rules that hold for all operations."""

DESCRIPTION = """\
The HTTP face of Corridor. Everything here is also there as gRPC; both are made from one contract.

## Values

Field names are written as in the contract (`amount_minor`); requests may write them in lowerCamelCase as well.
64-bit integers are strings in answers, and strings or numbers in requests. Enum values are names; requests may use
numbers. Unknown fields, unknown query parameters and duplicate keys are refused. Fields without a value of their own
(`""`, `"0"`, `[]`, `…_UNSPECIFIED`) are always there in answers; messages that are not set are left out.

## Credentials

Send `Authorization: Bearer` with an API key or an access token. Each operation lists the scopes of which a caller
needs one. Company and environment come from the credential, never from the request.

## Idempotency

Calls that must not take effect twice carry an `Idempotency-Key`: required or optional, as the operation says. The same
key with the same request gives the same answer, byte for byte, with `Idempotent-Replayed: true`, for at least seven
days. With another request it is refused (`IDEMPOTENCY_KEY_REUSED`). Make a new key for each intended effect, and keep
it over every retry.

## Pages

Lists take `page_size` (at most 250) and `page_token`, and answer with `next_page_token`; it is empty on the last page.
Tokens are opaque. `x-corridor-paging` names the fields of each list.

## Problems

Errors are problem documents (RFC 9457). `reason` is for programs and never changes its meaning; `class` says who has
to act. Repeat a call only where `retryable` is true, after `Retry-After`, and with the same idempotency key.

## Deprecation

What ends is marked as deprecated here, with its last day and its replacement, long before it is refused.
"""
