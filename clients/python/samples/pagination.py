"""Every payout, page by page, without thinking of pages."""

import os

import corridor_client

client = corridor_client.connect(os.environ["CORRIDOR_URL"], api_key=os.environ["CORRIDOR_KEY"])

# part: pages
for payout in client.payouts.list_payouts(page_size=2):
    print(payout.payout_id, payout.state)
# end
