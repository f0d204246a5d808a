"""Checks that an audit entry stands in a signed checkpoint: python check_proof.py PROOF.json PUBLIC_KEY.pem

It needs this file, the `cryptography` package and nothing else: no database, no Corridor.
"""

import base64
import json
import sys
from hashlib import sha256
from pathlib import Path

from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PublicKey
from cryptography.hazmat.primitives.serialization import load_pem_public_key


def decoded(text: str) -> bytes:
    """Base64, of either alphabet, padded or not."""
    text = text.translate(str.maketrans("+/", "-_", "="))
    return base64.urlsafe_b64decode(text + "=" * (-len(text) % 4))


def check(proof: dict[str, str], pem: bytes) -> str:
    """What is proved. Raises for a proof that proves nothing."""
    key = load_pem_public_key(pem)
    assert isinstance(key, Ed25519PublicKey)
    signed, _, signature = proof["checkpoint"].rpartition(".")
    key.verify(decoded(signature), signed.encode())  # RFC 7515, section 5.2; raises InvalidSignature
    header, payload = (json.loads(decoded(part)) for part in signed.split("."))
    if header["typ"] != "corridor-audit-checkpoint":
        raise ValueError("what was signed is no checkpoint")
    node = sha256(b"\x00" + proof["line"].encode()).digest()
    at, last = int(proof.get("leaf_index", 0)), int(payload["entries"]) - 1
    for sibling in map(decoded, proof.get("path", [])):  # RFC 9162, section 2.1.3.2
        while at == last and at % 2 == 0 and last > 0:  # a last one alone goes up as it is
            at, last = at // 2, last // 2
        node = sha256(b"\x01" + (sibling + node if at % 2 else node + sibling)).digest()
        at, last = at // 2, last // 2
    if node.hex() != payload["root"]:
        raise ValueError("the entry is not in this checkpoint")
    return f"proved: {proof['line']}\nsealed by checkpoint {payload['number']} of {payload['time']}"


if __name__ == "__main__":
    try:
        print(check(json.loads(Path(sys.argv[1]).read_text()), Path(sys.argv[2]).read_bytes()))
    except (InvalidSignature, ValueError, KeyError) as wrong:
        sys.exit(f"NOT PROVED: {wrong or 'the signature is not by this key'}")
