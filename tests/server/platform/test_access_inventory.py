"""Credentials that end: how urgent each is, what callers and the operator see, and one warning for each level."""

from collections.abc import Sequence
from datetime import UTC, datetime, timedelta

import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import NameOID

from corridor.access.v1 import credential_pb2
from corridor.access.v1 import credential_service_pb2 as api
from corridor.access.v1.credential_pb2 import CredentialExpiring, ExpiringCredential
from corridor.events.v1 import event_service_pb2
from server.kit.context import Caller, Context
from server.platform.access import inventory
from server.platform.access.inventory import Expiring, Inventory
from tests.server import people
from tests.server.platform.api_keys import at, change, make, rotate
from tests.serving import SANDBOX, Client, Running

NOW = datetime(2026, 11, 21, tzinfo=UTC)
KIND = credential_pb2.CREDENTIAL_KIND_API_KEY


def ending(client: Client, **page: object) -> Sequence[ExpiringCredential]:
    """What ends soon, by RPC."""
    request = api.ListExpiringCredentialsRequest(**page)
    found: Sequence[ExpiringCredential] = client.call("CredentialService/ListExpiringCredentials", request).credentials
    return found


def warnings(client: Client) -> list[tuple[str, int]]:
    """The warnings that were published: which credential, and which level; the first first."""
    found = []
    for event in client.call("EventService/ListEvents", event_service_pb2.ListEventsRequest()).events:
        data = CredentialExpiring()
        if event.data.Unpack(data):
            found.append((data.credential.credential_id, data.credential.level))
    return found[::-1]


def certificate(days: float) -> str:
    """A certificate in PEM that ends in so many days."""
    key = ec.generate_private_key(ec.SECP256R1())
    name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "test")])
    builder = x509.CertificateBuilder().subject_name(name).issuer_name(name).public_key(key.public_key())
    builder = builder.serial_number(x509.random_serial_number()).not_valid_before(
        datetime.now(UTC) - timedelta(days=99)
    )
    made = builder.not_valid_after(datetime.now(UTC) + timedelta(days=days)).sign(key, hashes.SHA256())
    return made.public_bytes(serialization.Encoding.PEM).decode()


@pytest.mark.parametrize(
    ("days", "level", "left"),
    [
        (30.1, credential_pb2.EXPIRY_LEVEL_UNSPECIFIED, 30),
        (30, credential_pb2.EXPIRY_LEVEL_THIRTY_DAYS, 30),
        (7.1, credential_pb2.EXPIRY_LEVEL_THIRTY_DAYS, 7),
        (7, credential_pb2.EXPIRY_LEVEL_SEVEN_DAYS, 7),
        (1.1, credential_pb2.EXPIRY_LEVEL_SEVEN_DAYS, 1),
        (1, credential_pb2.EXPIRY_LEVEL_ONE_DAY, 1),
        (0.1, credential_pb2.EXPIRY_LEVEL_ONE_DAY, 0),
        (0, credential_pb2.EXPIRY_LEVEL_EXPIRED, 0),
        (-0.1, credential_pb2.EXPIRY_LEVEL_EXPIRED, -1),
    ],
)
def test_levels_and_days_left(days: float, level: int, left: int) -> None:
    message = Expiring(KIND, "key_x", "x", NOW + timedelta(days=days)).message(NOW)

    assert (level, left) == (message.level, message.days_left)


def test_keys_that_end_soon_are_listed_the_first_to_end_first(corridor: Running) -> None:
    client = corridor.client()
    ids = [make(client, title=f"{days}", expire_time=at(days=days)).api_key.api_key_id for days in (20, 2, 40)]

    found = ending(client)

    assert [ids[1], ids[0]] == [each.credential_id for each in found]
    assert ["2", "20"] == [each.title for each in found]
    assert [1, 19] == [each.days_left for each in found]


def test_the_list_is_read_page_by_page(corridor: Running) -> None:
    client = corridor.client()
    made = [make(client, expire_time=at(days=days)).api_key.api_key_id for days in (1, 2, 3)]

    first = client.call("CredentialService/ListExpiringCredentials", api.ListExpiringCredentialsRequest(page_size=2))
    rest = ending(client, page_size=2, page_token=first.next_page_token)

    assert made == [each.credential_id for each in [*first.credentials, *rest]]


def test_what_is_revoked_or_was_replaced_is_not_listed(corridor: Running) -> None:
    client = corridor.client()
    change(client, "Revoke", make(client, expire_time=at(days=1)).api_key.api_key_id)
    rotate(client, make(client).api_key.api_key_id, hours=0)

    assert not ending(client)


def test_credentials_of_others_are_not_listed(corridor: Running) -> None:
    make(corridor.client(), expire_time=at(days=1))

    assert not ending(corridor.client())


def test_each_level_is_warned_of_once(corridor: Running) -> None:
    client = corridor.client()
    key = make(client, expire_time=at(days=20)).api_key

    for _ in range(2):
        corridor.parts.inventory.warn()
    with people.rows(corridor, client) as rows:
        query = "UPDATE corridor.api_keys SET expire_time = now() + interval '12 hours' WHERE api_key_id = %s"
        rows.execute(query, (key.api_key_id,))
    for _ in range(2):
        corridor.parts.inventory.warn()

    levels = [credential_pb2.EXPIRY_LEVEL_THIRTY_DAYS, credential_pb2.EXPIRY_LEVEL_ONE_DAY]
    assert [(key.api_key_id, level) for level in levels] == warnings(client)


def test_a_providers_certificate_is_known_by_its_own_end(corridor: Running) -> None:
    client = corridor.client()
    who = Caller(0, "corridor", people.company_of(corridor, client), SANDBOX)
    context = Context("r", "r", caller=who)
    with people.rows(corridor, client) as rows:
        inventory.note_expiry(rows, context, "conn_x", "client_certificate", certificate(40) + certificate(5))
        inventory.note_expiry(rows, context, "conn_x", "api_key", "sk_nothing")
        inventory.note_expiry(rows, context, "conn_x", "broken", "-----BEGIN CERTIFICATE-----\nnot base64")

    (found,) = ending(client)

    assert ("conn_x", "client_certificate", 4) == (found.credential_id, found.title, found.days_left)
    assert credential_pb2.CREDENTIAL_KIND_PROVIDER_CREDENTIAL == found.kind


def test_a_rotated_certificate_is_forgotten(corridor: Running) -> None:
    client = corridor.client()
    context = Context("r", "r", caller=Caller(0, "corridor", people.company_of(corridor, client), SANDBOX))
    with people.rows(corridor, client) as rows:
        inventory.note_expiry(rows, context, "conn_x", "certificate", certificate(5))
        inventory.note_expiry(rows, context, "conn_x", "certificate", certificate(400))

    assert not ending(client)


def test_the_installations_own_are_told_to_its_operator_alone(corridor: Running) -> None:
    clock = corridor.parts.clock
    tls = Expiring(credential_pb2.CREDENTIAL_KIND_TLS_CERTIFICATE, "server", "gRPC", clock.now() + timedelta(days=3))
    later = Expiring(credential_pb2.CREDENTIAL_KIND_SIGNING_KEY, "later", "", clock.now() + timedelta(days=300))

    found = Inventory(corridor.parts.store, clock, [], [lambda: [later, tls]]).of_installation()

    assert [tls] == found
    assert not ending(corridor.client())
