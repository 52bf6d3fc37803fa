import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type Chat, finishedAnswer } from '@internvl/chat';
import { load } from '@internvl/chat/node';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { nano } from './cli/run-cli.js';
import { sharedFolder } from './shared.js';

const shared = sharedFolder();

interface Sample {
  readonly file: string;
  readonly turns: readonly {
    readonly question: string;
    readonly ids: readonly number[];
    readonly smallest_gap: number;
  }[];
}

const folder = shared === undefined ? nano : join(shared, 'nano');
const samples: readonly Sample[] = JSON.parse(
  await readFile(join(folder, 'samples', 'samples.json'), 'utf8'),
);

/** Under this gap between the best two logits, float32 arithmetic in another order may go another way. */
const UNDECIDED = 0.001;

// The records are of the float32 weights that the shipped ones were rounded from; the chat package tests those.
describe.runIf(shared)("the weights as they were trained give the ids of the reference's own chat()", () => {
  let chat: Chat;
  let cache = '';
  beforeAll(async () => {
    cache = await mkdtemp(join(tmpdir(), 'internvl-trained-'));
    chat = await load(join(folder, 'checkpoint'), { backend: 'cpu', cache });
  });
  afterAll(async () => {
    await chat.dispose();
    await rm(cache, { recursive: true });
  });

  test.each(samples)('$file', async ({ file, turns }) => {
    for (const { question, ids } of turns.filter(({ smallest_gap }) => smallest_gap >= UNDECIDED)) {
      const parts = [
        { type: 'image' as const, image: join(folder, 'samples', file) },
        { type: 'text' as const, text: question },
      ];
      const options = { maxNewTokens: Math.max(48, ids.length) };
      const answer = await finishedAnswer(chat.answer([{ role: 'user', parts }], options));
      expect(answer.ids, question).toEqual(ids);
    }
  });
});
