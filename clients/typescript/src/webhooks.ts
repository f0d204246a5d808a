// Webhooks, verified as Standard Webhooks 1.0.0 says, by Web Crypto: Node, Deno, workers and browsers have it.
// https://github.com/standard-webhooks/standard-webhooks/blob/main/spec/standard-webhooks.md
import type { webhooks } from "./generated/schema.js";

type Sent = {
  [Type in keyof webhooks]: webhooks[Type] extends {
    post: { requestBody: { content: { "application/json": infer Body } } };
  }
    ? Body
    : never;
};
export type EventType = keyof webhooks;
/** An event; its `type` tells what `data` is. */
export type CorridorEvent<Type extends EventType = EventType> = Sent[Type];

/** A delivery that is not to be believed. Answer it with 400, and take nothing from it. */
export class WebhookRefused extends Error {
  override name = "WebhookRefused";
}

/** What came in. */
export interface Delivery {
  /** The body in the very bytes that came: before any parsing. */
  body: string | Uint8Array;
  headers: Headers | Record<string, string | string[] | undefined>;
  /** The endpoint's secret, `whsec_…`; several while one is being rotated. */
  secret: string | readonly string[];
  /** How old a delivery may be, and how far ahead; 300 if not said. */
  toleranceSeconds?: number;
  /** The time, for tests: Unix seconds. */
  now?: number;
}

/** The event of a delivery that one of the secrets has signed. Throws `WebhookRefused`. */
export async function verifyWebhook(delivery: Delivery): Promise<CorridorEvent> {
  const id = header(delivery.headers, "webhook-id");
  const at = header(delivery.headers, "webhook-timestamp");
  const given = header(delivery.headers, "webhook-signature");
  if (!id || !/^[0-9]{1,12}$/.test(at) || !given) throw new WebhookRefused("The signature's headers are missing.");
  const now = delivery.now ?? Date.now() / 1000;
  if (Math.abs(now - Number(at)) > (delivery.toleranceSeconds ?? 300)) {
    throw new WebhookRefused("The delivery is too old, or of the future.");
  }
  const body = typeof delivery.body === "string" ? new TextEncoder().encode(delivery.body) : delivery.body;
  const signed = joined(new TextEncoder().encode(`${id}.${at}.`), body);
  const secrets = typeof delivery.secret === "string" ? [delivery.secret] : delivery.secret;
  const signatures = given.split(" ").filter((each) => each.startsWith("v1,")).map((each) => each.slice(3));
  if (!(await anyVerifies(secrets, signatures, signed))) throw new WebhookRefused("No signature is by this secret.");
  try {
    return JSON.parse(new TextDecoder("utf-8", { fatal: true }).decode(body)) as CorridorEvent;
  } catch (cause) {
    throw new WebhookRefused("The body is not JSON.", { cause });
  }
}

/** Tells the events of one type from others, so that `data` has its own type. */
export function isEvent<Type extends EventType>(event: CorridorEvent, type: Type): event is CorridorEvent<Type> {
  return event.type === type;
}

async function anyVerifies(secrets: readonly string[], signatures: string[], signed: Uint8Array<ArrayBuffer>): Promise<boolean> {
  let found = false;
  for (const secret of secrets) {
    const raw = decoded(secret.replace(/^whsec_/, ""));
    if (raw === undefined || raw.length === 0) throw new TypeError("The secret is none: it starts with whsec_.");
    const key = await crypto.subtle.importKey("raw", raw, { name: "HMAC", hash: "SHA-256" }, false, ["verify"]);
    for (const signature of signatures) {
      const bytes = decoded(signature);
      // Every one is compared, and `verify` compares in constant time.
      if (bytes && (await crypto.subtle.verify("HMAC", key, bytes, signed))) found = true;
    }
  }
  return found;
}

function decoded(base64: string): Uint8Array<ArrayBuffer> | undefined {
  try {
    return Uint8Array.from(atob(base64), (character) => character.charCodeAt(0));
  } catch {
    return undefined;
  }
}

function header(headers: Delivery["headers"], name: string): string {
  if (headers instanceof Headers) return headers.get(name) ?? "";
  const found = Object.entries(headers).find(([key]) => key.toLowerCase() === name)?.[1];
  return (Array.isArray(found) ? found[0] : found) ?? "";
}

function joined(first: Uint8Array, second: Uint8Array): Uint8Array<ArrayBuffer> {
  const whole = new Uint8Array(first.length + second.length);
  whole.set(first);
  whole.set(second, first.length);
  return whole;
}
