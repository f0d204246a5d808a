"""What of one version of a package became what of the next: methods with methods, fields with fields.

Rule: what the contract declares as a replacement goes before what names, numbers and types suggest; what is not clear
is told as gone and new, never guessed.
"""

from collections.abc import Callable, Iterable
from dataclasses import dataclass

from server.cli.contracts.review.elements import Element, Is
from server.cli.contracts.review.options import Contracts

_VERBS = ("get", "put", "post", "delete", "patch")


@dataclass(frozen=True, slots=True)
class Pair:
    """One element before and after. `before` is missing of what is new, `after` of what is gone."""

    before: Element | None
    after: Element | None
    path: str = ""
    """Where a field went that moved into another message: from the message that it was in."""


class Matching:
    """Finds pairs between the packages `old` and `new` of one image."""

    def __init__(self, contracts: Contracts, old: str, new: str) -> None:
        self._contracts = contracts
        self._old, self._new = old, new

    def rpcs(self) -> list[Pair]:
        """The methods of both packages: those of the old one in their order, then what is new."""
        return self._pairs(self._of(self._old, Is.RPC), self._of(self._new, Is.RPC), (self._same_name, self._same_path))

    def fields(self, before: Element, after: Element) -> list[Pair]:
        """The fields of two messages, in the same way."""
        old = [*self._contracts.children(before, Is.FIELD)]
        new = [*self._contracts.children(after, Is.FIELD)]
        pairs = self._pairs(old, new, (self._same_name, self._same_number, self._only_of_type(old, new)))
        return [self._moved(pair, after) for pair in pairs]

    def values(self, before: Element, after: Element) -> list[Pair]:
        """The values of two enums."""
        old = [*self._contracts.children(before, Is.VALUE)]
        return self._pairs(old, [*self._contracts.children(after, Is.VALUE)], (self._same_name,))

    def same_type(self, one: str, other: str) -> bool:
        """Whether two types are the same one, or the same one of both packages."""
        return one.replace(f"{self._old}.", f"{self._new}.") == other

    def _of(self, package: str, kind: Is) -> list[Element]:
        return [each for each in self._contracts.of(kind) if each.package == package]

    def _pairs(
        self, old: list[Element], new: list[Element], ways: Iterable[Callable[[Element, Element], bool]]
    ) -> list[Pair]:
        found: dict[str, Element] = {}
        for way in (self._declared, *ways):
            for element in old:
                taken = {each.name for each in found.values()}
                if element.name not in found:
                    fits = [each for each in new if each.name not in taken and way(element, each)]
                    if len(fits) == 1:
                        found[element.name] = fits[0]
        known = {each.name for each in found.values()}
        return [
            *(Pair(each, found.get(each.name)) for each in old),
            *(Pair(None, each) for each in new if each.name not in known),
        ]

    def _declared(self, before: Element, after: Element) -> bool:
        return before.kind is not Is.VALUE and self._contracts.stability(before).get("replacement") == after.name

    def _same_name(self, before: Element, after: Element) -> bool:
        return before.short == after.short

    def _same_path(self, before: Element, after: Element) -> bool:
        one, other = http(self._contracts, before), http(self._contracts, after)
        return bool(one) and one.partition("/v")[2].partition("/")[2] == other.partition("/v")[2].partition("/")[2]

    def _same_number(self, before: Element, after: Element) -> bool:
        return bool(before.proto.number == after.proto.number) and self._alike(before, after)

    def _only_of_type(self, old: list[Element], new: list[Element]) -> Callable[[Element, Element], bool]:
        """A message type that stands once among what was, and once among what is: the same thing by another name."""

        def fits(before: Element, after: Element) -> bool:
            return (
                bool(before.proto.type_name)
                and self._alike(before, after)
                and sum(self._alike(each, after) for each in old) == 1
                and sum(self._alike(before, each) for each in new) == 1
            )

        return fits

    def _alike(self, before: Element, after: Element) -> bool:
        types = self._contracts.type_of(before), self._contracts.type_of(after)
        return self.same_type(*types) and self._contracts.label_of(before) == self._contracts.label_of(after)

    def _moved(self, pair: Pair, after: Element) -> Pair:
        """A field that is gone from its message, and was declared to be a field of a message in it."""
        if pair.before is None or pair.after is not None:
            return pair
        wanted = self._contracts.elements.get(self._contracts.stability(pair.before).get("replacement", ""))
        if wanted is None:
            return pair
        for holder in self._contracts.children(after, Is.FIELD):
            if self._contracts.type_of(holder) == wanted.parent:
                return Pair(pair.before, wanted, f"{holder.short}.{wanted.short}")
        return pair


def http(contracts: Contracts, rpc: Element) -> str:
    """The HTTP binding of a method, such as `POST /v1/payouts`; empty where it has none."""
    rule = contracts.http(rpc)
    return next((f"{verb.upper()} {rule[verb]}" for verb in _VERBS if rule.get(verb)), "")
