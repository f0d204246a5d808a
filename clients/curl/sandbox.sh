#!/usr/bin/env bash
# A payout that comes back, and one that settles when its time has come. Needs curl and jq.
set -euo pipefail
: "${CORRIDOR_URL:?the address of the API}" "${CORRIDOR_KEY:?a key}" "${BENEFICIARY_ID:?whom to pay}"

# part: scenario
curl -s "$CORRIDOR_URL/v1/payouts" \
  -H "Authorization: Bearer $CORRIDOR_KEY" \
  -H "Idempotency-Key: comes-back-1" \
  -H "Corridor-Sandbox-Scenario: return_closed" \
  -H "Content-Type: application/json" \
  -d '{"beneficiary_id": "'"$BENEFICIARY_ID"'",
       "amount": {"currency_code": "EUR", "amount_minor": "5000"}}' | jq -r '.payout_id // error(.detail), .state'
# end

# part: clock
curl -s "$CORRIDOR_URL/v1/sandbox/clock:advance" \
  -H "Authorization: Bearer $CORRIDOR_KEY" \
  -H "Content-Type: application/json" \
  -d '{"duration": "86400s"}' | jq '.clock.time // error(.detail)'
# end
