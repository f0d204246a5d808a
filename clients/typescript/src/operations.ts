// The types of a call by operation id: what goes in, what comes out, and which operations are lists.
import type { operations } from "./generated/schema.js";

/** How an operation is called, as the contract says. */
export interface Called {
  verb: "GET" | "PUT" | "POST" | "PATCH" | "DELETE";
  path: string;
  /** Whether it takes an idempotency key. */
  key: boolean;
  /** The longest that the server works on it. */
  seconds: number;
  /** In a list, the field that holds the entries of a page. */
  entries?: string;
}

export type OperationId = keyof operations;

type Parameters<O> = O extends { parameters: infer P } ? P : never;
type Path<O> = Parameters<O> extends { path: infer P } ? { path: P } : { path?: undefined };
type Query<O> = Parameters<O> extends { query: infer Q }
  ? { query: Q }
  : Parameters<O> extends { query?: infer Q }
    ? { query?: Exclude<Q, undefined> }
    : { query?: undefined };
type Json<C> = C extends { content: { "application/json": infer B } } ? B : never;
type Body<O> = O extends { requestBody: infer R }
  ? { body: Json<R> }
  : O extends { requestBody?: infer R }
    ? { body?: Json<Exclude<R, undefined>> }
    : { body?: undefined };

/** What a call may say beside its values. */
export interface CallOptions {
  /** The idempotency key. One is made where it is missing; name your own to be safe over a restart of your program. */
  idempotencyKey?: string;
  /** Ties this call to others in logs and timelines. */
  correlationId?: string;
  /** Ends the call. */
  signal?: AbortSignal;
}

/** What goes into an operation: `path`, `query` and `body`, as it takes them. */
export type Input<Id extends OperationId> = Path<operations[Id]> & Query<operations[Id]> & Body<operations[Id]> & CallOptions;

/** What an operation answers with. */
export type Output<Id extends OperationId> = operations[Id] extends { responses: { 200: infer R } } ? Json<R> : never;

type Fields<T> = { [K in keyof T]-?: NonNullable<T[K]> extends (infer E)[] ? E : never }[keyof T];

/** The operations that answer with pages. */
export type ListId = {
  [Id in OperationId]: Output<Id> extends { next_page_token: string } ? Id : never;
}[OperationId];

/** One entry of a list. */
export type Entry<Id extends OperationId> = Fields<Output<Id>>;

/** Whether an operation can be called without any input. */
export type Arguments<Id extends OperationId> = {} extends Input<Id> ? [input?: Input<Id>] : [input: Input<Id>];
