const BASE_MS = 500;
const MOST_MS = 60_000;

/**
 * How long to wait before another try: doubling from half a second to a minute, a random share of it, so that callers
 * who failed together don't come back together; never less than the server asked for.
 *
 * @param attempt tries that failed, from 1
 * @param random 0 up to 1
 */
export function backoffMs(attempt: number, retryAfterMs: number | undefined, random: () => number): number {
  const span = Math.min(MOST_MS, BASE_MS * 2 ** (attempt - 1));
  const jittered = span / 2 + (span / 2) * random();
  return retryAfterMs === undefined ? jittered : retryAfterMs + (BASE_MS / 2) * random();
}
