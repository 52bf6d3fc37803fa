import { join } from 'node:path';
import { InternVLError } from '@internvl/backend';
import { describe, expect, test } from 'vitest';
import { bytesSource } from '../safetensors/bytes-source.js';
import { Safetensors } from '../safetensors/safetensors.js';
import type { TensorSource } from '../safetensors/tensor-source.js';
import type { Checkpoint } from '../source/checkpoint.js';
import { openFolder } from '../source/open-folder.js';
import { checkpointNames, fixtures, goldens } from '../testing/checkpoints.js';
import { safetensorsBytes, type TensorToWrite } from '../testing/safetensors-bytes.js';
import { CanonicalTensors } from './canonical-tensors.js';

const LAYER = 'language_model.model.layers.1.';

async function withCheckpoint(name: string, work: (checkpoint: Checkpoint) => Promise<void>): Promise<void> {
  const checkpoint = await openFolder(join(fixtures, name));
  try {
    await work(checkpoint);
  } finally {
    await checkpoint.close();
  }
}

/** Every canonical tensor can be read whole, and stored tensors are used up without a rest. */
async function expectAllToResolve(path: string): Promise<void> {
  const checkpoint = await openFolder(path);
  try {
    const { weights, tensors } = checkpoint;
    let elements = 0;
    for (const name of weights.names()) {
      const { shape } = weights.info(name);
      const values = await weights.read(name);
      expect(values.length, name).toBe(shape.reduce((product, size) => product * size, 1));
      expect(values.every(Number.isFinite), name).toBe(true);
      elements += values.length;
    }
    const stored = tensors.names().map((name) => tensors.info(name).shape.reduce((a, b) => a * b, 1));
    expect(elements).toBe(stored.reduce((a, b) => a + b, 0));
  } finally {
    await checkpoint.close();
  }
}

describe('fixtures', () => {
  test.each(checkpointNames(fixtures))('%s: all weights resolve', (name) =>
    expectAllToResolve(join(fixtures, name)),
  );
});

describe.runIf(goldens !== undefined)('the full set', () => {
  const folder = goldens ?? fixtures;
  test.each(checkpointNames(folder))('%s: all weights resolve', (name) =>
    expectAllToResolve(join(folder, name)),
  );
});

test('InternLM2: wqkv is [kvHeads, group + 2, headSize, hidden]', () =>
  withCheckpoint('mini-2b', async ({ config, weights, tensors }) => {
    const { heads = 0, kvHeads = 0, headSize = 0, hidden = 0 } = config.llm ?? {};
    const group = heads / kvHeads;
    const fused = await tensors.read('language_model.model.layers.1.attention.wqkv.weight');
    const block = headSize * hidden;
    const head = (kv: number, slot: number) => {
      const start = (kv * (group + 2) + slot) * block;
      return [...fused.subarray(start, start + block)];
    };
    const kvs = [...Array(kvHeads).keys()];
    const slots = [...Array(group).keys()];
    const q = kvs.flatMap((kv) => slots.flatMap((slot) => head(kv, slot)));
    expect([...(await weights.read(`${LAYER}self_attn.q_proj.weight`))]).toEqual(q);
    expect([...(await weights.read(`${LAYER}self_attn.k_proj.weight`))]).toEqual(
      kvs.flatMap((kv) => head(kv, group)),
    );
    expect([...(await weights.read(`${LAYER}self_attn.v_proj.weight`))]).toEqual(
      kvs.flatMap((kv) => head(kv, group + 1)),
    );
    expect([
      ...(await weights.readRows(`${LAYER}self_attn.q_proj.weight`, headSize - 1, 2 * headSize)),
    ]).toEqual(q.slice((headSize - 1) * hidden, (3 * headSize - 1) * hidden));
    const gate = await tensors.read('language_model.model.layers.1.feed_forward.w1.weight');
    expect(await weights.read(`${LAYER}mlp.gate_proj.weight`)).toEqual(gate);
  }));

test('Phi-3: q, k, v and gate, up are blocks of one tensor', () =>
  withCheckpoint('mini-4b', async ({ config, weights, tensors }) => {
    const { hidden = 0, mlpWidth = 0 } = config.llm ?? {};
    const qkv = await tensors.read(`${LAYER}self_attn.qkv_proj.weight`);
    const size = hidden * hidden;
    expect(await weights.read(`${LAYER}self_attn.q_proj.weight`)).toEqual(qkv.slice(0, size));
    expect(await weights.read(`${LAYER}self_attn.k_proj.weight`)).toEqual(qkv.slice(size, 2 * size));
    expect(await weights.read(`${LAYER}self_attn.v_proj.weight`)).toEqual(qkv.slice(2 * size));
    const both = await tensors.read(`${LAYER}mlp.gate_up_proj.weight`);
    expect(await weights.read(`${LAYER}mlp.gate_proj.weight`)).toEqual(both.slice(0, mlpWidth * hidden));
    expect(await weights.read(`${LAYER}mlp.up_proj.weight`)).toEqual(both.slice(mlpWidth * hidden));
  }));

test.each([
  ['hf-qwen2', 'model.vision_tower.'],
  ['hf-old-prefix', 'vision_tower.'],
])('%s: q, k and v of the tower become one tensor', (name, prefix) =>
  withCheckpoint(name, async ({ weights, tensors }) => {
    const parts = await Promise.all(
      ['q', 'k', 'v'].map((part) => tensors.read(`${prefix}encoder.layer.1.attention.${part}_proj.weight`)),
    );
    const joined = parts.flatMap((part) => [...part]);
    const name = 'vision_model.encoder.layers.1.attn.qkv.weight';
    expect([...(await weights.read(name))]).toEqual(joined);
    const width = weights.info(name).shape[1] ?? 0;
    const crossing = await weights.readRows(name, width - 1, 2);
    expect([...crossing]).toEqual(joined.slice((width - 1) * width, (width + 1) * width));
  }),
);

test('a checkpoint without a head uses the embedding table for it', () =>
  withCheckpoint('v3-5-tied', async ({ config, weights }) => {
    expect(config.llm?.tiedEmbeddings).toBe(true);
    expect(weights.has('language_model.lm_head.weight')).toBe(false);
  }));

describe('what a file may get wrong', () => {
  /** The tensors of a fixture, changed, as a source. */
  async function changed(
    name: string,
    change: (tensors: Record<string, TensorToWrite>) => void,
  ): Promise<{ checkpoint: Checkpoint; stored: TensorSource }> {
    const checkpoint = await openFolder(join(fixtures, name));
    const tensors: Record<string, TensorToWrite> = {};
    for (const tensor of checkpoint.tensors.names()) {
      const { dtype, shape } = checkpoint.tensors.info(tensor);
      tensors[tensor] = { dtype, shape, data: await checkpoint.tensors.readBytes(tensor) };
    }
    await checkpoint.close();
    change(tensors);
    const stored = await Safetensors.open([bytesSource('changed', safetensorsBytes(tensors))]);
    return { checkpoint, stored };
  }

  async function errorOf(name: string, change: (tensors: Record<string, TensorToWrite>) => void) {
    const { checkpoint, stored } = await changed(name, change);
    try {
      new CanonicalTensors(checkpoint.config, stored);
    } catch (error) {
      if (InternVLError.is(error)) return error;
      throw error;
    }
    throw new Error('expected an error');
  }

  test('a missing tensor is named with the shape it should have', async () => {
    const error = await errorOf('v2-1b', (tensors) => {
      delete tensors['language_model.model.layers.2.self_attn.k_proj.bias'];
    });
    expect(error.code).toBe('tensor-missing');
    expect(error.facts).toMatchObject({
      tensor: 'language_model.model.layers.2.self_attn.k_proj.bias',
      expected: [32],
      missingCount: 1,
    });
  });

  test('a wrong shape is named with the fields of config.json it contradicts', async () => {
    const error = await errorOf('v2-1b', (tensors) => {
      tensors['mlp1.1.weight'] = { dtype: 'F32', shape: [2, 3], data: new Float32Array(6) };
    });
    expect(error.code).toBe('tensor-shape');
    expect(error.facts).toMatchObject({ tensor: 'mlp1.1.weight', expected: [64, 192], found: [2, 3] });
    expect(error.message).toContain('llm_config.hidden_size');
  });

  test('fewer rows in the embedding table than vocab_size says', async () => {
    const error = await errorOf('hf-qwen2', (tensors) => {
      const data = new Float32Array(931 * 64);
      tensors['model.language_model.embed_tokens.weight'] = { dtype: 'F32', shape: [931, 64], data };
    });
    expect(error.code).toBe('tensor-shape');
    expect(error.message).toContain('text_config.vocab_size');
  });

  test('an integer where weights belong', async () => {
    const error = await errorOf('v2-1b', (tensors) => {
      tensors['mlp1.1.bias'] = { dtype: 'I32', shape: [64], data: new Uint8Array(256) };
    });
    expect(error.code).toBe('dtype-unknown');
  });

  test('adapters that are not merged', async () => {
    const error = await errorOf('v2-1b', (tensors) => {
      tensors['language_model.base_model.q_proj.lora_A.weight'] = {
        dtype: 'F32',
        shape: [1],
        data: new Float32Array(1),
      };
    });
    expect(error.code).toBe('architecture-unsupported');
  });

  test('pieces in different dtypes are read as float32', async () => {
    const name = 'model.vision_tower.encoder.layer.0.attention.k_proj.bias';
    const { checkpoint, stored } = await changed('hf-qwen2', (tensors) => {
      const data = Uint16Array.from({ length: 48 }, () => 0x3f80);
      tensors[name] = { dtype: 'BF16', shape: [48], data: new Uint8Array(data.buffer) };
    });
    const weights = new CanonicalTensors(checkpoint.config, stored);
    const canonical = 'vision_model.encoder.layers.0.attn.qkv.bias';
    expect(weights.info(canonical)).toMatchObject({ dtype: 'F32', shape: [144], bytes: 576 });
    const values = await weights.read(canonical, { first: 47, count: 3 });
    expect(values[0]).toBe((await stored.read(name.replace('k_proj', 'q_proj')))[47]);
    expect([...values.subarray(1)]).toEqual([1, 1]);
  });
});
