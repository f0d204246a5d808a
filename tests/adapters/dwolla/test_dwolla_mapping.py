"""What Dwolla's words mean. What its document enumerates or shows is read from it, where it is at hand."""

import re
from typing import Any

import pytest

from adapters.dwolla import events, mapping, receivers, refusals
from adapters.kit.errors import Misconfigured, Rejected, Unmapped
from corridor.payouts.v1.payout_pb2 import (
    PAYOUT_STATE_CANCELLED,
    PAYOUT_STATE_FAILED,
    PAYOUT_STATE_PENDING,
    PAYOUT_STATE_RETURNED,
    PAYOUT_STATE_SETTLED,
    PAYOUT_STATE_UNSPECIFIED,
)
from corridor.payouts.v1.payout_reason_pb2 import PAYOUT_REASON_OTHER, PAYOUT_REASON_UNSPECIFIED
from corridor.type.v1 import rail_pb2
from corridor.type.v1.bank_account_pb2 import BankAccount, Iban
from corridor.type.v1.money_pb2 import Money
from corridor.type.v1.party_pb2 import Party, Person
from tests.adapters.dwolla import samples
from tests.adapters.dwolla.test_dwolla_contract import DOCUMENT


def transfer_errors() -> list[tuple[str, str, str]]:
    """Name, path and code of every error that the document shows for a new transfer."""
    document = DOCUMENT.published
    answer = document["paths"]["/transfers"]["post"]["responses"]["400"]["content"][
        "application/vnd.dwolla.v1.hal+json"
    ]
    found = []
    for each in answer["schema"]["oneOf"]:
        name = each["$ref"].rpartition("/")[2]
        inner = document["components"]["schemas"][name]["properties"]["_embedded"]["properties"]["errors"]["items"]
        found.append((name, inner["properties"]["path"]["example"], inner["properties"]["code"]["example"]))
    return found


def answer_of(path: str, code: str) -> dict[str, Any]:
    inner = {"code": code, "message": "of Ada Sample, 123456789", "path": path}
    return {"code": "ValidationError", "message": "…", "_embedded": {"errors": [inner]}}


def test_every_status_that_the_document_names_has_a_state() -> None:
    parameters = DOCUMENT.published["paths"]["/accounts/{id}/transfers"]["get"]["parameters"]
    said = next(each["description"] for each in parameters if each.get("name") == "status")

    assert set(re.findall(r"`(\w+)`", said)) == set(mapping.STATES)


def test_every_return_code_has_a_reason() -> None:
    assert len(mapping.RETURN_REASONS) >= 69
    assert PAYOUT_REASON_UNSPECIFIED not in mapping.RETURN_REASONS.values()


def test_every_topic_that_the_document_shows_is_known() -> None:
    import yaml

    text = yaml.dump(DOCUMENT.published)
    shown = set(re.findall(r"\b(?:customer_)?(?:bank_)?transfer_(?:created|completed|failed|cancelled)\b", text))

    assert shown
    assert shown <= set(events.TRANSFERS) | events.OTHERS


def test_every_refusal_of_a_transfer_is_a_decline_a_field_of_the_customer_or_ours() -> None:
    meant = {name: type(refusals.refusal(400, answer_of(path, code))) for name, path, code in transfer_errors()}

    declined = {name for name, kind in meant.items() if kind is refusals.Declined}
    assert {"InsufficientFundsError", "ReceiverRestrictedError", "HighRiskError", "WeeklyReceiveLimitReachedError"} <= (
        declined
    )
    rejected = {name for name, kind in meant.items() if kind is Rejected}
    assert "InvalidAmountLimitError" in rejected
    # What is ours stops, and is told to the adapter's owner.
    for name in ("SourceNotFoundError", "InvalidMetadataError", "InvalidCorrelationIdError", "SenderRestrictedError"):
        assert meant[name] is type(None), name
    assert len(meant) >= 60


def test_a_refusal_never_repeats_the_vendors_message() -> None:
    failure = refusals.refusal(400, answer_of("/accountNumber", "Invalid"))

    assert isinstance(failure, Rejected)
    assert "Ada" not in f"{failure!r} {failure.detail} {failure.problems}"


@pytest.mark.parametrize(
    "answer", [None, [], "text", {"_embedded": []}, {"_embedded": {"errors": "no"}}, {"_embedded": {"errors": [5]}}]
)
def test_an_error_in_another_shape_is_left_to_its_status(answer: Any) -> None:
    assert refusals.refusal(400, answer) is None
    assert "" == refusals.existing(answer)


def test_what_is_there_already_is_named_by_its_link() -> None:
    link = {"about": {"href": f"{samples.BASE}/customers/fc451a7a"}}
    embedded = answer_of("/email", "Duplicate")
    embedded["_embedded"]["errors"][0]["_links"] = link

    assert "fc451a7a" == refusals.existing(embedded)
    assert "fc451a7a" == refusals.existing({"code": "DuplicateResource", "message": "…", "_links": link})


def test_same_day_is_asked_for_by_the_clearing_of_the_destination() -> None:
    body = mapping.transfer_request(samples.payout(rail_pb2.RAIL_ACH_SAME_DAY), "https://x/1", "https://x/2")

    assert {"destination": "next-available"} == body["clearing"]
    assert "clearing" not in mapping.transfer_request(samples.payout(), "https://x/1", "https://x/2")


def test_the_payout_s_id_travels_as_correlation_id_and_as_metadata() -> None:
    body = mapping.transfer_request(samples.payout(), "https://x/1", "https://x/2")

    assert samples.payout().payout_id == body["correlationId"] == body["metadata"][mapping.PAYOUT_ID]


def test_a_rail_or_currency_that_is_not_covered_is_refused_before_anything_is_sent() -> None:
    with pytest.raises(Misconfigured, match="RAIL_WIRE"):
        mapping.transfer_request(samples.payout(rail_pb2.RAIL_WIRE), "https://x/1", "https://x/2")
    payout = samples.payout()
    payout.amount.currency_code = "EUR"
    with pytest.raises(Misconfigured):
        mapping.transfer_request(payout, "https://x/1", "https://x/2")


def test_an_account_elsewhere_is_refused_with_our_field() -> None:
    receiver = samples.beneficiary()
    receiver.bank_account.CopyFrom(BankAccount(iban=Iban(iban="DE89370400440532013000"), currency_code="EUR"))

    with pytest.raises(Rejected) as refused:
        receivers.bank_account(receiver)

    assert ["beneficiary.bank_account"] == [problem.field for problem in refused.value.problems]


def test_a_name_that_the_vendor_has_no_room_for_is_refused_not_shortened() -> None:
    receiver = samples.beneficiary(Party(person=Person(given_name="A" * 51, family_name="Sample")))

    with pytest.raises(Rejected):
        receivers.customer(receiver, "x@beneficiaries.example")


def test_a_business_is_a_customer_with_a_contact_that_is_nobody() -> None:
    body = receivers.customer(samples.beneficiary(samples.BUSINESS), "x@beneficiaries.example")

    assert ("Sample Works LLC", "Accounts", "Receivable") == (
        body["businessName"], body["firstName"], body["lastName"],
    )  # fmt: skip


@pytest.mark.parametrize(
    ("status", "state"),
    [
        ("pending", PAYOUT_STATE_PENDING),
        ("processed", PAYOUT_STATE_SETTLED),
        ("cancelled", PAYOUT_STATE_CANCELLED),
        ("failed", PAYOUT_STATE_RETURNED),
    ],
)
def test_a_transfer_tells_payout_amount_and_state(status: str, state: int) -> None:
    seen = mapping.observation(samples.transfer(status))

    assert (state, status) == (seen.state, seen.provider_state)
    assert samples.payout().payout_id == seen.payout_id
    assert Money(currency_code="USD", amount_minor=12_345) == seen.amount


def test_a_failure_tells_by_its_place_whether_the_money_left() -> None:
    failed = samples.transfer("failed")

    assert PAYOUT_STATE_FAILED == mapping.observation(failed, samples.failure("R01", at_source=True)).state
    assert PAYOUT_STATE_RETURNED == mapping.observation(failed, samples.failure("R01")).state
    assert PAYOUT_STATE_RETURNED == mapping.observation(failed, {"code": "R03"}).state


def test_a_failure_of_which_the_vendor_tells_nothing_has_a_reason_all_the_same() -> None:
    seen = mapping.observation(samples.transfer("failed"))

    assert (PAYOUT_REASON_OTHER, "") == (seen.reason, seen.provider_reason_code)


@pytest.mark.parametrize("topic", sorted(events.TRANSFERS))
def test_every_topic_of_a_transfer_names_payout_and_transfer(topic: str) -> None:
    (seen,) = events.reading(samples.event(topic)).observations

    assert samples.payout().payout_id == seen.payout_id
    assert (topic, events.TRANSFERS[topic]) == (seen.provider_state, seen.state)
    assert seen.provider_reference
    assert not seen.HasField("amount")


@pytest.mark.parametrize("topic", ["transfer_failed", "customer_transfer_failed"])
def test_of_a_failure_the_event_says_only_that_it_happened(topic: str) -> None:
    (seen,) = events.reading(samples.event(topic)).observations

    assert PAYOUT_STATE_UNSPECIFIED == seen.state


@pytest.mark.parametrize("topic", sorted(events.OTHERS))
def test_every_other_topic_is_read_and_says_nothing(topic: str) -> None:
    assert () == events.reading(samples.event(topic)).observations


def test_an_event_without_our_id_is_known_by_the_vendors() -> None:
    (seen,) = events.reading(samples.event(correlationId=None)).observations

    assert "" == seen.payout_id
    assert seen.provider_reference


@pytest.mark.parametrize(
    "body",
    [
        samples.event("transfer_teleported"),
        samples.event("customer_teleported"),
        samples.event(topic=None),
        samples.event(id=None),
        samples.event(resourceId=5),
        samples.event(timestamp="yesterday"),
        b'["transfer_completed"]',
        b"not json",
        b"\xff\xfe",
        b"",
    ],
)
def test_what_has_no_meaning_is_loud(body: bytes) -> None:
    with pytest.raises(Unmapped):
        events.reading(body)


@pytest.mark.parametrize(
    ("transfer", "failure"),
    [
        (samples.transfer("teleported"), None),
        (samples.transfer("reclaimed"), None),
        (samples.transfer(status=None), None),
        (samples.transfer(id=None), None),
        (samples.transfer(amount="123.45"), None),
        (samples.transfer(amount={"value": 123.45, "currency": "USD"}), None),
        (samples.transfer(amount={"value": "123.456", "currency": "USD"}), None),
        (samples.transfer(amount={"value": "123.45", "currency": "USDC"}), None),
        (samples.transfer("failed"), samples.failure("R99")),
        (samples.transfer("failed"), samples.failure(code=None)),
        ([], None),
    ],
)
def test_a_transfer_that_has_no_meaning_is_loud(transfer: Any, failure: Any) -> None:
    with pytest.raises(Unmapped):
        mapping.observation(transfer, failure)
