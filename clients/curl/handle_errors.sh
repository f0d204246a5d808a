#!/bin/sh
# Asks for a payout to nobody, and reads the problem that is answered: `reason` is for programs, `detail` for people.
set -eu
: "${CORRIDOR_URL:=http://127.0.0.1:8080}" "${CORRIDOR_KEY:?}"

curl --silent --show-error --write-out '\n%{http_code}\n' "$CORRIDOR_URL/v1/payouts" \
  --header "Authorization: Bearer $CORRIDOR_KEY" \
  --header "Idempotency-Key: nobody-$$" \
  --header "Content-Type: application/json" \
  --data '{"beneficiary_id": "ben_01kafz3q9x7m2c5v8b1n4d6g0h",
           "amount": {"currency_code": "EUR", "amount_minor": "1250"}}'
