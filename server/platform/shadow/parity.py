"""How far a connection does what others do: counted in the database, judged here.

Rule: what could not be told counts neither for nor against it, but too much of it is a reason to look.
"""

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any

from corridor.routing.v1 import shadow_comparison_pb2 as comparing
from corridor.routing.v1.shadow_comparison_pb2 import ShadowClassCount, ShadowFieldCount, ShadowParity
from server.kit.context import Context
from server.platform.shadow.compare import COST, FORMAT, INCOMPARABLE, NONE, OUTCOME, TIMING
from server.store.engine import Connection

ENOUGH = 100
"""How many comparisons that could be told are enough to judge by."""
READY_BASIS_POINTS = 9_900
INCOMPARABLE_AT_MOST = 0.2
_EXAMPLES, _FIELDS_AT_MOST = 3, 10

_WHERE = """company_id = %(company_id)s AND environment = %(environment)s
    AND (%(connection_id)s = '' OR connection_id = %(connection_id)s) AND (%(domain)s = '' OR domain = %(domain)s)
    AND (%(since)s::timestamptz IS NULL OR create_time >= %(since)s)
    AND (%(until)s::timestamptz IS NULL OR create_time < %(until)s)"""
_CLASSES = f"""
SELECT connection_id, domain, rule_name, difference_class, count(*), min(create_time), max(create_time)
FROM corridor.shadow_comparisons WHERE {_WHERE}
GROUP BY connection_id, domain, rule_name, difference_class ORDER BY connection_id, domain, rule_name, difference_class
"""
_FIELDS = f"""
SELECT connection_id, domain, rule_name, field, count(*),
    (array_agg(shadow_comparison_id ORDER BY shadow_comparison_id DESC))[1:{_EXAMPLES}]
FROM corridor.shadow_comparisons, unnest(fields) AS field WHERE {_WHERE}
GROUP BY connection_id, domain, rule_name, field ORDER BY count(*) DESC, field
"""


def parities(
    connection: Connection,
    context: Context,
    *,
    connection_id: str = "",
    domain: str = "",
    since: datetime | None = None,
    until: datetime | None = None,
) -> Sequence[ShadowParity]:
    """What was compared in a time, by connection, domain and rule."""
    values: Mapping[str, Any] = {
        "company_id": context.who.company_id,
        "environment": context.who.environment,
        "connection_id": connection_id,
        "domain": domain,
        "since": since,
        "until": until,
    }
    found: dict[tuple[str, str, str], ShadowParity] = {}
    for where, tried, rule, kind, count, first, last in connection.execute(_CLASSES, values).fetchall():
        parity = found.setdefault((where, tried, rule), ShadowParity(connection_id=where, domain=tried, rule_name=rule))
        parity.classes.append(ShadowClassCount(difference_class=kind, count=count))
        if not parity.HasField("first_time") or first < parity.first_time.ToDatetime(first.tzinfo):
            parity.first_time.FromDatetime(first)
        if not parity.HasField("last_time") or last > parity.last_time.ToDatetime(last.tzinfo):
            parity.last_time.FromDatetime(last)
    for where, tried, rule, field, count, examples in connection.execute(_FIELDS, values).fetchall():
        fields = found[where, tried, rule].fields
        if len(fields) < _FIELDS_AT_MOST:
            fields.append(ShadowFieldCount(field=field, count=count, shadow_comparison_ids=examples))
    for parity in found.values():
        judge(parity)
    return list(found.values())


def judge(parity: ShadowParity) -> None:
    """Fill in sums, share and verdict from the counts of classes."""
    counts = {each.difference_class: each.count for each in parity.classes}
    parity.compared_count = sum(counts.values())
    parity.same_count = counts.get(NONE, 0) + counts.get(FORMAT, 0)
    told = parity.compared_count - counts.get(INCOMPARABLE, 0)
    parity.parity_basis_points = parity.same_count * 10_000 // told if told else 0
    parity.verdict, parity.verdict_text = _verdict(parity, counts, told)


def _verdict(
    parity: ShadowParity, counts: Mapping["comparing.ShadowDifferenceClass.ValueType", int], told: int
) -> tuple["comparing.ShadowVerdict.ValueType", str]:
    share = f"{parity.parity_basis_points / 100:.2f} %"
    if counts.get(OUTCOME):
        why = f"{_of(counts[OUTCOME], told)} would have ended otherwise: raising its exposure does not look safe."
        return comparing.SHADOW_VERDICT_NOT_READY, why
    if told < ENOUGH:
        why = f"Only {told} could be compared; {ENOUGH} are needed to judge by."
        return comparing.SHADOW_VERDICT_TOO_FEW, why
    unknown = counts.get(INCOMPARABLE, 0)
    if unknown > parity.compared_count * INCOMPARABLE_AT_MOST:
        why = f"{_of(unknown, parity.compared_count)} could not be compared: see why before raising its exposure."
        return comparing.SHADOW_VERDICT_LOOK, why
    if parity.parity_basis_points < READY_BASIS_POINTS:
        late, dear = counts.get(TIMING, 0), counts.get(COST, 0)
        why = f"{share} came out the same; {late} differ in time and {dear} in cost: look at them first."
        return comparing.SHADOW_VERDICT_LOOK, why
    return comparing.SHADOW_VERDICT_READY, f"{share} of {told} came out the same: raising it to a share looks safe."


def _of(count: int, whole: int) -> str:
    return f"{count} of {whole}"
