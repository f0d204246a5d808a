#!/usr/bin/env bash
# A refused call, and what its problem document says. Needs curl and jq.
set -euo pipefail
: "${CORRIDOR_URL:?the address of the API}" "${CORRIDOR_KEY:?a key}"

# part: problem
curl -s "$CORRIDOR_URL/v1/payouts/po_00000000000000000000000000" \
  -H "Authorization: Bearer $CORRIDOR_KEY" |
  jq '{reason, status, class, retryable, suggested_action}'
# end
