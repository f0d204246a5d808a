"""What is new: packages, files, services, RPCs, messages, fields, oneofs, enums, values and options.

Rule: something new speaks for what it holds. RPCs always speak for themselves, since each is a new thing to call.
"""

from collections import Counter
from collections.abc import Iterator

from server.cli.contracts.review import options, rules_added
from server.cli.contracts.review.elements import Element, Is
from server.cli.contracts.review.model import Change, Rule, Side
from server.cli.contracts.review.options import Contracts

_RULES: dict[Is, Rule] = {
    Is.PACKAGE: rules_added.PACKAGE_ADDED,
    Is.FILE: rules_added.FILE_ADDED,
    Is.SERVICE: rules_added.SERVICE_ADDED,
    Is.RPC: rules_added.RPC_ADDED,
    Is.MESSAGE: rules_added.MESSAGE_ADDED,
    Is.FIELD: rules_added.FIELD_ADDED,
    Is.ONEOF: rules_added.ONEOF_ADDED,
    Is.ENUM: rules_added.ENUM_ADDED,
    Is.VALUE: rules_added.ENUM_VALUE_ADDED,
    Is.OPTION: rules_added.OPTION_ADDED,
}

# What is counted of a new package, file, service, message or enum, in this order.
_COUNTED = {
    Is.FILE: ("file", "files"),
    Is.SERVICE: ("service", "services"),
    Is.RPC: ("RPC", "RPCs"),
    Is.MESSAGE: ("message", "messages"),
    Is.ENUM: ("enum", "enums"),
    Is.FIELD: ("field", "fields"),
    Is.VALUE: ("value", "values"),
}
_DETAILS = (Is.FIELD, Is.VALUE)
_VERBS = ("get", "put", "post", "delete", "patch")


def changes(before: Side, after: Side) -> Iterator[Change]:
    """One change for each element that is new, and whose holder is not."""
    old, new = options.read(before), options.read(after)
    for element in new.elements.values():
        if element.name in old.elements or _renamed(old, new, element):
            continue
        if element.kind is Is.RPC or not (holders := _holders(element)) or holders <= old.elements.keys():
            yield _change(new, element)


def _holders(element: Element) -> set[str]:
    """The names of what speaks for an element where that is new as well."""
    return {element.parent, element.file if element.kind is not Is.FILE else ""} - {""}


def _renamed(old: Contracts, new: Contracts, element: Element) -> bool:
    """Whether a field or value stood there before under another name: buf tells of that."""
    holder = old.elements.get(element.parent)
    if holder is None or element.kind not in (Is.FIELD, Is.VALUE):
        return False
    number = element.proto.number
    return any(
        each.proto.number == number and each.name not in new.elements for each in old.children(holder, element.kind)
    )


def _change(new: Contracts, element: Element) -> Change:
    text = new.text(element) if element.file else f"package {element.name};"
    return Change(_RULES[element.kind], element.name, _detail(new, element), after=text, after_place=new.place(element))


def _detail(new: Contracts, element: Element) -> str:
    name = f"`{element.short}`"
    if element.kind is Is.FIELD:
        label = new.label_of(element)
        typed = f"{label} " if label in ("repeated", "optional") else ""
        return f"Field {element.proto.number}, {name}, of type `{typed}{new.type_of(element)}`."
    if element.kind is Is.VALUE:
        return f"Value {element.proto.number}, {name}."
    if element.kind is Is.RPC:
        verb = next(((verb, path) for verb, path in new.http(element).items() if verb in _VERBS), None)
        return f"{name} is called as `{verb[0].upper()} {verb[1]}`." if verb else f"{name} is called by gRPC alone."
    counts = _counted(new, element)
    return f"The {element.kind.value} {name}{f' with {counts}' if counts else ''}."


def _counted(new: Contracts, element: Element) -> str:
    """What a new element holds, such as `2 services, 9 RPCs`."""
    if element.kind in (Is.PACKAGE, Is.FILE):
        inside = [each for each in new.elements.values() if _within(each, element)]
        wanted = [kind for kind in _COUNTED if kind not in _DETAILS]
    else:
        inside = list(new.children(element))
        wanted = list(_COUNTED)
    counts = Counter(each.kind for each in inside)
    return ", ".join(f"{counts[kind]} {_COUNTED[kind][counts[kind] > 1]}" for kind in wanted if counts[kind])


def _within(each: Element, holder: Element) -> bool:
    if each is holder:
        return False
    return each.package == holder.name if holder.kind is Is.PACKAGE else each.file == holder.name
