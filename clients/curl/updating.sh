#!/usr/bin/env bash
# An endpoint for webhooks changed in part, and not over a change of somebody else. Needs curl and jq.
set -euo pipefail
: "${CORRIDOR_URL:?the address of the API}" "${CORRIDOR_KEY:?a key}" "${ENDPOINT_ID:?an endpoint for webhooks}"

# part: change
endpoint="$CORRIDOR_URL/v1/webhook-endpoints/$ENDPOINT_ID"
etag=$(curl -s "$endpoint" -H "Authorization: Bearer $CORRIDOR_KEY" | jq -r '.etag // error(.detail)')

curl -s -X PATCH "$endpoint" \
  -H "Authorization: Bearer $CORRIDOR_KEY" \
  -H "Idempotency-Key: all-events-1" \
  -H "If-Match: \"$etag\"" \
  -H "Content-Type: application/json" \
  -d '{"event_types": null}' \
  | jq '{url, event_types, etag, reason}'
# end
