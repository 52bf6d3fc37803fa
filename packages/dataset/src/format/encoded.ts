const PIECE = 64 * 1024;

/** Texts as UTF-8, many short ones in one piece: a piece costs more than a row. */
export async function* encoded(texts: AsyncIterable<string>): AsyncGenerator<Uint8Array, void, undefined> {
  const encoder = new TextEncoder();
  let held: string[] = [];
  let length = 0;
  for await (const text of texts) {
    held.push(text);
    length += text.length;
    if (length < PIECE) continue;
    yield encoder.encode(held.join(''));
    held = [];
    length = 0;
  }
  if (length > 0) yield encoder.encode(held.join(''));
}
