"""Comparisons go by themselves, and what they repeat of somebody goes with an erasure."""

from corridor.payouts.v1.payout_pb2 import PAYOUT_STATE_FAILED
from server.kit import ids
from server.platform.shadow import forgetting
from tests.server import people
from tests.server.flows.stage import Stage
from tests.server.shadow.shade import compared, comparisons, shadowed
from tests.server.vault.erasure_scene import completed, erase


def test_a_comparison_goes_after_ninety_days(flow: Stage) -> None:
    primary, shadow = flow.vendor(), flow.vendor()
    shadowed(flow, primary, shadow)
    old, young = (compared(flow, flow.pay().payout_id) for _ in range(2))
    with people.rows(flow.corridor, flow.client) as rows:
        rows.execute(
            "UPDATE corridor.shadow_comparisons SET create_time = create_time - interval '91 days' "
            "WHERE shadow_comparison_id = %s",
            (old.shadow_comparison_id,),
        )

    forgetting.forget(flow.corridor.parts.store)

    assert [young.shadow_comparison_id] == [each.shadow_comparison_id for each in comparisons(flow)]


def test_an_erasure_takes_what_a_comparison_repeats(flow: Stage) -> None:
    primary, shadow = flow.vendor(), flow.vendor()
    shadowed(flow, primary, shadow)
    made = flow.reaches(flow.pay(99_001, reference="Canary 77"), PAYOUT_STATE_FAILED)
    before = compared(flow, made.payout_id)
    assert "Canary 77" == before.primary.statement_text
    assert before.shadow.detail

    completed(flow, erase(flow.client, made.beneficiary_id))

    after = compared(flow, made.payout_id)
    assert "" == after.primary.statement_text == after.shadow.statement_text
    assert b"Canary 77" not in after.SerializeToString()
    assert ("", 0) == (after.shadow.detail, len(after.exchanges))
    assert ids.is_id(after.shadow_comparison_id, "shc")
