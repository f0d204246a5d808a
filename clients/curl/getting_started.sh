#!/usr/bin/env bash
# From nothing to a settled payout in the sandbox. Needs curl and jq, and what `corridor up` prints.
set -euo pipefail
: "${CORRIDOR_URL:?the address of the API, such as http://127.0.0.1:8080}" "${CORRIDOR_KEY:?a key, ck_test_…}"

# part: beneficiary
beneficiary_id=$(curl -s "$CORRIDOR_URL/v1/beneficiaries" \
  -H "Authorization: Bearer $CORRIDOR_KEY" \
  -H "Idempotency-Key: supplier-17" \
  -H "Content-Type: application/json" \
  -d '{
    "party": {"person": {"given_name": "Ada", "family_name": "Lovelace"}},
    "bank_account": {"iban": {"iban": "DE89370400440532013000"}, "currency_code": "EUR"}
  }' | jq -r '.beneficiary_id // error(.detail)')
# end

# part: pay
# Your own number of the invoice as the key: however often this runs, the invoice is paid once.
payout_id=$(curl -s "$CORRIDOR_URL/v1/payouts" \
  -H "Authorization: Bearer $CORRIDOR_KEY" \
  -H "Idempotency-Key: invoice-4711" \
  -H "Content-Type: application/json" \
  -d '{
    "beneficiary_id": "'"$beneficiary_id"'",
    "amount": {"currency_code": "EUR", "amount_minor": "125000"},
    "reference": "Invoice 4711"
  }' | jq -r '.payout_id // error(.detail)')
# end

# part: follow
state=PAYOUT_STATE_ACCEPTED
while [[ $state =~ ACCEPTED|SENT|PENDING ]]; do
  sleep 0.5
  state=$(curl -s "$CORRIDOR_URL/v1/payouts/$payout_id" \
    -H "Authorization: Bearer $CORRIDOR_KEY" | jq -r '.state // error(.detail)')
  echo "$payout_id is $state"
done
# end

# part: events
curl -s "$CORRIDOR_URL/v1/events?resource_id=$payout_id" \
  -H "Authorization: Bearer $CORRIDOR_KEY" | jq -r '(.events // error(.detail))[] | "\(.sequence) \(.type)"'
# end
