"""What an end user lets a client do is about what rests on their consent, and about nothing else of the company."""

from corridor.payouts.v1 import payout_service_pb2 as payouts
from tests.server import people
from tests.server.sign_in.sign_in_scene import Scene, signed_in
from tests.serving import Client


def test_a_token_of_an_end_user_sees_the_payouts_of_its_consent_alone(stage: Scene) -> None:
    owner = stage.running.client()
    others = people.payout(owner)
    client = stage.client(owner)
    browser = signed_in(stage, client, "end-user", scope="payouts:create payouts:read").send("allow")
    token = Client(stage.running.address, client.exchange(browser.told["code"]).token)

    own = people.payout(token, people.beneficiary(owner))

    shown = token.call("PayoutService/ListPayouts", payouts.ListPayoutsRequest()).payouts
    assert [own.payout_id] == [payout.payout_id for payout in shown]
    read = token.call("PayoutService/GetPayout", payouts.GetPayoutRequest(payout_id=own.payout_id)).payout
    assert own.consent_id == read.consent_id != ""
    for name, request in (
        ("GetPayout", payouts.GetPayoutRequest(payout_id=others.payout_id)),
        ("GetPayoutTimeline", payouts.GetPayoutTimelineRequest(payout_id=others.payout_id)),
    ):
        assert "NOT_FOUND" == people.refused(token, f"PayoutService/{name}", request).reason
