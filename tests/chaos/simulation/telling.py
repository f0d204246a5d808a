"""How vendors tell Corridor of what happened: their webhooks, out of order, twice, or never, as the dice fall.

Rule: what Corridor did not answer for, the vendor sends again; what is lost on the way, it never does.
"""

from collections.abc import Mapping
from typing import TYPE_CHECKING

from corridor.type.v1.raw_request_pb2 import RawHeader, RawRequest
from corridor.webhooks.v1 import inbound_delivery_service_pb2 as api
from tests.chaos.simulation.process import Cut
from tests.chaos.simulation.vendors import Vendor
from tests.serving import Refused

if TYPE_CHECKING:
    from tests.chaos.simulation.run import Run

_TWICE = 0.2


def tell(run: "Run", vendor: Vendor) -> None:
    """Send one of the webhooks that wait. Raises `Cut` if Corridor died over it."""
    outbox, died, dice = vendor.simulator.outbox, list[Cut](), run.dice
    place = 0 if run.calm else dice.randrange(len(outbox.waiting))
    event = outbox.waiting[place].event
    lost = not run.calm and dice.falls(run.losses)
    twice = not run.calm and dice.falls(_TWICE)
    dice.note(f"{vendor.name} tells of event {place + 1}{', lost' if lost else ''}{', twice' if twice else ''}")
    if lost:
        outbox.waiting.pop(place)
        return

    def post(url: str, headers: Mapping[str, str], body: bytes) -> int:
        try:
            return _received(run, url, headers, body)
        except Cut as cut:
            died.append(cut)
            return 0  # there is no answer

    outbox.deliver(place, post)
    if twice:
        outbox.send(event)
    if died:
        raise died[0]


def _received(run: "Run", connection_id: str, headers: Mapping[str, str], body: bytes) -> int:
    """Take a webhook in as the gateway does; the status of the answer. Simulators know our connections as addresses."""
    sent = [RawHeader(name=name, value=value.encode()) for name, value in headers.items()]
    request = api.ReceiveInboundDeliveryRequest(
        connection_id=connection_id, request=RawRequest(headers=sent, body=body)
    )
    try:
        run.process.call("InboundDeliveryService/ReceiveInboundDelivery", request)
    except Refused as refused:
        run.dice.note(f"    {refused.code.name} {refused.reason}")
        return 503
    return 200
