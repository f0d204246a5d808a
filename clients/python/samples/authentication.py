"""A key that may only read, made with one that may make keys."""

import os

import corridor_client

client = corridor_client.connect(os.environ["CORRIDOR_URL"], api_key=os.environ["CORRIDOR_KEY"])

# part: key
made = client.api_keys.create_api_key(title="Reporting", scopes=["payouts:read", "events:read"])
assert made.api_key
print(made.api_key.api_key_id)  # made.secret is the key itself, shown this once
# end
