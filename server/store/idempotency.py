"""What a key promises: the same call, the same answer; another call, a refusal that names what differs.

A fingerprint is a keyed digest per field, so that differences can be named and values never come back.
An answer is stored sealed, so that only its replay shows it again.
"""

import contextlib
import functools
import hashlib
from collections.abc import Callable, Iterator

from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.kdf.hkdf import HKDF
from google.protobuf.descriptor import Descriptor
from google.protobuf.message import Message
from google.rpc import error_details_pb2, status_pb2
from psycopg.errors import LockNotAvailable

from corridor.errors.v1 import error_reason_pb2 as reasons
from corridor.options.v1 import field_pb2
from server.kit import contract, etags
from server.kit.context import Context
from server.kit.errors import Failure, Violation, fail
from server.store.data_keys import is_seal
from server.store.engine import Connection, Store
from server.store.sealed import ANSWER, FAILURE
from server.store.seals import SealError, Seals

_DIGEST_BYTES = 12
_NONCE_BYTES = 12
_SCENARIO = b"corridor-sandbox-scenario="  # no field has such a name
_IF_MATCH = b"if-match="  # nor such a one

_STORED = """
SELECT fingerprint, status, response FROM corridor.idempotency
WHERE company_id = %s AND environment = %s AND method = %s AND key = %s
"""
_CLAIM = """
INSERT INTO corridor.idempotency VALUES (%s, %s, %s, %s, %s, %s, %s, %s, now()) ON CONFLICT DO NOTHING RETURNING true
"""

_NOT_OF_THE_KEY = {
    reasons.ERROR_REASON_INTERNAL,
    reasons.ERROR_REASON_IDEMPOTENCY_KEY_REUSED,
    reasons.ERROR_REASON_PERMISSION_DENIED,  # says something of this caller; a key is every caller's of the company
    reasons.ERROR_REASON_APPROVAL_OWN_REQUEST,  # as above
    reasons.ERROR_REASON_APPROVAL_PENDING,  # how a call stands that was stored; its answer comes when it has run
    reasons.ERROR_REASON_APPROVAL_REJECTED,
    reasons.ERROR_REASON_APPROVAL_EXPIRED,
    reasons.ERROR_REASON_ETAG_MISMATCH,  # nothing was done; the call can be made anew with the etag as it is now
    reasons.ERROR_REASON_METHOD_SUNSET,  # nothing of what has ended is stored
    reasons.ERROR_REASON_FIELD_SUNSET,
}


class Replay(Exception):  # noqa: N818 - how a call ends that was made before
    """The call was made before; this is the answer that it got, byte for byte."""

    def __init__(self, response: bytes) -> None:
        super().__init__("the call was made before")
        self.response = response


def fingerprint(request: Message, secret: bytes, scenario: str = "", if_match: frozenset[str] | None = None) -> bytes:
    """A digest of each field that is set, by path: `amount.amount_minor=…`, one a line, sorted.

    A sandbox's scenario is part of what is asked for, and stands there by its name; so does a condition by etag.
    """
    chosen = [_SCENARIO + scenario.encode()] if scenario else []
    if if_match is not None:
        chosen.append(_IF_MATCH + b",".join(sorted(each.encode() for each in if_match)))
    return b"\n".join(sorted([*_leaves(request, "", secret), *chosen]))


def scenario_of(fingerprint: bytes) -> str:
    """The sandbox's scenario of a call, by its fingerprint; empty for none."""
    lines = (line for line in fingerprint.split(b"\n") if line.startswith(_SCENARIO))
    return next(lines, b"").removeprefix(_SCENARIO).decode()


def if_match_of(fingerprint: bytes) -> frozenset[str] | None:
    """The etags that a call asks for, by its fingerprint; None if it asks for nothing."""
    found = next((line for line in fingerprint.split(b"\n") if line.startswith(_IF_MATCH)), None)
    return None if found is None else frozenset(found.removeprefix(_IF_MATCH).decode().split(","))


def _leaves(message: Message, prefix: str, secret: bytes) -> Iterator[bytes]:
    for field, value in message.ListFields():
        path = prefix + field.name
        if field.message_type is not None and not field.is_repeated:
            yield path.encode()
            yield from _leaves(value, path + ".", secret)
            continue
        if field.is_repeated:
            part = type(message)()
            getattr(part, field.name).MergeFrom(value)
            text = part.SerializeToString(deterministic=True)
        else:  # the field's type is known from its path, so its text is enough to tell two values apart
            text = value if isinstance(value, bytes) else str(value).encode()
        yield path.encode() + b"=" + hashlib.blake2b(text, key=secret, digest_size=_DIGEST_BYTES).hexdigest().encode()


def answer_stored(context: Context, row: tuple[bytes, bytes | None, bytes | None]) -> Exception:
    """What to raise for a key that was used before: the stored answer, the stored error, or a refusal."""
    stored, status, response = row
    assert context.idempotency is not None
    if stored != context.idempotency.fingerprint:
        return reused(stored, context.idempotency.fingerprint)
    context.replayed = True
    return Replay(response) if response is not None else _StoredFailure(status_pb2.Status.FromString(status or b""))


def stored(connection: Connection, context: Context) -> tuple[bytes, bytes | None, bytes | None] | None:
    """What is stored with the call's key, if the key was used before."""
    row = connection.execute(_STORED, scope(context)).fetchone()
    return opened(connection.seals, context, row) if row else None


def check(store: Store, context: Context) -> None:
    """Raise what is stored with the call's key, before something slow is done for it outside of a transaction."""
    if context.idempotency is None:
        return
    with store.mine() as connection:
        row = stored(connection, context)
    if row:
        raise answer_stored(context, row)


@contextlib.contextmanager
def once(store: Store, context: Context) -> Iterator[tuple[Connection, Callable[[str, Message], bytes]]]:
    """One transaction for a call that changes something, with the function that gives its answer.

    Raises `Replay` if the key was used before. The answer is stored with the key in the same transaction,
    so that either both the change and its answer are there, or neither. Without a key nothing is stored.
    """
    who = context.who
    with store.transaction(who.company_id, who.environment) as connection:
        if context.idempotency and (row := stored(connection, context)):
            raise answer_stored(context, row)

        def answer(resource_id: str, response: Message) -> bytes:
            context.resource_id = resource_id
            if context.if_match is not None and not context.matched:
                raise LookupError("a method that says it fails with ETAG_MISMATCH has not looked at the etag")
            etags.fill(response)  # before it is stored: a replay is the same, byte for byte
            data = response.SerializeToString(deterministic=True)
            if context.idempotency and not _claim(connection, context, None, data, resource_id):
                raise in_progress()  # rolls back; the other call's answer is there when this one is repeated
            return data

        try:
            yield connection, answer
        except Failure as failure:
            # What has changed it a moment ago may be this same call, and that is answered by its key.
            moved = context.idempotency and failure.reason == reasons.ERROR_REASON_ETAG_MISMATCH
            if moved and (row := stored(connection, context)):
                raise answer_stored(context, row) from None
            raise


def keep_failure(store: Store, context: Context, failure: Failure) -> None:
    """Store a final error with its key, so that a repetition is answered alike. Raises if the key was used before."""
    who = context.who
    with store.of(who.company_id, who.environment) as connection:
        status = failure.status().SerializeToString(deterministic=True)
        if not _claim(connection, context, status, None, context.resource_id) and (row := stored(connection, context)):
            raise answer_stored(context, row)


def belongs_to_key(failure: Failure) -> bool:
    """Whether a failure is the call's answer for good, so that it is stored with the key."""
    return failure.final and failure.reason not in _NOT_OF_THE_KEY


@contextlib.contextmanager
def claiming() -> Iterator[None]:
    """Around a statement that claims a key: raises IDEMPOTENCY_IN_PROGRESS when another call holds the claim too long.

    Such a statement waits for nothing else; what it inserts besides has new ids.
    """
    try:
        yield
    except LockNotAvailable:
        raise in_progress() from None


def sealing_key(secret: bytes) -> bytes:
    """The key of answers with a secret from before data keys, of the secret for fingerprints (HKDF, RFC 5869)."""
    return HKDF(SHA256(), 32, salt=None, info=b"corridor idempotency answers").derive(secret)


def opened(
    seals: Seals, context: Context, row: tuple[bytes, bytes | None, bytes | None]
) -> tuple[bytes, bytes | None, bytes | None]:
    """A row of what is stored with a key, with its answer or error opened."""
    stored, status, response = row
    who, key = context.who, scope(context)[2:]
    if status is not None:
        status = FAILURE.open(seals, who, status, *key)
    return stored, status, None if response is None else _opened(seals, context, response, key)


def _opened(seals: Seals, context: Context, response: bytes, key: tuple[str, str]) -> bytes:
    assert context.idempotency is not None
    assert context.method is not None
    with_secret = shows_secret(context.method.response.DESCRIPTOR)
    try:
        if is_seal(response) or not with_secret:
            return ANSWER.open(seals, context.who, response, *key)
    except SealError:
        if not with_secret:
            raise
    # From before data keys: an answer with a secret was encrypted by itself.
    nonce, sealed = response[:_NONCE_BYTES], response[_NONCE_BYTES:]
    return AESGCM(context.idempotency.seal).decrypt(nonce, sealed, _bound_to(context))


def _bound_to(context: Context) -> bytes:
    return repr(scope(context)).encode()


@functools.cache
def shows_secret(descriptor: Descriptor) -> bool:
    """Whether a message has a secret in it, by the sensitivity that the contract gives its fields."""
    seen: set[Descriptor] = set()
    ahead = [descriptor]
    while ahead:
        message = ahead.pop()
        seen.add(message)
        if any(contract.sensitivity(field) == field_pb2.SENSITIVITY_SECRET for field in message.fields):
            return True
        ahead += [
            field.message_type for field in message.fields if field.message_type and field.message_type not in seen
        ]
    return False


def _claim(
    connection: Connection, context: Context, status: bytes | None, response: bytes | None, resource_id: str
) -> bool:
    assert context.idempotency is not None
    who, key = context.who, scope(context)[2:]
    sealed_status = None if status is None else FAILURE.seal(connection.seals, who, status, *key)
    sealed = None if response is None else ANSWER.seal(connection.seals, who, response, *key)
    values = (*scope(context), context.idempotency.fingerprint, sealed_status, sealed, resource_id)
    with claiming():
        return connection.execute(_CLAIM, values).fetchone() is not None


def scope(context: Context) -> tuple[str, int, str, str]:
    """Within what a key is used once: company, environment and method; and the key."""
    assert context.idempotency is not None
    assert context.method is not None
    return context.who.company_id, context.who.environment, context.method.path, context.idempotency.key


def in_progress() -> Failure:
    """The refusal of a call of which another with the same key may still be at work."""
    return fail(
        reasons.ERROR_REASON_IDEMPOTENCY_IN_PROGRESS,
        "Another call with this idempotency key is still running.",
        retry_after_seconds=1.0,
    )


def reused(before: bytes, now: bytes) -> Failure:
    """The refusal of a key that was used with another request, by both fingerprints."""
    lines = set(before.splitlines()) ^ set(now.splitlines())
    fields = sorted({line.partition(b"=")[0].decode() for line in lines})
    return fail(
        reasons.ERROR_REASON_IDEMPOTENCY_KEY_REUSED,
        "This idempotency key was used with another request.",
        violations=[
            Violation(field, "differs from the first request with this key", "idempotency") for field in fields
        ],
    )


class _StoredFailure(Failure):
    """A final error as it was answered the first time."""

    def __init__(self, status: status_pb2.Status) -> None:
        self._status = status
        info = _error_info(status)
        super().__init__(reasons.ErrorReason.Value(f"ERROR_REASON_{info}"), status.message)

    def status(self) -> status_pb2.Status:
        """The stored status, unchanged."""
        return self._status


def _error_info(status: status_pb2.Status) -> str:
    info = error_details_pb2.ErrorInfo()
    for detail in status.details:
        if detail.Unpack(info):
            return str(info.reason)
    return "INTERNAL"
