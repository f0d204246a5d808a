"""The same key twice: once with the same request, once with another. Needs BENEFICIARY_ID as well: whom to pay."""

import os

import corridor_client
from corridor_client.payouts.v1 import Payout
from corridor_client.type.v1 import Money

client = corridor_client.connect(os.environ["CORRIDOR_URL"], api_key=os.environ["CORRIDOR_KEY"])


# part: repeat
def pay(amount_minor: int) -> Payout:
    """Pays the invoice; the client repeats by itself what passes, always under this key."""
    return client.payouts.create_payout(
        beneficiary_id=os.environ["BENEFICIARY_ID"],
        amount=Money(currency_code="EUR", amount_minor=amount_minor),
        idempotency_key="python-invoice-4712",
    )


first = pay(4200)  # the payout
again = pay(4200)  # the same payout again
print("the same" if first == again else "another")
try:
    pay(4300)
except corridor_client.errors.IdempotencyKeyReused as refused:
    print(refused.reason, [violation.field for violation in refused.violations])  # amount differs
# end
