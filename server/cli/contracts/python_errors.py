"""The Python client's errors: a class for each reason of the catalogue, below the class for who has to act."""

from collections.abc import Iterator
from typing import TYPE_CHECKING

from corridor.errors.v1 import error_reason_pb2 as reasons
from corridor.options.v1 import error_pb2
from server.kit import contract

if TYPE_CHECKING:
    from server.cli.contracts.python_messages import Comments

_BASES = {
    error_pb2.ERROR_CLASS_TRANSIENT: "TransientError",
    error_pb2.ERROR_CLASS_PERMANENT: "PermanentError",
    error_pb2.ERROR_CLASS_MANUAL_REPAIR: "ManualRepairError",
    error_pb2.ERROR_CLASS_COMPLIANCE_HOLD: "ComplianceHoldError",
}


def class_name(reason: str) -> str:
    """`NOT_FOUND` as a class. No Error behind: it is why a call ended, as the catalogue says it."""
    return "".join(part.capitalize() for part in reason.split("_"))


def text(comments: "Comments", made: str) -> str:
    """The whole module."""
    numbers = [value for value in reasons.ErrorReason.DESCRIPTOR.values if value.number]
    names = [contract.reason_name(value.number) for value in numbers]
    lines = [
        f'"""Why a call failed: one class for each reason, below the class for who has to act. {made}"""', "",
        "from collections.abc import Mapping", "from enum import StrEnum", "",
        "from corridor_client_runtime.failing import (",
        *(f"    {name}," for name in sorted([*_BASES.values(), "CorridorError"])),
        ")", "from corridor_client_runtime.refusals import Violation", "", "__all__ = [",
        *(f'    "{n}",' for n in sorted(
            [*_BASES.values(), "BY_REASON", "CorridorError", "Reason", "Violation", *map(class_name, names)])),
        "]", "", "", "class Reason(StrEnum):",
        '    """Every reason that this version knows; `CorridorError.reason` may be a newer one."""', "",
        *(f'    {name} = "{name}"' for name in names),
    ]  # fmt: skip
    for value, name in zip(numbers, names, strict=True):
        lines += _class(value.number, name, comments.of(f"corridor.errors.v1.{value.name}"))
    lines += ["", "", "BY_REASON: Mapping[str, type[CorridorError]] = {"]
    lines += [f'    "{name}": {class_name(name)},' for name in names]
    return "\n".join([*lines, "}"]) + "\n"


def _class(number: int, name: str, comment: str) -> Iterator[str]:
    facts = contract.facts(number)
    base = _BASES[getattr(facts, "class")]
    yield from ("", "", f"class {class_name(name)}({base}):")
    said = [line.replace("\\", "\\\\") for line in comment.splitlines()]
    yield f'    """{said[0]}' + ('"""' if len(said) == 1 else "")
    if len(said) > 1:
        yield from (f"    {line}".rstrip() for line in said[1:])
        yield '    """'
    yield from ("", f'    reason = "{name}"', f"    title = {_quoted(facts.title)}")
    yield f"    http_status = {facts.http_status}"
    yield f"    retryable = {facts.retryable}"
    yield f"    suggested_action = {_quoted(facts.suggested_action)}"


def _quoted(words: str) -> str:
    return '"' + words.replace("\\", "\\\\").replace('"', '\\"') + '"'
