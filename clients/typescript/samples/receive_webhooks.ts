// A webhook endpoint: it takes what Corridor signed, and nothing else. CORRIDOR_WEBHOOK_SECRET is the endpoint's secret.
import { createServer, type IncomingMessage } from "node:http";
import { isEvent, verifyWebhook, WebhookRefused } from "corridor-client";

const secret = process.env["CORRIDOR_WEBHOOK_SECRET"] ?? "";

const server = createServer(async (request, response) => {
  try {
    const event = await verifyWebhook({ body: await bytes(request), headers: request.headers, secret });
    // Deliveries can come twice: remember `event_id`, and do nothing for one that you have.
    if (isEvent(event, "payout.settled")) console.log(`${event.data.payout?.payout_id} has arrived`);
    else console.log(`${event.type} of ${event.resource_id}`);
    response.writeHead(204).end();
  } catch (thrown) {
    // Whoever breaks off in the middle of a body must not end this program.
    if (!(thrown instanceof WebhookRefused)) console.error(String(thrown));
    response.writeHead(thrown instanceof WebhookRefused ? 400 : 500).end();
  }
});

async function bytes(request: IncomingMessage): Promise<Uint8Array> {
  const parts: Buffer[] = [];
  for await (const part of request) parts.push(part as Buffer);
  return Buffer.concat(parts);
}

server.listen(Number(process.env["PORT"] ?? 8081), "127.0.0.1", () => console.log("listening"));
