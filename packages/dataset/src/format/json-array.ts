import type { JsonValue } from '../sample/json.js';
import { encoded } from './encoded.js';

/** Rows as a JSON array, one row a line, as it is made. */
export async function* jsonArray(
  rows: AsyncIterable<JsonValue>,
): AsyncGenerator<Uint8Array, void, undefined> {
  yield* encoded(arrayTexts(rows));
}

/** Rows as JSON Lines. */
export async function* jsonLinesOf(
  rows: AsyncIterable<JsonValue>,
): AsyncGenerator<Uint8Array, void, undefined> {
  yield* encoded(lineTexts(rows));
}

async function* arrayTexts(rows: AsyncIterable<JsonValue>): AsyncGenerator<string, void, undefined> {
  let any = false;
  for await (const row of rows) {
    yield `${any ? ',' : '['}\n${JSON.stringify(row)}`;
    any = true;
  }
  yield any ? '\n]\n' : '[]\n';
}

async function* lineTexts(rows: AsyncIterable<JsonValue>): AsyncGenerator<string, void, undefined> {
  for await (const row of rows) yield `${JSON.stringify(row)}\n`;
}
