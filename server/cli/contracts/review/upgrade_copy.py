"""One image as two sides, for the guide from one version of a package to the next.

Rule: in the copy the new package bears the old one's names, of methods and fields too, so that the review compares what
belongs together instead of telling that everything is new.
"""

from collections.abc import Iterable, Mapping
from typing import Any

import click

from server.cli.contracts import image as images
from server.cli.contracts.review.model import Side
from server.cli.contracts.review.upgrade_pairs import Pair


def copies(side: Side, old: str, new: str, pairs: Iterable[Pair]) -> tuple[Side, Side]:
    """The side with the old package alone, and with the new one in its place.

    Raises:
        click.ClickException: the new package is made of the old one's messages.
    """
    names = {each.after.name: each.before.short for each in pairs if each.before and each.after and not each.path}
    before, after = (images.read(b"") for _ in range(2))
    kept, renamed = _wanted(side, old), _wanted(side, new)
    for file in side.image.file:
        if file.name in kept:
            before.file.add().CopyFrom(file)
        if file.name in renamed:
            if file.package == old:
                raise click.ClickException(
                    f"{new} imports {file.name}: a version stands by itself, so copy what it needs."
                )
            copy = after.file.add()
            copy.CopyFrom(file)
            _rename(copy, old, new, names)
    return Side(old, before, {}), Side(new, after, {})


def _wanted(side: Side, package: str) -> set[str]:
    """A package's files, with everything that they import."""
    by_name = {file.name: file for file in side.image.file}
    waiting = [file.name for file in side.image.file if file.package == package]
    found: set[str] = set()
    while waiting:
        name = waiting.pop()
        if name not in found:
            found.add(name)
            waiting.extend(by_name[name].dependency)
    return found


def _rename(file: Any, old: str, new: str, names: Mapping[str, str]) -> None:
    folder, wanted = (f"{package.replace('.', '/')}/" for package in (new, old))
    ours = file.package == new
    if ours:
        _rename_members(file, new, names)
        file.package = old
        file.name = wanted + file.name.removeprefix(folder)
    file.dependency[:] = [
        each.replace(folder, wanted, 1) if each.startswith(folder) else each for each in file.dependency
    ]

    def typed(name: str) -> str:
        return f".{old}.{name.removeprefix(f'.{new}.')}" if name.startswith(f".{new}.") else name

    for _, message in images.messages(file):
        for field in message.field:
            if field.type_name:
                field.type_name = typed(field.type_name)
    for service in file.service:
        for method in service.method:
            method.input_type, method.output_type = typed(method.input_type), typed(method.output_type)


def _rename_members(file: Any, package: str, names: Mapping[str, str]) -> None:
    for service in file.service:
        for method in service.method:
            method.name = names.get(f"{package}.{service.name}.{method.name}", method.name)
    for full_name, message in images.messages(file):
        for field in message.field:
            given = names.get(f"{full_name}.{field.name}")
            if given is not None and given != field.name:
                field.name = given
                field.json_name = _json(given)


def _json(name: str) -> str:
    first, *others = name.split("_")
    return first + "".join(each.capitalize() for each in others)
