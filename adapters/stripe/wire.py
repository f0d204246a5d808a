"""How Stripe is spoken to: form bodies, bearer keys, a pinned version, an idempotency key on every POST, and lists.

Rule: a list that could not be read to its end proves nothing, so it is never taken for "there is none".
"""

from collections.abc import Callable, Iterator, Mapping, Sequence
from typing import Any

from adapters.kit.call import Call, path_segment
from adapters.kit.errors import Misconfigured, ProviderError, Unavailable, Unmapped
from adapters.kit.forms import Part
from adapters.stripe import refusals

API_VERSION = "2023-08-16"

# The vendor's lists give 100 objects a page at most. Further back than this it is not asked: that is `Unavailable`.
PAGE_SIZE = 100
MAX_PAGES = 50
# Clocks differ: an object is looked for from this long before we asked for it.
CLOCKS_APART_SECONDS = 300

# The prefix of a key says what it opens: docs.stripe.com/keys, read 2026-11. Secret keys and restricted ones.
KEYS: Mapping[str, tuple[str, ...]] = {"sandbox": ("sk_test_", "rk_test_"), "live": ("sk_live_", "rk_live_")}

PAYMENT_ID = "corridor_payment_id"
# Each kind of action has a key of its own: a payment intent can have carried several wishes, and fulfilled one.
CAPTURE_ID = "corridor_capture_id"
VOID_ID = "corridor_void_id"
REVERSAL_ID = "corridor_reversal_id"
REFUND_ID = "corridor_refund_id"
PAYOUT_ID = "corridor_payout_id"
DISPUTE_ID = "corridor_dispute_id"
ACCEPTED = "corridor_accepted"

# What captures may show: ids, states, amounts and codes. Never names, numbers of accounts, texts, or client secrets.
SAFE = frozenset(
    {
        "amount",
        "amount_captured",
        "amount_capturable",
        "amount_received",
        "amount_refunded",
        "amount_to_capture",
        "api_version",
        "arrival_date",
        "balance_transaction",
        "brand",
        "cancellation_reason",
        "capture_method",
        "captured",
        "charge",
        "code",
        "confirm",
        "confirmation_method",
        "country",
        "created",
        "created[gte]",
        "currency",
        "decline_code",
        "destination",
        "due_by",
        "exchange_rate",
        "failure_code",
        "failure_reason",
        "fee",
        "funding",
        "has_more",
        "id",
        "latest_charge",
        "limit",
        "livemode",
        "method",
        "network_reason_code",
        "network_status",
        "object",
        "param",
        "payment_intent",
        "purpose",
        "reason",
        "refunded",
        "size",
        "starting_after",
        "status",
        "submission_count",
        "submit",
        "type",
    }
) | {PAYMENT_ID, CAPTURE_ID, VOID_ID, REVERSAL_ID, REFUND_ID, PAYOUT_ID, DISPUTE_ID, ACCEPTED}


class Declined:
    """Keeps the body of a 402: a declined card is an answer, and the vendor tells it with an error's status.

    Pass `seen` as `declined`, and look at `error` when the call has returned None.
    """

    def __init__(self) -> None:
        self.error: Mapping[str, Any] | None = None

    def seen(self, status: int, answer: Any) -> bool:
        """Whether the answer is a decline; it is kept then."""
        error = refusals.error(answer)
        # A customer who failed to authenticate is told as an error of another type, with the intent inside as well.
        if status == 402 and (error.get("type") == "card_error" or isinstance(error.get("payment_intent"), Mapping)):
            self.error = error
        return self.error is not None

    def intent(self) -> Any:
        """The payment intent that the decline left, with the error as its last one; None if it left none."""
        found = (self.error or {}).get("payment_intent")
        if not isinstance(found, Mapping):
            return None
        alone = {name: value for name, value in (self.error or {}).items() if not isinstance(value, Mapping)}
        return {**found, "last_payment_error": {**alone, **(found.get("last_payment_error") or {})}}


def post(
    call: Call,
    path: str,
    form: Mapping[str, object],
    *,
    suffix: str = "",
    writes: bool = True,
    on_client_error: Callable[[int, Any], ProviderError | None] | None = None,
    absent: Callable[[int, Any], bool] | None = None,
) -> Any:
    """Send a form under the call's idempotency key, with a suffix where a call posts more than once."""
    return call.send(
        "POST",
        path,
        form=form,
        headers=_headers(call, suffix),
        writes=writes,
        safe=SAFE,
        code_of=refusals.error_code,
        on_client_error=on_client_error or refusals.refusal,
        absent=absent,
    )


def upload(call: Call, path: str, parts: Sequence[Part], *, suffix: str) -> Any:
    """Send a file to the host for files. It is used by nothing until a form names it, so it may be sent again."""
    return call.send(
        "POST",
        path,
        parts=parts,
        host="files",
        headers=_headers(call, suffix),
        writes=False,
        safe=SAFE,
        code_of=refusals.error_code,
        on_client_error=refusals.refusal,
    )


def get(call: Call, path: str, query: Sequence[tuple[str, str | int]] = ()) -> Any:
    """An object or a page of a list; None if the vendor says that there is no such object."""
    return call.send(
        "GET",
        path,
        query=query,
        headers=_headers(call),
        writes=False,
        safe=SAFE,
        code_of=refusals.error_code,
        absent=lambda status, answer: status == 404 and refusals.error(answer).get("code") == "resource_missing",
    )


def pages(call: Call, path: str, query: Sequence[tuple[str, str | int]] = ()) -> Iterator[Mapping[str, Any]]:
    """Every object of a list, the newest first. Raises `Unavailable` if it is too long to be read to its end."""
    after: list[tuple[str, str | int]] = []
    for _ in range(MAX_PAGES):
        page = get(call, path, [*query, ("limit", PAGE_SIZE), *after])
        if page is None:
            raise Misconfigured(f"{call.operation}: the provider has no list {path}", code="resource_missing")
        found = rows(page)
        yield from found
        if not found or page.get("has_more") is not True:
            return
        after = [("starting_after", found[-1]["id"])]
    raise Unavailable(f"{call.operation}: the provider's list is too long to be read to its end")


def rows(page: Any) -> list[dict[str, Any]]:
    """The objects of a page of a list. Raises `Unmapped` for what is no such page."""
    found = page.get("data") if isinstance(page, dict) and page.get("object") == "list" else None
    if not isinstance(found, list) or not all(isinstance(each, dict) and each.get("id") for each in found):
        raise Unmapped("list", type(found).__name__)
    return found


def since(seconds: int) -> list[tuple[str, str | int]]:
    """The filter for what was made at a time or later; none if the time is not known."""
    return [("created[gte]", seconds - CLOCKS_APART_SECONDS)] if seconds > CLOCKS_APART_SECONDS else []


def below(path: str, *ids: str) -> str:
    """A path with ids in it: `{}` stands for each."""
    return path.format(*(path_segment(each) for each in ids))


def metadata(thing: Any, key: str) -> str:
    """What stands in an object's metadata under a key; empty if nothing does."""
    kept = thing.get("metadata") if isinstance(thing, Mapping) else None
    return str(kept.get(key, "")) if isinstance(kept, Mapping) else ""


def _headers(call: Call, suffix: str | None = None) -> dict[str, str]:
    key = call.credential("secret_key")
    if not key.startswith(KEYS[call.environment]):
        # A test key in the live environment would pay nothing, a live key in the sandbox would pay for real.
        raise Misconfigured(f"{call.operation}: the secret key is not one of this environment", credentials=True)
    headers = {"Authorization": f"Bearer {key}", "Stripe-Version": API_VERSION}
    if suffix is not None:
        headers["Idempotency-Key"] = f"{call.idempotency_key}-{suffix}" if suffix else call.idempotency_key
    return headers
