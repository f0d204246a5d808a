"""The vendor's own documents as judges: one for each interface, and two for its webhooks."""

from tests.adapters.judging.vendor_document import Document

CHECKOUT = Document("adyen/CheckoutService-v71.json", prefix="/v71")
TRANSFERS = Document("adyen/TransferService-v3.json", prefix="/v3")
DISPUTES = Document("adyen/DisputeService-v30.json", prefix="/v30")
WEBHOOKS = Document("adyen/Webhooks-v1.json")
TRANSFER_WEBHOOKS = Document("adyen/BalancePlatformTransferNotification-v4.json")
INTERFACES = (CHECKOUT, TRANSFERS, DISPUTES)


def schema_of(code: str) -> str:
    """The schema by which the document describes a standard webhook of an event code."""
    described = WEBHOOKS.published["webhooks"][f"/{code}"]["post"]["requestBody"]["content"]["application/json"]
    return str(described["schema"]["$ref"]).rpartition("/")[2]


def codes() -> set[str]:
    """Every event code that the document has."""
    return {name.removeprefix("/") for name in WEBHOOKS.published["webhooks"]}
