"""A company that has something in every table, and requests for every RPC that names one of its resources.

What the API does not make here is a row that the database's owner fills by the types of its columns: it says nothing
that a servicer could read, but it is there to be found by whoever looks where they must not.
"""

import functools
import re
from dataclasses import dataclass
from typing import Any

import psycopg
from buf.validate import validate_pb2
from google.protobuf import json_format
from google.protobuf.descriptor import Descriptor, FieldDescriptor
from google.protobuf.message import Message
from sqlalchemy import ARRAY, Date, DateTime, LargeBinary, Table
from sqlalchemy.dialects.postgresql import JSONB

from corridor.access.v1 import api_key_service_pb2 as keys
from corridor.payments.v1 import payment_service_pb2 as payments
from corridor.providers.v1 import connection_service_pb2 as connections
from corridor.webhooks.v1 import endpoint_service_pb2 as endpoints
from server.kit import contract, ids
from server.kit.contract import Method
from server.store import schema
from tests.server import people
from tests.serving import SANDBOX, Client, Running

CANARY = "canary-5b1e"


@dataclass(frozen=True)
class Owner:
    """A company with one of everything. `ids` is by field name; those in `made` the API made."""

    client: Client
    company_id: str
    ids: dict[str, str]
    made: frozenset[str]


def owner_of_everything(corridor: Running) -> Owner:
    """A new company that has one of each resource, with a canary where it has words."""
    company_id = corridor.company()
    client = corridor.client(company_id)
    made = {"beneficiary_id": people.beneficiary(client)}
    endpoint = endpoints.CreateWebhookEndpointRequest(url=f"https://127.0.0.1/{CANARY}")
    answer = client.call("WebhookEndpointService/CreateWebhookEndpoint", endpoint, key="e")
    made["webhook_endpoint_id"] = answer.webhook_endpoint.webhook_endpoint_id
    connection = connections.CreateConnectionRequest(
        provider="sandbox", title=CANARY, credentials={"api_key": "k", "webhook_secret": "w"}
    )
    answer = client.call("ConnectionService/CreateConnection", connection, key="c")
    made["connection_id"] = answer.connection.connection_id
    key = keys.CreateApiKeyRequest(title=CANARY, scopes=["payouts:read"])
    made["api_key_id"] = client.call("ApiKeyService/CreateApiKey", key, key="k").api_key.api_key_id
    made["payout_id"] = people.payout(client, made["beneficiary_id"], reference=CANARY).payout_id
    made["payment_id"] = people.payment(client, reference=CANARY).payment_id
    void = payments.VoidPaymentRequest(payment_id=made["payment_id"])
    action = client.call("PaymentService/VoidPayment", void, key="v").payment_action
    made["payment_action_id"] = action.payment_action_id
    with people.rows(corridor, client) as rows:
        for name, table in (("event_id", "events"), ("delivery_id", "deliveries"), ("audit_entry_id", "audit")):
            row = rows.execute(f"SELECT {name} FROM corridor.{table}").fetchone()
            assert row is not None
            made[name] = row[0]
    everywhere = _fill(corridor.parts.store.url, company_id, made)
    everywhere["refund_id"] = ids.new("ref")  # in a table of which it is not the only kind
    _copy_as_refund(corridor.parts.store.url, everywhere)
    everywhere["resource_id"] = made["beneficiary_id"]
    return Owner(client, company_id, everywhere, frozenset(made))


def _fill(url: str, company_id: str, made: dict[str, str]) -> dict[str, str]:
    """Give the company a row in every table in which it has none; the ids of its resources by field name."""
    found = dict(made)
    with psycopg.connect(url, autocommit=True) as owner:
        for table in schema.TENANT:
            there = owner.execute(
                f"SELECT 1 FROM corridor.{table.name} WHERE company_id = %s", (company_id,)
            ).fetchone()
            if there:
                continue
            values = _values(table, company_id, found)
            columns, places = ", ".join(values), ", ".join(["%s"] * len(values))
            owner.execute(f"INSERT INTO corridor.{table.name} ({columns}) VALUES ({places})", list(values.values()))
            for name in table.primary_key.columns.keys():  # noqa: SIM118 - a column collection, not a dict
                if name in prefixes() and isinstance(values.get(name), str):
                    found.setdefault(name, values[name])
    return found


def _copy_as_refund(url: str, found: dict[str, str]) -> None:
    with psycopg.connect(url, autocommit=True) as owner:
        owner.execute(
            """INSERT INTO corridor.payment_actions
            SELECT company_id, environment, %s, %s, 5, state, connection_id, provider_reference, message,
                create_time, update_time
            FROM corridor.payment_actions WHERE payment_action_id = %s""",
            (found["refund_id"], ids.new("pay"), found["payment_action_id"]),
        )


def _values(table: Table, company_id: str, found: dict[str, str]) -> dict[str, Any]:
    """Something for each column that needs a value."""
    values: dict[str, Any] = {}
    for column in table.columns:
        if column.name == "company_id":
            values[column.name] = company_id
        elif column.name == "environment":
            values[column.name] = SANDBOX
        elif column.name in found and column.name not in table.primary_key.columns:
            values[column.name] = found[column.name]
        elif column.name in prefixes():
            values[column.name] = ids.new(prefixes()[column.name])
        elif not column.nullable and column.server_default is None and column.identity is None:
            values[column.name] = _something(column.type)
    return values


def _something(kind: Any) -> Any:
    if isinstance(kind, ARRAY):
        return []
    if isinstance(kind, JSONB):
        return "{}"
    if isinstance(kind, LargeBinary):
        return CANARY.encode()
    if isinstance(kind, DateTime | Date):
        return "now"
    python: type = kind.python_type
    return {str: CANARY, bool: False}.get(python, 1)


@functools.cache
def prefixes() -> dict[str, str]:
    """The prefix of the ids that a field of each name takes, by the contract's rules."""
    found = {}
    for method in contract.methods().values():
        for field in method.request.DESCRIPTOR.fields:
            rules = field.GetOptions().Extensions[validate_pb2.field]
            match = re.fullmatch(r"\^\(?([a-z]+)(?:\|[a-z]+\))?_\[.*", rules.string.pattern)
            if field.name.endswith("_id") and match:
                found[field.name] = match[1]
    return found


# What the rules of other fields ask for, where a word or a 1 does not do.
_OTHERS: dict[str, dict[str, Any]] = {
    "AddDisputeDocument": {"content_type": "application/pdf", "content": "JVBERi0="},
    "GetPaymentAction": {"payment_action_id": "act_" + "0" * 26},
    "ClearInstitutionStatus": {"institution_id": "DEUTDEFF"},
    "SetInstitutionStatus": {"institution_id": "DEUTDEFF"},
    "AddProviderGrant": {"connection_id": "conn_" + "0" * 26},
    "RedeliverEvents": {"created": {"start_time": "2026-01-01T00:00:00Z", "end_time": "2026-01-02T00:00:00Z"}},
    "RemoveDisputeDocument": {"dispute_document_id": "doc_" + "0" * 26},
    "RotateCredentials": {"credentials": {"api_key": "k", "webhook_secret": "w"}},
    "UpdateApiKey": {"scopes": ["payouts:read"]},
    "UpdateDisputeEvidence": {"evidence": {"other_text": "mine"}},
    "UpdateOAuthClient": {
        "settings": {
            "title": "mine",
            "grant_types": ["GRANT_TYPE_CLIENT_CREDENTIALS"],
            "scopes": ["payouts:read"],
            "authentication": "CLIENT_AUTHENTICATION_CLIENT_SECRET_BASIC",
        }
    },
    "UpdateWebhookEndpoint": {"url": "https://127.0.0.1/mine"},
}


def request(method: Method, given: dict[str, str]) -> Message:
    """A request of a method that names the given resources, and is valid otherwise."""
    made = _message(method.request.DESCRIPTOR, method.request, given)
    others = _OTHERS.get(method.name, {})
    for name in others:
        made.ClearField(name)
    made.MergeFrom(json_format.ParseDict(others, method.request()))
    return made


def _message(descriptor: Descriptor, kind: type[Message], given: dict[str, str]) -> Message:
    made = kind()
    for field in descriptor.fields:
        if field.name in given:
            setattr(made, field.name, given[field.name])
        elif field.type == FieldDescriptor.TYPE_ENUM and not field.is_repeated:
            setattr(made, field.name, field.enum_type.values[1].number)
        elif field.type == FieldDescriptor.TYPE_STRING and not field.is_repeated and not _may_be_empty(field):
            setattr(made, field.name, "mine")
        elif field.message_type and field.name == "amount":
            made.MergeFrom(kind(amount={"currency_code": "EUR", "amount_minor": 1}))
    return made


def _may_be_empty(field: FieldDescriptor) -> bool:
    rules = field.GetOptions().Extensions[validate_pb2.field].string
    empty = not rules.min_len and (not rules.pattern or re.search(rules.pattern, "") is not None)
    return field.name.endswith(("_id", "page_token")) or empty


def naming_a_resource() -> dict[str, tuple[Method, str]]:
    """Every RPC that must be told one resource of the company's, with the field that names it."""
    found = {}
    for path, method in contract.methods().items():
        fields = method.request.DESCRIPTOR.fields
        if method.anonymous or not fields or fields[0].name not in prefixes():
            continue
        if re.search(r"\)\?\$$", fields[0].GetOptions().Extensions[validate_pb2.field].string.pattern):
            continue  # a filter, which may be empty
        found[path.rpartition(".")[2]] = (method, fields[0].name)
    return found
