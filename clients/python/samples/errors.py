"""What can go wrong, and what a program does about it."""

import os

import corridor_client

client = corridor_client.connect(os.environ["CORRIDOR_URL"], api_key=os.environ["CORRIDOR_KEY"])

# part: problem
from corridor_client import errors  # noqa: E402 - the part stands by itself in the guides

try:
    client.payouts.get_payout(payout_id="po_00000000000000000000000000")
except errors.NotFound as error:
    print(error.reason, error.http_status, error.error_class, error.retryable)
    print(error.suggested_action)
except errors.TransientError as error:
    # It may have taken effect. The same key finds out, and never does it twice.
    print(f"not answered after {error.attempts} attempts; go on with the key {error.idempotency_key}")
except errors.CorridorError as error:
    for violation in error.violations:
        print(violation.field, violation.description)
    raise
# end
