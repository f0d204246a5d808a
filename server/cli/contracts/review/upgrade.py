"""The guide for callers from one version of a package to the next: what to send instead, and what comes back.

Rule: it is made of the contract alone, so that it never tells of another one than is served.
"""

import json
from collections.abc import Iterator

import click

from server.cli.contracts.review import meaning, options, rest, upgrade_copy
from server.cli.contracts.review.elements import Element, Is
from server.cli.contracts.review.model import Change, Kind, Side, Verdict
from server.cli.contracts.review.options import Contracts
from server.cli.contracts.review.upgrade_pairs import Matching, Pair, http
from server.cli.contracts.review.upgrade_samples import Samples

_BOTH = """\
Both versions are served side by side, over the same data: what one made, the other reads and changes.
Ids, API keys, scopes and webhooks stay. An idempotency key belongs to what is done and not to the version: a call that
was sent to the old version, and is repeated in the new one with the same key, takes effect once."""


def guide(side: Side, old: str, new: str) -> str:
    """The guide from one package of a side to another.

    Raises:
        click.ClickException: the side has no such packages.
    """
    contracts = options.read(side)
    for package in (old, new):
        if package not in contracts.elements or not any(each.package == package for each in contracts.of(Is.RPC)):
            raise click.ClickException(f"{side.title} has no package {package} with methods.")
    return "\n".join(_Guide(side, contracts, old, new).lines()).rstrip() + "\n"


class _Guide:
    """One guide, while it is written."""

    def __init__(self, side: Side, contracts: Contracts, old: str, new: str) -> None:
        self._contracts = contracts
        self._old, self._new = old, new
        self._matching = Matching(contracts, old, new)
        self._samples = Samples(contracts)
        self._shown: dict[str, str] = {}
        self._rpcs = self._matching.rpcs()
        self._messages = self._reached()
        fields = [pair for pairs in self._messages.values() for pair in pairs[2]]
        self._changes = self._meant(*upgrade_copy.copies(side, old, new, [*self._rpcs, *fields]))

    def lines(self) -> Iterator[str]:
        """The guide, line by line."""
        yield f"# From `{self._old}` to `{self._new}`"
        yield ""
        yield _BOTH
        yield ""
        yield from self._overview()
        for pair in self._rpcs:
            if pair.before and pair.after:
                yield from self._method(pair.before, pair.after)
        yield from self._shared()
        yield from self._events()

    def _overview(self) -> Iterator[str]:
        yield "## Methods"
        yield ""
        yield f"| `{self._old}` | `{self._new}` | |"
        yield "|---|---|---|"
        for pair in self._rpcs:
            was, now = (
                f"`{each.short}` {_code(http(self._contracts, each))}" if each else ""
                for each in (pair.before, pair.after)
            )
            said = "new" if pair.before is None else "only there" if pair.after is None else ""
            if pair.before and pair.after:
                said = "renamed" if pair.before.short != pair.after.short else "same name"
            yield f"| {was} | {now} | {said} |"
        yield ""
        gone = [
            f"`{each.before.short}`{self._end(each.before)}" for each in self._rpcs if each.before and not each.after
        ]
        if gone:
            yield f"Not in `{self._new}`; they go on in `{self._old}`: {', '.join(gone)}."
            yield ""
        for pair in self._rpcs:
            if pair.before is None and pair.after:
                yield f"New: `{pair.after.short}`. {_first(self._contracts.comment(pair.after))}"
                yield ""

    def _end(self, rpc: Element) -> str:
        sunset = self._contracts.stability(rpc).get("sunset", "")
        return f" (until {sunset})" if sunset else ""

    def _method(self, before: Element, after: Element) -> Iterator[str]:
        yield f"## {after.short}"
        yield ""
        was, now = http(self._contracts, before), http(self._contracts, after)
        yield f"{_code(was)} becomes {_code(now)}." if was and now else f"`{before.name}` becomes `{after.name}`."
        stability = self._contracts.stability(before)
        if stability.get("level") == "STABILITY_LEVEL_DEPRECATED":
            since = f" since {stability['deprecated_since']}" if stability.get("deprecated_since") else ""
            end = f" and ends on {stability['sunset']}" if stability.get("sunset") else ""
            yield f"The old method is deprecated{since}{end}."
        yield ""
        asked = self._type(before.proto.input_type), self._type(after.proto.input_type)
        answered = self._answer(before), self._answer(after)
        yield from self._table("What is sent", *asked)
        yield from self._also(before.name)
        yield from self._examples(
            "Sent", *(self._sent(rpc, each) for rpc, each in zip((before, after), asked, strict=True))
        )
        if answered[0].name in self._shown:
            yield f"The answer changes as that of `{self._shown[answered[0].name]}` does."
            yield ""
        elif answered[0].package == self._old:
            self._shown[answered[0].name] = after.short
            yield from self._examples("Answered", *(self._samples.sample(each) for each in answered))

    def _shared(self) -> Iterator[str]:
        """Messages that are no request or response: what comes back, wherever it comes back."""
        for before, after, _ in self._messages.values():
            if not before.short.endswith(("Request", "Response")):
                rows = [*self._table("What it holds", before, after)]
                if rows:
                    yield from (f"## `{after.short}`", "", *rows)

    def _events(self) -> Iterator[str]:
        told = {kind: name for name, kind in self._told(self._new)}
        both = sorted(kind for _, kind in self._told(self._old) if kind in told)
        if not both:
            return
        version = self._new.rpartition(".")[2]
        yield "## Webhooks"
        yield ""
        yield "An endpoint goes on getting the payloads that it is pinned to, until you ask for others:"
        yield ""
        yield "```http"
        yield "PATCH /v1/webhook-endpoints/{webhook_endpoint_id}"
        yield ""
        yield f'{{"payload_version": "{version}"}}'
        yield "```"
        yield ""
        yield "| event | data |"
        yield "|---|---|"
        yield from (f"| `{kind}` | `{told[kind]}` |" for kind in both)
        yield ""

    def _told(self, package: str) -> Iterator[tuple[str, str]]:
        for message in self._contracts.of(Is.MESSAGE):
            if message.package == package and (kind := self._contracts.event(message)):
                yield message.name, kind

    def _table(self, title: str, before: Element, after: Element) -> Iterator[str]:
        rows = [*self._rows(before, after)]
        if rows:
            yield from (f"{title}:", "", "| was | is | what to do |", "|---|---|---|", *rows, "")

    def _rows(self, before: Element, after: Element) -> Iterator[str]:
        for pair in self._messages.get(before.name, (before, after, ()))[2]:
            was = f"`{pair.before.short}`" if pair.before else ""
            now = f"`{pair.path or pair.after.short}`" if pair.after else ""
            if pair.before is None and pair.after:
                yield f"| | {now} | New. {_first(self._contracts.comment(pair.after))} |"
            elif pair.after is None and pair.before:
                asked = before.short.endswith("Request")
                yield f"| {was} | | {'Gone: leave it out.' if asked else 'Gone: it is not answered any more.'} |"
            elif pair.before and pair.after:
                said = [*self._said(pair.before, pair.after, pair.path)]
                if said:
                    yield f"| {was} | {now} | {' '.join(said)} |"

    def _said(self, before: Element, after: Element, path: str) -> Iterator[str]:
        if path:
            yield "Moved."
        elif before.short != after.short:
            yield "Renamed."
        one, other = self._contracts.type_of(before), self._contracts.type_of(after)
        if not self._matching.same_type(one, other):
            yield f"It was `{_short(one)}`, and is `{_short(other)}`."
        for each in self._changes.get(before.name, ()):
            yield each.detail.replace(f"`{before.short}`", f"`{after.short}`")

    def _also(self, name: str) -> Iterator[str]:
        found = self._changes.get(name, [])
        if found:
            yield from ("Besides:", "", *(f"- {each.detail}" for each in found), "")

    def _examples(self, title: str, before: object, after: object) -> Iterator[str]:
        for version, example in ((self._old, before), (self._new, after)):
            if example:
                yield from (f"{title}, {version.rpartition('.')[2]}:", "", "```json")
                yield from json.dumps(example, indent=2, ensure_ascii=False).splitlines()
                yield from ("```", "")

    def _sent(self, rpc: Element, message: Element) -> object:
        rule = self._contracts.http(rpc)
        path = http(self._contracts, rpc)
        bound = frozenset(each.partition("}")[0].partition("=")[0] for each in path.split("{")[1:])
        found = self._samples.sample(message, without=bound)
        return (
            found.get(rule["body"]) if rule.get("body", "*") not in ("", "*") else found if rule.get("body") else None
        )

    def _answer(self, rpc: Element) -> Element:
        """What comes back over HTTP: the response, or the field of it that is the body."""
        response = self._type(rpc.proto.output_type)
        part = self._contracts.http(rpc).get("response_body")
        field = self._contracts.elements.get(f"{response.name}.{part}") if part else None
        return self._type(field.proto.type_name) if field is not None and field.proto.type_name else response

    def _type(self, name: str) -> Element:
        return self._contracts.elements[name.removeprefix(".")]

    def _reached(self) -> dict[str, tuple[Element, Element, list[Pair]]]:
        """Messages of the old package by name, each with its equal and their fields, from the methods inwards."""
        found: dict[str, tuple[Element, Element, list[Pair]]] = {}
        waiting = [
            (self._type(one), self._type(other))
            for pair in self._rpcs
            if pair.before and pair.after
            for one, other in (
                (pair.before.proto.input_type, pair.after.proto.input_type),
                (pair.before.proto.output_type, pair.after.proto.output_type),
            )
        ]
        while waiting:
            before, after = waiting.pop(0)
            if before.name in found or before.package != self._old or after.package != self._new:
                continue
            pairs = self._matching.fields(before, after)
            found[before.name] = before, after, pairs
            for pair in pairs:
                if pair.before and pair.after and not pair.path:
                    types = [
                        self._contracts.elements.get(self._contracts.type_of(each))
                        for each in (pair.before, pair.after)
                    ]
                    if types[0] and types[1] and types[0].kind is Is.MESSAGE and types[1].kind is Is.MESSAGE:
                        waiting.append((types[0], types[1]))
        return found

    def _meant(self, before: Side, after: Side) -> dict[str, list[Change]]:
        """What the review finds beside types, names and paths, of what is in both, by the element's old name."""
        fields = [pair for pairs in self._messages.values() for pair in pairs[2]]
        both = {pair.before.name for pair in (*self._rpcs, *fields) if pair.before and pair.after and not pair.path}
        found: dict[str, list[Change]] = {}
        for change in (*meaning.changes(before, after), *rest.changes(before, after)):
            told = change.rule.kind is Kind.DOCS or change.rule.id.startswith("REST_")
            if change.element in both and not told and change.judged is not Verdict.ADDITIVE:
                found.setdefault(change.element, []).append(change)
        return found


def _code(text: str) -> str:
    return f"`{text}`" if text else ""


def _short(kind: str) -> str:
    return kind.rpartition(".")[2] if not kind.startswith("map<") else kind


def _first(comment: str) -> str:
    """The first sentence of a comment."""
    text = " ".join(comment.split("\n\n")[0].split())
    head, dot, _ = text.partition(". ")
    return head + "." if dot else text
