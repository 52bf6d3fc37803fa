import { afterAll, beforeAll, expect, inject, test } from 'vitest';
import type { Chat } from '../chat.js';
import { finishedAnswer } from '../finished-answer.js';
import { asked, nanoImage, nanoModel, onWasm, startWorker } from '../testing/nano-in-browser.js';
import type {} from '../testing/nano-int8-answers.js';
import { connectWebChat } from './connect-web-chat.js';
import type { WebChatHost } from './web-chat-host.js';

const answers = inject('nanoInt8');
let host: WebChatHost;
let chat: Chat;

beforeAll(async () => {
  host = await connectWebChat(startWorker());
  chat = await host.load({ ...nanoModel, precision: 'int8' }, onWasm);
});

afterAll(async () => {
  for (const { id, precision } of await host.models.list())
    if (precision === 'int8') await host.models.remove(id);
  host.dispose();
});

test('enough of the answers are certain', () => {
  expect(answers.length).toBeGreaterThan(10);
});

test.each(answers)('int8 on WASM as in Node: $file $question', async ({ file, question, ids }) => {
  const answer = await finishedAnswer(chat.answer(asked(await nanoImage(file), question)));
  expect(answer.ids).toEqual(ids);
});
