"""What the return and status codes of rails mean, in our words. Adapters look their rail's codes up here.

Rule: every code of the published lists has a row; a code that is on no list is `Unmapped` when it is translated.
"""

from collections.abc import Mapping

from corridor.payouts.v1.payout_reason_pb2 import PayoutReason

Reasons = Mapping[str, "PayoutReason.ValueType"]


def _by_code(rows: Mapping[str, str]) -> dict[str, "PayoutReason.ValueType"]:
    table: dict[str, PayoutReason.ValueType] = {}
    for reason, codes in rows.items():
        for code in codes.split():
            if code in table:
                raise ValueError(f"{code} stands twice")
            table[code] = PayoutReason.Value(f"PAYOUT_REASON_{reason}")
    return table


NACHA_RETURNS: Reasons = _by_code(
    {
        "INSUFFICIENT_FUNDS":     "R01 R09",
        "ACCOUNT_CLOSED":         "R02",
        "ACCOUNT_NOT_FOUND":      "R03",
        "ACCOUNT_NUMBER_INVALID": "R04 R43",
        "ACCOUNT_BLOCKED":        "R16",
        "ACCOUNT_NOT_ELIGIBLE":   "R20 R34",
        "BENEFICIARY_DECEASED":   "R14 R15",
        "NAME_MISMATCH":          "R17 R45",
        "BANK_NOT_FOUND":         "R12 R13 R28 R42 R82",
        "REFUSED_BY_BENEFICIARY": "R23",
        "REFUSED_BY_BANK":        "R31",
        "RECALLED":               "R06 R08 R38 R52",
        "NOT_AUTHORISED":         "R05 R07 R10 R11 R29 R35 R51",
        "DUPLICATE":              "R24 R37 R47 R53",
        "AMOUNT_REFUSED":         "R19",
        "REGULATORY":             "R50",
        "INVALID_DETAILS":        "R18 R21 R22 R25 R26 R27 R39 R41 R44 R46 R80 R85",
        "RAIL_UNAVAILABLE":       "R32 R81 R83 R84",
        # Returns of returns and of adjustments: matters between the two banks.
        "INTERBANK_DISPUTE":      "R61 R62 R67 R68 R69 R70 R71 R72 R73 R74 R75 R76 R77",
        "OTHER":                  "R30 R33 R40",
    }
)  # fmt: skip
"""NACHA return codes (NACHA Operating Rules, Appendix Four). R16 includes OFAC, R17 questionable account details."""

_ISO_COMMON: Mapping[str, str] = {
    "INSUFFICIENT_FUNDS":     "AM04",
    "ACCOUNT_CLOSED":         "AC04 AC07",
    "ACCOUNT_NOT_FOUND":      "AC03 BE06",
    "ACCOUNT_NUMBER_INVALID": "AC01",
    "ACCOUNT_BLOCKED":        "AC06",
    "ACCOUNT_NOT_ELIGIBLE":   "AC14 AG01 AG07",
    "BENEFICIARY_DECEASED":   "MD07",
    "NAME_MISMATCH":          "BE01",
    "BANK_NOT_FOUND":         "AGNT CNOR RC01 RC04 RC07 RC08 RC11",
    "REFUSED_BY_BENEFICIARY": "MS02 UPAY",
    "REFUSED_BY_BANK":        "MS03",
    "RECALLED":               "CN01 CUST FOCR MD06 RUTA",
    "NOT_AUTHORISED":         "FR01 MD01 MD02 MD05",
    "DUPLICATE":              "AM05 DUPL RF01",
    "AMOUNT_REFUSED":         "AM01 AM02 AM06 AM09 AM10 SL13 SL14",
    "CURRENCY_REFUSED":       "AM03 CURR",
    "REGULATORY":             "AM07 ED03 NOCM RR01 RR02 RR03 RR04 RR05 RR06",
    "INVALID_DETAILS":        "AC02 AC13 AC15 AG02 BE04 BE05 BE07 BE10 BE11 BE16 BE17 DNOR DT01 DT04 ERIN FF03 FF04 "
                              "FF05 FF06 FF07 RC03 RR07 RR08 RR09 RR11 RR12",
    "RAIL_UNAVAILABLE":       "DS28 ED01 ED05 NOAS TM01",
    "OTHER":                  "DT02 G004 NARR SL01 SL02 SL11 SL12",
}  # fmt: skip
# Codes that both lists have with one meaning.


def _with(more: Mapping[str, str]) -> dict[str, "PayoutReason.ValueType"]:
    keys = {*_ISO_COMMON, *more}
    return _by_code({key: f"{_ISO_COMMON.get(key, '')} {more.get(key, '')}" for key in keys})


ISO_RETURNS: Reasons = _with(
    {
        "ACCOUNT_BLOCKED":        "AC16 AC17",  # in sequestration, in liquidation
        "NOT_AUTHORISED":         "EMVL PINL SP01 SP02",
        "DUPLICATE":              "ARDT",
        "REFUSED_BY_BENEFICIARY": "SVNR CNPC",
        "REFUSED_BY_BANK":        "BE08",       # "returned as a result of a bank error"
        "INTERBANK_DISPUTE":      "DC04 NOOR",
        "OTHER":                  "FRTR TRAC",
    }
)  # fmt: skip
"""ISO 20022 ExternalReturnReason1Code, external code sets 2Q2026."""

ISO_STATUS: Reasons = _with(
    {
        "ACCOUNT_CLOSED":         "AC05",
        "ACCOUNT_NOT_FOUND":      "BE23 TK02 TK03 UCRD",
        "ACCOUNT_NUMBER_INVALID": "AC08 AC16",  # here a card's number
        "ACCOUNT_BLOCKED":        "TKSP",
        "ACCOUNT_NOT_ELIGIBLE":   "AC12 AG03 AG12",
        "NAME_MISMATCH":          "TKCM",
        "BANK_NOT_FOUND":         "AG04 AG06 AG11 RC02 RC05 RC10 RC13 RC16",
        "REFUSED_BY_BENEFICIARY": "ARFR ARJR RQNR",
        "REFUSED_BY_BANK":        "DS04 NOPG",
        "RECALLED":               "DS02 DS25",
        "NOT_AUTHORISED":         "AG08 CH09 CH10 DS0A DS0B DS0C DS0D DS0E DS0F DS0G DS0H DS10 DS11 DS12 DS13 DS14 "
                                  "DS16 DS17 DS19 DS20 DS21 DS22 DS23 DS24 DS26 DS27 EOL1 FRAD TK01 TK09 TKSG TKXP",
        "DUPLICATE":              "AB12 ALAC APAR DS15 DU01 DU02 DU03 DU04 DU05 MICT",
        "AMOUNT_REFUSED":         "AEML AM12 AM13 AM14 AM15 AM16 AM17 AM18 AM19 AM20 AM21 AM22 AM23 CH20 DS0K SL15 "
                                  "SL16 TKVE",
        "CURRENCY_REFUSED":       "AC09 AC10 AC11 AM11",
        "INVALID_DETAILS":        "AB13 AB21 AG05 AG09 AG13 AMSE ATNS BE08 BE09 BE12 BE13 BE14 BE15 BE18 BE19 BE20 "
                                  "BE21 BE22 BDAY CERI CH03 CH04 CH07 CH11 CH12 CH13 CH14 CH15 CH16 CH17 CH21 CH22 "
                                  "CHCO CHRG DT03 EDNA EDTL EDTR FF01 FF02 FF08 FF09 FF12 FF13 IEDT IMCC INAR INCT "
                                  "INDT IUCT MINF NERI PNRT RC06 RC09 RC12 RR10 SPII TD02 TD03 UTNV WGDA WGDB",
        "RAIL_UNAVAILABLE":       "AB01 AB02 AB03 AB04 AB05 AB06 AB07 AB08 AB09 AB10 AB11 AB15 AB26 AG10 DS08 DS09 "
                                  "DS18 DT05 ED06 FF10 FF11 ID01 ISWS NOFR NRCH SL03 TA01 TD01",
        "INTERBANK_DISPUTE":      "DC02 GUAG RCON",
        # Progress reports, and codes of request-to-pay and other services: no reason why a payout would fail.
        "OTHER":                  "AEXR CH19 CHQC CNNS DS01 DS03 DS05 DS06 DS07 DT06 G000 G001 G002 G003 G005 G006 "
                                  "G007 G008 IPNS IRNR NOAR OBO1 OBO2 OSNS PINS RC15 RECI REPR RTNS S000 S001 S002 "
                                  "S003 S004 SBRN SL17 SL18 SNRD TS01 TS04",
    }
)  # fmt: skip
"""ISO 20022 ExternalStatusReason1Code, external code sets 2Q2026."""
