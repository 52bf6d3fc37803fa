import { expect, test } from 'vitest';
import { keptResponse } from './kept-response.js';

const kept = () => new Response('0123456789', { headers: { 'Content-Type': 'text/plain' } });
const ask = (range?: string) =>
  new Request('https://page.example/file', range === undefined ? {} : { headers: { Range: range } });

test('the whole file, with the headers that isolate the page', async () => {
  const response = await keptResponse(ask(), kept(), { 'Cross-Origin-Opener-Policy': 'same-origin' });
  expect(response.status).toBe(200);
  expect(response.headers.get('Cross-Origin-Opener-Policy')).toBe('same-origin');
  expect(await response.text()).toBe('0123456789');
});

test.each([
  ['bytes=2-4', '234', 'bytes 2-4/10'],
  ['bytes=7-', '789', 'bytes 7-9/10'],
  ['bytes=8-99', '89', 'bytes 8-9/10'],
])('the range %s', async (range, text, contentRange) => {
  const response = await keptResponse(ask(range), kept(), {});
  expect(response.status).toBe(206);
  expect(response.headers.get('Content-Range')).toBe(contentRange);
  expect(await response.text()).toBe(text);
});

test('a range behind the end is refused', async () => {
  const response = await keptResponse(ask('bytes=10-'), kept(), {});
  expect(response.status).toBe(416);
});

test('a body that was compressed on its way has no length of its own any more', async () => {
  const packed = new Response('text', { headers: { 'Content-Encoding': 'gzip', 'Content-Length': '2' } });
  const { headers } = await keptResponse(ask(), packed, {});
  expect([headers.has('Content-Encoding'), headers.has('Content-Length')]).toEqual([false, false]);
});
