// The client: one fetch with credential, idempotency key and retries, and two ways to use it.
import createClient, { type Client, type Middleware } from "openapi-fetch";
import { OPERATIONS } from "./generated/operations.js";
import type { paths } from "./generated/schema.js";
import type { Arguments, Called, CallOptions, Entry, ListId, OperationId, Output } from "./operations.js";
import { CorridorProblem, CorridorUnreachable, type Problem } from "./problems.js";
import { send, type Patience } from "./retry.js";

/** What a client is made of. */
export interface Settings {
  /** Where Corridor is, such as `https://api.example.com`. */
  baseUrl: string;
  /** An API key or access token, or what gives one for each call. */
  apiKey: string | (() => string | Promise<string>);
  /** Allows `http://` to another machine, where something else protects the connection: the key goes in plain text. */
  allowPlaintext?: boolean;
  /** How often a call is sent at most; 4 if not said. Only reads and calls with an idempotency key are repeated. */
  attempts?: number;
  /** The longest wait between two tries; 10 if not said. */
  longestWaitSeconds?: number;
  /** Another `fetch`, such as one with a proxy. */
  fetch?: typeof fetch;
}

/** Calls Corridor. */
export interface Corridor {
  /** Calls an operation by its id and answers with its result. Throws `CorridorProblem` or `CorridorUnreachable`. */
  call<Id extends OperationId>(id: Id, ...input: Arguments<Id>): Promise<Output<Id>>;
  /** Every entry of a list, page after page, as they are asked for. */
  list<Id extends ListId>(id: Id, ...input: Arguments<Id>): AsyncGenerator<Entry<Id>, void, undefined>;
  /** openapi-fetch on the same connection: `{data, error, response}`, nothing thrown for a problem. */
  readonly api: Client<paths>;
}

const KEY = "Idempotency-Key";
const BY_PLACE = new Map(Object.values(OPERATIONS).map((called) => [`${called.verb} ${called.path}`, called]));
// The server answers within the deadline of a method; the rest is for the way there and back.
const WAY_SECONDS = 5;

/** A client of one Corridor with one credential. */
export function createCorridor(settings: Settings): Corridor {
  if (!settings.allowPlaintext && readable(settings.baseUrl)) {
    throw new TypeError("http:// would send the key in plain text: use https://, or say allowPlaintext: true.");
  }
  const patience: Patience = {
    attempts: settings.attempts ?? 4,
    longestWaitSeconds: settings.longestWaitSeconds ?? 10,
  };
  const plans = new WeakMap<Request, Called>();
  const fetcher = settings.fetch ?? fetch;

  async function patient(request: Request): Promise<Response> {
    const called = plans.get(request);
    const repeatable = called !== undefined && (!called.key || request.headers.has(KEY));
    const seconds = (called?.seconds ?? 60) + WAY_SECONDS;
    return send(request, { ...patience, repeatable, seconds, signal: request.signal }, fetcher);
  }

  const middleware: Middleware = {
    async onRequest({ request, schemaPath }) {
      const called = BY_PLACE.get(`${request.method} ${schemaPath}`);
      if (!request.headers.has("Authorization")) {
        const key = typeof settings.apiKey === "string" ? settings.apiKey : await settings.apiKey();
        request.headers.set("Authorization", `Bearer ${key}`);
      }
      if (called?.key && !request.headers.has(KEY)) request.headers.set(KEY, crypto.randomUUID());
      if (called) plans.set(request, called);
      return request;
    },
  };
  // Nothing of Corridor redirects: whoever does gets neither the key nor the body.
  const api = createClient<paths>({ baseUrl: settings.baseUrl.replace(/\/+$/, ""), fetch: patient, redirect: "manual" });
  api.use(middleware);

  async function call(id: string, input: Loose = {}): Promise<unknown> {
    const called = OPERATIONS[id];
    if (!called) throw new TypeError(`${id} is not an operation.`);
    for (const [name, value] of Object.entries(input.path ?? {})) {
      // These would lead to another path (RFC 3986, 5.2.4), and another operation.
      if (value === "." || value === "..") throw new TypeError(`${name} is no id.`);
    }
    const key = called.key ? (input.idempotencyKey ?? crypto.randomUUID()) : "";
    const headers: Record<string, string> = key ? { [KEY]: key } : {};
    if (input.correlationId) headers["X-Correlation-Id"] = input.correlationId;
    let answer: Answered;
    try {
      // What is typed by operation id is loose here: openapi-fetch types by path.
      answer = await (api.request as unknown as LooseRequest)(called.verb.toLowerCase(), called.path, {
        params: { path: input.path ?? {}, query: input.query ?? {} },
        ...(input.body !== undefined ? { body: input.body } : {}),
        ...(input.signal ? { signal: input.signal } : {}),
        headers,
        parseAs: "stream",
      });
    } catch (failure) {
      if (input.signal?.aborted) throw failure;
      throw new CorridorUnreachable(`${id} had no answer: ${String(failure)}`, key, 0, { cause: failure });
    }
    return result(id, answer, key);
  }

  async function* list(id: string, input: Loose = {}): AsyncGenerator<unknown, void, undefined> {
    const entries = OPERATIONS[id]?.entries;
    if (!entries) throw new TypeError(`${id} is not a list.`);
    let token = String(input.query?.["page_token"] ?? "");
    do {
      const query = { ...input.query, ...(token ? { page_token: token } : {}) };
      const page = (await call(id, { ...input, query })) as Record<string, unknown>;
      yield* (page[entries] ?? []) as unknown[];
      token = String(page["next_page_token"] ?? "");
    } while (token);
  }

  return { call: call as Corridor["call"], list: list as Corridor["list"], api };
}

/** Whether what is sent there can be read on its way. */
function readable(address: string): boolean {
  const found = URL.canParse(address) ? new URL(address) : undefined;
  return found?.protocol === "http:" && !/^(localhost|127\.\d+\.\d+\.\d+|\[::1\])$/.test(found.hostname);
}

interface Loose extends CallOptions {
  path?: Record<string, unknown>;
  query?: Record<string, unknown>;
  body?: unknown;
}
type LooseRequest = (verb: string, path: string, options: object) => Promise<Answered>;
/** `error` is the body of an answer that is no 2xx, read already. */
type Answered = { response: Response; error?: unknown };

/** The result of a call. A call that waits for approval is answered with 202 and a problem: it has no result yet. */
async function result(id: string, { response, error }: Answered, key: string): Promise<unknown> {
  const kind = response.headers.get("content-type") ?? "";
  if (kind.startsWith("application/problem+json")) {
    const problem = response.ok ? await response.json() : error;
    throw new CorridorProblem(problem as Problem, response.headers.get("x-request-id") ?? "");
  }
  if (!response.ok) {
    const text = String(error).slice(0, 200);
    throw new CorridorUnreachable(`${id} was answered with ${response.status}: ${text}`, key, response.status);
  }
  return kind.startsWith("application/json") ? response.json() : response.text();
}
