// When a call is sent again: never without knowing that a second time has no second effect.

/** How patient a client is. */
export interface Patience {
  /** How often a call is sent at most. 1 never repeats. */
  attempts: number;
  /** The longest wait between two tries, in seconds, whatever `Retry-After` says; a longer one ends the call. */
  longestWaitSeconds: number;
}

/** What one call may do. */
export interface Retrying extends Patience {
  /** Whether a second time has no second effect: a read, or a write with an idempotency key. */
  repeatable: boolean;
  /** Seconds after which one try is given up. */
  seconds: number;
  signal?: AbortSignal | undefined;
}

/** The answer to a request that is sent again while that is allowed and of use. Throws what the last try threw. */
export async function send(request: Request, how: Retrying, fetcher: typeof fetch): Promise<Response> {
  for (let attempt = 1; ; attempt++) {
    const last = !how.repeatable || attempt >= how.attempts;
    let wait: number | undefined;
    try {
      const ends = AbortSignal.timeout(how.seconds * 1000);
      const signal = how.signal ? AbortSignal.any([how.signal, ends]) : ends;
      const answer = await fetcher(request.clone(), { signal });
      wait = last ? undefined : await pause(answer, attempt, how);
      if (wait === undefined) return answer;
      await answer.body?.cancel();
    } catch (failure) {
      if (last || how.signal?.aborted) throw failure;
      wait = backoff(attempt, how);
    }
    await sleep(wait, how.signal);
  }
}

/** Seconds to wait before the next try, or undefined where this answer is final. */
async function pause(answer: Response, attempt: number, how: Retrying): Promise<number | undefined> {
  if (answer.status < 400) return undefined;
  const problem = answer.headers.get("content-type")?.startsWith("application/problem+json") ?? false;
  // What something between answers says nothing of Corridor, except that it is not to be reached.
  const again = problem
    ? ((await answer.clone().json()) as { retryable?: boolean }).retryable === true
    : [502, 503, 504].includes(answer.status);
  if (!again) return undefined;
  const told = Number(answer.headers.get("retry-after") ?? NaN);
  if (Number.isNaN(told)) return backoff(attempt, how);
  return told <= how.longestWaitSeconds ? told : undefined;
}

/** Full jitter: between nothing and twice as much each time. */
function backoff(attempt: number, how: Patience): number {
  return Math.random() * Math.min(how.longestWaitSeconds, 0.2 * 2 ** attempt);
}

function sleep(seconds: number, signal: AbortSignal | undefined): Promise<void> {
  return new Promise((resolve, reject) => {
    const timer = setTimeout(resolve, seconds * 1000);
    signal?.addEventListener("abort", () => (clearTimeout(timer), reject(signal.reason)), { once: true });
  });
}
