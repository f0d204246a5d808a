"""What one side alone has because it is new: nobody has to do anything about it.

Rule: whether something new asks for something (a field that must be set) is for the rules of meaning to say.
"""

from server.cli.contracts.review.model import Kind, Rule, Verdict


def _additive(
    rule: str, title: str, why: str = "Nothing that callers send or read changes.", instead: str = ""
) -> Rule:
    return Rule(rule, Kind.WIRE, Verdict.ADDITIVE, title, why, instead)


PACKAGE_ADDED = _additive("PACKAGE_ADDED", "A package was added.")
FILE_ADDED = _additive("FILE_ADDED", "A file was added.")
SERVICE_ADDED = _additive("SERVICE_ADDED", "A service was added.")
RPC_ADDED = _additive("RPC_ADDED", "An RPC was added.")
MESSAGE_ADDED = _additive("MESSAGE_ADDED", "A message was added.")
FIELD_ADDED = _additive("FIELD_ADDED", "A field was added.", "Callers who do not know it leave it out, and ignore it.")
ONEOF_ADDED = _additive("ONEOF_ADDED", "A oneof was added.")
ENUM_ADDED = _additive("ENUM_ADDED", "An enum was added.")
ENUM_VALUE_ADDED = _additive(
    "ENUM_VALUE_ADDED",
    "An enum value was added.",
    "Callers who read the enum may be given a value that they do not know yet.",
    "Say in the value's comment what a caller who does not know it should take it for.",
)
OPTION_ADDED = _additive("OPTION_ADDED", "An option was added.")

RULES: tuple[Rule, ...] = (
    PACKAGE_ADDED,
    FILE_ADDED,
    SERVICE_ADDED,
    RPC_ADDED,
    MESSAGE_ADDED,
    FIELD_ADDED,
    ONEOF_ADDED,
    ENUM_ADDED,
    ENUM_VALUE_ADDED,
    OPTION_ADDED,
)
