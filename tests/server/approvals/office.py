"""A company in which one asks and others decide, each by a key of their own."""

from collections.abc import Sequence
from typing import Any

from google.protobuf.duration_pb2 import Duration
from google.protobuf.message import Message
from google.rpc import error_details_pb2

from corridor.approvals.v1 import approval_pb2 as pb
from corridor.approvals.v1 import approval_service_pb2 as api
from corridor.approvals.v1.approval_pb2 import Approval
from corridor.approvals.v1.approval_policy_pb2 import ApprovalAmount, ApprovalPolicy, ApprovalRule
from corridor.audit.v1 import audit_service_pb2
from corridor.events.v1 import event_service_pb2
from corridor.payouts.v1 import payout_service_pb2 as payouts
from corridor.payouts.v1.payout_pb2 import Payout
from tests.server import people
from tests.serving import Client, Refused, Running, until

CREATE_PAYOUT = "corridor.payouts.v1.PayoutService.CreatePayout"


def rule(method: str = CREATE_PAYOUT, **changes: Any) -> ApprovalRule:
    """A rule by which one person has to approve."""
    wanted: dict[str, Any] = {"title": "Two people", "method": method, "approvals_needed": 1}
    return ApprovalRule(**wanted | changes)


def above(minor: int, currency: str = "EUR", field_path: str = "amount") -> ApprovalAmount:
    """The condition that an amount is above so much."""
    return ApprovalAmount(field_path=field_path, currency_code=currency, above_minor=minor)


def seconds(count: float) -> Duration:
    """A duration."""
    made = Duration()
    made.FromMilliseconds(int(count * 1000))
    return made


class Office:
    """A company with a maker, and checkers of its calls."""

    def __init__(self, corridor: Running) -> None:
        self.corridor = corridor
        self.company_id = corridor.company()
        self.maker = corridor.client(self.company_id)
        self.checker = corridor.client(self.company_id)
        self.third = corridor.client(self.company_id)

    def close(self) -> None:
        """Let go of connections."""
        for client in (self.maker, self.checker, self.third):
            client.close()

    def put(self, *rules: ApprovalRule) -> ApprovalPolicy:
        """Replace the company's rules."""
        request = api.UpdateApprovalPolicyRequest(policy=ApprovalPolicy(rules=rules))
        made: ApprovalPolicy = self.checker.call("ApprovalService/UpdateApprovalPolicy", request).policy
        return made

    def policy(self) -> ApprovalPolicy:
        """The company's rules."""
        found: ApprovalPolicy = self.checker.call(
            "ApprovalService/GetApprovalPolicy", api.GetApprovalPolicyRequest()
        ).policy
        return found

    def payout(self, minor: int = 12_50, **changes: Any) -> Message:
        """The request for a payout to a new beneficiary."""
        return people.create(people.beneficiary(self.checker), minor, **changes)

    def asked(self, request: Message, name: str = "PayoutService/CreatePayout", *, key: str = "") -> str:
        """The id of the approval for which a call now waits."""
        refusal = people.refused(self.maker, name, request, key=key)
        assert "APPROVAL_PENDING" == refusal.reason
        return approval_id(refusal)

    def now(self, approval: str) -> Approval:
        """An approval as it is now."""
        found: Approval = self.checker.call(
            "ApprovalService/GetApproval", api.GetApprovalRequest(approval_id=approval)
        ).approval
        return found

    def approve(self, approval: str, client: Client | None = None, *, key: str = "", reason: str = "fine") -> Approval:
        """The approval after somebody said yes."""
        request = api.ApproveApprovalRequest(approval_id=approval, reason=reason)
        found: Approval = (client or self.checker).call("ApprovalService/ApproveApproval", request, key=key).approval
        return found

    def reject(self, approval: str, client: Client | None = None, reason: str = "wrong beneficiary") -> Approval:
        """The approval after somebody said no."""
        request = api.RejectApprovalRequest(approval_id=approval, reason=reason)
        found: Approval = (client or self.checker).call("ApprovalService/RejectApproval", request).approval
        return found

    def reaches(self, approval: str, state: int) -> Approval:
        """An approval once it is in a state."""

        def there() -> Approval | None:
            found = self.now(approval)
            return found if found.state == state else None

        found: Approval = until(there, what=pb.ApprovalState.Name(state))  # type: ignore[arg-type] # one of the states
        return found

    def payouts(self) -> Sequence[Payout]:
        """Every payout of the company."""
        listed: Sequence[Payout] = self.maker.call("PayoutService/ListPayouts", payouts.ListPayoutsRequest()).payouts
        return listed

    def events(self, resource_id: str) -> list[str]:
        """The types of the events of a resource, in order."""
        wanted = event_service_pb2.ListEventsRequest(resource_id=resource_id)
        listed = self.checker.call("EventService/ListEvents", wanted).events
        return [event.type for event in sorted(listed, key=lambda event: event.sequence)]

    def audit(self, resource_id: str) -> list[Any]:
        """The audit entries of a resource, the oldest first."""
        wanted = audit_service_pb2.ListAuditEntriesRequest(resource_id=resource_id)
        return list(reversed(self.checker.call("AuditService/ListAuditEntries", wanted).audit_entries))


def approval_id(refusal: Refused) -> str:
    """The approval that a refusal names."""
    info = error_details_pb2.ErrorInfo()
    return next(info.metadata["approval_id"] for detail in refusal.status.details if detail.Unpack(info))


def reason(client: Client, name: str, request: Message, **how: Any) -> str:
    """The reason for which a call is refused that must be."""
    return people.refused(client, name, request, **how).reason
