import type { FileMetaData } from 'hyparquet';
import { deserializeTCompactProtocol } from 'hyparquet/src/thrift.js';

/** Where a column of a row group lies in the file, and what its metadata promises. */
export interface Chunk {
  readonly start: number;
  readonly end: number;
  readonly values: number;
}

const MOST_PAGE = 2 ** 30;

/** All chunks of a file, in order. */
export function chunksOf({ row_groups: groups }: FileMetaData): readonly Chunk[] {
  return groups.flatMap(({ columns }) =>
    columns.flatMap(({ meta_data: facts }) => {
      if (facts === undefined) return [];
      const start = Number(facts.dictionary_page_offset || facts.data_page_offset);
      return [{ start, end: start + Number(facts.total_compressed_size), values: Number(facts.num_values) }];
    }),
  );
}

/**
 * Holds the headers of a chunk's pages against its metadata before anything is decoded. The decoder takes what a header
 * says for granted: one that lacks a number, or has a wild one, would keep it busy for ever.
 *
 * @throws an `Error` that says what is wrong
 */
export function checkPages(bytes: Uint8Array, { values }: Chunk): void {
  const reader = { view: new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength), offset: 0 };
  let seen = 0;
  while (reader.offset < bytes.length - 1) {
    const header = deserializeTCompactProtocol(reader);
    const type = number(header.field_1, 3);
    number(header.field_2, MOST_PAGE);
    const size = number(header.field_3, bytes.length - reader.offset);
    if (type === 0) {
      const page = fields(header.field_5);
      seen += number(page.field_1, values);
      for (const field of [page.field_2, page.field_3, page.field_4]) number(field, 100);
    } else if (type === 2) {
      const page = fields(header.field_7);
      number(page.field_1, values);
      number(page.field_2, 100);
    } else if (type === 3) {
      const page = fields(header.field_8);
      const count = number(page.field_1, values);
      seen += count;
      number(page.field_2, count);
      number(page.field_3, count);
      number(page.field_4, 100);
      number(number(page.field_5, size) + number(page.field_6, size), size);
    }
    if (seen > values) throw new Error(`a column has more than its ${values} values`);
    reader.offset += size;
  }
}

function number(value: unknown, most: number): number {
  if (typeof value === 'number' && Number.isInteger(value) && value >= 0 && value <= most) return value;
  throw new Error(`a page header says ${String(value)} where a number up to ${most} should be`);
}

function fields(value: unknown): Readonly<Record<string, unknown>> {
  if (typeof value === 'object' && value !== null) return { ...value };
  throw new Error('a page header lacks its second half');
}
