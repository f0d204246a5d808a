"""Whose it was that a company asked for in vain is for the operator alone."""

from corridor.payouts.v1 import payout_service_pb2 as api
from tests.server import people
from tests.serving import Running


def test_the_servers_role_cannot_read_whose_it_was_on_the_way_to_the_seal(corridor: Running) -> None:
    owner, stranger = corridor.client(), corridor.client()
    payout_id = people.payout(owner).payout_id
    people.refused(stranger, "PayoutService/GetPayout", api.GetPayoutRequest(payout_id=payout_id))

    with corridor.parts.store.anyone() as rows:
        found = rows.execute(
            "SELECT owner_company_id, owner_salt FROM corridor.audit_unsealed(0, 9223372036854775807) "
            "WHERE resource_id = %s AND reason = 'NOT_FOUND'",
            (payout_id,),
        ).fetchall()

    assert [("", b"")] == found
