"""The call by which something is tried at a connection: the operation itself, in a call that must have no effect.

Rule: the port withholds what would have one. Only a rehearsal is really sent, and never in the live environment.
"""

from dataclasses import dataclass
from typing import Any

from adapters.kit.call import Call
from adapters.kit.errors import Misconfigured, ProviderError, Withheld
from corridor.routing.v1 import shadow_comparison_pb2 as comparing
from corridor.routing.v1.shadow_comparison_pb2 import ShadowExchange, ShadowResult
from server.kit.context import Context
from server.platform.providers.invoke import Ended, Invoker
from server.platform.shadow import held
from server.platform.shadow.domain import Shadowed, T
from server.store.attempts import Outcome

_NOT_ASKED = comparing.SHADOW_OUTCOME_NOT_ASKED
_NOT_UNDERSTOOD = comparing.SHADOW_OUTCOME_NOT_UNDERSTOOD
_REFUSED = comparing.SHADOW_OUTCOME_REFUSED
_WOULD_SEND = comparing.SHADOW_OUTCOME_WOULD_SEND


@dataclass(frozen=True, slots=True)
class Tried:
    """What trying came to. `check` is what the provider said where it could be asked as well."""

    withheld: Withheld | None
    answer: Any = None
    check: ShadowResult | None = None
    unchecked: str = ""  # why a check said nothing


def operation(create: str) -> str:
    """The operation as gates and metrics know it: what a try meets says nothing of the calls that act."""
    return f"shadow_{create}"


def is_really_sent(context: Context, *, rehearsal: bool) -> bool:
    """Whether everything goes out. In the live environment that is refused where it is set, and here again."""
    return rehearsal and not context.who.live


def attempt(
    invoker: Invoker, context: Context, domain: Shadowed[T], thing: T, connection_id: str, name: str, *, rehearsal: bool
) -> Ended:
    """Try something at a connection, under an id and key of its own. Nothing is recorded as an attempt."""
    really = is_really_sent(context, rehearsal=rehearsal)

    def ask(adapter: Any, call: Call) -> Tried:
        call.idempotency_key = name
        if really:
            return Tried(None, domain.send(context, adapter, call, domain.disguised(thing, name)))
        try:
            return Tried(None, domain.send(context, adapter, call, thing))
        except Withheld as withheld:
            check, unchecked = _checked(context, domain, adapter, call, thing)
            return Tried(withheld, None, check, unchecked)

    named = operation(domain.create)
    return invoker.invoke(context, connection_id, named, name, ask, begin=lambda _: name, harmless=not really)


def result(domain: Shadowed[T], thing: T, ended: Ended) -> ShadowResult:
    """What trying came to, in the words of comparisons."""
    if ended.outcome == Outcome.ANSWERED:
        tried: Tried = ended.value
        found = _withheld(domain, thing, tried) if tried.withheld else domain.said(thing, tried.answer)
    else:
        found = _failed(ended)
    asked = sum(each.duration_seconds for each in ended.exchanges)
    if asked:
        found.latency.FromNanoseconds(int(asked * 1e9))
    return found


def exchanges(ended: Ended) -> list[ShadowExchange]:
    """The requests that were made, redacted."""
    made = []
    for each in ended.exchanges:
        kept = ShadowExchange(
            method=each.method,
            url=each.url,
            status=each.status,
            request_body=each.request_body,
            response_body=each.response_body,
            failure=each.failure,
        )
        kept.duration.FromNanoseconds(int(each.duration_seconds * 1e9))
        made.append(kept)
    return made


def _checked(
    context: Context, domain: Shadowed[T], adapter: Any, call: Call, thing: T
) -> tuple[ShadowResult | None, str]:
    try:
        return domain.check(context, adapter, call, thing), ""
    except ProviderError as error:
        return None, f"; the check was {type(error).__name__}"
    except Withheld as withheld:  # the check itself would have left something behind: that is a fault of the adapter
        return None, f"; the check would have sent {withheld.method} {withheld.path}"


def _withheld(domain: Shadowed[T], thing: T, tried: Tried) -> ShadowResult:
    withheld, asked = tried.withheld, domain.asked(thing)
    assert withheld is not None
    found = held.found(asked, withheld.leaves)
    found.rail = asked.rail
    if tried.check is not None:
        found.MergeFrom(tried.check)
    found.outcome = found.outcome or _WOULD_SEND
    fields = f" with {', '.join(withheld.names)}" if withheld.names else ""
    found.detail = f"{withheld.method} {withheld.path} was withheld{fields}{tried.unchecked}"
    return found


def _failed(ended: Ended) -> ShadowResult:
    """A request of ours that the provider refuses whatever it says would fail in earnest, too."""
    found = ShadowResult(detail=ended.detail, provider_reason_code=ended.code)
    match ended.outcome:
        case Outcome.REJECTED:
            found.outcome = _REFUSED
        case Outcome.MISCONFIGURED:
            credentials = isinstance(ended.error, Misconfigured) and ended.error.credentials
            found.outcome = _NOT_ASKED if credentials else _REFUSED
        case Outcome.UNAVAILABLE:
            found.outcome = _NOT_ASKED
        case _:
            found.outcome = _NOT_UNDERSTOOD
    return found
