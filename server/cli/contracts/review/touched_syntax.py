"""What one Python file does with messages of the contract: each field that it reads or writes, each message it makes.

Rule: a name has the type that its annotation, its constructor or the field it comes from gives it; failing these, a
name such as `payout` or `thing.payout` is a Payout if only one message has that name.
"""

import ast
from collections import defaultdict
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field

from server.cli.contracts.review.elements import Is
from server.cli.contracts.review.touched_contract import Graph, snake

# Methods of messages and of repeated fields that change what they are called on.
_CHANGING = frozenset(
    {"CopyFrom", "MergeFrom", "ParseFromString", "MergeFromString", "Clear", "SetInParent", "FromDatetime",
     "FromTimedelta", "FromSeconds", "FromJsonString", "FromNanoseconds", "GetCurrentTime", "Pack", "append", "extend",
     "add", "insert", "remove", "clear", "update", "pop"}
)  # fmt: skip

# Half of a tree's nodes: whether a name is read or written, and operators.
_SAYING_NOTHING = (ast.expr_context, ast.operator, ast.cmpop, ast.boolop, ast.unaryop)


@dataclass(frozen=True, slots=True)
class Names:
    """How messages are known to Python: by module and name, and by the names that variables of theirs bear."""

    messages: Mapping[str, Mapping[str, str]]
    """By the module, such as `corridor.payouts.v1.payout_pb2`: each message's name with its full name."""
    habits: Mapping[str, str]
    """The only message whose name is written so by habit: `payout` is `corridor.payouts.v1.Payout`."""
    graph: Graph

    @classmethod
    def of(cls, graph: Graph) -> "Names":
        """The names of a contract."""
        modules: dict[str, dict[str, str]] = defaultdict(dict)
        habits: dict[str, list[str]] = defaultdict(list)
        for element in graph.elements.values():
            if element.kind is Is.MESSAGE:
                module = element.file.removesuffix(".proto").replace("/", ".") + "_pb2"
                modules[module][element.name.removeprefix(f"{element.package}.")] = element.name
                habits[snake(element.short)].append(element.name)
        return cls(modules, {name: found[0] for name, found in habits.items() if len(found) == 1}, graph)


@dataclass(slots=True)
class Found:
    """What a file does: by full name of fields and messages, and every word that may be an enum's or a value's."""

    done: dict[str, set[str]] = field(default_factory=lambda: defaultdict(set))
    words: set[str] = field(default_factory=set)


def read_file(text: str, names: Names) -> Found:
    """Read one file. A text that is no Python says nothing."""
    try:
        tree = ast.parse(text)
    except SyntaxError:
        return Found()
    reader = _Reader(names)
    reader.answers(tree)
    reader.visit(tree)
    return reader.found


class _Reader(ast.NodeVisitor):
    def __init__(self, names: Names) -> None:
        self.found = Found()
        self._names = names
        self._graph = names.graph
        self._classes: dict[str, str] = {}
        self._modules: dict[str, Mapping[str, str]] = {}
        self._answers: dict[str, str] = {}
        self._scopes: list[dict[str, str]] = [{}]

    def answers(self, tree: ast.Module) -> None:
        """Learn what the file's own functions answer, before anything calls them."""
        for node in tree.body:
            if isinstance(node, ast.ImportFrom):
                self.visit_ImportFrom(node)
        for node in tree.body:
            for each in node.body if isinstance(node, ast.ClassDef) else [node]:
                if isinstance(each, ast.FunctionDef) and (answer := self._annotated(each.returns)):
                    self._answers[each.name] = answer

    # -- what is defined -------------------------------------------------------------------------------------------

    def visit_ImportFrom(self, node: ast.ImportFrom) -> None:
        for alias in node.names:
            name = alias.asname or alias.name
            if known := self._names.messages.get(f"{node.module}.{alias.name}"):
                self._modules[name] = known
            elif full := self._names.messages.get(node.module or "", {}).get(alias.name):
                self._classes[name] = full

    def visit_FunctionDef(self, node: ast.FunctionDef) -> None:
        scope = {}
        for argument in (*node.args.posonlyargs, *node.args.args, *node.args.kwonlyargs):
            if kind := self._annotated(argument.annotation):
                scope[argument.arg] = kind
        self._scopes.append(scope)
        self.generic_visit(node)
        self._scopes.pop()

    def visit_AnnAssign(self, node: ast.AnnAssign) -> None:
        if isinstance(node.target, ast.Name) and (kind := self._annotated(node.annotation)):
            self._scopes[-1][node.target.id] = kind
        self.generic_visit(node)

    def visit_Assign(self, node: ast.Assign) -> None:
        for target in node.targets:
            self._bind(target, node.value)
        self.generic_visit(node)

    def visit_NamedExpr(self, node: ast.NamedExpr) -> None:
        self._bind(node.target, node.value)
        self.generic_visit(node)

    def visit_For(self, node: ast.For) -> None:
        self._bind(node.target, node.iter)
        self.generic_visit(node)

    def visit_comprehension(self, node: ast.comprehension) -> None:
        self._bind(node.target, node.iter)
        self.generic_visit(node)

    def generic_visit(self, node: ast.AST) -> None:
        if isinstance(node, ast.ListComp | ast.SetComp | ast.GeneratorExp | ast.DictComp):
            for generator in node.generators:  # stands last, and names what comes before it
                self.visit(generator)
            for part in (node.key, node.value) if isinstance(node, ast.DictComp) else (node.elt,):
                self.visit(part)
        else:
            for child in ast.iter_child_nodes(node):
                if not isinstance(child, _SAYING_NOTHING):
                    self.visit(child)

    def _bind(self, target: ast.expr, value: ast.expr) -> None:
        if isinstance(target, ast.Name):
            if kind := self._type(value):
                self._scopes[-1][target.id] = kind
        elif isinstance(target, ast.Tuple) and isinstance(value, ast.Tuple) and len(target.elts) == len(value.elts):
            for each, its in zip(target.elts, value.elts, strict=True):
                self._bind(each, its)

    # -- what is used ----------------------------------------------------------------------------------------------

    def visit_Name(self, node: ast.Name) -> None:
        self._word(node.id)
        if full := self._classes.get(node.id):
            self.found.done[full].add("uses")

    def visit_Constant(self, node: ast.Constant) -> None:
        if isinstance(node.value, str) and node.value.isupper():
            self.found.words.add(node.value)

    def visit_Attribute(self, node: ast.Attribute) -> None:
        self._word(node.attr)
        if kind := self._type(node.value):
            self._field(kind, node.attr, "reads" if isinstance(node.ctx, ast.Load) else "writes")
        elif full := self._class(node):
            self.found.done[full].add("uses")
        self.generic_visit(node)

    def visit_Call(self, node: ast.Call) -> None:
        if made := self._class(node.func):
            self.found.done[made].add("makes")
            for keyword in node.keywords:
                if keyword.arg:
                    self._field(made, keyword.arg, "writes")
        elif isinstance(node.func, ast.Attribute):
            self._method(node, node.func)
        self.generic_visit(node)

    def _method(self, node: ast.Call, called: ast.Attribute) -> None:
        on = called.value
        if called.attr in _CHANGING and isinstance(on, ast.Attribute) and (kind := self._type(on.value)):
            self._field(kind, on.attr, "writes")
        first = node.args[0].value if node.args and isinstance(node.args[0], ast.Constant) else None
        asked = isinstance(first, str) and called.attr in ("HasField", "ClearField", "WhichOneof")
        if asked and (kind := self._type(on)):
            for name in self._meant(kind, str(first), oneof=called.attr == "WhichOneof"):
                self._field(kind, name, "writes" if called.attr == "ClearField" else "reads")

    def _meant(self, kind: str, name: str, *, oneof: bool) -> Iterator[str]:
        yield name
        if oneof and (message := self._graph.elements.get(kind)):
            for each in self._graph.fields[kind].values():
                if each.HasField("oneof_index") and message.proto.oneof_decl[each.oneof_index].name == name:
                    yield each.name

    def _field(self, kind: str, name: str, doing: str) -> None:
        if f"{kind}.{name}" in self._graph.elements:
            self.found.done[f"{kind}.{name}"].add(doing)

    def _word(self, name: str) -> None:
        self.found.words.add(name)

    # -- of what type ----------------------------------------------------------------------------------------------

    def _type(self, node: ast.expr) -> str:
        """The message of an expression, or of the things in it; empty where it is not told."""
        if isinstance(node, ast.Name):
            known = next((scope[node.id] for scope in reversed(self._scopes) if node.id in scope), "")
            return known or self._names.habits.get(node.id, "")
        if isinstance(node, ast.Attribute):
            if holder := self._type(node.value):
                return self._graph.types.get(f"{holder}.{node.attr}", "")
            return "" if self._class(node) else self._names.habits.get(node.attr, "")
        if isinstance(node, ast.Call):
            name = node.func.attr if isinstance(node.func, ast.Attribute) else getattr(node.func, "id", "")
            return self._class(node.func) or self._answers.get(name, "")
        return self._type(node.value) if isinstance(node, ast.Subscript | ast.Starred | ast.NamedExpr) else ""

    def _class(self, node: ast.expr) -> str:
        if isinstance(node, ast.Name):
            return self._classes.get(node.id, "")
        if isinstance(node, ast.Attribute):
            if isinstance(node.value, ast.Name) and node.value.id in self._modules:
                return self._modules[node.value.id].get(node.attr, "")
            holder = self._class(node.value)
            nested = f"{holder}.{node.attr}"
            return nested if holder and nested in self._graph.fields else ""
        return ""

    def _annotated(self, node: ast.expr | None) -> str:
        """The message of an annotation, also of `Payout | None`, `Sequence[Payout]` and `"Payout"`."""
        if node is None:
            return ""
        if isinstance(node, ast.Constant) and isinstance(node.value, str):
            try:
                return self._annotated(ast.parse(node.value, mode="eval").body)
            except SyntaxError:
                return ""
        if isinstance(node, ast.BinOp):
            return self._annotated(node.left) or self._annotated(node.right)
        if isinstance(node, ast.Subscript):
            return self._annotated(node.slice)
        return self._class(node)
