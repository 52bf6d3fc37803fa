import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import type { Chat } from '../chat.js';
import { finishedAnswer } from '../finished-answer.js';
import type { Turn } from '../turn.js';
import { load } from './load.js';

const nano = fileURLToPath(new URL('../../../../models/nano/', import.meta.url));

let cache: string;

beforeAll(async () => {
  cache = await mkdtemp(join(tmpdir(), 'internvl-native-'));
});

afterAll(() => rm(cache, { recursive: true, force: true }));

const show = (name: string, text: string): Turn => ({
  role: 'user',
  parts: [
    { type: 'image', image: `${nano}samples/${name}.png` },
    { type: 'text', text },
  ],
});
const questions: readonly (readonly Turn[])[] = [
  [show('shapes-0', 'Describe the image.')],
  [show('shapes-1', 'How many shapes are there?')],
  [{ role: 'user', parts: [{ type: 'text', text: 'What can you do?' }] }],
  [show('shapes-2', 'Describe the image.')],
];
const limits = { maxNewTokens: 24, maxTiles: 2, chunkTokens: 100 };

/** What the same calls give on any backend, whatever it does with its cache. */
async function everything(chat: Chat) {
  const idsOf = async (turns: readonly Turn[]) => (await finishedAnswer(chat.answer(turns, limits))).ids;
  const alone: (readonly number[])[] = [];
  for (const turns of questions) alone.push(await idsOf(turns));
  const together = await Promise.all(questions.map(idsOf));

  const conversation = chat.conversation(limits);
  // The same again, so that there is an answer to guess from.
  const again: (readonly number[])[] = [];
  let guessed = 0;
  for (let round = 0; round < 3; round++) {
    const { ids, usage } = await finishedAnswer(conversation.ask(questions[0]![0]!.parts, limits));
    again.push(ids);
    guessed += usage.acceptedTokens ?? 0;
  }
  const state = await conversation.save();
  const restored = await chat.restore(state);
  const [next, nextRestored] = [
    await finishedAnswer(conversation.ask('And now?', limits)),
    await finishedAnswer(restored.ask('And now?', limits)),
  ];
  expect(nextRestored.ids).toEqual(next.ids);
  expect(together).toEqual(alone);
  return { alone, again, guessed, next: next.ids };
}

describe.each(['fp32', 'int8', 'q4'])('in %s', (precision) => {
  test('the same ids with the cache in place and without: alone, together, guessed ahead, restored', async () => {
    const [native, binding] = [
      await load(nano, { backend: 'native', precision, cache, worker: false }),
      await load(nano, { backend: 'cpu', precision, cache, worker: false }),
    ];
    expect([native, binding].map(({ facts }) => facts.backend)).toEqual(['ort-native:cpu', 'ort-node:cpu']);
    const found = await everything(native);
    expect(found).toEqual(await everything(binding));
    expect(found.guessed).toBeGreaterThan(0);
    await Promise.all([native.dispose(), binding.dispose()]);
  });
});

test('in a worker, an answer that is given up leaves the model to the next one', async () => {
  const chat = await load(nano, { backend: 'native', cache });
  const expected = await finishedAnswer(chat.answer(questions[0]!, limits));
  for (const type of ['vision-progress', 'prefill-progress', 'token']) {
    for await (const event of chat.answer(questions[1]!, { ...limits, chunkTokens: 16 })) {
      if (event.type === type) break;
    }
    const controller = new AbortController();
    const answer = finishedAnswer(chat.answer(questions[3]!, { ...limits, signal: controller.signal }));
    controller.abort('enough');
    await expect(answer).rejects.toBe('enough');
  }
  expect((await finishedAnswer(chat.answer(questions[0]!, limits))).ids).toEqual(expected.ids);
  await chat.dispose();
});
