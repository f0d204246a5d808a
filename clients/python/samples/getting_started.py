"""From nothing to a settled payout in the sandbox. Needs what `corridor up` prints: the address and a key."""

import os
import time

# part: beneficiary
import corridor_client
from corridor_client.payouts.v1 import PayoutState
from corridor_client.type.v1 import BankAccount, Iban, Money, Party, Person

client = corridor_client.connect(os.environ["CORRIDOR_URL"], api_key=os.environ["CORRIDOR_KEY"])

beneficiary = client.beneficiaries.create_beneficiary(
    party=Party(person=Person(given_name="Ada", family_name="Lovelace")),
    bank_account=BankAccount(iban=Iban(iban="DE89370400440532013000"), currency_code="EUR"),
)
# end

# part: pay
# Your own number of the invoice as the key: however often this program runs, the invoice is paid once.
payout = client.payouts.create_payout(
    beneficiary_id=beneficiary.beneficiary_id,
    amount=Money(currency_code="EUR", amount_minor=125000),
    reference="Invoice 4711",
    idempotency_key=f"invoice-4711-{beneficiary.beneficiary_id}",
)
# end

# part: follow
while payout.state in (PayoutState.ACCEPTED, PayoutState.SENT, PayoutState.PENDING):
    time.sleep(0.5)
    payout = client.payouts.get_payout(payout_id=payout.payout_id)
    print(f"{payout.payout_id} is {payout.state}")
# end

# part: events
for event in client.events.list_events(resource_id=payout.payout_id):
    print(event.sequence, event.type)
# end
