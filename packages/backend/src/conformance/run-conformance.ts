import type { Backend } from '../backend.js';
import { InternVLError } from '../error.js';
import { conformanceCases } from './cases/index.js';
import type { ConformanceCase } from './conformance-case.js';

/** A case that a backend does not pass, and why that is so. */
export interface Divergence {
  /** The name of the case. */
  readonly case: string;
  readonly reason: string;
}

/** How one case ended. */
export type ConformanceResult =
  | { readonly name: string; readonly status: 'passed' }
  | { readonly name: string; readonly status: 'failed'; readonly error: unknown }
  /** Fails as declared. */
  | { readonly name: string; readonly status: 'diverged'; readonly reason: string; readonly error: unknown };

/** What `runConformance` takes beside the backend. */
export interface ConformanceOptions {
  /** Cases that are known to fail. One that passes all the same counts as failed: the declaration is out of date. */
  readonly divergences?: readonly Divergence[];
  readonly cases?: readonly ConformanceCase[];
  readonly signal?: AbortSignal | undefined;
  /** Told of each case as it is done. */
  readonly onResult?: (result: ConformanceResult) => void;
}

/**
 * Runs every case, one after the other. The backend conforms when no result is `'failed'`.
 *
 * @throws `invalid-option` for a divergence that names no case; `signal.reason` between two cases.
 */
export async function runConformance(
  backend: Backend,
  { divergences = [], cases = conformanceCases, signal, onResult = () => {} }: ConformanceOptions = {},
): Promise<readonly ConformanceResult[]> {
  const stray = divergences.find((divergence) => !cases.some(({ name }) => name === divergence.case));
  if (stray) {
    throw new InternVLError(
      'invalid-option',
      `Expected a divergence to name a conformance case, got "${stray.case}"; take it out or correct its name.`,
      { case: stray.case },
    );
  }
  const results: ConformanceResult[] = [];
  for (const each of cases) {
    signal?.throwIfAborted();
    const divergence = divergences.find(({ case: name }) => name === each.name);
    const result = await tryCase(backend, each, divergence?.reason);
    results.push(result);
    onResult(result);
  }
  return results;
}

async function tryCase(
  backend: Backend,
  { name, run }: ConformanceCase,
  reason: string | undefined,
): Promise<ConformanceResult> {
  try {
    await run(backend);
  } catch (error) {
    return reason === undefined
      ? { name, status: 'failed', error }
      : { name, status: 'diverged', reason, error };
  }
  if (reason === undefined) return { name, status: 'passed' };
  const error = new InternVLError(
    'conformance',
    `Expected "${name}" to fail as declared (${reason}), it passed; take the divergence out.`,
    { case: name, reason },
  );
  return { name, status: 'failed', error };
}
