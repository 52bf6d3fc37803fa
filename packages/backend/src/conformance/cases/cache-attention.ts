import type { Backend } from '../../backend.js';
import type { RunOptions } from '../../graph.js';
import { hostTensor } from '../../host-tensor.js';
import { float32Tolerance, floats, near, same, sameBits, withGraph } from '../check.js';
import type { ConformanceCase } from '../conformance-case.js';
import { expectedAttention, headOf } from '../expected-attention.js';
import { node, numbers, port, tinyModel } from '../model.js';

/*
 * GroupQueryAttention as our decoder uses it: rotated outside, with a KV cache that has room to spare.
 */

const heads = 4;
const kvHeads = 2;
const scale = 0.3;

export const cacheAttentionCases: readonly ConformanceCase[] = [
  ...[8, 16, 24, 32].map((headSize) => ({
    name: `GroupQueryAttention starts from an empty past, with heads of ${headSize}`,
    run: (backend: Backend) => checkRun(backend, { headSize, capacity: 0, pasts: [0], tokens: 5 }),
  })),
  {
    name: 'GroupQueryAttention starts in a cache with room to spare',
    run: (backend) => checkRun(backend, { headSize: 8, capacity: 9, pasts: [0], tokens: 5 }),
  },
  {
    name: 'GroupQueryAttention ignores what lies behind the valid past',
    run: (backend) => checkRun(backend, { headSize: 8, capacity: 9, pasts: [4], tokens: 3 }),
  },
  {
    name: 'GroupQueryAttention makes room when the past is full',
    run: (backend) => checkRun(backend, { headSize: 8, capacity: 5, pasts: [5], tokens: 3 }),
  },
  {
    name: 'GroupQueryAttention steps rows of different lengths together',
    run: (backend) => checkRun(backend, { headSize: 8, capacity: 9, pasts: [5, 3], tokens: 1 }),
  },
  {
    name: 'GroupQueryAttention goes on from its present as from one longer run',
    run: (backend) => checkContinuation(backend),
  },
  {
    name: 'GroupQueryAttention writes a cache in place where the backend writes into tensors of the caller',
    run: (backend) => checkInPlace(backend),
  },
  {
    name: 'GroupQueryAttention keeps its cache on the device, prompt and steps, where memory can be allocated there',
    run: (backend) => checkOnDevice(backend),
  },
];

/** One run: `pasts` are the valid past tokens of each row of the batch. */
interface Run {
  readonly headSize: number;
  readonly capacity: number;
  readonly pasts: readonly number[];
  readonly tokens: number;
}

interface Inputs {
  readonly q: Float32Array;
  readonly k: Float32Array;
  readonly v: Float32Array;
  readonly pastKey: Float32Array;
  readonly pastValue: Float32Array;
}

/** Numbers for a run; what lies behind the valid past is as loud as can be. */
function inputsOf({ headSize, capacity, pasts, tokens }: Run): Inputs {
  const rows = pasts.length * tokens;
  const cache = (seed: number) =>
    numbers(pasts.length * kvHeads * capacity * headSize, seed).map((value, i) => {
      const token = Math.floor(i / headSize) % capacity;
      const item = Math.floor(i / (headSize * capacity * kvHeads));
      return token < pasts[item]! ? value : 1e4;
    });
  return {
    q: numbers(rows * heads * headSize, 1),
    k: numbers(rows * kvHeads * headSize, 2),
    v: numbers(rows * kvHeads * headSize, 3),
    pastKey: cache(4),
    pastValue: cache(5),
  };
}

function feedsOf({ headSize, capacity, pasts, tokens }: Run, { q, k, v, pastKey, pastValue }: Inputs) {
  const batch = pasts.length;
  const totals = pasts.map((past) => past + tokens);
  const cacheDims = [batch, kvHeads, capacity, headSize];
  return {
    q: hostTensor('float32', q, [batch, tokens, heads * headSize]),
    k: hostTensor('float32', k, [batch, tokens, kvHeads * headSize]),
    v: hostTensor('float32', v, [batch, tokens, kvHeads * headSize]),
    past_key: hostTensor('float32', pastKey, cacheDims),
    past_value: hostTensor('float32', pastValue, cacheDims),
    seqlens_k: hostTensor(
      'int32',
      Int32Array.from(totals, (total) => total - 1),
      [batch],
    ),
    total_sequence_length: hostTensor('int32', Int32Array.of(Math.max(...totals)), [1]),
  };
}

function modelOf(headSize: number): { bytes: Uint8Array } {
  const token = ['batch', 'sequence'];
  return tinyModel({
    inputs: [
      port('q', 'float32', [...token, heads * headSize]),
      port('k', 'float32', [...token, kvHeads * headSize]),
      port('v', 'float32', [...token, kvHeads * headSize]),
      port('past_key', 'float32', ['batch', kvHeads, 'past', headSize]),
      port('past_value', 'float32', ['batch', kvHeads, 'past', headSize]),
      port('seqlens_k', 'int32', ['batch']),
      port('total_sequence_length', 'int32', [1]),
    ],
    outputs: [
      port('y', 'float32', [...token, heads * headSize]),
      port('present_key', 'float32', ['batch', kvHeads, 'total', headSize]),
      port('present_value', 'float32', ['batch', kvHeads, 'total', headSize]),
    ],
    nodes: [
      node(
        'com.microsoft.GroupQueryAttention',
        ['q', 'k', 'v', 'past_key', 'past_value', 'seqlens_k', 'total_sequence_length'],
        ['y', 'present_key', 'present_value'],
        {
          num_heads: { int: heads },
          kv_num_heads: { int: kvHeads },
          scale: { float: scale },
          do_rotary: { int: 0 },
        },
      ),
    ],
  });
}

/** Token `token` of the past or, behind it, of this run: a vector of one key or value head. */
function cached(
  run: Run,
  fresh: Float32Array,
  past: Float32Array,
  item: number,
  head: number,
  token: number,
): number[] {
  const { headSize, capacity, pasts, tokens } = run;
  const behind = token - pasts[item]!;
  if (behind >= 0) return headOf(fresh, item * tokens + behind, head, kvHeads, headSize);
  const start = ((item * kvHeads + head) * capacity + token) * headSize;
  return [...past.subarray(start, start + headSize)];
}

function expectedOutput(run: Run, { q, k, v, pastKey, pastValue }: Inputs): number[] {
  const { headSize, pasts, tokens } = run;
  return pasts.flatMap((past, item) =>
    Array.from({ length: tokens }, (_, token) => {
      const seen = [...Array(past + token + 1).keys()];
      return Array.from({ length: heads }, (__, head) => {
        const kvHead = Math.floor((head * kvHeads) / heads);
        return expectedAttention(
          headOf(q, item * tokens + token, head, heads, headSize),
          seen.map((place) => cached(run, k, pastKey, item, kvHead, place)),
          seen.map((place) => cached(run, v, pastValue, item, kvHead, place)),
          scale,
        );
      }).flat();
    }).flat(),
  );
}

/** The valid tokens of a cache, in order, and the sizes that it must have. */
function validTokens(run: Run, cache: ArrayLike<number>): number[] {
  const { headSize, capacity, pasts, tokens } = run;
  const room = Math.max(capacity, ...pasts.map((past) => past + tokens));
  const valid: number[] = [];
  pasts.forEach((past, item) => {
    for (let head = 0; head < kvHeads; head++) {
      const start = (item * kvHeads + head) * room * headSize;
      for (let i = 0; i < (past + tokens) * headSize; i++) valid.push(cache[start + i]!);
    }
  });
  return valid;
}

function expectedCache(run: Run, fresh: Float32Array, past: Float32Array): number[] {
  return run.pasts.flatMap((length, item) =>
    [...Array(kvHeads).keys()].flatMap((head) =>
      [...Array(length + run.tokens).keys()].flatMap((token) => cached(run, fresh, past, item, head, token)),
    ),
  );
}

async function runOnce(backend: Backend, run: Run, inputs: Inputs, options: RunOptions = {}) {
  return withGraph(backend, modelOf(run.headSize), async (graph) => {
    const outputs = await graph.run(feedsOf(run, inputs), options);
    return {
      y: await floats(outputs.y),
      key: await floats(outputs.present_key),
      value: await floats(outputs.present_value),
      keyDims: outputs.present_key!.dims,
    };
  });
}

async function checkRun(backend: Backend, run: Run): Promise<void> {
  const inputs = inputsOf(run);
  const { y, key, value, keyDims } = await runOnce(backend, run, inputs);
  const room = Math.max(run.capacity, ...run.pasts.map((past) => past + run.tokens));
  same('sizes of the present', keyDims, [run.pasts.length, kvHeads, room, run.headSize]);
  near('y', y, expectedOutput(run, inputs), float32Tolerance(backend));
  near('keys', validTokens(run, key), expectedCache(run, inputs.k, inputs.pastKey), 0);
  near('values', validTokens(run, value), expectedCache(run, inputs.v, inputs.pastValue), 0);
}

/** Three tokens and then two, against five at once. */
async function checkContinuation(backend: Backend): Promise<void> {
  const headSize = 8;
  const whole = { headSize, capacity: 8, pasts: [0], tokens: 5 };
  const inputs = inputsOf(whole);
  const part = (from: number, to: number, pastKey: Float32Array, pastValue: Float32Array): Inputs => ({
    q: inputs.q.subarray(from * heads * headSize, to * heads * headSize),
    k: inputs.k.subarray(from * kvHeads * headSize, to * kvHeads * headSize),
    v: inputs.v.subarray(from * kvHeads * headSize, to * kvHeads * headSize),
    pastKey,
    pastValue,
  });
  const first = await runOnce(backend, { ...whole, tokens: 3 }, part(0, 3, inputs.pastKey, inputs.pastValue));
  const second = { ...whole, pasts: [3], tokens: 2 };
  const rest = await runOnce(backend, second, part(3, 5, first.key, first.value));
  near('y', [...first.y, ...rest.y], expectedOutput(whole, inputs), float32Tolerance(backend));
}

async function checkInPlace(backend: Backend): Promise<void> {
  if (!backend.capabilities.writesInto) return;
  const run = { headSize: 8, capacity: 9, pasts: [5, 3], tokens: 1 };
  const apart = await runOnce(backend, run, inputsOf(run));
  const inputs = inputsOf(run);
  const { past_key, past_value } = feedsOf(run, inputs);
  const into = { present_key: past_key, present_value: past_value };
  const together = await runOnce(backend, run, inputs, { into });
  sameBits('y', together.y, apart.y);
  near(
    'keys in the tensor that was the past',
    validTokens(run, inputs.pastKey),
    validTokens(run, apart.key),
    0,
  );
  near('values there', validTokens(run, inputs.pastValue), validTokens(run, apart.value), 0);
}

/** Three tokens, one and one against five at once; nothing of the cache leaves the device in between. */
async function checkOnDevice(backend: Backend): Promise<void> {
  const headSize = 8;
  const capacity = 9;
  const whole: Run = { headSize, capacity, pasts: [0], tokens: 5 };
  const inputs = inputsOf(whole);
  const rows = (data: Float32Array, width: number, from: number, to: number) =>
    data.subarray(from * width * headSize, to * width * headSize);
  await withGraph(backend, modelOf(headSize), async (graph) => {
    const { allocate } = graph;
    if (!allocate) return;
    const key = allocate('float32', [1, kvHeads, capacity, headSize]);
    const value = allocate('float32', [1, kvHeads, capacity, headSize]);
    const y: number[] = [];
    for (const [from, to] of [
      [0, 3],
      [3, 4],
      [4, 5],
    ] as const) {
      const part: Inputs = {
        ...inputs,
        q: rows(inputs.q, heads, from, to),
        k: rows(inputs.k, kvHeads, from, to),
        v: rows(inputs.v, kvHeads, from, to),
      };
      const feeds = feedsOf({ ...whole, pasts: [from], tokens: to - from }, part);
      const into = { present_key: key, present_value: value };
      const results = await graph.run({ ...feeds, past_key: key, past_value: value }, { into });
      y.push(...(await floats(results.y)));
    }
    near('y', y, expectedOutput(whole, inputs), float32Tolerance(backend));
    const keys = expectedCache(whole, inputs.k, inputs.pastKey);
    near('keys', validTokens(whole, await floats(key)), keys, 0);
    key.dispose();
    value.dispose();
  });
}
