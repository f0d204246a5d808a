"""Companies and environments never see each other: not over gRPC, and not below the code, where rows are fenced."""

import grpc
import psycopg
import pytest

from corridor.operations.v1 import work_item_service_pb2 as items
from corridor.payouts.v1 import payout_service_pb2 as payouts
from corridor.providers.v1 import connection_service_pb2 as connections
from corridor.type.v1.money_pb2 import Money
from corridor.webhooks.v1 import endpoint_service_pb2 as endpoints
from corridor.webhooks.v1.endpoint_pb2 import WEBHOOK_ENDPOINT_STATE_DISABLED
from server.kit import contract, etags, ids
from server.store import schema
from tests.server import owned, people
from tests.server.owned import CANARY, Owner
from tests.serving import LIVE, SANDBOX, Client, Refused, Running

NAMES = owned.naming_a_resource()
# Those that say nothing else, of what the API itself made for the owner.
GETS = [
    name
    for name, (method, field) in NAMES.items()
    if method.name.startswith("Get") and len(method.request.DESCRIPTOR.fields) == 1 and field in {
        "api_key_id", "audit_entry_id", "beneficiary_id", "connection_id", "delivery_id", "event_id", "payment_id",
        "payout_id", "webhook_endpoint_id"}
]  # fmt: skip
LISTS = [
    path.rpartition(".")[2]
    for path, method in contract.methods().items()
    if "page_token" in method.request.DESCRIPTOR.fields_by_name
    # The last two need a provider's name.
    and method.name not in {"ListProviders", "ListApiKeys", "ListCertifications", "ListDisasterTests"}
    and path.rpartition(".")[2] not in NAMES
]


@pytest.fixture(scope="module")
def owner(corridor: Running) -> Owner:
    """A company that has one of everything, with a canary where it has words."""
    return owned.owner_of_everything(corridor)


def refusal(client: Client, name: str, resource_id: str) -> Refused:
    """How a call about one resource is refused."""
    method, field = NAMES[name]
    request = owned.request(method, {field: resource_id})
    return people.refused(client, name, request, key=people.new_key() if method.writes else "")


@pytest.mark.parametrize("name", NAMES)
def test_a_resource_of_another_company_does_not_exist(corridor: Running, owner: Owner, name: str) -> None:
    resource_id = owner.ids[NAMES[name][1]]
    there = refusal(corridor.client(), name, resource_id)
    nowhere = refusal(corridor.client(), name, resource_id[:-6] + "000000")

    assert grpc.StatusCode.NOT_FOUND == there.code == nowhere.code, there
    assert there.reason == nowhere.reason
    assert CANARY.encode() not in there.status.SerializeToString()
    assert owner.company_id.encode() not in there.status.SerializeToString()


@pytest.mark.parametrize("name", NAMES)
def test_a_resource_of_the_sandbox_does_not_exist_for_a_live_key(corridor: Running, owner: Owner, name: str) -> None:
    live = corridor.client(owner.company_id, LIVE)

    assert grpc.StatusCode.NOT_FOUND == refusal(live, name, owner.ids[NAMES[name][1]]).code


@pytest.mark.parametrize("name", GETS)
def test_its_owner_finds_it(owner: Owner, name: str) -> None:
    method, field = NAMES[name]

    assert owner.client.call(name, method.request(**{field: owner.ids[field]})).ByteSize()


@pytest.mark.parametrize("name", LISTS)
def test_lists_hold_nothing_of_others(corridor: Running, owner: Owner, name: str) -> None:
    method = next(method for path, method in contract.methods().items() if path.endswith("." + name))

    others = [corridor.client(), corridor.client(owner.company_id, LIVE)]
    if name == "AuditService/ListAuditEntries":  # tells of the ids that the company itself asked for in live, above
        others.pop()
    for client in others:
        shown = client.call(name, method.request()).SerializeToString()
        assert not [value for value in (*owner.ids.values(), CANARY) if value.encode() in shown]


def test_others_cannot_act_on_it(corridor: Running, owner: Owner) -> None:
    client = corridor.client()
    resolve = items.ResolveWorkItemRequest(work_item_id=owner.ids["work_item_id"], resolution="mine")
    update = endpoints.UpdateWebhookEndpointRequest(
        webhook_endpoint_id=owner.ids["webhook_endpoint_id"],
        url="https://127.0.0.1/mine",
        state=WEBHOOK_ENDPOINT_STATE_DISABLED,
    )
    rotate = connections.RotateCredentialsRequest(
        connection_id=owner.ids["connection_id"], credentials={"api_key": "k", "webhook_secret": "w"}
    )
    quote = payouts.QuotePayoutRequest(
        beneficiary_id=owner.ids["beneficiary_id"], amount=Money(currency_code="EUR", amount_minor=1)
    )

    assert "NOT_FOUND" == people.refused(client, "WorkItemService/ResolveWorkItem", resolve).reason
    assert "NOT_FOUND" == people.refused(client, "WebhookEndpointService/UpdateWebhookEndpoint", update).reason
    assert "NOT_FOUND" == people.refused(client, "ConnectionService/RotateCredentials", rotate, key="r").reason
    assert "BENEFICIARY_NOT_FOUND" == people.refused(client, "PayoutService/QuotePayout", quote).reason
    create = people.create(owner.ids["beneficiary_id"])
    assert "BENEFICIARY_NOT_FOUND" == people.refused(client, "PayoutService/CreatePayout", create, key="p").reason


def test_a_condition_tells_nothing_of_what_others_have(corridor: Running, owner: Owner) -> None:
    """A change of their resource ends as one of a resource that nobody has, whatever etag it is to have."""
    conditional = [name for name, (method, _) in NAMES.items() if etags.conditional(method)]
    client = corridor.client()

    def ends(name: str, resource_id: str, if_match: str) -> tuple[str, str]:
        method, field = NAMES[name]
        request = owned.request(method, {field: resource_id})
        found = people.refused(client, name, request, key=people.new_key(), if_match=if_match)
        return found.reason, found.status.message.replace(resource_id, "")

    assert len(conditional) > 10
    for name in conditional:
        theirs = owner.ids[NAMES[name][1]]
        nobodys = theirs.partition("_")[0] + "_" + 26 * "0"
        for if_match in ("*", '"0123456789abcdef0123456789abcdef"'):
            assert ends(name, nobodys, if_match) == ends(name, theirs, if_match), name


@pytest.mark.parametrize("table", [table.name for table in schema.TENANT])
def test_a_query_without_a_company_sees_only_the_bound_one(corridor: Running, owner: Owner, table: str) -> None:
    people.payout(corridor.client())
    store = corridor.parts.store

    with store.of(owner.company_id, SANDBOX) as rows:
        assert {owner.company_id} == {row[0] for row in rows.execute(f"SELECT company_id FROM corridor.{table}")}
    with store.of(ids.new("co"), SANDBOX) as rows:
        assert [] == rows.execute(f"SELECT company_id FROM corridor.{table}").fetchall()
    with store.anyone() as rows:
        assert [] == rows.execute(f"SELECT company_id FROM corridor.{table}").fetchall()


def test_a_query_sees_only_the_bound_environment(corridor: Running, owner: Owner) -> None:
    with corridor.parts.store.of(owner.company_id, LIVE) as rows:
        assert [] == rows.execute("SELECT * FROM corridor.payouts").fetchall()


@pytest.mark.parametrize("binding", ["other", "live", "none"])
def test_a_row_of_another_company_cannot_be_written(corridor: Running, owner: Owner, binding: str) -> None:
    store = corridor.parts.store
    bound = {
        "other": lambda: store.of(ids.new("co"), SANDBOX),
        "live": lambda: store.of(owner.company_id, LIVE),
        "none": store.anyone,
    }[binding]

    with pytest.raises(psycopg.errors.InsufficientPrivilege), bound() as rows:
        rows.execute("INSERT INTO corridor.payout_settings VALUES (%s, 1, '', now())", (owner.company_id,))


def test_a_row_of_another_company_cannot_be_changed(corridor: Running, owner: Owner) -> None:
    with corridor.parts.store.of(ids.new("co"), SANDBOX) as rows:
        assert 0 == rows.execute("UPDATE corridor.payouts SET state = 8").rowcount


def test_the_role_owns_nothing_and_cannot_bypass_the_fence(corridor: Running) -> None:
    with corridor.parts.store.anyone() as rows:
        role = rows.execute(
            "SELECT rolsuper, rolbypassrls, rolcreaterole, rolcanlogin FROM pg_roles WHERE rolname = current_user"
        ).fetchone()
        owned = rows.execute("SELECT relname FROM pg_class WHERE relowner = current_user::regrole").fetchall()
        open_tables = rows.execute(
            """SELECT relname FROM pg_class WHERE relnamespace = 'corridor'::regnamespace AND relkind = 'r'
            AND NOT relrowsecurity ORDER BY relname"""
        ).fetchall()

    assert (False, False, False, False) == role
    assert [] == owned
    assert [("alembic_version",), ("work",)] == open_tables


@pytest.mark.parametrize(
    "table", ["audit", "events", "observations", "delivery_tries", "beneficiaries", "companies", "idempotency"]
)
def test_what_was_recorded_can_only_be_added_to(corridor: Running, owner: Owner, table: str) -> None:
    for statement in (f"UPDATE corridor.{table} SET create_time = now()", f"DELETE FROM corridor.{table}"):
        with pytest.raises(psycopg.Error) as refused, corridor.parts.store.of(owner.company_id, SANDBOX) as rows:
            rows.execute(statement.replace("create_time", "time") if table == "delivery_tries" else statement)
        assert "42501" == refused.value.sqlstate  # insufficient_privilege


def test_the_look_ups_before_a_company_is_known_tell_no_more_than_whose_it_is(corridor: Running, owner: Owner) -> None:
    with corridor.parts.store.anyone() as rows:
        found = rows.execute("SELECT * FROM corridor.find_connection(%s)", (owner.ids["connection_id"],)).fetchall()

    assert [(owner.company_id, SANDBOX)] == found
