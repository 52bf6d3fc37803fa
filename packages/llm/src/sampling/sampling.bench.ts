import { bench, describe } from 'vitest';
import { Answer } from '../answer.js';
import { hostMemory } from '../cache/cache-memory.js';
import { KeyValueCache } from '../cache/key-value-cache.js';
import type { ChoiceOptions } from '../generate-options.js';
import { randomScores } from '../testing/random-scores.js';
import { resolveChoice } from './choice.js';

/** Qwen2's. */
const vocabulary = 151_655;
const logits = randomScores(vocabulary, 1);

describe('choosing one of 151655 tokens', () => {
  const cases: Readonly<Record<string, ChoiceOptions>> = {
    greedy: {},
    'greedy with penalties': {
      repetitionPenalty: 1.1,
      presencePenalty: 0.1,
      penaltyIds: Array(1800).fill(7),
    },
    'greedy with 5 logprobs': { logprobs: 5 },
    'temperature 0.7': { temperature: 0.7, seed: 1 },
    'temperature 0.7, top-k 50, top-p 0.95': { temperature: 0.7, topK: 50, topP: 0.95, seed: 1 },
    'temperature 0.7, top-p 0.95': { temperature: 0.7, topP: 0.95, seed: 1 },
    'temperature 0.7, min-p 0.05': { temperature: 0.7, minP: 0.05, seed: 1 },
  };
  for (const [name, options] of Object.entries(cases)) {
    const choice = resolveChoice(options, vocabulary);
    bench(name, () => {
      new Answer(choice, vocabulary).next(logits);
    });
  }
});

describe('keeping the new keys and values of InternVL2-1B', () => {
  const shape = { layers: 24, kvHeads: 2, headSize: 64, contextTokens: 32_768, memory: hostMemory };
  const cache = new KeyValueCache(shape, 1);
  cache.reserve(4096, [0]);
  const step = Array.from({ length: 48 }, () => new Float32Array(2 * 64));
  const chunk = Array.from({ length: 48 }, () => new Float32Array(2 * 512 * 64));
  bench('of one step', () => cache.store(step, [2000], 1));
  bench('of a chunk of 512', () => cache.store(chunk, [1024], 512));
});
