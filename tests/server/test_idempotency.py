"""What an idempotency key promises: the same call, the same answer; another call, a refusal that quotes nothing."""

from collections import Counter
from concurrent.futures import ThreadPoolExecutor

import grpc
import pytest
from google.protobuf.message import Message

from corridor.payouts.v1 import beneficiary_service_pb2 as beneficiaries
from corridor.payouts.v1 import payout_service_pb2 as api
from corridor.payouts.v1.payout_pb2 import PAYOUT_STATE_CANCELLED
from corridor.type.v1.money_pb2 import Money
from server.kit import contract, ids
from server.store import idempotency
from tests.server import people
from tests.serving import LIVE, SANDBOX, Client, Refused, Running

CREATE = "PayoutService/CreatePayout"


def raw(
    running: Running, client: Client, request: Message | bytes, *keys: str, name: str = CREATE
) -> tuple[bytes, dict[str, str | bytes]]:
    """The answer's bytes as they come from the wire, with the trailers."""
    path = next(path for path in contract.methods() if path.endswith("." + name))
    data = request if isinstance(request, bytes) else request.SerializeToString()
    metadata = (("authorization", f"Bearer {client.key}"), *(("idempotency-key", key) for key in keys))
    with grpc.insecure_channel(running.address) as channel:
        stub: grpc.UnaryUnaryMultiCallable[bytes, bytes] = channel.unary_unary(path, _as_it_is, _as_it_is)
        answer, call = stub.with_call(data, metadata=metadata, timeout=10)
        return answer, dict(call.trailing_metadata())


def _as_it_is(data: bytes) -> bytes:
    return data


def count(running: Running, client: Client, table: str) -> int:
    """How many rows the client's company has."""
    with people.rows(running, client) as connection:
        row = connection.execute(f"SELECT count(*) FROM corridor.{table}").fetchone()
    return int(row[0]) if row else 0


def test_a_key_is_needed_where_the_policy_says_so(corridor: Running) -> None:
    client = corridor.client()

    assert "IDEMPOTENCY_KEY_REQUIRED" == people.refused(client, CREATE, people.create(ids.new("ben"))).reason


@pytest.mark.parametrize("key", ["k" * 256, "a b", " "])
def test_a_key_of_another_form_is_refused(corridor: Running, key: str) -> None:
    client = corridor.client()

    found = people.refused(client, CREATE, people.create(ids.new("ben")), key=key)

    assert "IDEMPOTENCY_KEY_INVALID" == found.reason


def test_the_longest_key_serves(corridor: Running) -> None:
    client = corridor.client()

    assert client.call(CREATE, people.create(people.beneficiary(client)), key="~" * 255).payout.payout_id


def test_two_keys_are_refused(corridor: Running) -> None:
    client = corridor.client()

    with pytest.raises(grpc.RpcError) as refused:
        raw(corridor, client, people.create(ids.new("ben")), "one", "two")

    assert "sent once" in str(refused.value)


def test_the_same_call_gets_the_same_bytes(corridor: Running) -> None:
    client = corridor.client()
    request = people.create(people.beneficiary(client), metadata={"b": "2", "a": "1", "c": "3"})

    first, trailers = raw(corridor, client, request, "same")
    second, replayed = raw(corridor, client, request, "same")

    assert first == second
    assert (None, "true") == (trailers.get("idempotent-replayed"), replayed.get("idempotent-replayed"))
    assert 1 == count(corridor, client, "payouts")


def test_another_encoding_of_the_same_request_is_the_same_call(corridor: Running) -> None:
    client = corridor.client()
    request = people.create(people.beneficiary(client), reference="x", metadata={"b": "2", "a": "1"})
    data = request.SerializeToString()
    amount = Money(currency_code="EUR", amount_minor=12_50).SerializeToString()
    again = b"\x12" + bytes([len(amount)]) + amount + data  # the amount twice: the last one counts
    unknown = data + b"\xf8\x07\x01"  # field 127, which nobody knows

    first, _ = raw(corridor, client, request, "encoded")

    assert first == raw(corridor, client, again, "encoded")[0]
    assert first == raw(corridor, client, unknown, "encoded")[0]


def test_another_call_with_the_same_key_is_told_which_fields_differ_and_no_values(corridor: Running) -> None:
    client = corridor.client()
    to = people.beneficiary(client)
    client.call(CREATE, people.create(to, 777_01, reference="first-canary", metadata={"m": "canary"}), key="k")

    found = people.refused(client, CREATE, people.create(to, 777_02, reference="second-canary"), key="k")

    assert ("IDEMPOTENCY_KEY_REUSED", grpc.StatusCode.FAILED_PRECONDITION) == (found.reason, found.code)
    assert ["amount.amount_minor", "metadata", "reference"] == found.fields
    shown = found.status.SerializeToString()
    assert not [value for value in (b"canary", b"7770", to.encode()) if value in shown]
    assert 1 == count(corridor, client, "payouts")


def test_a_refused_reuse_leaves_the_first_answer(corridor: Running) -> None:
    client = corridor.client()
    to = people.beneficiary(client)
    first = client.call(CREATE, people.create(to, 1), key="k")
    people.refused(client, CREATE, people.create(to, 2), key="k")

    assert first == client.call(CREATE, people.create(to, 1), key="k")


def test_a_final_error_is_repeated_as_it_was(corridor: Running) -> None:
    client = corridor.client()
    people.hold_above(client, 0, refuse=100)
    request = people.create(people.beneficiary(client), 101)

    first = people.refused(client, CREATE, request, key="final")
    people.hold_above(client, 0, refuse=1000)
    second = people.refused(client, CREATE, request, key="final")

    assert "AMOUNT_ABOVE_LIMIT" == first.reason
    assert first.status.SerializeToString(deterministic=True) == second.status.SerializeToString(deterministic=True)
    assert (None, "true") == (first.trailers.get("idempotent-replayed"), second.trailers.get("idempotent-replayed"))
    assert client.call(CREATE, request, key="another").payout.payout_id


def test_a_transient_error_frees_the_key(corridor: Running) -> None:
    client = corridor.client()
    made = people.payout(client)
    request, name = api.CancelPayoutRequest(payout_id=made.payout_id), "PayoutService/CancelPayout"
    with people.rows(corridor, client) as connection:
        connection.execute(
            """INSERT INTO corridor.attempts VALUES
            (%s, 1, %s, %s, 'conn_1', 'sandbox', 'create_payout', 0, '', '', '[]', '', now(), NULL)""",
            (people.company_of(corridor, client), ids.new("att"), made.payout_id),
        )
        assert "STATE_CONFLICT" == people.refused(client, name, request, key="k").reason
        connection.execute("UPDATE corridor.attempts SET outcome = 3")  # it was certainly not sent

    assert PAYOUT_STATE_CANCELLED == client.call(name, request, key="k").payout.state


def test_a_request_that_breaks_a_rule_claims_no_key(corridor: Running) -> None:
    client = corridor.client()
    to = people.beneficiary(client)
    assert "INVALID_ARGUMENT" == people.refused(client, CREATE, people.create(to, 0), key="k").reason

    assert client.call(CREATE, people.create(to, 1), key="k").payout.payout_id


def test_one_key_at_fifty_threads_makes_one_payout(corridor: Running) -> None:
    client = corridor.client()
    request = people.create(people.beneficiary(client))

    def call(_: int) -> bytes | str:
        try:
            return raw(corridor, client, request, "fifty")[0]
        except grpc.RpcError as error:
            return str(error.code())

    with ThreadPoolExecutor(50) as pool:
        answers = Counter(pool.map(call, range(50)))

    conflicts = answers.pop(str(grpc.StatusCode.ABORTED), 0)
    assert 1 == len(answers), answers
    assert 50 == conflicts + sum(answers.values())
    assert (1, 1) == (count(corridor, client, "payouts"), count(corridor, client, "events"))


def test_keys_of_methods_companies_and_environments_are_apart(corridor: Running) -> None:
    company = corridor.company()
    clients = [corridor.client(company), corridor.client(company, LIVE), corridor.client()]
    ids_made = set()

    for client in clients:
        account = beneficiaries.CreateBeneficiaryRequest(bank_account=people.euro_account())
        account.party.business.legal_name = "Example"
        made = client.call("BeneficiaryService/CreateBeneficiary", account, key="shared").beneficiary
        ids_made.add(client.call(CREATE, people.create(made.beneficiary_id), key="shared").payout.payout_id)

    assert 3 == len(ids_made)


def test_two_api_keys_of_a_company_share_its_idempotency_keys(corridor: Running) -> None:
    company = corridor.company()
    one, other = corridor.client(company), corridor.client(company)
    request = people.create(people.beneficiary(one))

    assert one.call(CREATE, request, key="k") == other.call(CREATE, request, key="k")


def test_an_optional_key_is_honoured(corridor: Running) -> None:
    client = corridor.client()
    request = api.CancelPayoutRequest(payout_id=people.payout(client).payout_id)

    first = client.call("PayoutService/CancelPayout", request, key="k")
    second = client.call("PayoutService/CancelPayout", request, key="k")

    assert first == second
    assert "true" == client.trailers["idempotent-replayed"]
    assert 2 == second.payout.revision


def test_a_claim_that_somebody_holds_is_told_as_in_progress(corridor: Running) -> None:
    client = corridor.client()
    to = people.beneficiary(client)
    company = people.company_of(corridor, client)
    account = beneficiaries.CreateBeneficiaryRequest(bank_account=people.euro_account())
    account.party.business.legal_name = "Example"
    calls: list[tuple[str, Message]] = [(CREATE, people.create(to)), ("BeneficiaryService/CreateBeneficiary", account)]

    def refusal(call: tuple[str, Message]) -> Refused:
        return people.refused(client, call[0], call[1], key="held")

    with corridor.parts.store.transaction(company, SANDBOX) as connection, ThreadPoolExecutor(2) as pool:
        for name, _ in calls:
            path = next(path for path in contract.methods() if path.endswith("." + name))
            claim = "INSERT INTO corridor.idempotency VALUES (%s, 1, %s, 'held', '', NULL, '', '', now())"
            connection.execute(claim, (company, path))
        found = list(pool.map(refusal, calls))

    assert ["IDEMPOTENCY_IN_PROGRESS"] * 2 == [each.reason for each in found]
    assert ["1"] * 2 == [each.trailers["retry-after"] for each in found]


def test_a_fingerprint_holds_no_value() -> None:
    request = people.create("ben_1", reference="canary")

    found = idempotency.fingerprint(request, b"s" * 32)

    assert b"canary" not in found
    assert found != idempotency.fingerprint(request, b"t" * 32)
