"""`corridor timeline`: everything that happened to a payout, payment or dispute, a line each, in the order of time."""

from typing import TYPE_CHECKING

import click

from server.cli import client, screen

if TYPE_CHECKING:
    from corridor.type.v1.timeline_pb2 import TimelineEntry


@click.command()
@click.argument("resource_id")
@client.options
@click.option("--details", is_flag=True, help="With the recorded facts of each entry, redacted.")
def timeline(resource_id: str, key: str, address: str, details: bool) -> None:
    """Tell what happened to a payout, payment or dispute: calls, attempts, observations, events, deliveries.

    \b
    Example: corridor timeline po_01jd3w5k0mfv7r2xq8n4t6y9za
    """
    from corridor.payments.v1 import dispute_service_pb2 as disputes
    from corridor.payments.v1 import payment_service_pb2 as payments
    from corridor.payouts.v1 import payout_service_pb2 as payouts
    from server.kit import contract

    request: payments.GetPaymentTimelineRequest | payouts.GetPayoutTimelineRequest | disputes.GetDisputeTimelineRequest
    if resource_id.startswith("pay_"):
        method = contract.methods()["/corridor.payments.v1.PaymentService/GetPaymentTimeline"]
        request = payments.GetPaymentTimelineRequest(payment_id=resource_id)
    elif resource_id.startswith("dsp_"):
        method = contract.methods()["/corridor.payments.v1.DisputeService/GetDisputeTimeline"]
        request = disputes.GetDisputeTimelineRequest(dispute_id=resource_id)
    elif not resource_id.startswith("po_"):
        raise click.ClickException(
            f"{resource_id!r} is no id of a payout (po_…), payment (pay_…) or dispute (dsp_…); "
            "refunds and actions stand in their payment's timeline."
        )
    else:
        method = contract.methods()["/corridor.payouts.v1.PayoutService/GetPayoutTimeline"]
        request = payouts.GetPayoutTimelineRequest(payout_id=resource_id)
    with client.Client(address, key) as caller:
        response, _ = caller.call(method, request)
    if not response.entries:
        raise click.ClickException(f"nothing is recorded of {resource_id}.")
    began = response.entries[0].time.ToDatetime()
    shown = screen.Screen()
    shown.heading(f"{resource_id} from {began:%Y-%m-%d %H:%M:%S} UTC")
    for entry in response.entries:
        shown.moment(_moment(entry, (entry.time.ToDatetime() - began).total_seconds()))
        if details:
            for name, value in sorted(entry.details.items()):
                shown.note(f"{name}: {value}")


def _moment(entry: "TimelineEntry", seconds: float) -> screen.Moment:
    from corridor.type.v1 import timeline_pb2

    kind = timeline_pb2.TimelineKind.Name(entry.kind).removeprefix("TIMELINE_KIND_")
    duration = entry.duration.ToTimedelta().total_seconds() if entry.HasField("duration") else None
    return screen.Moment(seconds, kind, entry.summary, entry.record_id, entry.outcome, entry.actor, duration)
