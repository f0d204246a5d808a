"""Validation of fields, messages and oneofs: which values are allowed on one side and not on the other.

Rule: what callers send may not be allowed less, what they are answered may not be allowed more without being told.
A message that goes both ways is judged by the stricter of the two.
"""

from collections.abc import Iterator

from server.cli.contracts.review.elements import Is
from server.cli.contracts.review.meaning_bounds import Difference, Effect, differences
from server.cli.contracts.review.meaning_pairs import Comparison, Pair
from server.cli.contracts.review.meaning_use import Way
from server.cli.contracts.review.model import Change, Verdict
from server.cli.contracts.review.rest_fields import moved
from server.cli.contracts.review.rules_meaning import BY_ID

_RULES = {
    Effect.FEWER: BY_ID["VALIDATION_TIGHTENED"],
    Effect.MORE: BY_ID["VALIDATION_LOOSENED"],
    Effect.OTHERS: BY_ID["VALIDATION_REPLACED"],
    Effect.TEXT: BY_ID["VALIDATION_TEXT_CHANGED"],
}
_WORDS = {
    Effect.FEWER: "Fewer values are allowed",
    Effect.MORE: "More values are allowed",
    Effect.OTHERS: "Other values are allowed",
    Effect.TEXT: "The same values are allowed, and rules are worded differently",
}
_WAYS = {
    Way.SENT: "in requests",
    Way.ANSWERED: "in answers and events",
    Way.SENT | Way.ANSWERED: "in requests and in answers",
    Way.INSIDE: "in messages that no RPC and no event carries",
}


def validation(comparison: Comparison, pair: Pair) -> Iterator[Change]:
    """What a pair's rules allow now, by effect."""
    message = pair.before.name if pair.before.kind is Is.MESSAGE else pair.before.parent
    way = comparison.use.way(message)
    told = moved(comparison, pair)[1]
    found = differences(comparison.before.rules(pair.before), comparison.after.rules(pair.after))
    for effect, rule in _RULES.items():
        if said := tuple(_said(found, effect, told)):
            detail = f"{_WORDS[effect]} {_WAYS[way]}: {', '.join(said)}."
            yield comparison.change(rule, pair, detail, _verdict(effect, way))


def _said(found: tuple[Difference, ...], effect: Effect, told: tuple[Difference, ...]) -> Iterator[str]:
    said = (each for each in found if each.effect is effect and each not in told)
    return (each.path if effect is Effect.TEXT else each.said for each in said)


def _verdict(effect: Effect, way: Way) -> Verdict:
    if effect is Effect.TEXT:
        return Verdict.ADDITIVE
    if effect is Effect.MORE:
        return Verdict.NOTICE if Way.ANSWERED in way else Verdict.ADDITIVE
    if Way.SENT in way:
        return Verdict.BREAKING
    # Values that callers are answered become fewer: those that they read already are among them.
    return Verdict.ADDITIVE if effect is Effect.FEWER and way is Way.ANSWERED else Verdict.NOTICE
