import { expect, test } from 'vitest';
import { PdfThread } from './pdf-thread.js';
import type { PdfReply } from './pdf-worker.js';

/** A thread that runs some code in place of a decoder. */
function thread(code: string, timeoutMs = 20_000): PdfThread {
  const entry = new URL(`data:text/javascript,${encodeURIComponent(code)}`);
  return new PdfThread({ bytes: new Uint8Array(1), password: '' }, { timeoutMs, signal: undefined, entry });
}

const saying = (reply: PdfReply) =>
  `import { parentPort } from 'node:worker_threads'; parentPort.postMessage(${JSON.stringify(reply)}); setInterval(() => {}, 1000);`;

test.each([
  [
    'the package is missing',
    saying({ type: 'failed', why: 'missing', said: 'Cannot find package' }),
    { code: 'decoder-missing', message: expect.stringContaining('npm install @hyzyla/pdfium') },
  ],
  ['a password is wanted', saying({ type: 'failed', why: 'locked', said: '' }), { code: 'pdf-locked' }],
  ['it is damaged', saying({ type: 'failed', why: 'damaged', said: '' }), { code: 'pdf-unreadable' }],
  ['the decoder crashes', 'throw new Error("abort()")', { code: 'pdf-unreadable' }],
  ['the decoder ends', 'process.exit(3)', { code: 'pdf-unreadable' }],
])('%s', async (_, code, expected) => {
  const pdf = thread(code);
  await expect(pdf.opened()).rejects.toMatchObject(expected);
  // It stays so.
  await expect(pdf.opened()).rejects.toMatchObject(expected);
  await pdf.close();
});

test('the decoder says nothing', async () => {
  const pdf = thread('setInterval(() => {}, 1000)', 20);
  await expect(pdf.opened()).rejects.toMatchObject({ code: 'pdf-timeout' });
  await pdf.close();
});
