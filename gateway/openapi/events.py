"""The webhooks section: every event that a webhook endpoint can get, each with its own schema."""

from typing import Any

from protobuf import DescMessage

from gateway import majors
from gateway.contract import Contract
from gateway.openapi.comments import summary
from gateway.openapi.examples import Examples
from gateway.openapi.recorded import Recorded
from gateway.openapi.schemas import Schemas

Json = dict[str, Any]

TAG = "Webhooks"
DESCRIPTION = """\
What a webhook endpoint is sent: one `POST` for each event, signed as Standard Webhooks says.

Each delivery carries `webhook-id`, `webhook-timestamp`, `webhook-signature` and `Corridor-Payload-Version`. \
The signature is `v1,` and the base64 of HMAC-SHA256 over `{webhook-id}.{webhook-timestamp}.{body}` by the endpoint's \
secret; while a secret is being rotated there are several, divided by spaces. Refuse what is older than five minutes, \
and compare in constant time. Events of one resource come in order of `sequence`, at least once: `event_id` tells a \
repetition."""
_EVENT = "corridor.events.v1.Event"


def webhooks(
    contract: Contract, schemas: Schemas, examples: Examples, recorded: Recorded, major: int = majors.FIRST
) -> Json:
    """The webhooks by event type, as an endpoint gets them that is pinned to a major version."""
    envelope = contract.registry.message(_EVENT)
    if envelope is None:
        return {}
    found: Json = {}
    told = [each for each in contract.registry if isinstance(each, DescMessage)]
    for descriptor in sorted(told, key=lambda each: -majors.of_name(each.type_name)):
        if majors.of_name(descriptor.type_name) > major:
            continue
        facts = contract.option(descriptor, "corridor.options.v1.event")
        if facts is None or facts.type in found:
            continue
        data = {"@type": _url(descriptor), **examples.message(descriptor, False)}
        made_up = {**examples.message(envelope, False), "type": facts.type, "data": data}
        schema = _schema(schemas, envelope, descriptor, facts.type)
        found[facts.type] = {"post": _operation(schemas, descriptor, schema, recorded.event(facts.type) or made_up)}
    return dict(sorted(found.items()))


def _operation(schemas: Schemas, descriptor: DescMessage, schema: Json, example: Json) -> Json:
    text = schemas.comments.get(descriptor.type_name, "")
    names = ("WebhookId", "WebhookTimestamp", "WebhookSignature", "CorridorPayloadVersion")
    return {
        "operationId": f"on{descriptor.name}",
        "tags": [TAG],
        "summary": summary(text),
        "description": f"{text}\n\nAny 2xx answer takes it; anything else is tried again.",
        "parameters": [{"$ref": f"#/components/parameters/{name}"} for name in names],
        "requestBody": {"required": True, "content": {"application/json": {"schema": schema, "example": example}}},
        "responses": {
            "2XX": {"description": "The event was taken."},
            "4XX": {"description": "The event was not taken, and is sent again."},
        },
        "security": [],
    }


def _schema(schemas: Schemas, envelope: DescMessage, data: DescMessage, event_type: str) -> Json:
    kind = {"type": "object", "required": ["@type"], "properties": {"@type": {"const": _url(data)}}}
    own = {
        "type": {"const": event_type, "description": "What happened."},
        "data": {"description": "What is told of it.", "allOf": [schemas.message(data, False), kind]},
    }
    return {
        "allOf": [
            schemas.message(envelope, False),
            {"type": "object", "required": ["type", "data"], "properties": own},
        ]
    }


def _url(data: DescMessage) -> str:
    return f"type.googleapis.com/{data.type_name}"
