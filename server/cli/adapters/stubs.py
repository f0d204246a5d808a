"""The methods of a port as source that says what is left to write, read from the port's own source.

Rule: a port that is added later can be scaffolded without a change here.
"""

import ast
import inspect
import re
from collections import defaultdict
from collections.abc import Sequence
from pathlib import Path

from adapters.kit import ports
from server.cli.adapter_checks import port_classes

_LINE = 120
HINTS = {
    "create": "send what mapping makes of it, with call.idempotency_key; return an observation",
    "look_up": "ask by the vendor's id, else by ours; None only if it was asked and has nothing",
    "cancel": "ask for it; if it is too late, return the state in which it is",
    "verify": "by adapters.kit.webhooks: HmacScheme, or verify_standard_webhook",
    "read": "mapping's observation of the event, with the vendor's event id",
}
"""What a method that begins so has to do."""


def known_ports() -> dict[str, type]:
    """The ports by the words that name them: `payouts`, `webhooks`."""
    return {port.__name__.lower(): port for port in port_classes(ports)}


def methods(names: Sequence[str]) -> tuple[str, dict[str, set[str]]]:
    """The source of all methods of some ports, and the imports that they need, by module."""
    source, needed = [], defaultdict(set)
    for name in names:
        port = known_ports()[name]
        tree = ast.parse(Path(inspect.getfile(port)).read_text(encoding="utf-8"))
        places = _imports(tree)
        for other in (each for each in tree.body if isinstance(each, ast.ClassDef)):
            places.setdefault(other.name, port.__module__)
        body = next(each for each in tree.body if isinstance(each, ast.ClassDef) and each.name == port.__name__).body
        for function in (each for each in body if isinstance(each, ast.FunctionDef)):
            source.append(_stub(function))
            for used in {each.id for each in ast.walk(function) if isinstance(each, ast.Name)}:
                if used in places:
                    needed[places[used]].add(used)
    return "\n\n".join(source), dict(needed)


def import_lines(needed: dict[str, set[str]]) -> str:
    """Import statements in the house's order: the standard library, then ours."""
    ours = ("adapters", "corridor", "corridor_providers", "tests")
    lines: dict[bool, list[str]] = {False: [], True: []}
    for module in sorted(needed):
        names = ", ".join(sorted(needed[module], key=lambda each: (not each.isupper(), each[:1].islower(), each)))
        line = f"from {module} import {names}"
        if len(line) > _LINE:
            line = f"from {module} import (\n" + "".join(f"    {each},\n" for each in names.split(", ")) + ")"
        lines[module.partition(".")[0] in ours].append(line)
    return "\n\n".join("\n".join(each) for each in lines.values() if each)


def _imports(tree: ast.Module) -> dict[str, str]:
    return {
        alias.name: node.module
        for node in tree.body
        if isinstance(node, ast.ImportFrom) and node.module
        for alias in node.names
    }


def _stub(function: ast.FunctionDef) -> str:
    returns = ast.unparse(function.returns) if function.returns else "None"
    arguments = re.sub(r"(: [^=]+)=", r"\1 = ", ast.unparse(function.args))
    head = f"    def {function.name}({arguments}) -> {returns}:"
    if len(head) > _LINE:
        head = f"    def {function.name}(\n        {arguments}\n    ) -> {returns}:"
    said = (ast.get_docstring(function) or function.name).partition("\n")[0]
    doc = f'        """{said}"""'
    hint = next((text for start, text in HINTS.items() if function.name.startswith(start)), "encode, send, decode")
    text = f"{function.name}: {hint}"
    line = f'        raise NotWritten("{text}")'
    if len(line) > _LINE:
        line = f'        raise NotWritten(\n            "{text}"\n        )'
    return f"{head}\n{doc}\n{line}"
