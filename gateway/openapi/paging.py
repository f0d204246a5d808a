"""Lists that come in pages: how a client goes on, read from the messages of the method."""

from typing import Any

from protobuf import DescFieldValueList

from gateway.routes import Body, Route

Json = dict[str, Any]


def of(route: Route) -> Json:
    """Which field holds the entries, which the next page's token, and which parameter takes it. Empty if no list."""
    if route.response_field is not None or route.body is Body.RAW or route.raw_answer:
        return {}
    asked = {field.name for field in route.input.desc().fields}
    answered = {field.name: field for field in route.output.desc().fields}
    entries = [name for name, field in answered.items() if isinstance(field.value, DescFieldValueList)]
    if "page_token" not in asked or "next_page_token" not in answered or len(entries) != 1:
        return {}
    return {"entries": entries[0], "token": "page_token", "next_token": "next_page_token", "size": "page_size"}
