"""A webhook endpoint changed in part, and not over a change of somebody else. Needs ENDPOINT_ID as well: which one."""

import os

import corridor_client
from corridor_client.google.protobuf import FieldMask

client = corridor_client.connect(os.environ["CORRIDOR_URL"], api_key=os.environ["CORRIDOR_KEY"])

# part: change
endpoint = client.webhook_endpoints.get_webhook_endpoint(webhook_endpoint_id=os.environ["ENDPOINT_ID"])
try:
    endpoint = client.webhook_endpoints.update_webhook_endpoint(
        webhook_endpoint_id=endpoint.webhook_endpoint_id,
        event_types=[],  # every event
        update_mask=FieldMask(paths=["event_types"]),
        if_match=endpoint.etag,
    )
except corridor_client.errors.EtagMismatch:
    print("somebody was faster: read it again, and decide")
print(endpoint.url, endpoint.event_types)
# end
