import type { JsonValue } from '../sample/json.js';
import { excerptAt, type FindingSink, lineExcerpt } from './finding.js';
import { inspectJson, MAX_DEPTH, outline } from './json-inspection.js';
import type { Line } from './lines.js';

/** What stands in a line, or why nothing does. */
export type ParsedRow =
  | { readonly kind: 'row'; readonly row: JsonValue }
  /** An empty line, which is no row. */
  | { readonly kind: 'empty' }
  /** Reported, and nothing to look at. */
  | { readonly kind: 'bad' };

const bad: ParsedRow = { kind: 'bad' };
const empty: ParsedRow = { kind: 'empty' };
/** What an empty line gets told. */
export const EMPTY_LINE = 'Expected a row, got an empty line.';

const BYTE_ORDER_MARK = 0xfeff;

/** Parses one line of JSON Lines and reports everything that is wrong with it as JSON. */
export function parseLine(line: Line, sink: FindingSink): ParsedRow {
  if (line.problem !== undefined) {
    reportBytes(line, sink);
    return bad;
  }
  let { text } = line;
  if (text.charCodeAt(0) === BYTE_ORDER_MARK) {
    sink.add(
      'byte-order-mark',
      '',
      'Expected { at the start of the line, got a byte order mark.',
      lineExcerpt(text),
    );
    text = text.slice(1);
  }
  if (text.charCodeAt(0) !== 0x7b && text.trim() === '') {
    sink.add('line-empty', '', EMPTY_LINE, '');
    return empty;
  }
  const { keys, depth } = outline(text);
  if (depth > MAX_DEPTH) {
    sink.add(
      'json-too-deep',
      '',
      `Expected brackets nested at most ${MAX_DEPTH} deep, got ${depth}.`,
      lineExcerpt(text),
      {
        depth,
        most: MAX_DEPTH,
      },
    );
    return bad;
  }
  let row: JsonValue;
  try {
    row = JSON.parse(text);
  } catch {
    reportSyntax(text, sink);
    return bad;
  }
  if (countKeys(row) !== keys) {
    const { duplicate } = inspectJson(text);
    if (duplicate !== undefined) {
      const { pointer, key, at } = duplicate;
      sink.add(
        'json-duplicate-key',
        pointer,
        `Expected each key once, got ${JSON.stringify(excerptAt(key))} again at ${at}.`,
        lineExcerpt(text, at),
        { key: excerptAt(key), at },
      );
    }
  }
  return { kind: 'row', row };
}

function reportBytes({ text, problem, bytes = 0 }: Line, sink: FindingSink): void {
  if (problem === 'line-too-long') {
    sink.add('line-too-long', '', `Expected a shorter line, got one of ${bytes} bytes.`, lineExcerpt(text), {
      bytes,
    });
    return;
  }
  sink.add(
    'utf8-invalid',
    '',
    `Expected UTF-8, got other bytes from byte ${bytes} of the line on.`,
    lineExcerpt(text, bytes),
    {
      byte: bytes,
    },
  );
}

function reportSyntax(line: string, sink: FindingSink): void {
  const text = line.endsWith('\r') ? line.slice(0, -1) : line;
  const { kind, at } = inspectJson(text);
  const excerpt = lineExcerpt(text, at);
  const facts = { at };
  if (kind === 'cut')
    sink.add(
      'json-cut',
      '',
      `Expected JSON to its end, got ${at} characters and then nothing.`,
      excerpt,
      facts,
    );
  else if (kind === 'nan') {
    sink.add(
      'json-nan',
      '',
      `Expected a number of JSON, got ${text.slice(at, at + 10).match(/^-?[A-Za-z]+/)?.[0]} at ${at}.`,
      excerpt,
      facts,
    );
  } else {
    const came =
      at < text.length ? JSON.stringify(String.fromCodePoint(text.codePointAt(at) ?? 0x20)) : 'the end';
    sink.add('json-invalid', '', `Expected JSON, got ${came} at ${at}.`, excerpt, facts);
  }
}

/** Keys of all objects. Recursive: the depth has been checked. */
function countKeys(value: JsonValue): number {
  if (typeof value !== 'object' || value === null) return 0;
  let count = 0;
  if (Array.isArray(value)) {
    for (const item of value) if (typeof item === 'object') count += countKeys(item);
    return count;
  }
  for (const item of Object.values(value)) {
    count++;
    if (typeof item === 'object') count += countKeys(item);
  }
  return count;
}
