"""What the generated dataclasses look like from outside: the fields of a request as parameters, names as imports.

It reads the modules' own text, so that a signature says exactly what the message takes.
"""

import ast
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path

from google.protobuf.descriptor import Descriptor
from google.protobuf.descriptor_pb2 import DescriptorProto, FileDescriptorSet

_DEFAULTS = {"str": '""', "int": "0", "float": "0.0", "bool": "False", "bytes": 'b""'}
# The calls' own parameters.
_TAKEN = frozenset({"self", "request", "idempotency_key", "if_match", "timeout_seconds", "headers"})
_USUAL = (
    "from corridor_client_runtime.methods import Http, Key, Method, present",
    "from corridor_client_runtime.methods import request as given",
)


@dataclass(frozen=True, slots=True)
class Parameter:
    """One field as a parameter. `name` has a `_` behind where the calls themselves have such a parameter."""

    name: str
    field: str
    annotation: str
    default: str


def indented(spaces: int, lines: Iterable[str]) -> Iterator[str]:
    """Lines further in; empty ones stay empty."""
    for line in lines:
        yield f"{' ' * spaces}{line}".rstrip()


class Messages:
    """The messages of one package, and what of other packages they mention. Remembers what has to be imported."""

    def __init__(self, gen: Path, package: tuple[str, ...]) -> None:
        self._place = ".".join(["corridor_client", *package])
        source = gen.joinpath(*self._place.split("."), "__init__.py").read_text()
        tree = ast.parse(source)
        self._classes = {node.name: node for node in tree.body if isinstance(node, ast.ClassDef)}
        self._modules = {
            alias.asname: (self._absolute(node, package), alias.name)
            for node in tree.body
            if isinstance(node, ast.ImportFrom) and node.level
            for alias in node.names
            if alias.asname
        }
        self._local: set[str] = set()
        self._imported: set[str] = set()
        self._datetime = False

    @staticmethod
    def _absolute(node: ast.ImportFrom, package: tuple[str, ...]) -> str:
        base = ("corridor_client", *package)
        return ".".join([*base[: len(base) - node.level + 1], *([node.module] if node.module else [])])

    def local(self, name: str) -> str:
        """A class of this package, by its own name."""
        assert name in self._classes, name
        self._local.add(name)
        return name

    def named(self, message: Descriptor) -> str:
        """A message of any package."""
        package = message.file.package.split(".")
        if package[0] != "corridor":
            raise ValueError(f"{message.full_name} is no message of Corridor: return it inside of a response.")
        place = ".".join(["corridor_client", *package[1:]])
        return self.local(message.name) if place == self._place else f"{self._module(place)}.{message.name}"

    def parameters(self, name: str) -> list[Parameter]:
        """The fields of a request, in their order."""
        found = []
        for node in self._classes[name].body:
            if isinstance(node, ast.AnnAssign) and isinstance(node.target, ast.Name):
                assert isinstance(node.annotation, ast.Constant)
                annotation, default = self._annotation(str(node.annotation.value))
                field = node.target.id
                found.append(Parameter(field + "_" if field in _TAKEN else field, field, annotation, default))
        return found

    def imports(self) -> Iterator[str]:
        """The import lines of the module; ask last."""
        if self._datetime:
            yield "import datetime"
        yield "from collections.abc import Mapping, Sequence"
        yield ""
        yield from sorted(self._imported)
        yield f"from {self._place} import ("
        yield from (f"    {name}," for name in sorted(self._local))
        yield ")"
        yield "from corridor_client_runtime.caller import AsyncCaller, Caller"
        yield from _USUAL
        yield "from corridor_client_runtime.paging import AsyncPage, Page"

    def _module(self, place: str) -> str:
        parent, _, last = place.rpartition(".")
        alias = "_".join(place.split(".")[1:])
        self._imported.add(f"from {parent} import {last} as {alias}")
        return alias

    def _annotation(self, text: str) -> tuple[str, str]:
        found = ast.unparse(_Renamed(self).visit(ast.parse(text, mode="eval")))
        if found.endswith(" | None"):
            return found, "None"
        if found.startswith("list["):
            return f"Sequence[{found.removeprefix('list[')}", "()"
        if found.startswith("dict["):
            return f"Mapping[{found.removeprefix('dict[')} | None", "None"
        return found, _DEFAULTS.get(found) or f"{found}(0)"

    def renamed(self, name: str) -> str:
        """A name of the generated text, as it is called here."""
        if name in self._modules:
            parent, last = self._modules[name]
            return self._module(f"{parent}.{last}")
        if name == "datetime":
            self._datetime = True
        return self.local(name) if name in self._classes else name


class _Renamed(ast.NodeTransformer):
    def __init__(self, messages: Messages) -> None:
        self._messages = messages

    def visit_Name(self, node: ast.Name) -> ast.Name:
        return ast.Name(self._messages.renamed(node.id))


class Comments:
    """The contract's comments by full name: of services, methods, messages, fields and enum values."""

    def __init__(self, descriptors: bytes) -> None:
        self._found: dict[str, str] = {}
        for file in FileDescriptorSet.FromString(descriptors).file:
            if not file.name.startswith("corridor/"):
                continue
            names: dict[tuple[int, ...], str] = {}
            for index, service in enumerate(file.service):
                names[6, index] = f"{file.package}.{service.name}"
                for number, method in enumerate(service.method):
                    names[6, index, 2, number] = f"{file.package}.{service.name}.{method.name}"
            for index, message in enumerate(file.message_type):
                self._message(names, (4, index), f"{file.package}.{message.name}", message)
            for index, enum in enumerate(file.enum_type):
                for number, value in enumerate(enum.value):
                    names[5, index, 2, number] = f"{file.package}.{value.name}"
            for location in file.source_code_info.location:
                if name := names.get(tuple(location.path)):
                    self._found[name] = _dedented(location.leading_comments)

    def _message(
        self, names: dict[tuple[int, ...], str], path: tuple[int, ...], full_name: str, message: DescriptorProto
    ) -> None:
        names[path] = full_name
        for number, field in enumerate(message.field):
            names[*path, 2, number] = f"{full_name}.{field.name}"

    def of(self, full_name: str) -> str:
        """The comment; the name where there is none."""
        return self._found.get(full_name) or f"{full_name}."


def _dedented(comment: str) -> str:
    return "\n".join(line.removeprefix(" ").rstrip() for line in comment.strip("\n").splitlines()).strip()
