#!/usr/bin/env bash
# A key that may only read, made with one that may make keys. Needs curl and jq.
set -euo pipefail
: "${CORRIDOR_URL:?the address of the API}" "${CORRIDOR_KEY:?a key that has keys:manage}"

# part: key
curl -s "$CORRIDOR_URL/v1/api-keys" \
  -H "Authorization: Bearer $CORRIDOR_KEY" \
  -H "Idempotency-Key: reporting-1" \
  -H "Content-Type: application/json" \
  -d '{"title": "Reporting", "scopes": ["payouts:read", "events:read"]}' \
  | jq -r '.api_key.api_key_id // error(.detail)'
# end
