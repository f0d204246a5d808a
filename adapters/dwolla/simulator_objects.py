"""The vendor's objects as its simulator keeps and shows them. Shapes follow the vendor's document."""

import uuid
from collections.abc import Mapping, Sequence
from typing import Any

Json = dict[str, Any]

HAL = "application/vnd.dwolla.v1.hal+json"


def new_id() -> str:
    """An id as the vendor makes them."""
    return str(uuid.uuid4())


def link(base: str, kind: str, resource_id: str, resource_type: str = "") -> Json:
    """One link to a resource."""
    return {
        "href": f"{base}/{kind}/{resource_id}" if resource_id else f"{base}/{kind}",
        "type": HAL,
        "resource-type": resource_type or kind.removesuffix("s"),
    }


def customer(request: Mapping[str, Any], base: str, now: str) -> Json:
    """A receive-only customer as it was just made."""
    customer_id = new_id()
    optional = {name: request[name] for name in ("businessName", "correlationId") if name in request}
    return {
        "_links": {"self": link(base, "customers", customer_id)},
        "id": customer_id,
        "firstName": request["firstName"],
        "lastName": request["lastName"],
        "email": request["email"],
        "type": "receive-only",
        "status": "unverified",
        "created": now,
        **optional,
    }


def funding_source(request: Mapping[str, Any], owner_id: str, base: str, now: str) -> Json:
    """A customer's bank account as it was just made. The numbers are kept apart, and never shown."""
    source_id = new_id()
    return {
        "_links": {
            "self": link(base, "funding-sources", source_id, "funding-source"),
            "customer": link(base, "customers", owner_id),
        },
        "id": source_id,
        "status": "unverified",
        "type": "bank",
        "bankAccountType": request["bankAccountType"],
        "name": request["name"],
        "created": now,
        "removed": False,
        "channels": ["ach"],
        "bankName": "SANDBOX TEST BANK",
    }


def transfer(request: Mapping[str, Any], account_id: str, customer_id: str, base: str, now: str) -> Json:
    """A transfer as it was just made."""
    transfer_id = new_id()
    source, destination = (request["_links"][end]["href"].rpartition("/")[2] for end in ("source", "destination"))
    optional = {name: request[name] for name in ("metadata", "clearing", "correlationId") if name in request}
    return {
        "_links": {
            "self": link(base, "transfers", transfer_id),
            "source": link(base, "accounts", account_id),
            "destination": link(base, "customers", customer_id),
            "source-funding-source": link(base, "funding-sources", source, "funding-source"),
            "destination-funding-source": link(base, "funding-sources", destination, "funding-source"),
            "cancel": link(base, "transfers", transfer_id),
        },
        "id": transfer_id,
        "status": "pending",
        "amount": {"value": request["amount"]["value"], "currency": request["amount"]["currency"]},
        "created": now,
        **optional,
    }


def failure(failed: Mapping[str, Any], code: str, *, at_source: bool) -> Json:
    """Why a transfer has failed, and at which funding source."""
    at = failed["_links"]["source-funding-source" if at_source else "destination-funding-source"]
    return {
        "_links": {
            "self": {**failed["_links"]["self"], "href": failed["_links"]["self"]["href"] + "/failure"},
            "failed-funding-source": at,
        },
        "code": code,
        "description": "Returned by the bank",
        "explanation": "The bank returned the entry.",
    }


def event(topic: str, told: Mapping[str, Any], base: str, account_id: str, now: str) -> Json:
    """An event about a transfer, as a webhook carries it."""
    event_id = new_id()
    optional = {"correlationId": told["correlationId"]} if "correlationId" in told else {}
    return {
        "_links": {
            "self": link(base, "events", event_id),
            "account": link(base, "accounts", account_id),
            "resource": link(base, "transfers", told["id"]),
        },
        "id": event_id,
        "resourceId": told["id"],
        "topic": topic,
        "timestamp": now,
        "created": now,
        **optional,
    }


def listed(event: Json) -> Json:
    """An event as it is listed: with the fields of the document's Event, and no others."""
    return {name: event[name] for name in ("_links", "id", "created", "topic", "resourceId")}


def page(base: str, path: str, name: str, found: Sequence[Json]) -> Json:
    """A page with everything on it."""
    here = {"href": base + path, "type": HAL, "resource-type": name.removesuffix("s")}
    return {"_links": {"self": here}, "_embedded": {name: list(found)}, "total": len(found)}


def error(code: str, message: str) -> Json:
    """An error body."""
    return {"code": code, "message": message}


def invalid(code: str, path: str, message: str, about: Json | None = None) -> Json:
    """A validation error: what is wrong is embedded."""
    said = "Validation error(s) present. See embedded errors list for more details."
    inner = {"code": code, "message": message, "path": path, "_links": {"about": about} if about else {}}
    return {**error("ValidationError", said), "_embedded": {"errors": [inner]}}


def duplicate(source: Mapping[str, Any]) -> Json:
    """The refusal of a bank account that the customer has already."""
    return {
        **error("DuplicateResource", f"Bank already exists: id={source['id']}"),
        "_links": {"about": source["_links"]["self"]},
    }
