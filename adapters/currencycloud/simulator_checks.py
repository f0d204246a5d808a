"""What the simulated vendor refuses in a request: category and code of the first fault found."""

import re
from collections.abc import Mapping

from adapters.kit import forms
from adapters.kit.simulator import Request

Fault = tuple[str, str] | None

_AMOUNT = re.compile(r"(?!0+(\.0+)?$)\d+(\.\d{1,3})?")
_CURRENCY = re.compile(r"[A-Z]{3}")


def form(request: Request) -> dict[str, str]:
    """The fields of a form, which the vendor takes as multipart or URL-encoded."""
    content_type = request.headers.get("content-type", "")
    if content_type.startswith("multipart/"):
        return {part.name: part.data.decode() for part in forms.parts_of(request.body, content_type)}
    return request.form()


def check_beneficiary(form: Mapping[str, str]) -> Fault:
    """The first thing that is wrong with a new beneficiary."""
    if not form.get("bank_account_holder_name"):
        return "bank_account_holder_name", "bank_account_holder_name_is_required"
    if not re.fullmatch(r"[A-Z]{2}", form.get("bank_country", "")):
        return "bank_country", "bank_country_is_required"
    if not _CURRENCY.fullmatch(form.get("currency", "")):
        return "currency", "currency_is_required"
    kind = form.get("beneficiary_entity_type", "")
    if kind not in ("company", "individual"):
        return "beneficiary_entity_type", "beneficiary_entity_type_is_missing"
    if re.search(r"\d", form.get("beneficiary_first_name", "") + form.get("beneficiary_last_name", "")):
        return "beneficiary_first_name", "first_name_contains_numbers"
    if not form.get("iban") and not form.get("account_number"):
        return "account_number", "account_number_is_missing"
    if "iban" in form and len(form["iban"]) < 15:
        return "iban", "iban_is_too_short"
    if re.fullmatch(r"0*", form.get("account_number", "1")):
        return "account_number", "account_number_is_invalid"
    if form.get("payment_types[]") == "priority" and not (form.get("bic_swift") or form.get("routing_code_value_1")):
        return "bic_swift", "bic_swift_is_missing"
    if form.get("payment_types[]") == "priority" and not form.get("beneficiary_address"):
        return "beneficiary_address", "beneficiary_address_is_too_short"
    return None


def check_payment(form: Mapping[str, str], *, validating: bool = False) -> Fault:
    """The first thing that is wrong with a new payment, apart from what it names."""
    if not _CURRENCY.fullmatch(form.get("currency", "")):
        return "currency", "currency_is_required"
    if not _AMOUNT.fullmatch(form.get("amount", "")):
        return "amount", "payment_above_limit"
    if not validating and not form.get("unique_request_id"):
        return "unique_request_id_is_required", "unique_request_id_is_required"
    for name in ("reason", "reference"):
        if not 0 < len(form.get(name, "")) <= 255:
            return "base", "field_is_too_long"
    if form.get("payment_type", "regular") not in ("regular", "priority"):
        return "type", "invalid_type"
    return None


def check_conversion(form: Mapping[str, str]) -> Fault:
    """The first thing that is wrong with a new conversion."""
    for name in ("buy_currency", "sell_currency"):
        if not _CURRENCY.fullmatch(form.get(name, "")):
            return name, f"{name}_is_required"
    if form["buy_currency"] == form["sell_currency"]:
        return "invalid_currency_pair", "invalid_currency_pair"
    if form.get("fixed_side") not in ("buy", "sell"):
        return "fixed_side", "fixed_side_not_in_range"
    if not _AMOUNT.fullmatch(form.get("amount", "")):
        return "amount", "amount_type_is_wrong"
    if form.get("term_agreement") != "true":
        return "term_agreement", "term_agreement_is_required"
    return None
