// What callers of Corridor import.
export { createCorridor, type Corridor, type Settings } from "./client.js";
export type { CallOptions, Entry, Input, ListId, OperationId, Output } from "./operations.js";
export { CorridorError, CorridorProblem, CorridorUnreachable, isProblem, type Problem, type Reason } from "./problems.js";
export { isEvent, verifyWebhook, WebhookRefused, type CorridorEvent, type Delivery, type EventType } from "./webhooks.js";
export type { components, operations, paths, webhooks } from "./generated/schema.js";
