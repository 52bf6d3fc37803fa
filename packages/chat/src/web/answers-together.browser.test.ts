import { expect, test } from 'vitest';
import { finishedAnswer } from '../finished-answer.js';
import { nanoModel } from '../testing/nano-in-browser.js';
import { pageRuntime } from '../testing/page-runtime.js';
import type { Turn } from '../turn.js';
import { load } from './load.js';

const asked = (text: string): readonly Turn[] => [{ role: 'user', parts: [{ type: 'text', text }] }];

/* Two: each shader of a new shape takes a GPU in software up to four seconds. */
test('two answers share the runs on a GPU, with the cache in its memory, and are those asked alone', async () => {
  const chat = await load(nanoModel, pageRuntime, { devices: ['webgpu'], threads: 1 });
  expect(chat.facts.backend).toBe('ort-web:webgpu');
  const questions = ['What is a triangle?', 'Name a color.'].map(asked);
  const options = { maxNewTokens: 6 };
  const together = await Promise.all(questions.map((turns) => finishedAnswer(chat.answer(turns, options))));
  for (const [index, turns] of questions.entries()) {
    const { answer } = await chat.trace(turns, options);
    expect(together[index]!.ids).toEqual(answer.ids);
  }
  const again = await finishedAnswer(chat.answer(questions[0]!, options));
  expect(again.ids).toEqual(together[0]!.ids);
  expect(again.usage.cachedTokens).toBe(again.usage.inputTokens - 1);
  await chat.dispose();
}, 600_000);
