import { type LineOptions, lineBatches } from '../lines/line-batches.js';
import type { JsonValue } from '../sample/json.js';
import { excerptOf, type Place, type Problem } from '../sample/problem.js';
import { noProblems } from '../sample/reading.js';
import type { ByteSource, ReadOptions } from '../source/byte-source.js';
import { tooDeep } from './depth.js';

/** One line of JSON Lines: its value, or why it has none. */
export interface JsonRow {
  readonly place: Place;
  /** Undefined when there is a problem. */
  readonly value?: JsonValue;
  /** The line as text; undefined when it is no UTF-8 or too long. */
  readonly text?: string;
  readonly problems: readonly Problem[];
}

export interface JsonLineOptions extends LineOptions, ReadOptions {
  /** Deepest nesting that is taken. Default: 128. */
  readonly mostDepth?: number | undefined;
}

/**
 * The rows of a JSON Lines file in order, in batches. Blank lines are no rows. With `start` and `end`, the rows that
 * begin there: a worker's share (`line` then counts from `start`, which should be the beginning of a line).
 *
 * A row has one of the problems `line-too-long`, `utf8-invalid`, `json-invalid`, `json-too-deep`, or none.
 */
export async function* jsonLineBatches(
  source: ByteSource,
  { mostDepth = 128, mostBytes, start, end, signal }: JsonLineOptions = {},
): AsyncGenerator<readonly JsonRow[], void, undefined> {
  const decoder = new TextDecoder('utf-8', { fatal: true, ignoreBOM: true });
  const range = start === undefined && end === undefined ? {} : { start, end };
  for await (const batch of lineBatches(source.stream({ ...range, signal }), { mostBytes })) {
    signal?.throwIfAborted();
    const rows: JsonRow[] = [];
    for (const { bytes, line, byteOffset, tooLong } of batch) {
      const place: Place = { file: source.name, line, byteOffset: byteOffset + (start ?? 0) };
      if (tooLong) {
        rows.push(
          bad(
            place,
            'line-too-long',
            'Expected a line within the limit, got a longer one; is the file JSON Lines?',
          ),
        );
        continue;
      }
      let text: string;
      try {
        text = decoder.decode(bytes);
      } catch {
        const excerpt = excerptOf(new TextDecoder().decode(bytes.subarray(0, 400)));
        rows.push(
          bad(place, 'utf8-invalid', 'Expected UTF-8, got bytes that are none; convert the file.', excerpt),
        );
        continue;
      }
      if (text.trim() === '') continue;
      rows.push(parsed(place, text, mostDepth));
    }
    if (rows.length > 0) yield rows;
  }
}

/** As `jsonLineBatches`, row by row. */
export async function* jsonLines(
  source: ByteSource,
  options: JsonLineOptions = {},
): AsyncGenerator<JsonRow, void, undefined> {
  for await (const batch of jsonLineBatches(source, options)) yield* batch;
}

function parsed(place: Place, text: string, mostDepth: number): JsonRow {
  let value: JsonValue;
  try {
    value = JSON.parse(text);
  } catch (error) {
    const said = error instanceof Error ? error.message : String(error);
    const problem = {
      code: 'json-invalid',
      severity: 'error',
      message: `Expected one JSON value in the line, got something else (${excerptOf(said, 100)}); mend the line.`,
      place,
      excerpt: excerptOf(text),
    } as const;
    return { place, text, problems: [problem] };
  }
  if (tooDeep(value, mostDepth)) {
    return bad(
      place,
      'json-too-deep',
      `Expected at most ${mostDepth} levels of nesting, got more; is this the right file?`,
      excerptOf(text),
    );
  }
  return { place, value, text, problems: noProblems };
}

function bad(place: Place, code: string, message: string, excerpt?: string): JsonRow {
  const problem: Problem = {
    code,
    severity: 'error',
    message,
    place,
    ...(excerpt !== undefined && { excerpt }),
  };
  return { place, problems: [problem] };
}
