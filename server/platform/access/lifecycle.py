"""How an API key moves. Every rule about its states is in this table; that it expires is seen by the time alone."""

from corridor.access.v1.api_key_pb2 import (
    API_KEY_STATE_ACTIVE,
    API_KEY_STATE_EXPIRED,
    API_KEY_STATE_PENDING,
    API_KEY_STATE_REVOKED,
    API_KEY_STATE_ROTATED,
    API_KEY_STATE_SUSPENDED,
)
from server.kit.lifecycle import Lifecycle

LIFECYCLE = Lifecycle({
    API_KEY_STATE_PENDING:   {API_KEY_STATE_ACTIVE, API_KEY_STATE_EXPIRED, API_KEY_STATE_REVOKED},
    API_KEY_STATE_ACTIVE:    {API_KEY_STATE_SUSPENDED, API_KEY_STATE_ROTATED, API_KEY_STATE_EXPIRED,
                              API_KEY_STATE_REVOKED},
    API_KEY_STATE_SUSPENDED: {API_KEY_STATE_ACTIVE, API_KEY_STATE_EXPIRED, API_KEY_STATE_REVOKED},
    API_KEY_STATE_ROTATED:   {API_KEY_STATE_EXPIRED, API_KEY_STATE_REVOKED},  # works until its expire_time
    API_KEY_STATE_EXPIRED:   {API_KEY_STATE_REVOKED},
    API_KEY_STATE_REVOKED:   set(),
})  # fmt: skip
