"""What breaks bytes and generated code: buf's findings, each with its element, its place on both sides, and our words.

Rule: no finding is lost, also one whose words are not known here: then it says what buf says.
"""

import re
from collections.abc import Iterator

from server.cli.contracts.review import buf, options, rules_wire, wire_words
from server.cli.contracts.review.buf import Finding
from server.cli.contracts.review.elements import Element, Is
from server.cli.contracts.review.model import Change, Kind, Place, Rule, Side, Verdict
from server.cli.contracts.review.options import Contracts

_RULES = {rule.id: rule for rule in rules_wire.RULES}

# How buf names what it found, the most particular first. Messages and enums within others may go by their last name.
_VALUE = re.compile(r'[Ee]num value "(?P<number>-?\d+)" on enum "(?P<on>[^"]+)"')
_FIELD = re.compile(r'[Ff]ield "(?P<number>\d+)" (?:with name "[^"]*" )?on message "(?P<on>[^"]+)"')
_REQUIRED = re.compile(r'Message "(?P<on>[^"]+)" had required field "(?P<number>\d+)"')
_MEMBER = re.compile(r'(?:RPC|oneof) "(?P<name>[^"]+)" on (?:service|message) "(?P<on>[^"]+)"')
_OPTION = re.compile(r'Extension "\d+" with name "(?P<full>[^"]+)"')
_ON = re.compile(r'on (?:message|enum) "(?P<on>[^"]+)"')
_WHOLE = re.compile(r'(?:[Mm]essage|[Ee]num|[Ss]ervice|[Ee]xtension) "(?P<on>[^"]+)"')
_FILE = re.compile(r'^Previously present file "(?P<file>[^"]+)"')

_HOLDERS = (Is.MESSAGE, Is.ENUM, Is.SERVICE, Is.OPTION)


def changes(before: Side, after: Side) -> Iterator[Change]:
    """One change for each of buf's findings; a message that is gone speaks for what was declared in it."""
    found = buf.findings(before.image, after.image)
    if found:
        located = _Located(options.read(before), options.read(after))
        made = [located.change(finding) for finding in found]
        deleted = (change.element for change in made if change.rule.id == "MESSAGE_NO_DELETE")
        new = options.read(after).elements  # a message that only moved is still compared
        gone = tuple(f"{name}." for name in deleted if name not in new)
        yield from (change for change in made if not change.element.startswith(gone))


class _Located:
    """Finds the elements that buf speaks of."""

    def __init__(self, before: Contracts, after: Contracts) -> None:
        self._before = before
        self._after = after
        self._maps = {
            (field.file, field.proto.type_name.rpartition(".")[2]): field
            for field in before.of(Is.FIELD)
            if before.label_of(field) == "map"
        }

    def change(self, finding: Finding) -> Change:
        old = self._old(finding)
        rule = _RULES.get(finding.rule) or _unknown(finding)
        if old is None:  # only what is new: a `required` field, or a rule that this table does not know
            place = Place(finding.file, finding.line)
            required = rule.id == "MESSAGE_SAME_REQUIRED_FIELDS"
            said = "Every message has to set it now." if required else finding.message
            return Change(rule, self._new_name(finding), said, after_place=place)
        new = self._new(old)
        detail, texts = wire_words.told(finding, self._before, old, self._after, new)
        return Change(
            rule,
            old.name,
            detail,
            before=texts[0],
            after=texts[1],
            before_place=self._before.place(old),
            after_place=self._after.place(new) if new else Place(finding.file, finding.line if finding.file else 0),
        )

    def _old(self, finding: Finding) -> Element | None:
        said = finding.message
        if found := _FILE.search(said):
            return self._before.elements.get(found["file"])
        if found := _OPTION.search(said):
            return self._before.elements.get(found["full"])
        if found := _VALUE.search(said) or _FIELD.search(said) or _REQUIRED.search(said):
            if field := self._maps.get((finding.file, found["on"].rpartition(".")[2])):
                return field
            return self._numbered(self._before, self._holder(finding, found["on"]), int(found["number"]))
        if found := _MEMBER.search(said):
            holder = self._holder(finding, found["on"])
            return self._before.elements.get(f"{holder.name}.{found['name']}") if holder else None
        if found := _ON.search(said) or _WHOLE.search(said):
            return self._holder(finding, found["on"])
        if finding.rule.startswith("FILE_"):
            return self._before.elements.get(finding.file)
        return self._around(finding)

    def _around(self, finding: Finding) -> Element | None:
        """The innermost message, enum or service around a line; else the file."""
        name = finding.file
        for each in self._after.of(*_HOLDERS):
            if each.file == finding.file and finding.line in self._after.lines(each):
                name = each.name
        return self._before.elements.get(name)

    def _holder(self, finding: Finding, name: str) -> Element | None:
        """The message, enum, service or option that a name of buf means, in the file that it speaks of."""
        file = self._before.elements.get(finding.file)
        if file is None:
            return None
        exact = self._before.elements.get(f"{file.package}.{name}")
        fitting = [
            each
            for each in self._before.of(*_HOLDERS)
            if each.file == file.name and (each is exact or each.name.endswith(f".{name}"))
        ]
        around = [
            each
            for each in fitting
            if each.name in self._after.elements and finding.line in self._after.lines(self._after.elements[each.name])
        ]
        # Two of one name within a file: the one around the line; where there are no lines, the outermost.
        return next(iter(around if len(fitting) > 1 and around else fitting), None)

    def _numbered(self, contracts: Contracts, holder: Element | None, number: int) -> Element | None:
        """The field or value of a number. An alias of a value shares its number; the first one speaks."""
        if holder is None:
            return None
        parts = contracts.children(holder, Is.FIELD, Is.VALUE)
        return next((part for part in parts if part.proto.number == number), None)

    def _new(self, old: Element) -> Element | None:
        """What an element has become: it has the same name, or is renamed and has the same number."""
        same = self._after.elements.get(old.name)
        if same is not None and same.kind is old.kind:
            return same
        if old.kind in (Is.FIELD, Is.VALUE):
            return self._numbered(self._after, self._after.elements.get(old.parent), old.proto.number)
        return None

    def _new_name(self, finding: Finding) -> str:
        """The name of what only the new side has, as far as buf's words tell."""
        if found := _REQUIRED.search(finding.message):
            holder = self._holder(finding, found["on"])
            new = self._after.elements.get(holder.name) if holder else None
            if part := self._numbered(self._after, new, int(found["number"])):
                return part.name
        return finding.file


def _unknown(finding: Finding) -> Rule:
    """A rule of a later buf. It breaks callers all the same."""
    title = finding.rule.replace("_", " ").capitalize() + "."
    return Rule(finding.rule, Kind.SOURCE, Verdict.BREAKING, title, finding.message, "Leave it as it is.")
