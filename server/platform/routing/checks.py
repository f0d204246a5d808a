"""Whether rules make sense: what the contract's validation of single fields cannot see. Pure; no I/O.

Rule: whatever a decision would have to guess about is refused here, with the field that it stands in.
"""

from collections.abc import Iterator, Sequence
from functools import lru_cache
from zoneinfo import available_timezones

from adapters.kit.manifest_coverage import calendars, currencies
from corridor.errors.v1 import error_reason_pb2 as reasons
from corridor.providers.v1 import route_pb2
from corridor.providers.v1.route_pb2 import Exposure
from corridor.routing.v1 import routing_policy_pb2
from corridor.routing.v1.routing_policy_pb2 import RoutingCondition, RoutingRule, RoutingSend, RoutingWindow
from server.kit import countries
from server.kit.errors import Violation, fail

FEATURE_PREFIX = "feature."
# Together: every process keeps what decides in memory, and lists read versions whole.
_BYTES_AT_MOST = 500_000

Problems = Iterator[tuple[str, str]]


def is_feature(domain: str) -> bool:
    """Whether the rules are a feature's, and decide about no connection."""
    return domain.startswith(FEATURE_PREFIX)


def check(domain: str, rules: Sequence[RoutingRule], field: str = "rules") -> None:
    """Raise INVALID_ARGUMENT unless every rule can be followed."""
    violations = [Violation(f"{field}{path}", what, "routing_rule") for path, what in _problems(domain, rules)]
    if violations:
        names = ", ".join(violation.field for violation in violations[:5])
        raise fail(reasons.ERROR_REASON_INVALID_ARGUMENT, f"Not valid: {names}.", violations=violations[:100])


def _problems(domain: str, rules: Sequence[RoutingRule]) -> Problems:
    if sum(rule.ByteSize() for rule in rules) > _BYTES_AT_MOST:
        yield "", f"must take up at most {_BYTES_AT_MOST:,} bytes together; a segment can stand for its customers"
        return
    names: set[str] = set()
    for index, rule in enumerate(rules):
        if rule.name in names:
            yield f"[{index}].name", "must be unique in the policy"
        names.add(rule.name)
        if is_feature(domain) != (rule.WhichOneof("action") == "feature"):
            what = (
                "feature, as in all rules of a feature" if is_feature(domain) else "send or off, as in a domain's rules"
            )
            yield f"[{index}].{rule.WhichOneof('action') or 'send'}", f"must be {what}"
        yield from _below(f"[{index}].when", _condition(rule.when))
        if rule.HasField("send"):
            yield from _below(f"[{index}].send", _send(rule.send))


def _condition(when: RoutingCondition) -> Problems:
    if unknown := sorted(set(when.currency_codes) - currencies()):
        yield "currency_codes", f"must be ISO 4217 codes; {', '.join(unknown[:5])} is none"
    if unknown := [code for code in when.country_codes if not countries.exists(code)]:
        yield "country_codes", f"must be ISO 3166-1 alpha-2 codes; {', '.join(unknown[:5])} is none"
    bounded = when.amount_at_least_minor or when.amount_below_minor
    if bounded and len(when.currency_codes) != 1:
        yield "currency_codes", "must be exactly one where there are bounds of the amount: minor units are a currency's"
    if when.amount_below_minor and when.amount_below_minor <= when.amount_at_least_minor:
        yield "amount_below_minor", "must be greater than amount_at_least_minor"
    if when.HasField("risk_at_least") and when.HasField("risk_below") and when.risk_below <= when.risk_at_least:
        yield "risk_below", "must be greater than risk_at_least"
    for index, window in enumerate(when.windows):
        yield from _below(f"windows[{index}]", _window(window))


def _window(window: RoutingWindow) -> Problems:
    if window.time_zone not in _time_zones():
        yield "time_zone", "must be a name of the IANA time zone database, such as America/New_York"
    if window.banking_calendar and window.banking_calendar not in calendars():
        yield "banking_calendar", "must be a country such as US, or a financial calendar such as ECB"
    if window.until_time and window.until_time == (window.from_time or "00:00"):
        yield "until_time", "must be another time than from_time: the window would be empty"


def _send(send: RoutingSend) -> Problems:
    connections = [each.connection_id for each in send.candidates]
    for index, connection_id in enumerate(connections):
        if connection_id in connections[:index]:
            yield f"candidates[{index}].connection_id", "must be named once"
    split = send.preference == routing_policy_pb2.ROUTING_PREFERENCE_SPLIT
    total = sum(each.percent for each in send.candidates)
    if split and total != 100:
        yield "candidates", f"must make 100 percent together, and make {total}"
    if not split and total:
        yield "preference", "must be split where candidates have percentages"
    if send.preference == routing_policy_pb2.ROUTING_PREFERENCE_CHEAPEST:
        for index, candidate in enumerate(send.candidates):
            if not candidate.HasField("cost"):
                yield f"candidates[{index}].cost", "is needed to say which is cheapest"
    if send.HasField("exposure"):
        yield from _below("exposure", _exposure(send.exposure))


def _exposure(exposure: Exposure) -> Problems:
    share = exposure.stage == route_pb2.EXPOSURE_STAGE_PERCENT
    if share != bool(exposure.percent):
        yield "percent", "must be 1 to 99 for the stage percent, and is for no other"
    if exposure.rehearsal and exposure.stage != route_pb2.EXPOSURE_STAGE_SHADOW:
        yield "rehearsal", "is for the stage shadow alone"


def _below(path: str, problems: Problems) -> Problems:
    for below, what in problems:
        yield f"{path}.{below}", what


@lru_cache(maxsize=1)
def _time_zones() -> frozenset[str]:
    return frozenset(available_timezones())
