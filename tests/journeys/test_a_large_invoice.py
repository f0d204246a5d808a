"""Ada keeps the books of a small company, Grace is its treasurer. Today they pay a large invoice.

Everything here goes over HTTP, as a customer's program would do it.
"""

from collections.abc import Iterator
from typing import Any

import pytest

from server.cli import provision
from server.cli.receiver import Receiver
from server.cli.rest import Refused, Rest
from server.cli.stack import Stack
from tests.serving import until

CLERK = ["beneficiaries:create", "beneficiaries:read", "payouts:create", "payouts:read"]
INVOICE = 480_000  # 4800.00 EUR


@pytest.fixture
def grace(corridor_up: Stack) -> Iterator[Rest]:
    """The treasurer, whose key may do everything. The company has a connection to its provider already."""
    company = provision.company(corridor_up, "Analytical Engines")
    rest = Rest(corridor_up.gateway_url, company.key)
    connection, _ = provision.connection(rest, corridor_up)
    provision.route(rest, connection.connection_id)
    provision.webhooks_to(corridor_up, connection)
    yield rest
    rest.close()


@pytest.fixture
def ada(corridor_up: Stack, grace: Rest) -> Iterator[Rest]:
    """The clerk, whose key Grace has made: it can create payouts, and release none."""
    made = grace.send("POST", "/v1/api-keys", {"title": "Ada's desk", "scopes": CLERK}, key="ada").body
    rest = Rest(corridor_up.gateway_url, made["secret"])
    yield rest
    rest.close()


def test_a_large_invoice_is_paid_by_two_people(grace: Rest, ada: Rest, endpoint: Receiver) -> None:
    # Grace wants to see what is above 1000 euros before it leaves, and to be told of everything.
    limit = {"currency_code": "EUR", "hold_above_minor": 100_000}
    grace.send("PUT", "/v1/payout-settings", {"limits": [limit]})
    made = grace.send("POST", "/v1/webhook-endpoints", {"url": endpoint.url}, key="endpoint").body
    endpoint.secret = made["secret"]

    # Ada mistypes the supplier's IBAN, and is told at once.
    supplier = {"party": {"business": {"legal_name": "Jacquard Looms SARL"}}}
    with pytest.raises(Refused) as refused:
        ada.send("POST", "/v1/beneficiaries", supplier | account("FR1420041010050500013M02607"), key="supplier")
    assert 400 == refused.value.status
    assert "BANK_ACCOUNT_INVALID" in refused.value.message

    # She corrects it. The key of a refused call belongs to that call, so this is a new one.
    beneficiary = ada.send(
        "POST", "/v1/beneficiaries", supplier | account("FR14 2004 1010 0505 0001 3M02 606"), key="supplier-2"
    ).body

    # What would it cost, and when would it arrive?
    wanted = {"beneficiary_id": beneficiary["beneficiary_id"], "amount": euros(INVOICE)}
    quote = ada.send("POST", "/v1/payouts:quote", wanted).body
    assert "RAIL_SEPA" == quote["rail"]

    # She pays. It is above the limit, so it is held, and she cannot release it herself.
    payout = ada.send("POST", "/v1/payouts", wanted | {"reference": "Invoice 1843"}, key="invoice-1843").body
    assert "PAYOUT_STATE_HELD" == payout["state"]
    release = f"/v1/payouts/{payout['payout_id']}:release"
    with pytest.raises(Refused) as refused:
        ada.send("POST", release, {})
    assert 403 == refused.value.status

    # Grace does, and the money arrives.
    grace.send("POST", release, {})
    until(lambda: state(ada, payout) == "PAYOUT_STATE_SETTLED", seconds=20)

    # Their own system has heard of each step, once and in order, signed.
    until(lambda: len(endpoint.received(payout["payout_id"])) == 5, seconds=20)
    heard = endpoint.received(payout["payout_id"])
    assert ["payout.held", "payout.accepted", "payout.sent", "payout.pending", "payout.settled"] == [
        each.type for each in heard
    ]
    assert all(each.verified for each in heard)

    # The timeline knows who did what.
    entries = ada.send("GET", f"/v1/payouts/{payout['payout_id']}/timeline").body["entries"]
    calls = [(each["summary"], each["outcome"]) for each in entries if each["kind"] == "TIMELINE_KIND_CALL"]
    assert ("payout.create", "done") == calls[0]
    assert ("payout.release", "done") in calls


def account(iban: str) -> dict[str, Any]:
    return {"bank_account": {"iban": {"iban": iban}, "currency_code": "EUR"}}


def euros(amount_minor: int) -> dict[str, Any]:
    return {"currency_code": "EUR", "amount_minor": amount_minor}


def state(rest: Rest, payout: dict[str, Any]) -> str:
    return str(rest.send("GET", f"/v1/payouts/{payout['payout_id']}").body["state"])
