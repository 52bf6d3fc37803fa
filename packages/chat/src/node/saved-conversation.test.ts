import { execFile } from 'node:child_process';
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { finishedAnswer } from '../finished-answer.js';
import type { Part } from '../turn.js';
import { load } from './load.js';

const nano = fileURLToPath(new URL('../../../../models/nano/', import.meta.url));
const program = fileURLToPath(new URL('../testing/ask-restored.ts', import.meta.url));

let folder: string;

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'internvl-saved-'));
});

afterAll(() => rm(folder, { recursive: true, force: true }));

const show = (name: string, text: string): readonly Part[] => [
  { type: 'image', image: `${nano}samples/${name}.png` },
  { type: 'text', text },
];
const short = { maxNewTokens: 24 };
const next = 'How many shapes are there?';

describe.each(['fp32', 'int8'])('in %s', (precision) => {
  const options = { backend: 'cpu', precision } as const;

  test('another process goes on as this one would have', async () => {
    const cache = join(folder, 'cache');
    const chat = await load(nano, { ...options, cache, worker: false });
    const conversation = chat.conversation();
    await finishedAnswer(conversation.ask(show('shapes-0', 'Describe the image.'), short));
    await finishedAnswer(conversation.ask(show('shapes-1', 'And this one?'), short));
    const [state, out] = [join(folder, `${precision}.state`), join(folder, `${precision}.json`)];
    await writeFile(state, await conversation.save());
    const { ids, usage, encodedTiles } = await finishedAnswer(conversation.ask(next, short));
    await chat.dispose();

    const line = ['--conditions=@internvl/source', '--import', 'tsx', program];
    await promisify(execFile)(process.execPath, [...line, nano, cache, precision, state, next, out]);
    const there: unknown = JSON.parse(await readFile(out, 'utf8'));
    expect(there).toEqual({ ids, usage, encodedTiles, turns: 6 });
    expect(usage.cachedTokens).toBeGreaterThan(usage.inputTokens / 2);
    expect(encodedTiles).toBe(0);
  });

  test('a worker saves and restores, and a damaged or foreign state is told', async () => {
    const cache = join(folder, 'cache');
    const chat = await load(nano, { ...options, cache });
    const conversation = chat.conversation({ maxTiles: 1 });
    await finishedAnswer(conversation.ask(show('shapes-2', 'Describe the image.'), short));
    const state = await conversation.save();
    const restored = await chat.restore(state);
    expect(restored.turns).toEqual(conversation.turns);
    const [expected, answer] = [
      await finishedAnswer(conversation.ask(next, short)),
      await finishedAnswer(restored.ask(next, short)),
    ];
    expect(answer.ids).toEqual(expected.ids);
    // The answer of the other one helps this one further.
    expect(answer.usage.cachedTokens).toBeGreaterThanOrEqual(expected.usage.cachedTokens);
    expect(restored.turns).toEqual(conversation.turns);

    const other = await load(nano, { backend: 'cpu', cache, precision: 'q8', worker: false });
    await expect(other.restore(state)).rejects.toMatchObject({
      code: 'state-mismatch',
      facts: { difference: 'precision', expected: 'q8', actual: precision },
    });
    state[state.length >> 1]! ^= 8;
    for (const one of [chat, other]) {
      await expect(one.restore(state)).rejects.toMatchObject({ code: 'state-unreadable' });
    }
    await Promise.all([chat.dispose(), other.dispose()]);
  });
});
