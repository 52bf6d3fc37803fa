import type { JsonValue } from '../sample/json.js';

/** Rows as a JSON array, one row a line, as it is made. */
export async function* jsonArray(
  rows: AsyncIterable<JsonValue>,
): AsyncGenerator<Uint8Array, void, undefined> {
  const encoder = new TextEncoder();
  let any = false;
  for await (const row of rows) {
    yield encoder.encode(`${any ? ',' : '['}\n${JSON.stringify(row)}`);
    any = true;
  }
  yield encoder.encode(any ? '\n]\n' : '[]\n');
}

/** Rows as JSON Lines. */
export async function* jsonLinesOf(
  rows: AsyncIterable<JsonValue>,
): AsyncGenerator<Uint8Array, void, undefined> {
  const encoder = new TextEncoder();
  for await (const row of rows) yield encoder.encode(`${JSON.stringify(row)}\n`);
}
