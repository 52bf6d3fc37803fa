import { resolve } from 'node:path';
import { writeWhole } from '../../input/write-file.js';
import { usageError } from '../../options/usage-error.js';

/** What a report can be written as, by the end of its name. */
export type ReportWriters = Readonly<Record<string, () => string>>;

/** @throws `usage` for a name that ends in none of `kinds` */
export function checkReports(paths: readonly string[], kinds: readonly string[]): void {
  for (const path of paths) {
    if (kinds.some((kind) => path.toLowerCase().endsWith(`.${kind}`))) continue;
    const names = kinds.map((kind) => `FILE.${kind}`).join(' or ');
    throw usageError(`Expected --report as ${names}, got '${path}'; end it in one of these.`, {
      value: path,
    });
  }
}

/** Writes each report in the form its name asks for. */
export async function writeReports(
  paths: readonly string[],
  writers: ReportWriters,
  signal: AbortSignal,
): Promise<void> {
  for (const path of paths) {
    const kind = Object.keys(writers).find((end) => path.toLowerCase().endsWith(`.${end}`));
    const write = kind === undefined ? undefined : writers[kind];
    if (write !== undefined) await writeWhole(resolve(path), [new TextEncoder().encode(write())], signal);
  }
}
