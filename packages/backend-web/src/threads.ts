import { InternVLError } from '@internvl/backend';
import type { WebNotice } from './web-backend-options.js';

/** What threads depend on: `globalThis` of a page or worker. */
export interface ThreadScope {
  readonly crossOriginIsolated: boolean;
  readonly navigator: { readonly hardwareConcurrency: number };
}

/** Threads of WASM where nobody says: half of the cores, at most 4; 1 where memory cannot be shared. */
export function defaultThreads({ crossOriginIsolated, navigator }: ThreadScope): number {
  return crossOriginIsolated ? Math.min(4, Math.ceil((navigator.hardwareConcurrency || 1) / 2)) : 1;
}

/**
 * Threads to run with: what is asked for where the page is cross-origin isolated, else one, with a notice.
 *
 * @throws `invalid-option`.
 */
export function usableThreads(
  wanted: number | undefined,
  scope: ThreadScope,
  onNotice: (notice: WebNotice) => void,
): number {
  if (wanted !== undefined && !(Number.isInteger(wanted) && wanted > 0)) {
    throw new InternVLError(
      'invalid-option',
      `Expected threads to be a whole number from 1, got ${wanted}; leave it out for half of the cores.`,
      { option: 'threads', threads: wanted },
    );
  }
  if (scope.crossOriginIsolated) return wanted ?? defaultThreads(scope);
  if (wanted !== 1) {
    onNotice({
      code: 'one-thread',
      words:
        'This page is not cross-origin isolated, so WASM runs on one thread. Serve page and workers with the headers Cross-Origin-Opener-Policy: same-origin and Cross-Origin-Embedder-Policy: require-corp.',
    });
  }
  return 1;
}
