import { DatasetError } from '../error.js';
import type { ByteSource } from '../source/byte-source.js';
import { decodedText } from './decoded-text.js';
import { firstRowEnd, separatorOf, separators } from './separator.js';
import { type TableRow, TableSplitter } from './table-splitter.js';

export interface TableOptions {
  /** `gb18030`, `utf-16`, … Default: UTF-8, and an error that names what the file is instead. */
  readonly encoding?: string | undefined;
  /** One character. Default: what the header shows, of `,` `;` tab and `|`; a first line `sep=;` states it. */
  readonly separator?: string | undefined;
  /** Longest cell, in UTF-16 units. Default: 16 Mi. */
  readonly mostCellCharacters?: number | undefined;
  readonly signal?: AbortSignal | undefined;
}

const MOST_HEADER = 2 ** 20;

/**
 * The rows of a table in batches, the header first. Memory is bounded by the longest cell and one piece of the source.
 *
 * @param names columns that the caller looks for; they help to tell the separator
 * @throws `table-empty`, `invalid-option`, and what `decodedText` and the source throw; `signal.reason` when aborted
 */
export async function* tableRows(
  source: ByteSource,
  { encoding, separator, mostCellCharacters, signal }: TableOptions = {},
  names: ReadonlySet<string> = new Set(),
): AsyncGenerator<readonly TableRow[], void, undefined> {
  if (separator !== undefined && (separator.length !== 1 || /["\r\n]/.test(separator))) {
    throw new DatasetError(
      'invalid-option',
      `Expected a separator of one character that is no quote and no line end, got '${separator}'; pass one of ${separators.map((one) => (one === '\t' ? 'tab' : one)).join(' ')}.`,
      { separator },
    );
  }
  let splitter: TableSplitter | undefined;
  let head = '';
  const begin = (): readonly TableRow[] => {
    const stated = /^sep=(.)(?:\r\n|\r|\n)/.exec(head);
    const body = stated === null ? head : head.slice(stated[0].length);
    const content = body.replace(/^[\r\n]+/, '');
    const end = firstRowEnd(content);
    const header = end < 0 ? content : content.slice(0, end);
    const used = separator ?? stated?.[1] ?? separatorOf(header, names);
    splitter = new TableSplitter(used, {
      ...(mostCellCharacters !== undefined && { mostCharacters: mostCellCharacters }),
      line: stated === null ? 1 : 2,
    });
    head = '';
    return splitter.push(body);
  };
  for await (const text of decodedText(source.stream({ signal }), source.name, encoding)) {
    signal?.throwIfAborted();
    if (splitter !== undefined) {
      const rows = splitter.push(text);
      if (rows.length > 0) yield rows;
      continue;
    }
    head += head === '' ? text.replace(/^\uFEFF/, '') : text;
    // A line break before the header is no header, and `sep=` needs the line behind it.
    const enough = /^sep=/.test(head)
      ? /^sep=.[\r\n]+[^\r\n]*[\r\n]/.test(head)
      : firstRowEnd(head.replace(/^[\r\n]+/, '')) >= 0;
    if (!enough && head.length < MOST_HEADER) continue;
    const rows = begin();
    if (rows.length > 0) yield rows;
  }
  signal?.throwIfAborted();
  if (splitter === undefined) {
    if (head.trim() === '') {
      throw new DatasetError(
        'table-empty',
        `Expected a header row in ${source.name}, got ${head === '' ? 'an empty file' : 'nothing but blanks'}; is it the right file?`,
        { file: source.name },
      );
    }
    const rows = begin();
    if (rows.length > 0) yield rows;
  }
  // `begin` has set it; the compiler does not look into closures.
  const last = ended(splitter);
  if (last.length > 0) yield last;
}

function ended(splitter: TableSplitter | undefined): readonly TableRow[] {
  return splitter?.end() ?? [];
}
