"""How HTTP becomes one of the four failures. The only place where that is decided.

Rule: what may have acted is `Unknown`, unless the vendor says otherwise in so many words.
"""

import math
import time
from collections.abc import Collection, Mapping
from email.utils import parsedate_to_datetime

import httpcore

from adapters.kit.errors import Misconfigured, ProviderError, Unavailable, Unknown
from adapters.kit.http import CertificateRefused, ResponseTooLarge, ResponseUndecodable

# Nothing of the request can have been acted upon: the connection was never there.
_NOT_SENT = (httpcore.ConnectError, httpcore.ConnectTimeout, httpcore.PoolTimeout)
_TIMEOUTS = (httpcore.ConnectTimeout, httpcore.ReadTimeout, httpcore.WriteTimeout)
# The request could not even be written down.
_UNSENDABLE = (httpcore.UnsupportedProtocol, httpcore.LocalProtocolError, ValueError, TypeError)

# Refusals that do not say that nothing was done: the server gave up waiting, or the key's first call still runs.
_UNSURE_REFUSALS = frozenset({408, 409})


def of_exception(error: Exception, operation: str, *, writes: bool) -> ProviderError:
    """The failure that an exception of the HTTP client means. Its text is not repeated: it may quote headers."""
    failure = _of_exception(error, operation, writes=writes)
    failure.timed_out = isinstance(error, _TIMEOUTS)
    failure.of_ours = isinstance(error, httpcore.PoolTimeout)
    return failure


def _of_exception(error: Exception, operation: str, *, writes: bool) -> ProviderError:
    name = type(error).__name__
    if isinstance(error, CertificateRefused):
        return Misconfigured(f"{operation}: the client certificate was refused", credentials=True)
    if isinstance(error, _NOT_SENT):
        return Unavailable(f"{operation}: no connection ({name})")
    if isinstance(error, _UNSENDABLE):
        return Misconfigured(f"{operation}: the request cannot be sent ({name})")
    if isinstance(error, ResponseTooLarge | ResponseUndecodable):
        return unreadable(operation, name, writes=writes)
    return _after_sending(f"{operation}: no whole answer ({name})", writes=writes)


def unreadable(operation: str, what: str, *, writes: bool) -> ProviderError:
    """An answer that says success, or nothing, in a form that cannot be read."""
    return _after_sending(f"{operation}: unreadable answer ({what})", writes=writes)


def of_status(
    status: int,
    headers: Mapping[str, str],
    operation: str,
    *,
    writes: bool,
    code: str = "",
    not_processed: Collection[str] = (),
) -> ProviderError:
    """The failure that a status outside 200 to 299 means, where the adapter knows no better.

    `not_processed` lists what the provider answers before acting: a status such as "503", or a status and the
    provider's code such as "503:capacity".
    """
    wait = retry_after_seconds(headers)
    said = f"{operation}: HTTP {status}"
    if status == 429 or str(status) in not_processed or (code and f"{status}:{code}" in not_processed):
        return Unavailable(said, code=code, retry_after_seconds=wait)
    if status >= 500 or (status in _UNSURE_REFUSALS and writes):
        return _after_sending(said, writes=writes, code=code, retry_after_seconds=wait)
    if status in _UNSURE_REFUSALS:
        return Unavailable(said, code=code, retry_after_seconds=wait)
    return Misconfigured(said, code=code, credentials=status in (401, 403))


def retry_after_seconds(headers: Mapping[str, str]) -> float | None:
    """How long the server asks us to wait (RFC 9110, 10.2.3): seconds, or a date by the server's clock."""
    value = headers.get("retry-after", "").strip()
    if not value:
        return None
    try:
        seconds = float(value)
        return max(0.0, seconds) if math.isfinite(seconds) else None
    except ValueError:
        until = unix_time(value)
    if until is None:
        return None
    now = unix_time(headers.get("date", ""))
    return max(0.0, until - (time.time() if now is None else now))


def unix_time(value: str) -> float | None:
    """An HTTP date as seconds since 1970; None if it is none."""
    try:
        return parsedate_to_datetime(value).timestamp()
    except (ValueError, TypeError, OverflowError):
        return None


def _after_sending(
    detail: str, *, writes: bool, code: str = "", retry_after_seconds: float | None = None
) -> ProviderError:
    # A question that got no answer did nothing, and says nothing about what was asked for before.
    failure = Unknown if writes else Unavailable
    return failure(detail, code=code, retry_after_seconds=retry_after_seconds)
