// How a call can fail: with a problem of Corridor's, or without an answer from it.
import type { components } from "./generated/schema.js";

/** A problem document (RFC 9457) with the members of Corridor. */
export type Problem = components["schemas"]["Problem"];
/** Why a call failed, for programs. It never changes its meaning. */
export type Reason = Problem["reason"];

/** Everything that this client throws of its own. */
export class CorridorError extends Error {
  override name = "CorridorError";
}

/** Corridor answered with a problem. */
export class CorridorProblem extends CorridorError {
  override name = "CorridorProblem";
  readonly status: number;
  readonly reason: Reason;
  /** Who has to act before the call can succeed. */
  readonly class: Problem["class"];
  /** Whether the same call may succeed later. */
  readonly retryable: boolean;
  readonly suggestedAction: string;
  /** Every field that breaks a rule. */
  readonly violations: NonNullable<Problem["violations"]>;
  /** Further facts. */
  readonly metadata: Record<string, string>;
  /** Names this call in support and logs. */
  readonly requestId: string;

  constructor(readonly problem: Problem, requestId: string) {
    super(`${problem.reason}: ${problem.detail}`);
    this.status = problem.status;
    this.reason = problem.reason;
    this.class = problem.class;
    this.retryable = problem.retryable;
    this.suggestedAction = problem.suggested_action;
    this.violations = problem.violations ?? [];
    this.metadata = problem.metadata ?? {};
    this.requestId = requestId || problem.instance;
  }
}

/** No answer of Corridor's came: the network failed, time ran out, or something between answered. */
export class CorridorUnreachable extends CorridorError {
  override name = "CorridorUnreachable";
  /**
   * @param idempotencyKey Repeat the call with this key: whatever became of the first one, there is one effect.
   * @param status What something between answered, or 0.
   */
  constructor(message: string, readonly idempotencyKey: string, readonly status: number, options?: ErrorOptions) {
    super(message, options);
  }
}

/** Whether something thrown is a problem, and one of these reasons if any are given. */
export function isProblem(thrown: unknown, ...reasons: Reason[]): thrown is CorridorProblem {
  return thrown instanceof CorridorProblem && (reasons.length === 0 || reasons.includes(thrown.reason));
}
