import { readFileSync } from 'node:fs';
import { gunzipSync } from 'node:zlib';
import type { TokenConstraint } from '@internvl/llm';
import { constrain, jsonSchemaGrammar, tokenVocabulary } from '@internvl/llm/grammar';
import { loadTokenizer } from '@internvl/tokenizer';
import { bench, describe } from 'vitest';

/* What a constraint adds to each token of an answer, over Qwen2's 151,643 tokens: one iteration is one token. */

const merges = new URL('../../../../fixtures/tokenizers/qwen2/merges.txt.gz', import.meta.url);
const tokenizer = loadTokenizer({ 'merges.txt': new Uint8Array(gunzipSync(readFileSync(merges))) });
const size = tokenizer.vocabularySize;
const vocabulary = tokenVocabulary(tokenizer.tokenBytes, size);
const schema = {
  type: 'object',
  properties: {
    title: { type: 'string' },
    summary: { type: 'string', maxLength: 200 },
    count: { type: 'integer', minimum: 0 },
    tags: { type: 'array', items: { type: 'string' }, maxItems: 8 },
  },
  required: ['title', 'summary', 'count', 'tags'],
};
const context = { vocabulary: size + 1, stopIds: new Set([size]) };
const scores = new Float32Array(size + 1);
const text = JSON.stringify({
  title: 'A kitchen',
  summary: 'Sunlight falls on a table with three bowls, a loaf of bread and a knife. 窗外有一棵树。',
  count: 3,
  tags: ['kitchen', 'bread', 'morning light', '厨房'],
});
const { ids } = tokenizer.encode(text);

/** Writes the same answer again and again, a token at a time. */
function writer(start: () => TokenConstraint): () => void {
  let constraint = start();
  let at = 0;
  return () => {
    if (at === ids.length) {
      constraint = start();
      at = 0;
    }
    constraint.mask(scores);
    constraint.accept(ids[at++]!);
  };
}

describe('one token of an answer by a schema', () => {
  const known = constrain(jsonSchemaGrammar(schema), vocabulary);
  const again = writer(() => known(context));
  for (const _ of ids) again();
  bench('as in any answer but the first', again);
  bench(
    'as in the first answer by a schema, behind answers by others',
    writer(() => constrain(jsonSchemaGrammar(schema), vocabulary)(context)),
  );
  bench(
    'as in the very first answer',
    writer(() => constrain(jsonSchemaGrammar(schema), tokenVocabulary(tokenizer.tokenBytes, size))(context)),
    { time: 3000 },
  );
});

describe('once', () => {
  bench('reading the vocabulary', () => void tokenVocabulary(tokenizer.tokenBytes, size), { iterations: 3 });
  bench('compiling the schema', () => void jsonSchemaGrammar(schema));
});
