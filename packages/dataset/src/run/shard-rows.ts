import { readInternvlRow } from '../format/internvl.js';
import { jsonLines } from '../json/json-lines.js';
import type { Reading } from '../sample/reading.js';
import { memorySource } from '../source/input.js';
import type { Shard } from './shards.js';

/** The rows of a shard, with their places in the file it was cut from. */
export async function* shardRows(
  { source, firstLine }: Shard,
  bytes: Uint8Array,
  signal: AbortSignal,
): AsyncGenerator<Reading, void, undefined> {
  for await (const { place, value, problems } of jsonLines(memorySource(bytes, source), { signal })) {
    const own = { file: source, line: (place.line ?? 1) + firstLine - 1 };
    if (problems.length > 0) {
      yield {
        place: own,
        problems: problems.map((problem) => ({ ...problem, place: { ...problem.place, ...own } })),
      };
    } else yield readInternvlRow(value, own);
  }
}
