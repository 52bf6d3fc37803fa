import { readFileSync } from 'node:fs';
import { setImmediate as breath } from 'node:timers/promises';
import { gunzipSync } from 'node:zlib';
import type { TokenConstraint } from '@internvl/llm';
import {
  constrain,
  jsonSchemaGrammar,
  readTokenVocabulary,
  type TokenVocabulary,
  tokenVocabulary,
} from '@internvl/llm/grammar';
import { loadTokenizer } from '@internvl/tokenizer';

// How long others wait while the very first answer by a schema gets ready, over Qwen2's 151,643 tokens: the longest time
// that nothing else had its turn, at once and in slices, and the whole of it. Ends in seconds.
const merges = new URL('../../fixtures/tokenizers/qwen2/merges.txt.gz', import.meta.url);
const tokenizer = loadTokenizer({ 'merges.txt': new Uint8Array(gunzipSync(readFileSync(merges))) });
const size = tokenizer.vocabularySize;
const schema = {
  type: 'object',
  properties: { title: { type: 'string' }, count: { type: 'integer' }, tags: { items: { type: 'string' } } },
  required: ['title', 'count', 'tags'],
};
const { ids } = tokenizer.encode(
  JSON.stringify({ title: 'A kitchen, 厨房', count: 3, tags: ['bread', 'morning light'] }),
);

/** Runs work and measures, from turn to turn of the event loop, how long it was held. Ms. */
async function held(work: () => Promise<unknown> | undefined) {
  let longest = 0;
  let over = false;
  const start = performance.now();
  const watching = (async () => {
    for (let last = performance.now(); !over; ) {
      await breath();
      const now = performance.now();
      longest = Math.max(longest, now - last);
      last = now;
    }
  })();
  await breath();
  await work();
  const total = performance.now() - start;
  over = true;
  await watching;
  return { longestMs: Math.round(longest), totalMs: Math.round(total) };
}

function begun(vocabulary: TokenVocabulary): TokenConstraint {
  return constrain(jsonSchemaGrammar(schema), vocabulary)({ vocabulary: size + 1, stopIds: new Set([size]) });
}

async function write(constraint: TokenConstraint, ready: boolean): Promise<void> {
  const scores = new Float32Array(size + 1);
  for (const id of ids) {
    if (ready) await constraint.ready?.();
    constraint.mask(scores);
    constraint.accept(id);
    await breath();
  }
}

for (const round of [1, 2, 3]) {
  let atOnce: TokenVocabulary | undefined;
  let sliced: TokenVocabulary | undefined;
  const rows = {
    'reading the vocabulary, at once': await held(async () => {
      atOnce = tokenVocabulary(tokenizer.tokenBytes, size);
    }),
    'reading the vocabulary, in slices': await held(async () => {
      sliced = await readTokenVocabulary(tokenizer.tokenBytes, size, { pause: breath });
    }),
    'the first answer, at once': await held(() => write(begun(atOnce!), false)),
    'the first answer, in slices': await held(() => write(begun(sliced!), true)),
    'the second answer, in slices': await held(() => write(begun(sliced!), true)),
  };
  console.log(`round ${round}`);
  console.table(rows);
}
