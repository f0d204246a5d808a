"""An endpoint for webhooks, and the program that receives them: it takes what Corridor signed, and nothing else.

Needs BENEFICIARY_ID as well. It pays somebody, and ends when the event says that the money has arrived.
"""

import os
from http.server import BaseHTTPRequestHandler, HTTPServer

import corridor_client
from corridor_client import webhooks
from corridor_client.payouts.v1 import PayoutSettled
from corridor_client.type.v1 import Money

client = corridor_client.connect(os.environ["CORRIDOR_URL"], api_key=os.environ["CORRIDOR_KEY"])
seen: set[str] = set()


class Receiver(BaseHTTPRequestHandler):
    """Takes deliveries."""

    # part: verify
    def do_POST(self) -> None:
        """Verify first; answer soon; expect to see an event twice."""
        body = self.rfile.read(int(self.headers["Content-Length"]))
        try:
            event = webhooks.verify(body, dict(self.headers), secret)
        except webhooks.SignatureError:
            self.send_error(400)
            return
        self.send_response(204)
        self.end_headers()
        if event.event_id not in seen:
            seen.add(event.event_id)
            print(event.sequence, event.type, event.resource_id)
            if isinstance(event.data, PayoutSettled):
                arrived.append(event.resource_id)

    # end


server = HTTPServer(("127.0.0.1", 0), Receiver)
server.timeout = 60
url = f"http://127.0.0.1:{server.server_port}/hooks"

# part: endpoint
made = client.webhook_endpoints.create_webhook_endpoint(
    url=url, event_types=["payout.settled", "payout.failed", "payout.returned"]
)
secret = made.secret  # shown this once: keep it where your other secrets are
# end

arrived: list[str] = []
client.payouts.create_payout(
    beneficiary_id=os.environ["BENEFICIARY_ID"], amount=Money(currency_code="EUR", amount_minor=4200)
)
while not arrived:
    server.handle_request()
