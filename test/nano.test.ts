import { readFile } from 'node:fs/promises';
import { createRequire } from 'node:module';
import { dirname, join } from 'node:path';
import { type Chat, finishedAnswer } from '@internvl/chat';
import { load } from '@internvl/chat/node';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { sharedFolder } from './shared.js';

const shipped = dirname(createRequire(import.meta.url).resolve('@internvl/nano/config.json'));
const shared = sharedFolder();

interface Sample {
  readonly file: string;
  readonly turns: readonly {
    readonly question: string;
    readonly tiles: number;
    readonly ids: readonly number[];
    readonly response: string;
    readonly smallest_gap: number;
  }[];
}

const samples: readonly Sample[] = JSON.parse(
  await readFile(join(shipped, 'samples', 'samples.json'), 'utf8'),
);

/** Under this gap between the best two logits, float32 arithmetic in another order may go another way. */
const UNDECIDED = 0.001;

// The records are of the float32 weights; the shipped ones, rounded to float16, give the same ids.
const checkpoints = [
  ['the shipped checkpoint', shipped],
  ...(shared === undefined ? [] : [['the checkpoint as it was trained', join(shared, 'nano', 'checkpoint')]]),
] as [string, string][];

describe.each(checkpoints)("%s gives the ids of the reference's own chat()", (_, path) => {
  let chat: Chat;
  beforeAll(async () => {
    chat = await load(path, { backend: 'cpu' });
  });
  afterAll(() => chat.dispose());

  test.each(samples)('$file', async ({ file, turns }) => {
    for (const { question, tiles, ids, response, smallest_gap } of turns) {
      const parts = [
        { type: 'image' as const, image: join(shipped, 'samples', file) },
        { type: 'text' as const, text: question },
      ];
      const answer = await finishedAnswer(
        chat.answer([{ role: 'user', parts }], { maxNewTokens: Math.max(48, ids.length) }),
      );
      expect(answer.tiles, question).toMatchObject([{ tiles }]);
      if (smallest_gap < UNDECIDED) continue;
      expect(answer.ids, question).toEqual(ids);
      expect(answer.text, question).toBe(response);
    }
  });
});
