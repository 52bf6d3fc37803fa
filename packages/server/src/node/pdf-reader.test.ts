import { readFile } from 'node:fs/promises';
import OpenAI from 'openai';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { createHandler } from '../create-handler.js';
import type { LogEntry, ServerOptions } from '../server-options.js';
import { ask, CHAT, PIXEL, post } from '../testing/requests.js';
import { ScriptedChat } from '../testing/scripted-chat.js';
import { pdfReader } from './pdf-reader.js';
import { type ListeningServer, serve } from './serve.js';

const pdf = async (name: string) =>
  `data:application/pdf;base64,${await readFile(new URL(`../../../../fixtures/pdf/${name}.pdf`, import.meta.url), 'base64')}`;
const two = await pdf('two-pages');

function made(options: Partial<ServerOptions> = {}) {
  const chat = new ScriptedChat();
  const log: LogEntry[] = [];
  const handler = createHandler({
    models: { scripted: chat },
    readPdf: pdfReader({ dpi: 72 }),
    log: (entry) => log.push(entry),
    ...options,
  });
  return { chat, handler, log };
}

const asking = (...parts: object[]) => ({
  model: 'scripted',
  messages: [{ role: 'user', content: [...parts, { type: 'text', text: 'How many?' }] }],
});
const file = (data: string) => ({ type: 'file', file: { file_data: data, filename: 'report.pdf' } });

/** What a chat was shown: kind and size. */
function shown({ asked }: ScriptedChat) {
  return asked.at(-1)?.turns.flatMap(({ parts }) =>
    parts.map((part) => {
      if (part.type !== 'image') return part.type;
      const { image } = part;
      if (image instanceof Uint8Array) return 'file';
      return typeof image === 'object' && 'width' in image ? `${image.width} × ${image.height}` : 'else';
    }),
  );
}

describe('the official client', () => {
  const { chat, handler } = made();
  let server: ListeningServer;
  let client: OpenAI;
  beforeAll(async () => {
    server = await serve(handler, { port: 0 });
    client = new OpenAI({ baseURL: `${server.url}/v1`, apiKey: 'none', maxRetries: 0 });
  });
  afterAll(() => server.close());

  test('sends a PDF as a file, beside an image', async () => {
    await client.chat.completions.create({
      model: 'scripted',
      messages: [
        {
          role: 'user',
          content: [
            { type: 'file', file: { file_data: two, filename: 'report.pdf' } },
            { type: 'image_url', image_url: { url: PIXEL, detail: 'low' } },
            { type: 'text', text: 'How many?' },
          ],
        },
      ],
    });
    expect(shown(chat)).toEqual(['144 × 72', '72 × 144', 'file', 'text']);
    // Each page has a limit of tiles, where one of the images has.
    expect(chat.asked.at(-1)?.options.maxTiles).toEqual([12, 12, 6]);
  });

  test('sends a PDF to responses', async () => {
    await client.responses.create({
      model: 'scripted',
      input: [
        {
          role: 'user',
          content: [
            { type: 'input_file', file_data: two, filename: 'report.pdf' },
            { type: 'input_text', text: 'How many?' },
          ],
        },
      ],
    });
    expect(shown(chat)).toEqual(['144 × 72', '72 × 144', 'text']);
  });
});

test('a PDF as image_url, whatever it says it is; detail holds for its pages', async () => {
  for (const url of [two, two.replace('application/pdf', 'image/png')]) {
    const { handler, chat, log } = made();
    const image = { type: 'image_url', image_url: { url, detail: 'low' } };
    expect(await ask(handler, post(CHAT, asking(image)))).toMatchObject({ status: 200 });
    expect(shown(chat)).toEqual(['144 × 72', '72 × 144', 'text']);
    expect(chat.asked[0]?.options.maxTiles).toEqual([6, 6]);
    expect(log[0]).toMatchObject({ images: 2 });
  }
});

test.each([
  ['locked', file(await pdf('locked')), {}, 'invalid_file'],
  ['damaged', file(`data:application/pdf;base64,${btoa('%PDF-1.7 and no more')}`), {}, 'invalid_file'],
  ['two pages where one image may be', file(two), { limits: { images: 1 } }, 'too_many_images'],
  [
    'two pages of which one may be drawn',
    file(two),
    { readPdf: pdfReader({ maxPages: 1 }) },
    'too_many_images',
  ],
  ['too many bytes', file(two), { readPdf: pdfReader({ maxBytes: 100 }) }, 'file_too_large'],
])('%s: refused with its place', async (_, part, options, code) => {
  const { handler, chat } = made(options);
  expect(await ask(handler, post(CHAT, asking(part)))).toMatchObject({
    status: 400,
    document: { error: { code, param: 'messages[0].content[0].file.file_data' } },
  });
  expect(chat.asked).toEqual([]);
});

test('images and pages count together', async () => {
  const { handler } = made({ limits: { images: 2 } });
  const image = { type: 'image_url', image_url: { url: PIXEL } };
  for (const parts of [
    [image, file(two)],
    [file(two), image],
    [file(two), file(two)],
  ]) {
    expect(await ask(handler, post(CHAT, asking(...parts)))).toMatchObject({
      status: 400,
      document: { error: { code: 'too_many_images' } },
    });
  }
  expect(await ask(handler, post(CHAT, asking(file(two))))).toMatchObject({ status: 200 });
});

test('pages are held bytes', async () => {
  const { handler } = made({ limits: { heldBytes: 30_000 } });
  expect(await ask(handler, post(CHAT, asking(file(two))))).toMatchObject({ status: 429 });
});

test('one document at a time, in order; who leaves while waiting holds up nobody', async () => {
  const read = pdfReader({ dpi: 36 });
  const bytes = new Uint8Array(Buffer.from(two.slice(two.indexOf(',') + 1), 'base64'));
  const order: string[] = [];
  const wanted = (signal = new AbortController().signal) => ({ maxPages: 9, maxPixels: 1e6, signal });
  const drawn = async (name: string, signal?: AbortSignal) => {
    for await (const { width } of read(bytes, wanted(signal))) order.push(`${name} ${width}`);
  };
  const leaving = new AbortController();
  const first = drawn('first');
  const left = drawn('left', leaving.signal);
  const last = drawn('last');
  leaving.abort('gone');
  await expect(left).rejects.toBe('gone');
  await Promise.all([first, last]);
  expect(order).toEqual(['first 72', 'first 36', 'last 72', 'last 36']);
});
