#!/usr/bin/env bash
# Every payout, page by page. Needs curl and jq.
set -euo pipefail
: "${CORRIDOR_URL:?the address of the API}" "${CORRIDOR_KEY:?a key}"

# part: pages
token=""
while
  page=$(curl -s -G "$CORRIDOR_URL/v1/payouts" \
    -H "Authorization: Bearer $CORRIDOR_KEY" \
    -d page_size=2 --data-urlencode "page_token=$token")
  jq -r '(.payouts // error(.detail))[].payout_id' <<<"$page"
  token=$(jq -r '.next_page_token // ""' <<<"$page")
  [ -n "$token" ]
do :; done
# end
