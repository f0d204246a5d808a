"""What must be true after anything: the vendor's books and ours agree, and the company heard of everything in order."""

import grpc

from corridor.operations.v1 import work_item_pb2, work_item_service_pb2
from corridor.payouts.v1 import payout_pb2
from tests.chaos.world import World
from tests.serving import Refused, until

SETTLED = payout_pb2.PAYOUT_STATE_SETTLED
MOVED = {payout_pb2.PAYOUT_STATE_SETTLED, payout_pb2.PAYOUT_STATE_RETURNED}
ENDED = {*MOVED, payout_pb2.PAYOUT_STATE_FAILED, payout_pb2.PAYOUT_STATE_CANCELLED}


def waiting_for_a_person(world: World) -> set[str]:
    """The resources with an open work item."""
    client, found, token = world.client(), set[str](), ""
    while True:
        page = client.call(
            "WorkItemService/ListWorkItems",
            work_item_service_pb2.ListWorkItemsRequest(
                page_size=250, page_token=token, state=work_item_pb2.WORK_ITEM_STATE_OPEN
            ),
        )
        found |= {item.resource_id for item in page.work_items}
        token = page.next_page_token
        if not token:
            client.close()
            return found


def settle_down(world: World, payout_ids: list[str], *, seconds: float) -> dict[str, payout_pb2.Payout]:
    """Wait until every payout is at an end or with a person, and the company has heard of it; the payouts.

    Fails if nothing gets any further for so many seconds: what is slow, because the vendor said so, is not stuck.
    """
    missing = ["Corridor does not answer"]

    def quiet() -> dict[str, payout_pb2.Payout] | None:
        try:
            return settled()
        except Refused as refused:
            if refused.code != grpc.StatusCode.UNAVAILABLE:
                raise
            return None  # it is dead at the moment

    def settled() -> dict[str, payout_pb2.Payout] | None:
        found = world.payouts()
        open_ids = {i for i in payout_ids if found[i].state not in ENDED}
        if open_ids:
            open_ids -= waiting_for_a_person(world)
        untold = {i for i in payout_ids if len(world.endpoint.first_arrivals(i)) < found[i].revision}
        missing[:] = [f"{found[i]} heard {world.endpoint.first_arrivals(i)}" for i in sorted(open_ids | untold)]
        return None if missing else found

    def further() -> bool:
        return quiet() is not None or len(missing) < before

    before = len(payout_ids) + 1
    while True:
        try:
            until(further, seconds=seconds)
        except AssertionError as error:
            raise AssertionError(f"{error}; not at an end, or not told of: {'; '.join(missing)}") from None
        before = len(missing)
        if (found := quiet()) is not None:
            return found


def check(world: World, payouts: dict[str, payout_pb2.Payout], *, said: str = "") -> None:
    """Nothing doubled, nothing lost, everything told in order."""
    books: dict[str, list[tuple[int, str]]] = {}
    for entry in world.simulator.books():
        books.setdefault(entry.reference, []).append((entry.amount_minor, entry.currency_code))
    assert set(books) <= set(payouts), f"the vendor paid something that Corridor does not know {said}"
    for payout_id, payout in payouts.items():
        paid = books.get(payout_id, [])
        assert len(paid) <= 1, f"{payout_id} was paid {len(paid)} times {said}"
        if payout.state in MOVED:
            assert [(payout.amount.amount_minor, payout.amount.currency_code)] == paid, f"{payout_id} {said}"
        heard = world.endpoint.first_arrivals(payout_id)
        assert list(range(1, payout.revision + 1)) == heard, f"{payout_id} was told as {heard} {said}"
