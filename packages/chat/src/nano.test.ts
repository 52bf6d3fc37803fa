import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterAll, beforeAll, expect, test } from 'vitest';
import type { Chat } from './chat.js';
import { finishedAnswer } from './finished-answer.js';
import { load } from './node.js';

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

const nano = fileURLToPath(new URL('../../../models/nano/', import.meta.url));
const samples: Sample[] = JSON.parse(await readFile(`${nano}samples/samples.json`, 'utf8'));

let cache: string;
let chat: Chat | undefined;

beforeAll(async () => {
  cache = await mkdtemp(join(tmpdir(), 'internvl-nano-'));
  chat = await load(nano, { backend: 'cpu', cache });
});

afterAll(async () => {
  await chat?.dispose();
  await rm(cache, { recursive: true, force: true });
});

// Below a gap of 0.001 between the two best tokens, the records say, a later id may differ.
const certain = samples.flatMap(({ file, turns }) =>
  turns
    .filter(({ smallest_gap: gap }) => gap >= 0.001)
    .map((turn) => [`${file} ${turn.question}`, file, turn] as const),
);

test.each(certain)('%s', async (_, file, { question, tiles, ids, response }) => {
  const answer = await finishedAnswer(
    chat!.answer([
      {
        role: 'user',
        parts: [
          { type: 'image', image: `${nano}samples/${file}` },
          { type: 'text', text: question },
        ],
      },
    ]),
  );
  expect(answer.ids).toEqual(ids);
  expect(answer.text).toBe(response);
  expect(answer.tiles[0]!.tiles).toBe(tiles);
});
