"""A payout that comes back, and one that settles when its time has come. Needs BENEFICIARY_ID as well: whom to pay."""

import datetime
import os

import corridor_client
from corridor_client.type.v1 import Money

client = corridor_client.connect(os.environ["CORRIDOR_URL"], api_key=os.environ["CORRIDOR_KEY"])

# part: scenario
payout = client.payouts.create_payout(
    beneficiary_id=os.environ["BENEFICIARY_ID"],
    amount=Money(currency_code="EUR", amount_minor=5000),
    headers={"Corridor-Sandbox-Scenario": "return_closed"},
)
print(payout.payout_id, payout.state)
# end

# part: clock
advanced = client.clock.advance_clock(duration=datetime.timedelta(days=1))
print(advanced.clock and advanced.clock.time)
# end
