import { expect, test } from 'vitest';
import { serverEvents } from './server-events.js';

async function events(text: string, pieceBytes: number): Promise<string[]> {
  const bytes = new TextEncoder().encode(text);
  async function* pieces() {
    for (let at = 0; at < bytes.length; at += pieceBytes) yield bytes.subarray(at, at + pieceBytes);
  }
  const found: string[] = [];
  for await (const data of serverEvents(pieces())) found.push(data);
  return found;
}

const cases: [string, string, string[]][] = [
  ['one', 'data: a\n\n', ['a']],
  ['no space', 'data:a\n\n', ['a']],
  ['two spaces', 'data:  a\n\n', [' a']],
  ['carriage returns', 'data: a\r\rdata: b\r\r', ['a', 'b']],
  ['both', 'data: a\r\n\r\ndata: b\r\n\r\n', ['a', 'b']],
  ['several lines', 'data: a\ndata\ndata: b\n\n', ['a\n\nb']],
  ['comments, names, ids', ': ping\n\nevent: x\nid: 1\nretry: 5\ndata: a\n\n', ['a']],
  ['a byte order mark', '\ufeffdata: a\n\n', ['a']],
  ['characters of many bytes', 'data: 图🐼\n\n', ['图🐼']],
  ['no line end at the end', 'data: a\n\ndata: [DONE]', ['a', '[DONE]']],
  ['one line end at the end', 'data: a\n\ndata: b\n', ['a', 'b']],
  ['nothing', '', []],
  ['no data', 'event: x\n\n', []],
];

test.each(cases)('%s', async (_, text, expected) => {
  for (const pieceBytes of [1, 2, 3, 1000]) expect(await events(text, pieceBytes)).toEqual(expected);
});

test('an event that does not end', async () => {
  const line = new TextEncoder().encode(`data: ${'x'.repeat(1024 * 1024)}`);
  async function* endless() {
    for (;;) yield line;
  }
  await expect(serverEvents(endless()).next()).rejects.toMatchObject({ code: 'remote-unreadable' });
});
