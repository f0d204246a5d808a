"""Who paid can be erased: what says anything of them goes, and what moved stays."""

from corridor.payments.v1.payment_facts_pb2 import CardFacts
from corridor.vault.v1 import erasure_service_pb2 as api
from corridor.vault.v1.erasure_pb2 import ERASURE_STATE_COMPLETE
from server.platform.vault import erasing
from server.platform.vault.erasing import Erasing
from server.store.work import Done, Job
from tests.server import people
from tests.server.domains.payments.till import AUTHORISATION, REFUND, SUCCEEDED, Till
from tests.server.vault.erasure_scene import everything
from tests.serving import SANDBOX

PLANTED = b"Quillon of the blue house"


def request(payment_id: str) -> api.CreateErasureRequest:
    """The request to erase who paid."""
    return api.CreateErasureRequest(resource_id=payment_id, reason="Asked for", legal_reference="GDPR art. 17")


def test_nothing_is_left_of_who_paid_and_all_of_what_was_paid(shop: Till) -> None:
    payment = shop.sent(30_00, manual=False, reference=PLANTED.decode(), metadata={"who": PLANTED.decode()})
    shop.says(payment, AUTHORISATION, SUCCEEDED, 30_00, captured=True, card=CardFacts(last_four="4711"))
    refund = shop.refunds(payment, 10_00)
    shop.says(payment, REFUND, SUCCEEDED, 10_00, step_id=refund.refund_id)
    before = shop.amounts(payment)

    erasure = shop.client.call("ErasureService/CreateErasure", request(payment.payment_id), key="e").erasure
    job = Job(shop.company_id, SANDBOX, 1, erasing.KIND, "", erasure.erasure_id, 1, "", "", *[None] * 2)  # type: ignore[arg-type] # no lease
    assert isinstance(Erasing(shop.corridor.parts.store).run(shop.context(), job), Done)

    found = api.GetErasureRequest(erasure_id=erasure.erasure_id)
    assert ERASURE_STATE_COMPLETE == shop.client.call("ErasureService/GetErasure", found).erasure.state
    stored = everything(shop.corridor, shop.company_id)
    assert [] == [place for place, data in stored.items() if PLANTED in data or b"4711" in data]
    assert before == shop.amounts(payment)
    assert not shop.now(payment).payment_method.token


def test_who_paid_is_not_erased_while_the_payment_or_something_with_it_is_open(shop: Till) -> None:
    held, refunded = shop.authorised(), shop.authorised(manual=False)
    shop.refunds(refunded)

    for payment in (held, refunded):
        refused = people.refused(
            shop.client, "ErasureService/CreateErasure", request(payment.payment_id), key=people.new_key()
        )
        assert "STATE_CONFLICT" == refused.reason
