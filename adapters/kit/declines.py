"""What issuers' response codes mean, in our words, and what may be tried after each. Adapters look their codes up here.

Rule: every code that ISO 8583 or a scheme gives a meaning has a row; one that is on no list is `Unmapped`.
"""

from collections.abc import Mapping

from adapters.kit.mapping import translate
from corridor.payments.v1.decline_pb2 import (
    RETRY_ADVICE_LATER,
    RETRY_ADVICE_NEVER,
    RETRY_ADVICE_OTHER_METHOD,
    RETRY_ADVICE_UNSPECIFIED,
    RETRY_ADVICE_WITH_AUTHENTICATION,
    RETRY_ADVICE_WITH_OTHER_DATA,
    Decline,
    Declined,
    RetryAdvice,
)

Declines = Mapping[str, "Declined.ValueType"]

APPROVED = frozenset({"00", "08", "10", "11", "16", "32", "85", "87"})
"""Codes that are no decline: approved, with identification (08), in part (10, 32), for a VIP (11), to be written to
track 3 (16), no reason to decline in an account check (85), purchase without cash back (87)."""


def declines(rows: Mapping[str, str]) -> dict[str, "Declined.ValueType"]:
    """A table of codes from rows of our word, without its prefix, and the codes that mean it."""
    table: dict[str, Declined.ValueType] = {}
    for word, codes in rows.items():
        for code in codes.split():
            if code in table:
                raise ValueError(f"{code} stands twice")
            table[code] = Declined.Value(f"DECLINED_{word}")
    return table


RESPONSE_CODES: Declines = declines(
    {
        "FUNDS":                   "51",
        "SUSPECTED_FRAUD":         "34 59",
        "BY_ISSUER":               "05",
        "CALL_ISSUER":             "01 02",
        "CARD_LOST":               "41",
        "CARD_STOLEN":             "43",
        "CARD_PICK_UP":            "04 07 35 37 67",
        "CARD_EXPIRED":            "33 54",
        "CARD_NUMBER_INVALID":     "14 15",
        "SECURITY_CODE":           "82 N7",
        "PIN":                     "55 81 83 84 86 P5 P6",
        "PIN_TRIES":               "38 75",
        "AUTHENTICATION_REQUIRED": "1A 70",
        "AMOUNT_LIMIT":            "61 N4",
        "FREQUENCY_LIMIT":         "65",
        "CARD_RESTRICTED":         "36 62 78",
        "NOT_PERMITTED":           "40 57 58 N3 N8",
        "ACCOUNT_NOT_FOUND":       "39 42 44 52 53 56",
        "ACCOUNT_CLOSED":          "46",
        "AMOUNT_INVALID":          "13 23 64",
        "DUPLICATE":               "26 94",
        "ISSUER_UNAVAILABLE":      "68 90 91 92",
        "TECHNICAL":               "06 09 19 20 22 24 27 28 29 30 88 89 95 96",
        "PAYMENT_STOPPED":         "R0 R1 R2 R3",
        "MERCHANT":                "03 31 60 66",
        "LEGAL":                   "93",
        "CANCELLED_BY_CUSTOMER":   "17",
        "ORIGINAL_NOT_FOUND":      "25 76 77 79",
        "SECURITY_VIOLATION":      "63",
        "NEW_CARD_DATA":           "6P",
        "OTHER":                   "12 18 21 72 74 80 97 98 99",
    }
)  # fmt: skip
"""ISO 8583:1987, field 39, as networks and acquirers commonly publish it, and the codes that schemes have added: 1A,
46, 70, 78, 79, 82, 83 to 89, N3, N4, N7, N8, P5, P6, R0 to R3, 6P."""

# Mastercard uses 65 and 70 for what Visa calls 1A (strong customer authentication) in Europe; adapters that know the
# scheme say so in a table of their own.

RETRY: Mapping["Declined.ValueType", "RetryAdvice.ValueType"] = {
    Declined.DECLINED_UNSPECIFIED:             RETRY_ADVICE_UNSPECIFIED,
    Declined.DECLINED_FUNDS:                   RETRY_ADVICE_LATER,
    Declined.DECLINED_SUSPECTED_FRAUD:         RETRY_ADVICE_OTHER_METHOD,
    Declined.DECLINED_BY_ISSUER:               RETRY_ADVICE_LATER,
    Declined.DECLINED_CALL_ISSUER:             RETRY_ADVICE_OTHER_METHOD,
    Declined.DECLINED_CARD_LOST:               RETRY_ADVICE_NEVER,
    Declined.DECLINED_CARD_STOLEN:             RETRY_ADVICE_NEVER,
    Declined.DECLINED_CARD_PICK_UP:            RETRY_ADVICE_NEVER,
    Declined.DECLINED_CARD_EXPIRED:            RETRY_ADVICE_WITH_OTHER_DATA,
    Declined.DECLINED_CARD_NUMBER_INVALID:     RETRY_ADVICE_NEVER,
    Declined.DECLINED_SECURITY_CODE:           RETRY_ADVICE_WITH_OTHER_DATA,
    Declined.DECLINED_PIN:                     RETRY_ADVICE_WITH_OTHER_DATA,
    Declined.DECLINED_PIN_TRIES:               RETRY_ADVICE_OTHER_METHOD,
    Declined.DECLINED_AUTHENTICATION_REQUIRED: RETRY_ADVICE_WITH_AUTHENTICATION,
    Declined.DECLINED_AUTHENTICATION_FAILED:   RETRY_ADVICE_WITH_AUTHENTICATION,
    Declined.DECLINED_ADDRESS_MISMATCH:        RETRY_ADVICE_WITH_OTHER_DATA,
    Declined.DECLINED_AMOUNT_LIMIT:            RETRY_ADVICE_WITH_OTHER_DATA,
    Declined.DECLINED_FREQUENCY_LIMIT:         RETRY_ADVICE_LATER,
    Declined.DECLINED_CARD_RESTRICTED:         RETRY_ADVICE_OTHER_METHOD,
    Declined.DECLINED_NOT_PERMITTED:           RETRY_ADVICE_NEVER,
    Declined.DECLINED_ACCOUNT_NOT_FOUND:       RETRY_ADVICE_OTHER_METHOD,
    Declined.DECLINED_ACCOUNT_CLOSED:          RETRY_ADVICE_NEVER,
    Declined.DECLINED_CURRENCY:                RETRY_ADVICE_OTHER_METHOD,
    Declined.DECLINED_AMOUNT_INVALID:          RETRY_ADVICE_WITH_OTHER_DATA,
    Declined.DECLINED_DUPLICATE:               RETRY_ADVICE_UNSPECIFIED,
    Declined.DECLINED_ISSUER_UNAVAILABLE:      RETRY_ADVICE_LATER,
    Declined.DECLINED_TECHNICAL:               RETRY_ADVICE_LATER,
    Declined.DECLINED_PAYMENT_STOPPED:         RETRY_ADVICE_NEVER,
    Declined.DECLINED_MERCHANT:                RETRY_ADVICE_UNSPECIFIED,
    Declined.DECLINED_LEGAL:                   RETRY_ADVICE_NEVER,
    Declined.DECLINED_BY_PROVIDER_RULES:       RETRY_ADVICE_OTHER_METHOD,
    Declined.DECLINED_CANCELLED_BY_CUSTOMER:   RETRY_ADVICE_OTHER_METHOD,
    Declined.DECLINED_ORIGINAL_NOT_FOUND:      RETRY_ADVICE_UNSPECIFIED,
    Declined.DECLINED_SECURITY_VIOLATION:      RETRY_ADVICE_OTHER_METHOD,
    Declined.DECLINED_NEW_CARD_DATA:           RETRY_ADVICE_WITH_OTHER_DATA,
    Declined.DECLINED_OTHER:                   RETRY_ADVICE_UNSPECIFIED,
}  # fmt: skip
"""What may be tried after each decline. `NEVER` follows the codes that Visa's rules call category 1."""

# Codes after which Visa forbids to try again, whatever they mean otherwise (category 1, "issuer will never approve").
_NEVER = frozenset({"04", "07", "12", "14", "15", "41", "43", "46", "57", "R0", "R1", "R3"})


def decline(
    reason: "Declined.ValueType", *, provider_code: str = "", response_code: str = "", advice_code: str = ""
) -> Decline:
    """A decline for a reason, with the codes behind it and what may be tried next."""
    return Decline(
        reason=reason,
        retry_advice=RETRY_ADVICE_NEVER if response_code in _NEVER else RETRY[reason],
        provider_code=provider_code,
        response_code=response_code,
        advice_code=advice_code,
    )


def decline_of_response(response_code: object, name: str, *, provider_code: str = "", advice_code: str = "") -> Decline:
    """The decline that an issuer's response code means. Raises `Unmapped` for one that no list has."""
    reason = translate(RESPONSE_CODES, response_code, name)
    return decline(reason, provider_code=provider_code, response_code=str(response_code), advice_code=advice_code)
