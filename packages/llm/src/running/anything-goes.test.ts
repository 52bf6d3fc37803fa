import { expect, test } from 'vitest';
import { LanguageModel } from '../language-model.js';
import { seededRandom } from '../sampling/seeded-random.js';
import { tinyModel } from '../testing/tiny-model.js';
import type { ConstraintFactory } from '../token-constraint.js';
import { RunningBatch } from './running-batch.js';

/* Whatever callers and models do, everybody is told of an end and every row is free again. */

const pause = () => new Promise<void>((resolve) => setImmediate(resolve));

async function turns(count: number): Promise<void> {
  for (let turn = 0; turn < count; turn++) await pause();
}

/** Allows everything, and now and then wants some turns of the event loop before it says so. */
function hesitating(random: () => number): ConstraintFactory {
  return () => ({
    ready: () => (random() < 0.4 ? turns(Math.floor(random() * 6)) : undefined),
    mask() {},
    accept() {},
    done: false,
  });
}

/** One caller with its moods. */
async function call(batch: RunningBatch, random: () => number): Promise<'finished' | 'left' | 'failed'> {
  const below = (count: number) => Math.floor(random() * count);
  const controller = new AbortController();
  const mood = below(8);
  const leavesAt = mood < 4 ? below(12) : Number.POSITIVE_INFINITY;
  const slow = below(4);
  await turns(below(25));
  // Before it begins, while it waits, in the middle of its prompt, between two tokens: whenever.
  if (mood === 0) void turns(below(40)).then(() => controller.abort('gone'));
  const beginning = seededRandom(below(3));
  const ids = Array.from({ length: 3 + below(24) }, () => Math.floor(beginning() * 38));
  const events = batch.generate(
    { ids },
    {
      signal: controller.signal,
      maxNewTokens: below(16),
      chunkTokens: 1 + below(9),
      ...(below(3) === 0 && { constraint: hesitating(random) }),
      ...(below(9) === 0 && {
        stopWhen() {
          throw 'mine';
        },
      }),
      ...(below(9) === 0 && {
        onProgress() {
          throw 'mine';
        },
      }),
    },
  );
  try {
    let seen = 0;
    for await (const event of events) {
      await turns(below(slow + 1));
      if (event.type === 'finish') return 'finished';
      if (++seen <= leavesAt) continue;
      if (mood === 1) return 'left';
      if (mood === 2) controller.abort('gone');
      if (mood === 3) throw 'mine';
    }
    throw new Error('an answer without an end');
  } catch (error) {
    if (error === 'gone') return 'left';
    if (error === 'mine' || (error instanceof Error && error.message === 'no memory')) return 'failed';
    throw error;
  }
}

const kinds = {
  'ids by logits': () => tinyModel(),
  'greedy ids': () => tinyModel({ choosesGreedily: true }),
  'in place': () => tinyModel({ writesInto: true }),
};
const seeds = Array.from({ length: 12 }, (_, seed) => seed);

for (const [kind, make] of Object.entries(kinds)) {
  test.each(seeds)(`${kind}: all end, all rows are free, the next one is answered; seed %i`, async (seed) => {
    const random = seededRandom(seed);
    const below = (count: number) => Math.floor(random() * count);
    const tiny = make();
    const batch = new RunningBatch(new LanguageModel(tiny), {
      parallelAnswers: 1 + below(4),
      prefixCacheBytes: below(2) * 2 ** 16,
      parallelBytes: below(2) === 0 ? 2 ** 30 : 30_000,
      promptLookup: below(2) === 0,
      pause,
    });
    const failing = seed % 3 === 0;
    tiny.onRun = () => {
      if (failing && random() < 0.02) throw new Error('no memory');
    };
    const ends = await Promise.all(Array.from({ length: 24 }, () => call(batch, random)));
    expect(ends).toContain('finished');
    await turns(10);
    expect(batch.load).toEqual({ running: 0, waiting: 0 });
    tiny.onRun = undefined;
    const last = [];
    for await (const { type } of batch.generate({ ids: [1, 2, 3] }, { maxNewTokens: 2 })) last.push(type);
    expect(last.at(-1)).toBe('finish');
    await batch.close();
  });
}
