"""Tokens of card and account numbers: one for each value, not to be seen without the scope, never in the clear."""

import json
from concurrent.futures import ThreadPoolExecutor

import psycopg
import pytest

from corridor.audit.v1 import audit_service_pb2
from corridor.vault.v1 import vault_token_pb2
from corridor.vault.v1 import vault_token_service_pb2 as api
from tests.serving import LIVE, Client, Refused, Running

PAN = "4111111111111111"  # the test number of the card scheme
IBAN = "DE89370400440532013000"  # the SWIFT registry's example


def kept(client: Client, **value: str) -> vault_token_pb2.VaultToken:
    token: vault_token_pb2.VaultToken = client.call(
        "VaultTokenService/CreateVaultToken", api.CreateVaultTokenRequest(**value)
    ).vault_token
    return token


def given_back(client: Client, token_id: str) -> api.DetokenizeVaultTokenResponse:
    found: api.DetokenizeVaultTokenResponse = client.call(
        "VaultTokenService/DetokenizeVaultToken", api.DetokenizeVaultTokenRequest(vault_token_id=token_id)
    )
    return found


@pytest.fixture
def client(corridor: Running) -> Client:
    return corridor.client()


@pytest.mark.parametrize(
    ("name", "value", "masked", "normal"),
    [
        ("pan", "4111 1111-1111 1111", "411111••••••1111", PAN),
        ("pan", "378282246310005", "378282•••••0005", "378282246310005"),
        ("pan", "6304000000000000", "630400••••••0000", "6304000000000000"),
        ("pan", "501800000009", "••••••••0009", "501800000009"),  # 12 digits: six and four would show too much
        ("iban", "de89 3704 0044 0532 0130 00", "••••••••••••••••••3000", IBAN),
        ("account_number", "0001-23456789", "•••••••••6789", "0001-23456789"),
        ("account_number", "12345678", "••••••••", "12345678"),
    ],
)
def test_a_value_becomes_a_token_and_comes_back(
    client: Client, name: str, value: str, masked: str, normal: str
) -> None:
    token = kept(client, **{name: value})

    assert masked == token.masked
    assert {name: normal} == {
        field.name: found for field, found in given_back(client, token.vault_token_id).ListFields()
    }


@pytest.mark.parametrize(
    ("value", "field"),
    [
        ({"pan": "4111111111111112"}, "pan"),
        ({"pan": "41111111111"}, "pan"),
        ({"pan": "4111-1111-1111-1111-1111"}, "pan"),
        ({"pan": "4111１11111111111"}, "pan"),
        ({"iban": "DE88370400440532013000"}, "iban"),
        ({"iban": "ΔE89370400440532013000"}, "iban"),
        ({"iban": "XX89370400440532013000"}, "iban"),
        ({"account_number": "12"}, "account_number"),
        ({"account_number": "12;DROP"}, "account_number"),
        ({}, "value"),
    ],
)
def test_a_value_that_cannot_be_right_is_refused_and_not_quoted(
    client: Client, value: dict[str, str], field: str
) -> None:
    with pytest.raises(Refused) as refused:
        kept(client, **value)

    assert ("INVALID_ARGUMENT", [field]) == (refused.value.reason, refused.value.fields)
    assert not any(text in str(refused.value.status) for text in value.values())


def test_the_same_value_has_the_same_token(client: Client) -> None:
    first, again, other = kept(client, pan=PAN), kept(client, pan="4111-1111-1111-1111"), kept(client, iban=IBAN)

    assert first == again
    assert first.vault_token_id != other.vault_token_id


def test_racing_calls_get_one_token(client: Client) -> None:
    with ThreadPoolExecutor(8) as pool:
        found = list(pool.map(lambda _: kept(client, pan="5555555555554444").vault_token_id, range(24)))

    assert 1 == len(set(found))


def test_equal_values_of_two_companies_and_environments_cannot_be_matched(corridor: Running) -> None:
    company = corridor.company()
    clients = [corridor.client(company), corridor.client(company, LIVE), corridor.client()]

    tokens = [kept(each, pan=PAN) for each in clients]

    assert 3 == len({token.fingerprint for token in tokens}) == len({token.vault_token_id for token in tokens})


def test_a_value_needs_its_own_scope(corridor: Running) -> None:
    company = corridor.company()
    token = kept(corridor.client(company, scopes=["vault:tokenize"]), pan=PAN)

    for scopes in (["vault:tokenize"], ["vault:erase", "vault:configure", "payouts:read"]):
        with pytest.raises(Refused) as refused:
            given_back(corridor.client(company, scopes=scopes), token.vault_token_id)
        assert "PERMISSION_DENIED" == refused.value.reason
    assert PAN == given_back(corridor.client(company, scopes=["vault:detokenize"]), token.vault_token_id).pan


def test_another_companys_token_is_not_found(corridor: Running) -> None:
    token = kept(corridor.client(), pan=PAN)
    other = corridor.client()

    for rpc, request in (
        ("GetVaultToken", api.GetVaultTokenRequest(vault_token_id=token.vault_token_id)),
        ("DetokenizeVaultToken", api.DetokenizeVaultTokenRequest(vault_token_id=token.vault_token_id)),
        ("DeleteVaultToken", api.DeleteVaultTokenRequest(vault_token_id=token.vault_token_id)),
    ):
        with pytest.raises(Refused) as refused:
            other.call(f"VaultTokenService/{rpc}", request)
        assert "NOT_FOUND" == refused.value.reason
    assert [] == list(other.call("VaultTokenService/ListVaultTokens", api.ListVaultTokensRequest()).vault_tokens)


def test_every_look_at_a_value_is_in_the_audit(client: Client) -> None:
    token = kept(client, pan=PAN)
    given_back(client, token.vault_token_id)
    given_back(client, token.vault_token_id)

    wanted = audit_service_pb2.ListAuditEntriesRequest(resource_id=token.vault_token_id)
    found = [entry.action for entry in client.call("AuditService/ListAuditEntries", wanted).audit_entries]

    assert 2 == found.count("vault_token.detokenize")


def test_a_deleted_value_is_gone_and_its_token_never_comes_back(client: Client) -> None:
    token = kept(client, pan=PAN)
    client.call("VaultTokenService/DeleteVaultToken", api.DeleteVaultTokenRequest(vault_token_id=token.vault_token_id))

    with pytest.raises(Refused) as refused:
        given_back(client, token.vault_token_id)
    assert "NOT_FOUND" == refused.value.reason
    assert token.vault_token_id != kept(client, pan=PAN).vault_token_id


def test_tokens_are_listed_newest_first_by_kind(client: Client) -> None:
    made = [kept(client, account_number=f"00001234567{number}").vault_token_id for number in range(5)]
    kept(client, pan=PAN)
    found, following = [], ""
    while True:
        request = api.ListVaultTokensRequest(
            kind=vault_token_pb2.VAULT_TOKEN_KIND_ACCOUNT_NUMBER, page_size=2, page_token=following
        )
        page = client.call("VaultTokenService/ListVaultTokens", request)
        found += [token.vault_token_id for token in page.vault_tokens]
        following = page.next_page_token
        if not following:
            break

    assert made[::-1] == found


def test_nothing_in_the_database_has_the_value(corridor: Running, client: Client) -> None:
    kept(client, pan="4012888888881881")
    with psycopg.connect(corridor.parts.settings.owner_database_url) as connection:
        tables = connection.execute("SELECT tablename FROM pg_tables WHERE schemaname = 'corridor'").fetchall()
        for (table,) in tables:
            rows = connection.execute(f"SELECT to_jsonb(t)::text FROM corridor.{table} t").fetchall()
            text = json.dumps(rows)
            assert "4012888888881881" not in text, table
            assert b"4012888888881881".hex() not in text, table
