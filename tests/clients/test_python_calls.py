"""The Python client against a real server, over REST and gRPC alike: payouts, pages, errors, lost answers."""

import asyncio
import re

import pytest

import corridor_client
from corridor_client import errors
from corridor_client.client import Client
from corridor_client.google.protobuf import FieldMask
from corridor_client.payouts.v1 import CreatePayoutRequest, PayoutLimit, PayoutSettings, PayoutState
from corridor_client.type.v1 import BankAccount, Iban, Money, Party, Person
from tests.clients.conftest import Cutter, Place, Relay, payee

TEN = Money(currency_code="EUR", amount_minor=1000)


def test_a_payout_is_created_and_read_again(client: Client) -> None:
    to = payee(client)

    made = client.payouts.create_payout(
        beneficiary_id=to.beneficiary_id, amount=TEN, reference="Invoice № 7", metadata={"order": "9"}
    )

    assert made == client.payouts.get_payout(payout_id=made.payout_id)
    assert (PayoutState.ACCEPTED, to.beneficiary_id) == (made.state, made.beneficiary_id)
    assert (TEN, {"order": "9"}) == (made.amount, made.metadata)
    assert made.create_time is not None
    assert 0 == made.create_time.utcoffset().total_seconds()  # type: ignore[union-attr] # it has a zone


def test_a_request_can_be_given_whole(client: Client) -> None:
    request = CreatePayoutRequest(beneficiary_id=payee(client).beneficiary_id, amount=TEN)

    assert TEN == client.payouts.create_payout(request).amount


def test_a_request_given_whole_and_in_part_is_refused(client: Client) -> None:
    with pytest.raises(TypeError, match="reference beside it"):
        client.payouts.create_payout(CreatePayoutRequest(amount=TEN), reference="both")


def test_the_same_key_gives_the_same_payout(client: Client) -> None:
    to = payee(client).beneficiary_id

    first = client.payouts.create_payout(beneficiary_id=to, amount=TEN, idempotency_key=f"same-{to}")
    again = client.payouts.create_payout(beneficiary_id=to, amount=TEN, idempotency_key=f"same-{to}")

    assert first == again


def test_each_call_has_a_key_of_its_own(client: Client) -> None:
    to = payee(client).beneficiary_id

    made = {client.payouts.create_payout(beneficiary_id=to, amount=TEN).payout_id for _ in range(2)}

    assert 2 == len(made)


def test_a_list_goes_over_all_pages(client: Client) -> None:
    to = payee(client).beneficiary_id
    made = [client.payouts.create_payout(beneficiary_id=to, amount=TEN).payout_id for _ in range(5)]

    page = client.payouts.list_payouts(beneficiary_id=to, page_size=2)

    assert (2, False) == (len(page.items), page.is_last)
    assert [2, 2, 1] == [len(each.items) for each in page.pages()]
    assert sorted(made) == sorted(payout.payout_id for payout in page)


def test_a_list_takes_filters_of_every_kind(client: Client) -> None:
    to = payee(client).beneficiary_id
    client.payouts.create_payout(beneficiary_id=to, amount=TEN)

    accepted = [PayoutState.ACCEPTED, PayoutState.SENT]
    assert 1 == len(client.payouts.list_payouts(beneficiary_id=to, states=accepted).items)
    assert [] == client.payouts.list_payouts(beneficiary_id=to, states=[PayoutState.CANCELLED]).items


def test_a_change_is_made_to_what_was_read_and_to_nothing_newer(client: Client) -> None:
    read = client.payouts.get_payout_settings()
    limits = [PayoutLimit(currency_code="EUR", refuse_above_minor=5_000)]

    made = client.payouts.update_payout_settings(
        settings=PayoutSettings(limits=limits), update_mask=FieldMask(paths=["limits"]), if_match=read.etag
    )
    with pytest.raises(errors.EtagMismatch) as caught:
        client.payouts.update_payout_settings(settings=PayoutSettings(), if_match=read.etag)

    assert made == client.payouts.get_payout_settings()
    assert 412 == caught.value.http_status
    assert [] == client.payouts.update_payout_settings(settings=PayoutSettings(), if_match="*").limits


def test_an_etag_that_is_missing_is_told_before_anything_is_sent(client: Client) -> None:
    with pytest.raises(ValueError, match="if_match is empty"):
        client.payouts.update_payout_settings(settings=PayoutSettings(), if_match="")


def test_an_error_is_of_its_reason_s_class(client: Client) -> None:
    with pytest.raises(errors.NotFound) as caught:
        client.payouts.get_payout(payout_id="po_" + "0" * 26)

    error = caught.value
    assert ("NOT_FOUND", "PERMANENT", 404, False) == (
        error.reason, error.error_class, error.http_status, error.retryable,
    )  # fmt: skip
    assert isinstance(error, errors.PermanentError)
    assert re.fullmatch(r"[0-9a-z_-]{30,36}", error.request_id)
    assert "corridor.payouts.v1.PayoutService.GetPayout" == error.method
    assert error.suggested_action in str(error)
    assert 1 == error.attempts


def test_violations_name_their_fields(client: Client) -> None:
    with pytest.raises(errors.InvalidArgument) as caught:
        client.payouts.create_payout(beneficiary_id="nobody", amount=Money(currency_code="EUR", amount_minor=-1))

    assert {"beneficiary_id", "amount"} == {each.field.split(".")[0] for each in caught.value.violations}
    assert "" != caught.value.idempotency_key


def test_a_wrong_key_is_told_from_a_missing_scope(place: Place) -> None:
    stranger = corridor_client.connect(place.rest, api_key=place.key[:-8] + "0" * 8)
    with pytest.raises((errors.Unauthenticated, errors.CredentialMalformed)):
        stranger.payouts.list_payouts()

    reader = place.corridor.client(place.company_id, scopes=["payouts:read"]).key
    with pytest.raises(errors.PermissionDenied):
        corridor_client.connect(place.grpc, api_key=reader).payouts.create_payout(amount=TEN)


def test_what_waits_for_approval_is_no_payout(place: Place) -> None:
    from corridor_client.approvals.v1 import ApprovalAmount, ApprovalPolicy, ApprovalRule

    company_id = place.corridor.company()
    key = place.corridor.client(company_id).key
    rule = ApprovalRule(
        title="Large",
        method="corridor.payouts.v1.PayoutService.CreatePayout",
        amount_above=ApprovalAmount(field_path="amount", currency_code="EUR", above_minor=1),
        approvals_needed=1,
    )
    with corridor_client.connect(place.rest, api_key=key) as client:
        client.approvals.update_approval_policy(policy=ApprovalPolicy(rules=[rule]))
        with pytest.raises(errors.ApprovalPending) as caught:
            client.payouts.create_payout(beneficiary_id=payee(client).beneficiary_id, amount=TEN)

    assert caught.value.metadata["approval_id"].startswith("apr_")


# Lost answers: the money moves once


def test_a_lost_answer_over_grpc_is_asked_for_again_under_the_same_key(place: Place, relay: Relay) -> None:
    with place.connect(relay.url) as client:
        to = payee(client).beneficiary_id
        relay.keys.clear()
        relay.lose = 2

        made = client.payouts.create_payout(beneficiary_id=to, amount=TEN)

        assert 3 == len(relay.keys)
        assert 1 == len(set(relay.keys))
        assert [made.payout_id] == [each.payout_id for each in client.payouts.list_payouts(beneficiary_id=to)]


def test_a_lost_answer_over_rest_is_asked_for_again_under_the_same_key(place: Place, cutter: Cutter) -> None:
    told: list[corridor_client.CallInfo] = []
    with place.connect(cutter.url, on_call=told.append) as client:
        to = payee(client).beneficiary_id
        cutter.lose = 1

        made = client.payouts.create_payout(beneficiary_id=to, amount=TEN)

        assert (2, True) == (told[-1].attempts, told[-1].replayed)
        assert [made.payout_id] == [each.payout_id for each in client.payouts.list_payouts(beneficiary_id=to)]


def test_the_error_of_a_lost_answer_carries_the_key_to_go_on_with(place: Place, relay: Relay) -> None:
    with place.connect(relay.url, retries=0) as client:
        to = payee(client).beneficiary_id
        relay.lose = 1
        with pytest.raises(errors.Unavailable) as caught:
            client.payouts.create_payout(beneficiary_id=to, amount=TEN)
        assert not caught.value.answered

        again = client.payouts.create_payout(
            beneficiary_id=to, amount=TEN, idempotency_key=caught.value.idempotency_key
        )

        assert [again.payout_id] == [each.payout_id for each in client.payouts.list_payouts(beneficiary_id=to)]


# OAuth, and asyncio


def test_an_oauth_client_gets_its_token_by_itself(place: Place) -> None:
    from corridor_client.access.v1 import ClientAuthentication, GrantType, OAuthClientSettings

    settings = OAuthClientSettings(
        title="Ledger",
        scopes=["payouts:read"],
        grant_types=[GrantType.CLIENT_CREDENTIALS],
        authentication=ClientAuthentication.CLIENT_SECRET_BASIC,
    )
    with place.connect() as administrator:
        made = administrator.oauth_clients.create_oauth_client(settings=settings)
    assert made.oauth_client is not None
    secret = corridor_client.ClientCredentials(made.oauth_client.oauth_client_id, made.secret, ["payouts:read"])
    assert made.secret not in repr(secret)

    with corridor_client.connect(place.rest, credentials=secret) as client:
        assert [] == list(client.payouts.list_payouts(beneficiary_id="ben_" + "0" * 26))
        with pytest.raises(errors.PermissionDenied):
            client.payouts.create_payout(amount=TEN)

    wrong = corridor_client.ClientCredentials(secret.client_id, "wrong")
    with corridor_client.connect(place.rest, credentials=wrong) as client, pytest.raises(errors.Unauthenticated):
        client.payouts.list_payouts()


@pytest.mark.parametrize("transport", ["rest", "grpc"])
def test_everything_is_there_for_asyncio_as_well(place: Place, transport: str) -> None:
    async def story() -> tuple[set[str], set[str]]:
        async with corridor_client.connect_async(getattr(place, transport), api_key=place.key) as client:
            to = await client.beneficiaries.create_beneficiary(
                party=Party(person=Person(given_name="Ada", family_name="Lovelace")),
                bank_account=BankAccount(iban=Iban(iban="DE89370400440532013000"), currency_code="EUR"),
            )
            pays = (client.payouts.create_payout(beneficiary_id=to.beneficiary_id, amount=TEN) for _ in range(3))
            made = {payout.payout_id for payout in await asyncio.gather(*pays)}
            page = await client.payouts.list_payouts(beneficiary_id=to.beneficiary_id, page_size=2)
            with pytest.raises(errors.NotFound):
                await client.payouts.get_payout(payout_id="po_" + "0" * 26)
            return made, {payout.payout_id async for payout in page}

    made, listed = asyncio.run(story())

    assert 3 == len(made)
    assert made == listed


def test_a_lost_answer_is_asked_for_again_in_asyncio(place: Place, relay: Relay) -> None:
    with place.connect() as client:
        to = payee(client).beneficiary_id

    async def story() -> str:
        async with corridor_client.connect_async(relay.url, api_key=place.key) as client:
            relay.lose = 1
            return (await client.payouts.create_payout(beneficiary_id=to, amount=TEN)).payout_id

    assert asyncio.run(story())
    assert 1 == len(set(relay.keys))
    assert 2 == len(relay.keys)
