"""Answers that a server process remembers: repetitions in a storm are answered without the database."""

import psycopg

from corridor.payouts.v1 import beneficiary_service_pb2 as beneficiaries
from corridor.type.v1 import bank_account_pb2, party_pb2
from corridor.webhooks.v1 import endpoint_service_pb2 as endpoints
from tests.serving import Running

_REQUEST = beneficiaries.CreateBeneficiaryRequest(
    party=party_pb2.Party(person=party_pb2.Person(given_name="Ada", family_name="Lovelace")),
    bank_account=bank_account_pb2.BankAccount(
        iban=bank_account_pb2.Iban(iban="DE89370400440532013000"), currency_code="EUR"
    ),
)
_CREATE = "BeneficiaryService/CreateBeneficiary"


def _forget_stored(corridor: Running) -> None:
    """What only the process remembers now shows."""
    with psycopg.connect(corridor.parts.store.url, autocommit=True) as connection:
        connection.execute("TRUNCATE corridor.idempotency")


def test_a_repetition_is_answered_from_memory_byte_for_byte(corridor: Running) -> None:
    client = corridor.client()
    first = client.call(_CREATE, _REQUEST, key="k")
    _forget_stored(corridor)
    again = client.call(_CREATE, _REQUEST, key="k")
    assert first.SerializeToString() == again.SerializeToString()
    assert "true" == client.trailers["idempotent-replayed"]


def test_an_answer_is_remembered_for_its_company_alone(corridor: Running) -> None:
    first = corridor.client().call(_CREATE, _REQUEST, key="k")
    other = corridor.client()
    assert first.beneficiary.beneficiary_id != other.call(_CREATE, _REQUEST, key="k").beneficiary.beneficiary_id
    assert "idempotent-replayed" not in other.trailers


def test_an_answer_that_shows_a_secret_is_not_remembered(corridor: Running) -> None:
    client = corridor.client()
    request = endpoints.CreateWebhookEndpointRequest(url="http://127.0.0.1:9/")
    first = client.call("WebhookEndpointService/CreateWebhookEndpoint", request, key="k")
    _forget_stored(corridor)
    again = client.call("WebhookEndpointService/CreateWebhookEndpoint", request, key="k")
    assert first.secret != again.secret
