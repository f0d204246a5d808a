"""What somebody without a credential can do to a company: nothing that lasts."""

from corridor.payouts.v1 import payout_service_pb2 as api
from server.kit import ids
from tests.server import people
from tests.serving import Client, Running


def test_a_stranger_who_knows_a_keys_prefix_cannot_fill_the_audit_trail(corridor: Running) -> None:
    owner = corridor.client()
    prefix = owner.key.rpartition("_")[0]
    stranger = Client(corridor.address, f"{prefix}_{ids.secret(260)}")

    found = {
        people.refused(stranger, "PayoutService/GetPayout", api.GetPayoutRequest(payout_id=ids.new("po"))).reason
        for _ in range(50)
    }

    assert {"UNAUTHENTICATED"} == found
    with people.rows(corridor, owner) as connection:
        row = connection.execute("SELECT count(*) FROM corridor.audit WHERE reason = 'UNAUTHENTICATED'").fetchone()
    assert row is not None
    assert 1 <= row[0] <= 5
