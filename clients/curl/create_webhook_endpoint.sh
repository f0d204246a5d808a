#!/bin/sh
# Says where events are sent. The answer shows the endpoint's secret, this once: signatures are verified with it.
set -eu
: "${CORRIDOR_URL:=http://127.0.0.1:8080}" "${CORRIDOR_KEY:?}" "${ENDPOINT_URL:=https://shop.example/hooks}"

curl --silent --show-error --fail-with-body "$CORRIDOR_URL/v1/webhook-endpoints" \
  --header "Authorization: Bearer $CORRIDOR_KEY" \
  --header "Idempotency-Key: endpoint-$$" \
  --header "Content-Type: application/json" \
  --data '{"url": "'"$ENDPOINT_URL"'", "event_types": ["payout.settled", "payout.failed"]}'
