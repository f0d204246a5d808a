"""Features: on or off by segment, country, region and share of customers; a domain's own feature stops new work."""

from typing import Any

import pytest

from corridor.payments.v1 import payment_service_pb2 as payments
from corridor.payments.v1.payment_pb2 import PaymentMethod
from corridor.payouts.v1 import payout_service_pb2 as payouts
from corridor.routing.v1 import routing_service_pb2 as api
from corridor.routing.v1.routing_facts_pb2 import RoutingFacts
from corridor.routing.v1.routing_policy_pb2 import RoutingCondition
from corridor.type.v1.customer_pb2 import Customer
from corridor.type.v1.money_pb2 import Money
from tests.server import people
from tests.server.routing.rules_desk import FEATURE, feature, make, rollback
from tests.serving import Client, Refused, Running

RETAIL = RoutingCondition(segments=["retail"])


def asked(client: Client, name: str = "instant", **facts: Any) -> api.EvaluateFeatureResponse:
    request = api.EvaluateFeatureRequest(feature=name, facts=RoutingFacts(**facts))
    found: api.EvaluateFeatureResponse = client.call("RoutingService/EvaluateFeature", request)
    return found


def pay(client: Client, segment: str = "", key: str = "", beneficiary_id: str = "") -> str:
    request = payouts.CreatePayoutRequest(
        beneficiary_id=beneficiary_id or people.beneficiary(client),
        amount=Money(currency_code="EUR", amount_minor=5_00),
        customer=Customer(segment=segment),
    )
    made = client.call("PayoutService/CreatePayout", request, key=key or people.new_key())
    return str(made.payout.payout_id)


def test_a_feature_that_no_rule_decides_is_on(corridor: Running) -> None:
    client = corridor.client()

    found = asked(client)

    assert (True, "", 0, 100) == (found.enabled, found.rule, found.version, found.percent)
    make(client, feature("retail", 0, RETAIL), domain="feature.instant")
    found = asked(client, segment="business")
    assert (True, "", 1) == (found.enabled, found.rule, found.version)


def test_a_feature_is_off_where_a_rule_says_so(corridor: Running) -> None:
    client = corridor.client()
    make(client, feature("retail", 0, RETAIL), domain="feature.instant")

    found = asked(client, segment="retail")

    assert (False, "retail", 1, 0) == (found.enabled, found.rule, found.version, found.percent)


def test_a_region_is_that_of_the_installation_where_none_is_told(corridor: Running) -> None:
    client = corridor.client()
    make(client, feature("eu", 0, RoutingCondition(regions=["eu"])), domain="feature.instant")

    assert asked(client).enabled
    assert not asked(client, region="eu").enabled


def test_a_share_of_customers_has_it_each_time(corridor: Running) -> None:
    client = corridor.client()
    make(client, feature("some", 30), domain="feature.instant")

    has_it = [asked(client, customer_id=f"customer-{number}").enabled for number in range(100)]

    assert 10 < sum(has_it) < 50
    assert has_it == [asked(client, customer_id=f"customer-{number}").enabled for number in range(100)]


def test_payouts_of_a_segment_are_turned_off_and_on_again(corridor: Running) -> None:
    client = corridor.client()
    beneficiary_id = people.beneficiary(client)
    make(client, feature("no-retail", 0, RETAIL), domain=FEATURE)

    with pytest.raises(Refused) as refused:
        pay(client, "retail", "first", beneficiary_id)
    assert "FEATURE_OFF" == refused.value.reason
    assert {"feature": "payouts", "rule": "no-retail", "version": "1"}.items() <= refused.value.metadata.items()
    assert pay(client, "business", beneficiary_id=beneficiary_id)

    rollback(client, domain=FEATURE)
    assert pay(client, "retail", "first", beneficiary_id)  # the key of a call that was refused for a while is free


def test_payouts_to_a_country_are_turned_off(corridor: Running) -> None:
    client = corridor.client()
    make(client, feature("no-germany", 0, RoutingCondition(country_codes=["DE"])), domain=FEATURE)

    with pytest.raises(Refused) as refused:
        pay(client)
    assert "FEATURE_OFF" == refused.value.reason


def test_what_was_answered_before_is_answered_again_while_it_is_off(corridor: Running) -> None:
    client, key = corridor.client(), people.new_key()
    beneficiary_id = people.beneficiary(client)
    made = pay(client, "retail", key, beneficiary_id)

    make(client, feature("off", 0), domain=FEATURE)

    assert made == pay(client, "retail", key, beneficiary_id)


def test_payments_have_a_switch_of_their_own(corridor: Running) -> None:
    client = corridor.client()
    make(client, feature("off", 0), domain="feature.payments")
    request = payments.CreatePaymentRequest(
        amount=Money(currency_code="EUR", amount_minor=5_00), payment_method=PaymentMethod(token="tok_visa")
    )

    refused = people.refused(client, "PaymentService/CreatePayment", request, key=people.new_key())

    assert "FEATURE_OFF" == refused.reason
    assert pay(client)


def test_another_company_is_not_affected(corridor: Running) -> None:
    make(corridor.client(), feature("off", 0), domain=FEATURE)

    assert pay(corridor.client())
