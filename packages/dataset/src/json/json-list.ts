import type { JsonValue } from '../sample/json.js';
import { excerptOf, type Place, type Problem } from '../sample/problem.js';
import { noProblems } from '../sample/reading.js';
import type { ByteSource } from '../source/byte-source.js';
import { tooDeep } from './depth.js';
import { ElementScanner } from './element-scanner.js';
import { type JsonLineOptions, type JsonRow, jsonLines } from './json-lines.js';

/** An element of a list, with the key of the list it is in. */
export interface JsonListRow extends JsonRow {
  /** `''` where the root is the list. */
  readonly key: string;
}

/**
 * The elements of a JSON list, one by one, whatever its size: of the root, or of each list that is a value of the root
 * object. Problems as in `jsonLines`, and `list-cut` where the file ends before the list, `list-missing` where there is
 * none.
 */
export async function* jsonList(
  source: ByteSource,
  { mostDepth = 128, mostBytes = 64 * 2 ** 20, signal }: JsonLineOptions = {},
): AsyncGenerator<JsonListRow, void, undefined> {
  const scanner = new ElementScanner(mostBytes);
  const decoder = new TextDecoder('utf-8', { fatal: true, ignoreBOM: true });
  let row = 0;
  let line = 1;
  const bad = (place: Place, key: string, code: string, message: string, excerpt?: string): JsonListRow => {
    const problem: Problem = {
      code,
      severity: 'error',
      message,
      place,
      ...(excerpt !== undefined && { excerpt }),
    };
    return { place, key, problems: [problem] };
  };
  for await (const piece of source.stream({ signal })) {
    signal?.throwIfAborted();
    for (const { key, index, line: at, byteOffset, bytes, tooLong } of scanner.push(piece)) {
      row = index + 1;
      line = at;
      const place: Place = {
        file: source.name,
        row,
        line,
        byteOffset,
        pointer: `${key === '' ? '' : `/${key}`}/${index}`,
      };
      if (tooLong) {
        yield bad(
          place,
          key,
          'line-too-long',
          `Expected an element of at most ${mostBytes} bytes, got a longer one; is it the right file?`,
        );
        continue;
      }
      let text: string;
      try {
        text = decoder.decode(bytes);
      } catch {
        yield bad(place, key, 'utf8-invalid', 'Expected UTF-8, got bytes that are none; convert the file.');
        continue;
      }
      let value: JsonValue;
      try {
        value = JSON.parse(text);
      } catch (error) {
        const said = error instanceof Error ? error.message : String(error);
        yield bad(
          place,
          key,
          'json-invalid',
          `Expected JSON, got something else (${excerptOf(said, 100)}); mend the element.`,
          excerptOf(text),
        );
        continue;
      }
      if (tooDeep(value, mostDepth)) {
        yield bad(
          place,
          key,
          'json-too-deep',
          `Expected at most ${mostDepth} levels of nesting, got more; is this the right file?`,
        );
        continue;
      }
      yield { place, key, value, text, problems: noProblems };
    }
  }
  const { unfinished } = scanner;
  if (unfinished === undefined) return;
  const place: Place =
    unfinished === 'cut' ? { file: source.name, row: row + 1, line } : { file: source.name, line };
  yield unfinished === 'cut'
    ? bad(
        place,
        '',
        'list-cut',
        `Expected the end of the list, got the end of the file after ${row} elements; the file is cut.`,
      )
    : bad(
        place,
        '',
        'list-missing',
        `Expected a JSON list, got ${unfinished === 'empty' ? 'an empty file' : 'something else'}; is this the right format?`,
      );
}

/**
 * The rows of a file that is a JSON list, an object with lists, or JSON Lines, told by how it begins: an object that
 * ends in its first line is a line.
 */
export async function* jsonRows(
  source: ByteSource,
  options: JsonLineOptions = {},
): AsyncGenerator<JsonRow | JsonListRow, void, undefined> {
  const iterator = source.stream({ signal: options.signal })[Symbol.asyncIterator]();
  const head: Uint8Array[] = [];
  let size = 0;
  let shape: 'list' | 'lines' | undefined;
  try {
    while (shape === undefined && size < MOST_HEAD) {
      const next = await iterator.next();
      if (next.done) break;
      // The piece may be reused by whoever gives it.
      head.push(next.value.slice());
      size += next.value.length;
      shape = shapeOf(head, size);
    }
    const again: ByteSource = { name: source.name, seekable: false, stream: () => rest(head, iterator) };
    yield* shape === 'list' ? jsonList(again, options) : jsonLines(again, options);
  } finally {
    await iterator.return?.();
  }
}

/** How much of a file is looked at to tell its shape: less than the first line of an array of everything in one line. */
const MOST_HEAD = 4 * 2 ** 20;

function shapeOf(head: readonly Uint8Array[], size: number): 'list' | 'lines' | undefined {
  const bytes = new Uint8Array(size);
  let filled = 0;
  for (const piece of head) {
    bytes.set(piece, filled);
    filled += piece.length;
  }
  const first = bytes.findIndex((byte) => byte > 32 && byte !== 0xef && byte !== 0xbb && byte !== 0xbf);
  if (first < 0) return undefined;
  if (bytes[first] === 91) return 'list';
  if (bytes[first] !== 123) return 'lines';
  const end = bytes.indexOf(10, first);
  // An object written over several lines, or begun by one of its lists, is a document.
  const text = new TextDecoder().decode(bytes.subarray(first, end < 0 ? Math.min(size, first + 4096) : end));
  if (end < 0)
    return /^\{\s*"(data|questions|annotations|images|info|dataset_name)"/.test(text) ? 'list' : undefined;
  try {
    JSON.parse(text);
    return 'lines';
  } catch {
    return /[{[,]\s*$/.test(text) ? 'list' : 'lines';
  }
}

async function* rest(
  head: readonly Uint8Array[],
  iterator: AsyncIterator<Uint8Array>,
): AsyncGenerator<Uint8Array, void, undefined> {
  yield* head;
  for (let next = await iterator.next(); !next.done; next = await iterator.next()) yield next.value;
}
