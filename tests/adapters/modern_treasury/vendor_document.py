"""The vendor's OpenAPI document as a judge, with its repairs. Besides these, nothing of it is changed."""

from typing import Any

from tests.adapters.judging.vendor_document import Document

_ORDER = "components/schemas/payment_order"
_NULL: dict[str, Any] = {"type": "object", "nullable": True, "enum": [None]}
_ADDRESS_OR_NULL = {"anyOf": [{"$ref": "#/components/schemas/address"}, _NULL]}

DOCUMENT = Document(
    "modern-treasury/mt_openapi_spec_v1.yaml",
    repairs=(
        # "… or `null`", says the description; the schema does not.
        (f"{_ORDER}/properties/receiving_account/oneOf/0/properties/party_address", _ADDRESS_OR_NULL),
        ("components/schemas/external_account/properties/party_address", _ADDRESS_OR_NULL),
    ),
)
ERRORS_AS = ("post", "/api/payment_orders", 422)
"""Whose documented error stands for statuses that the document leaves out for an operation."""
