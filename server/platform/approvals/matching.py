"""Which rule a call falls under, and whether rules make sense. Pure: everything is answered from what is given."""

from collections.abc import Iterable, Mapping, Sequence

from google.protobuf.descriptor import Descriptor
from google.protobuf.message import Message

from corridor.approvals.v1.approval_policy_pb2 import ApprovalAmount, ApprovalPolicy, ApprovalRule
from corridor.errors.v1 import error_reason_pb2 as reasons
from corridor.type.v1.money_pb2 import Money
from server.kit import contract, money
from server.kit.context import Caller
from server.kit.contract import Method
from server.kit.errors import Violation, fail

_SERVICE = "/corridor.approvals.v1.ApprovalService"
# Calls by which approvals are decided: under approval themselves, nothing could ever be decided.
DECIDING = frozenset(f"{_SERVICE}/{name}" for name in ("ApproveApproval", "RejectApproval", "CancelApproval"))


def can_wait(method: Method) -> bool:
    """Whether calls of a method can be put under approval."""
    return method.writes and not method.anonymous and method.path not in DECIDING


def by_path(policy: ApprovalPolicy) -> Mapping[str, Sequence[ApprovalRule]]:
    """The rules of a policy by the method's path on the wire, in their order."""
    found: dict[str, list[ApprovalRule]] = {}
    for rule in policy.rules:
        found.setdefault(_path(rule.method), []).append(rule)
    return found


def first(rules: Iterable[ApprovalRule], request: Message, caller: Caller) -> ApprovalRule | None:
    """The first rule of the called method that the call falls under."""
    return next((rule for rule in rules if _matches(rule, request, caller)), None)


def check(policy: ApprovalPolicy) -> None:
    """Raise INVALID_ARGUMENT unless every rule can be followed."""
    violations = [
        Violation(f"policy.rules[{index}].{field}", what, "approval_rule")
        for index, rule in enumerate(policy.rules)
        for field, what in _problems(rule)
    ]
    if violations:
        names = ", ".join(violation.field for violation in violations)
        raise fail(reasons.ERROR_REASON_INVALID_ARGUMENT, f"Not valid: {names}.", violations=violations)
    for index, rule in enumerate(policy.rules):
        if rule.HasField("amount_above"):
            field = f"policy.rules[{index}].amount_above.currency_code"
            money.check_currency(rule.amount_above.currency_code, field)


def _problems(rule: ApprovalRule) -> list[tuple[str, str]]:
    method = contract.methods().get(_path(rule.method))
    if method is None or not can_wait(method):
        return [("method", "must be a method that changes something, and not one that decides about approvals")]
    if method.does != method.path:
        return [("method", f"must be {method.does[1:].replace('/', '.')}, which does it: its rules hold for both")]
    found = []
    if rule.HasField("amount_above") and not _is_money(method.descriptor.input_type, rule.amount_above.field_path):
        found.append(("amount_above.field_path", "must name a corridor.type.v1.Money of the request"))
    if rule.caller_scope and rule.caller_scope not in contract.scopes():
        found.append(("caller_scope", "must be a scope that some method asks for"))
    escalates = rule.HasField("escalate_after") and rule.HasField("expire_after")
    if escalates and rule.escalate_after.ToNanoseconds() >= rule.expire_after.ToNanoseconds():
        found.append(("escalate_after", "must be shorter than expire_after"))
    return found


def _is_money(descriptor: Descriptor, path: str) -> bool:
    here: Descriptor | None = descriptor
    for name in path.split("."):
        field = here.fields_by_name.get(name) if here is not None else None
        if field is None or field.message_type is None or field.is_repeated:
            return False
        here = field.message_type
    return here is not None and here.full_name == Money.DESCRIPTOR.full_name


def _matches(rule: ApprovalRule, request: Message, caller: Caller) -> bool:
    return (
        (not rule.caller_kinds or caller.kind in rule.caller_kinds)
        and (not rule.caller_roles or not caller.roles.isdisjoint(rule.caller_roles))
        and (not rule.caller_scope or rule.caller_scope in caller.scopes)
        and (not rule.HasField("amount_above") or _is_above(rule.amount_above, request))
    )


def _is_above(limit: ApprovalAmount, request: Message) -> bool:
    amount = request
    for name in limit.field_path.split("."):
        if not amount.HasField(name):
            return True  # the call leaves it open how much, such as all that is left: it may be too much for one
        amount = getattr(amount, name)
    assert isinstance(amount, Money)
    return amount.currency_code == limit.currency_code and amount.amount_minor > limit.above_minor


def _path(full_name: str) -> str:
    service, _, name = full_name.rpartition(".")
    return f"/{service}/{name}"
