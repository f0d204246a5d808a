"""API keys and ending credentials as lines of text. Nothing here is a secret: a key is named by its public prefix."""

from collections.abc import Iterator
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from google.protobuf.timestamp_pb2 import Timestamp

    from corridor.access.v1.api_key_pb2 import ApiKey
    from corridor.access.v1.credential_pb2 import ExpiringCredential

_NEVER = "never"


def line(key: "ApiKey") -> str:
    """A key in one line."""
    used = time(key.last_use_time) if key.HasField("last_use_time") else _NEVER
    ends = time(key.expire_time) if key.HasField("expire_time") else _NEVER
    return f"{key.prefix}  {_state(key):<9}  used {used:<20}  ends {ends:<20}  {key.title}"


def facts(key: "ApiKey") -> Iterator[tuple[str, str]]:
    """What is known of a key, by name."""
    from corridor.type.v1.environment_pb2 import Environment

    yield "key", key.api_key_id
    yield "prefix", key.prefix
    yield "title", key.title
    yield "state", _state(key)
    yield "environment", Environment.Name(key.environment).removeprefix("ENVIRONMENT_").lower()
    yield "scopes", ", ".join(key.scopes)
    yield "allowed methods", ", ".join(key.allowed_methods) or "every one"
    yield "allowed ranges", ", ".join(key.allowed_ranges) or "every one"
    yield "created", f"{time(key.create_time)} by {key.created_by or 'an earlier release'}"
    used = f"{time(key.last_use_time)} from {key.last_use_address or 'an unknown address'}"
    yield "last used", used if key.HasField("last_use_time") else _NEVER
    yield "ends", time(key.expire_time) if key.HasField("expire_time") else _NEVER
    if key.HasField("revoke_time"):
        yield "revoked", time(key.revoke_time)
    if key.replaces_id:
        yield "replaces", key.replaces_id
    if key.replaced_by_id:
        yield "replaced by", key.replaced_by_id


def expiring(company_id: str, environment: int, credential: "ExpiringCredential") -> str:
    """An ending credential in one line."""
    from corridor.access.v1.credential_pb2 import CredentialKind
    from corridor.type.v1.environment_pb2 import Environment

    kind = CredentialKind.Name(credential.kind).removeprefix("CREDENTIAL_KIND_").lower().replace("_", " ")
    where = Environment.Name(environment).removeprefix("ENVIRONMENT_").lower() if environment else "all"  # type: ignore[arg-type] # a stored environment
    left = f"{credential.days_left} days" if credential.days_left >= 0 else "ended"
    name = f"{credential.credential_id} {credential.title}".strip()
    return f"{company_id:<29}  {where:<7}  {kind:<26}  {left:<8}  {time(credential.expire_time)}  {name}"


def time(value: "Timestamp") -> str:
    """A time to the second."""
    return f"{value.ToDatetime():%Y-%m-%dT%H:%M:%SZ}"


def _state(key: "ApiKey") -> str:
    from corridor.access.v1.api_key_pb2 import ApiKeyState

    return ApiKeyState.Name(key.state).removeprefix("API_KEY_STATE_").lower()
