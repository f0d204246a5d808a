"""What a beneficiary reads: the reference, reduced to what the rail can carry."""

import re
import unicodedata
from collections.abc import Mapping

from corridor.type.v1 import rail_pb2

# The longest text per rail, in characters.
LENGTHS: Mapping[int, int] = {
    rail_pb2.RAIL_ACH: 80,  # NACHA, addenda record type 05, payment related information
    rail_pb2.RAIL_ACH_SAME_DAY: 80,
    rail_pb2.RAIL_WIRE: 140,  # ISO 20022 unstructured remittance information, as in Fedwire and CHIPS
    rail_pb2.RAIL_RTP: 140,
    rail_pb2.RAIL_FEDNOW: 140,
    rail_pb2.RAIL_SEPA: 140,  # EPC125-05, AT-T009
    rail_pb2.RAIL_SEPA_INSTANT: 140,
    rail_pb2.RAIL_FASTER_PAYMENTS: 18,
    rail_pb2.RAIL_BACS: 18,
    rail_pb2.RAIL_SWIFT: 140,  # four lines of 35, MT103 field 70
}

# Letters that do not decompose into a plain one and an accent (EPC217-08, section 6.2).
_SPELT = str.maketrans(
    {"ß": "ss", "ẞ": "SS", "Æ": "AE", "æ": "ae", "Œ": "OE", "œ": "oe", "Ø": "O", "ø": "o", "Ł": "L", "ł": "l",
     "Đ": "D", "đ": "d", "Ð": "D", "ð": "d", "Þ": "TH", "þ": "th", "ı": "i"}
)  # fmt: skip

# The character set that every rail above carries (EPC217-08, section 6.2; SWIFT character set x).
_OTHER = re.compile(r"[^A-Za-z0-9/\-?:().,'+ ]")


def text(reference: str, rail: int) -> str:
    """The reference as the rail carries it: without accents, other characters as spaces, cut to length."""
    plain = unicodedata.normalize("NFKD", reference.translate(_SPELT))
    plain = "".join(character for character in plain if not unicodedata.combining(character))
    return " ".join(_OTHER.sub(" ", plain).split())[: LENGTHS[rail]].strip()
