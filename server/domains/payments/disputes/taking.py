"""What objections have taken back of a payment, or may: a refund of the same money would give it back twice."""

from corridor.payments.v1.dispute_pb2 import DISPUTE_STAGE_INQUIRY, Dispute
from corridor.payments.v1.payment_pb2 import Payment
from server.domains.payments.disputes.lifecycle import CLOSED, WON
from server.kit.context import Context
from server.store.engine import Connection
from server.store.sealed import DISPUTE

_OF = """
SELECT dispute_id, message FROM corridor.disputes
WHERE company_id = %s AND environment = %s AND payment_id = %s AND state <> ALL (%s)
"""


def taken_minor(connection: Connection, context: Context, payment: Payment) -> int:
    """How much of a captured payment is taken by disputes that are not won, in minor units of its currency.

    An inquiry takes nothing: a refund is what answers it best. One in another currency may be about all of it.
    """
    who = context.who
    rows = connection.execute(_OF, (who.company_id, who.environment, payment.payment_id, [WON, CLOSED])).fetchall()
    disputes = [Dispute.FromString(DISPUTE.open(connection.seals, who, row[1], row[0])) for row in rows]
    return sum(
        each.amount.amount_minor
        if each.amount.currency_code == payment.amount.currency_code
        else payment.captured_minor
        for each in disputes
        if each.stage != DISPUTE_STAGE_INQUIRY
    )
