#!/usr/bin/env bash
# The same key twice: once with the same request, once with another. Needs curl and jq.
set -euo pipefail
: "${CORRIDOR_URL:?the address of the API}" "${CORRIDOR_KEY:?a key}" "${BENEFICIARY_ID:?whom to pay}"

# part: repeat
pay() {
  curl -s -i "$CORRIDOR_URL/v1/payouts" \
    -H "Authorization: Bearer $CORRIDOR_KEY" \
    -H "Idempotency-Key: invoice-4712" \
    -H "Content-Type: application/json" \
    -d '{"beneficiary_id": "'"$BENEFICIARY_ID"'",
         "amount": {"currency_code": "EUR", "amount_minor": "'"$1"'"}}'
}
pay 4200   # the payout
pay 4200   # the same payout again, with Idempotent-Replayed: true
pay 4300   # 422 IDEMPOTENCY_KEY_REUSED: amount differs
# end
