"""Routes with a connection that shadows, and what came of it."""

from typing import Any

from corridor.payments.v1 import payment_service_pb2 as payments
from corridor.payments.v1.payment_pb2 import CAPTURE_METHOD_MANUAL, Payment, PaymentMethod
from corridor.providers.v1 import route_service_pb2 as routes
from corridor.providers.v1.route_pb2 import EXPOSURE_STAGE_SHADOW, ROUTE_MODE_ON, Exposure
from corridor.routing.v1 import shadow_service_pb2 as api
from corridor.routing.v1.shadow_comparison_pb2 import ShadowComparison, ShadowParity
from corridor.type.v1.money_pb2 import Money
from tests.server import people
from tests.server.flows.stage import Stage, Vendor

_HURRY = """
UPDATE corridor.work SET run_time = clock_timestamp()
WHERE state = 3 AND lease_time IS NULL AND run_time > clock_timestamp() AND company_id = %s
"""


def shadowed(
    flow: Stage, primary: Vendor, shadow: Vendor, standby: Vendor | None = None, *, domain: str = "payouts",
    rehearsal: bool = False,
) -> None:  # fmt: skip
    """Send a domain over vendors, with another in their shadow."""
    exposure = Exposure(connection_id=shadow.connection_id, stage=EXPOSURE_STAGE_SHADOW, rehearsal=rehearsal)
    request = routes.SetRouteRequest(
        domain=domain, mode=ROUTE_MODE_ON, primary_connection_id=primary.connection_id,
        standby_connection_id=standby.connection_id if standby else "", exposure=exposure,
    )  # fmt: skip
    flow.client.call("RouteService/SetRoute", request)


def compared(flow: Stage, resource_id: str, *, final: bool = True) -> ShadowComparison:
    """The comparison of a thing, once there is one, and what was sent is at its end if that is asked for."""

    def found() -> ShadowComparison | None:
        hurry(flow)
        listed = comparisons(flow, resource_id=resource_id)
        return listed[0] if listed and (listed[0].primary_final or not final) else None

    made: ShadowComparison = flow.soon(found, what="a comparison")
    request = api.GetShadowComparisonRequest(shadow_comparison_id=made.shadow_comparison_id)
    whole: ShadowComparison = flow.client.call("ShadowService/GetShadowComparison", request).shadow_comparison
    return whole


def hurry(flow: Stage) -> None:
    """Let what waits to be tried or compared be done now."""
    with flow.corridor.parts.store.anyone() as connection:
        if connection.execute(_HURRY, (flow.company_id,)).rowcount:
            flow.corridor.parts.waker.wake()


def comparisons(flow: Stage, **wanted: Any) -> list[ShadowComparison]:
    """The company's comparisons, the newest first."""
    request = api.ListShadowComparisonsRequest(**wanted)
    return list(flow.client.call("ShadowService/ListShadowComparisons", request).shadow_comparisons)


def parities(flow: Stage, **wanted: Any) -> list[ShadowParity]:
    """What is counted of the company's comparisons."""
    request = api.GetShadowParityRequest(**wanted)
    return list(flow.client.call("ShadowService/GetShadowParity", request).parities)


def charge(flow: Stage, minor: int = 30_00, **more: Any) -> Payment:
    """A payment that was accepted."""
    request = payments.CreatePaymentRequest(
        amount=Money(currency_code="EUR", amount_minor=minor),
        payment_method=PaymentMethod(token="tok_visa"),
        capture_method=CAPTURE_METHOD_MANUAL,
        **more,
    )
    made: Payment = flow.client.call("PaymentService/CreatePayment", request, key=people.new_key()).payment
    return made


def acted(vendor: Vendor) -> list[str]:
    """The operations that act among those for which a vendor was called."""
    routes_of = {route.operation: route for route in vendor.simulator.ROUTES}
    return [operation for operation, _ in vendor.simulator.requests if routes_of[operation].writes]
