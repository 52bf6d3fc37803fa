import { fileSource } from '../../node/file-source.js';
import type { JsonValue } from '../../sample/json.js';
import type { FileDigest, Lineage } from '../lineage.js';
import type { Tally } from '../tally.js';
import { digested } from './digest.js';
import { packageVersion } from './package-version.js';

export interface Derivation {
  /** `mix`, `pack`, … */
  readonly step: string;
  readonly options: Readonly<Record<string, JsonValue>>;
  readonly seed?: number | undefined;
  /** Paths. */
  readonly inputs: readonly string[];
  readonly outputs: readonly { readonly path: string; readonly samples: number }[];
  readonly counts: Tally;
  readonly signal?: AbortSignal | undefined;
}

/**
 * The lineage of files that are there, digested from disk.
 *
 * @throws `file-missing`; `signal.reason`
 */
export async function derivedLineage({
  step,
  options,
  seed,
  inputs,
  outputs,
  counts,
  signal,
}: Derivation): Promise<Lineage> {
  const digest = async (path: string): Promise<FileDigest> => digested(await fileSource(path)).digest(signal);
  const read: FileDigest[] = [];
  for (const path of inputs) read.push(await digest(path));
  const written: Lineage['outputs'][number][] = [];
  for (const { path, samples } of outputs) written.push({ ...(await digest(path)), samples });
  return {
    format: 'internvl-dataset-lineage/1',
    tool: { name: '@internvl/dataset', version: await packageVersion() },
    step,
    options,
    ...(seed !== undefined && { seed }),
    inputs: read,
    outputs: written,
    counts,
  };
}
