"""Three payouts at the same time, with asyncio. Needs BENEFICIARY_ID as well: whom to pay."""

import asyncio
import os

import corridor_client
from corridor_client.type.v1 import Money


# part: together
async def main() -> None:
    """Pays three invoices at once."""
    url, key = os.environ["CORRIDOR_URL"], os.environ["CORRIDOR_KEY"]
    async with corridor_client.connect_async(url, api_key=key) as client:
        calls = [
            client.payouts.create_payout(
                beneficiary_id=os.environ["BENEFICIARY_ID"], amount=Money(currency_code="EUR", amount_minor=amount)
            )
            for amount in (1000, 2000, 3000)
        ]
        for payout in await asyncio.gather(*calls):
            print(payout.payout_id, payout.amount and payout.amount.amount_minor)


asyncio.run(main())
# end
