"""What tests of API keys have in common: keys to make, and the commands that change them."""

from datetime import UTC, datetime, timedelta
from typing import Any

from google.protobuf.timestamp_pb2 import Timestamp

from corridor.access.v1 import api_key_pb2
from corridor.access.v1 import api_key_service_pb2 as api
from tests.server import people
from tests.serving import Client

LIST = api.ListApiKeysRequest()
SERVICE = "ApiKeyService"


def at(**ahead: float) -> Timestamp:
    """A time from now."""
    time = Timestamp()
    time.FromDatetime(datetime.now(UTC) + timedelta(**ahead))
    return time


def make(client: Client, **changes: Any) -> api.CreateApiKeyResponse:
    """A key that may read keys, made by RPC."""
    request = api.CreateApiKeyRequest(**{"title": "Payroll", "scopes": ["keys:read"], **changes})
    made: api.CreateApiKeyResponse = client.call(f"{SERVICE}/CreateApiKey", request, key=people.new_key())
    return made


def change(client: Client, verb: str, api_key_id: str) -> api_key_pb2.ApiKey:
    """The key after a command."""
    request = getattr(api, f"{verb}ApiKeyRequest")(api_key_id=api_key_id)
    key: api_key_pb2.ApiKey = client.call(f"{SERVICE}/{verb}ApiKey", request).api_key
    return key


def rotate(client: Client, api_key_id: str, hours: int = 24, **changes: Any) -> api.RotateApiKeyResponse:
    """What a rotation answers."""
    request = api.RotateApiKeyRequest(api_key_id=api_key_id, overlap_hours=hours, **changes)
    made: api.RotateApiKeyResponse = client.call(f"{SERVICE}/RotateApiKey", request, key=people.new_key())
    return made
