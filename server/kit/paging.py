"""Page tokens: where a list goes on. Signed, and bound to caller, method and filters, so that none can be made up."""

import base64
import binascii
import hashlib
import hmac
from dataclasses import dataclass

from google.protobuf.message import Message

from corridor.errors.v1 import error_reason_pb2 as reasons
from server.kit.context import Context
from server.kit.errors import fail

DEFAULT_SIZE = 50
_TAG_BYTES = 16


@dataclass(frozen=True, slots=True)
class Page:
    """What a list reads: `size` rows after the row with the id `after`, or from the beginning."""

    size: int
    after: str | None


class PageTokens:
    """Makes and reads page tokens with one secret."""

    def __init__(self, secret: bytes) -> None:
        self._secret = secret

    def page(self, context: Context, request: Message) -> Page:
        """The page that a list request asks for. Raises PAGE_TOKEN_INVALID for a token of another list."""
        size = request.page_size or DEFAULT_SIZE  # type: ignore[attr-defined] # every list request has it, by a test
        token: str = request.page_token  # type: ignore[attr-defined] # as above
        if not token:
            return Page(size, None)
        try:
            raw = base64.urlsafe_b64decode(token + "=" * (-len(token) % 4))
            after = raw[_TAG_BYTES:].decode()
        except (binascii.Error, ValueError):
            raise self._invalid() from None
        if base64.urlsafe_b64encode(raw).rstrip(b"=").decode() != token:
            raise self._invalid()
        if not hmac.compare_digest(raw[:_TAG_BYTES], self._tag(context, request, after)):
            raise self._invalid()
        return Page(size, after)

    def next(self, context: Context, request: Message, last: str) -> str:
        """The token with which the list goes on after the row with the id `last`."""
        raw = self._tag(context, request, last) + last.encode()
        return base64.urlsafe_b64encode(raw).rstrip(b"=").decode()

    def _tag(self, context: Context, request: Message, after: str) -> bytes:
        filters = type(request)()
        filters.CopyFrom(request)
        filters.ClearField("page_size")
        filters.ClearField("page_token")
        who = context.who
        bound_to = [
            request.DESCRIPTOR.full_name.encode(),
            who.company_id.encode(),
            str(who.environment).encode(),
            filters.SerializeToString(deterministic=True),
            after.encode(),
        ]
        text = b"".join(len(part).to_bytes(4, "big") + part for part in bound_to)
        return hmac.digest(self._secret, text, hashlib.sha256)[:_TAG_BYTES]

    def _invalid(self) -> Exception:
        return fail(
            reasons.ERROR_REASON_PAGE_TOKEN_INVALID, "The page token does not belong to this list, filters and caller."
        )
