"""`python -m gateway.openapi IMAGE`: prints the OpenAPI document of a descriptor image."""

import sys
from pathlib import Path

from gateway.contract import Contract
from gateway.openapi import document, dump


def main() -> int:
    """Prints the document. Returns the exit code."""
    if len(sys.argv) != 2:
        print("usage: python -m gateway.openapi IMAGE", file=sys.stderr)
        return 2
    try:
        contract = Contract.load(Path(sys.argv[1]))
    except FileNotFoundError as error:
        print(f"gateway.openapi: {error}", file=sys.stderr)
        return 1
    sys.stdout.write(dump(document(contract)))
    return 0


if __name__ == "__main__":
    sys.exit(main())
