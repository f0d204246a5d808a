"""An update of a part that waits: once approved it changes that part of what is there then, if its condition holds."""

from corridor.approvals.v1 import approval_pb2 as pb
from corridor.payouts.v1 import payout_service_pb2 as api
from corridor.payouts.v1 import spending_limit_pb2
from corridor.payouts.v1.payout_settings_pb2 import PayoutLimit, PayoutSettings
from tests.server import people
from tests.server.approvals.office import Office, approval_id, rule

UPDATE = "PayoutService/UpdatePayoutSettings"
METHOD = "corridor.payouts.v1.PayoutService.UpdatePayoutSettings"


def limits(*currencies: str) -> api.UpdatePayoutSettingsRequest:
    """Limits in these currencies, and nothing said of the rest."""
    settings = PayoutSettings(limits=[PayoutLimit(currency_code=each, hold_above_minor=1000) for each in currencies])
    request = api.UpdatePayoutSettingsRequest(settings=settings)
    request.update_mask.paths.append("limits")
    return request


def now(office: Office) -> PayoutSettings:
    """The settings as they are."""
    found: PayoutSettings = office.maker.call(
        "PayoutService/GetPayoutSettings", api.GetPayoutSettingsRequest()
    ).settings
    return found


def test_an_approved_part_is_merged_into_what_is_there_when_it_runs(office: Office) -> None:
    office.put(rule(METHOD, caller_scope="payouts:configure"))
    waiting = office.asked(limits("EUR"), UPDATE, key="part")
    office.put()
    spending = api.UpdatePayoutSettingsRequest()
    per = spending_limit_pb2.SPENDING_SUBJECT_COMPANY
    spending.settings.spending_limits.add(name="a", currency_code="EUR", max_count=5, window_seconds=60, per=per)
    spending.update_mask.paths.append("spending_limits")
    office.checker.call(UPDATE, spending)

    office.approve(waiting)
    office.reaches(waiting, pb.APPROVAL_STATE_EXECUTED)

    found = now(office)
    assert (["EUR"], 1) == ([each.currency_code for each in found.limits], len(found.spending_limits))


def test_a_condition_is_kept_until_the_call_runs(office: Office) -> None:
    before = now(office).etag
    office.put(rule(METHOD))
    refusal = people.refused(office.maker, UPDATE, limits("EUR"), key="late", if_match=f'"{before}"')
    office.put()
    office.checker.call(UPDATE, limits("USD"))

    waiting = approval_id(refusal)
    office.approve(waiting)

    assert "ETAG_MISMATCH" == office.reaches(waiting, pb.APPROVAL_STATE_FAILED).failure_reason
    assert ["USD"] == [each.currency_code for each in now(office).limits]
