import { hostTensor, InternVLError } from '@internvl/backend';
import { describe, expect, it } from 'vitest';
import { LanguageModel } from './language-model.js';
import type { Rope } from './rope/rope.js';
import { FakeDevice } from './testing/fake-device.js';
import { tinyModel, tinySpec } from './testing/tiny-model.js';

const ids = [5, 9, 2, 33, 17, 8, 1, 0, 39, 21, 4];

function closeTo(actual: Float32Array, expected: Float32Array): void {
  expect(actual.length).toBe(expected.length);
  actual.forEach((value, index) => {
    expect(Math.abs(value - expected[index]!)).toBeLessThan(1e-5);
  });
}

describe.each([
  { name: 'delta', writesInto: false, scalarTotal: false },
  { name: 'in place', writesInto: true, scalarTotal: true },
  { name: 'in place on a device', writesInto: true, scalarTotal: false, device: new FakeDevice() },
])('$name', (parts) => {
  it('gives the same logits whole, in chunks and step by step', async () => {
    const tiny = tinyModel(parts);
    const model = new LanguageModel(tiny);
    const whole = await model.prefill(model.sequence(), { ids });
    const chunked = model.sequence();
    closeTo(await model.prefill(chunked, { ids }, { chunkTokens: 4 }), whole);
    expect(tiny.runs).toEqual([[11], [4], [4], [3]]);
    const stepped = model.sequence();
    await model.prefill(stepped, { ids: ids.slice(0, 3) });
    let logits = new Float32Array();
    for (const id of ids.slice(3)) logits = new Float32Array(await model.step(stepped, id));
    closeTo(logits, whole);
    expect([chunked.length, stepped.length]).toEqual([11, 11]);
    await model.dispose();
    expect(tiny.disposed).toBe(2);
  });

  it('goes on after a cut and after a fork, without crossing wires', async () => {
    const model = new LanguageModel(tinyModel(parts));
    const sequence = model.sequence();
    await model.prefill(sequence, { ids });
    const fork = sequence.fork();
    sequence.truncate(5);
    const other = [30, 31, 32];
    const [cut, forked] = await Promise.all([
      model.prefill(sequence, { ids: other }, { chunkTokens: 1 }),
      model.prefill(fork, { ids: other }, { chunkTokens: 2 }),
    ]);
    closeTo(cut, await model.prefill(model.sequence(), { ids: [...ids.slice(0, 5), ...other] }));
    closeTo(forked, await model.prefill(model.sequence(), { ids: [...ids, ...other] }));
  });

  it('steps rows of different lengths together as alone, and rows may leave', async () => {
    const model = new LanguageModel(tinyModel(parts));
    const prompts = [ids, ids.slice(4), [7]];
    const sequences = prompts.map(() => model.sequence());
    for (const [row, prompt] of prompts.entries()) await model.prefill(sequences[row]!, { ids: prompt });
    const batch = model.batch(sequences);
    const first = await model.stepBatch(batch, [1, 2, 3]);
    for (const [row, sequence] of sequences.entries())
      closeTo(first[row]!, await model.step(sequence, row + 1));
    batch.select([2, 0]);
    const second = await model.stepBatch(batch, [10, 11]);
    closeTo(second[0]!, await model.step(sequences[2]!, 10));
    closeTo(second[1]!, await model.step(sequences[0]!, 11));
    expect(batch.lengths).toEqual([3, 13]);
  });

  it('grows its cache in steps and keeps what is in it', async () => {
    const spec = { ...tinySpec, maxPositions: 1200 };
    const model = new LanguageModel(tinyModel({ ...parts, spec }));
    const sequence = model.sequence();
    const long = Array.from({ length: 515 }, (_, index) => (index * 7) % 40);
    expect(sequence.capacity).toBe(0);
    await model.prefill(sequence, { ids: long.slice(0, 510) });
    expect(sequence.capacity).toBe(512);
    const logits = await model.prefill(sequence, { ids: long.slice(510) });
    expect(sequence.capacity).toBe(1024);
    closeTo(logits, await model.prefill(model.sequence(), { ids: long }, { chunkTokens: 600 }));
    expect(sequence.bytes).toBe(2 * 2 * 2 * 1024 * 8 * 4);
    sequence.dispose();
    expect(sequence.bytes).toBe(0);
  });
});

describe('on a device', () => {
  it('every tensor is freed with its sequence or batch, also when a run fails', async () => {
    const device = new FakeDevice();
    const tiny = tinyModel({ writesInto: true, device });
    const model = new LanguageModel(tiny);
    const sequence = model.sequence();
    expect(device.liveTensors).toBe(0);
    await model.prefill(sequence, { ids }, { chunkTokens: 4 });
    await model.step(sequence, 3);
    // Keys and values of two layers; what a step embeds is gone with it.
    expect(device.liveTensors).toBe(4);
    const fork = sequence.fork();
    const batch = model.batch([sequence, fork]);
    await model.stepBatch(batch, [1, 2]);
    batch.select([1, 1, 0]);
    expect(device.liveTensors).toBe(12);
    tiny.onRun = () => {
      throw new Error('no power');
    };
    await expect(model.step(fork, 1)).rejects.toThrow('no power');
    expect(device.liveTensors).toBe(12);
    batch.dispose();
    fork.dispose();
    sequence.dispose();
    expect(device.liveTensors).toBe(0);
  });
});

describe('slots', () => {
  const hidden = tinySpec.hidden;
  const tokens = (count: number) => {
    return hostTensor(
      'float32',
      new Float32Array(count * hidden).map((_, index) => index / 40),
      [count, hidden],
    );
  };

  it('take visual tokens in order, also across chunks and tensors', async () => {
    const model = new LanguageModel(tinyModel());
    const prompt = { ids: [1, 9, 9, 2, 9], slotId: 9, visualTokens: tokens(3) };
    const embeddings = await model.embed(prompt);
    const plain = await model.embed({ ids: prompt.ids });
    expect([...embeddings.subarray(hidden, 3 * hidden)]).toEqual([...tokens(2).data]);
    expect([...embeddings.subarray(4 * hidden)]).toEqual([...tokens(3).data.subarray(2 * hidden)]);
    expect(embeddings.subarray(0, hidden)).toEqual(plain.subarray(0, hidden));
    const rest = hostTensor('float32', tokens(3).data.slice(hidden), [2, hidden]);
    expect(await model.embed({ ...prompt, visualTokens: [tokens(1), rest] })).toEqual(embeddings);
    closeTo(
      await model.prefill(model.sequence(), prompt, { chunkTokens: 2 }),
      await model.prefill(model.sequence(), prompt),
    );
  });

  it('are only where they are declared', async () => {
    const model = new LanguageModel(tinyModel());
    const prompt = { ids: [9, 9, 9, 9], slotId: 9, visualTokens: tokens(2) };
    const embeddings = await model.embed({
      ...prompt,
      slots: [
        { start: 0, end: 1 },
        { start: 3, end: 4 },
      ],
    });
    const plain = await model.embed({ ids: prompt.ids });
    expect(embeddings.subarray(hidden, 3 * hidden)).toEqual(plain.subarray(hidden, 3 * hidden));
    expect([...embeddings.subarray(3 * hidden)]).toEqual([...tokens(2).data.subarray(hidden)]);
  });

  it.each([
    ['slots-exceed-images', { ids: [9, 9], slotId: 9, visualTokens: tokens(1) }],
    ['slots-exceed-images', { ids: [9, 9], slotId: 9 }],
    ['images-exceed-slots', { ids: [9, 1], slotId: 9, visualTokens: tokens(2) }],
    ['images-exceed-slots', { ids: [9, 1], visualTokens: tokens(2) }],
    [
      'shape-mismatch',
      { ids: [9], slotId: 9, visualTokens: hostTensor('float32', new Float32Array(5), [1, 5]) },
    ],
    ['invalid-option', { ids: [] }],
    ['invalid-option', { ids: [40] }],
    ['invalid-option', { ids: [1.5] }],
  ])('%s is refused before any work', async (code, prompt) => {
    const tiny = tinyModel();
    const model = new LanguageModel(tiny);
    await expect(model.prefill(model.sequence(), prompt)).rejects.toMatchObject({ code });
    expect(tiny.runs).toEqual([]);
  });
});

describe('context', () => {
  it('refuses what does not fit before any work, and says by how much', async () => {
    const tiny = tinyModel();
    const model = new LanguageModel(tiny);
    const sequence = model.sequence();
    await model.prefill(sequence, { ids: Array(60).fill(1) });
    tiny.runs.length = 0;
    await expect(model.prefill(sequence, { ids: Array(10).fill(1) })).rejects.toMatchObject({
      code: 'context-overflow',
      facts: { limit: 64, promptTokens: 10, cachedTokens: 60, excessTokens: 6, fittingTokens: 4 },
      message: expect.stringMatching(/at most 4 .* got 10; .* 6 tokens shorter/),
    });
    expect([tiny.runs, sequence.length]).toEqual([[], 60]);
    await model.prefill(sequence, { ids: Array(4).fill(1) });
    await expect(model.step(sequence, 1)).rejects.toMatchObject({ code: 'context-overflow' });
  });

  it('is what scaled rope reaches, or less when asked', () => {
    const rope: Rope = { type: 'dynamic', theta: 1e4, factor: 2, maxPositions: 64 };
    const parts = tinyModel({ spec: { ...tinySpec, rope } });
    expect(new LanguageModel(parts).contextTokens).toBe(128);
    expect(new LanguageModel({ ...parts, contextTokens: 50 }).contextTokens).toBe(50);
    expect(() => new LanguageModel({ ...parts, contextTokens: 129 })).toThrow(InternVLError);
  });
});

describe('rope that depends on length', () => {
  const rope: Rope = { type: 'dynamic', theta: 100, factor: 2, maxPositions: 8 };
  const spec = { ...tinySpec, maxPositions: 8, rope };

  it('goes by the whole prompt, not by the chunk', async () => {
    const model = new LanguageModel(tinyModel({ spec }));
    const whole = await model.prefill(model.sequence(), { ids });
    closeTo(await model.prefill(model.sequence(), { ids }, { chunkTokens: 3 }), whole);
    const stepped = model.sequence();
    await model.prefill(stepped, { ids: ids.slice(0, 9) });
    await model.step(stepped, ids[9]!);
    const logits = await model.step(stepped, ids[10]!);
    expect(Math.max(...logits.map((value, index) => Math.abs(value - whole[index]!)))).toBeGreaterThan(1e-3);
  });

  it('tells when a cache does not suit a longer conversation, and never leaks into another', async () => {
    const model = new LanguageModel(tinyModel({ spec }));
    const short = await model.prefill(model.sequence(), { ids: ids.slice(0, 6) });
    const sequence = model.sequence();
    await model.prefill(sequence, { ids: ids.slice(0, 6) });
    expect([sequence.reusableFor(8), sequence.reusableFor(9)]).toEqual([true, false]);
    await model.prefill(sequence, { ids: ids.slice(6) });
    expect([sequence.reusableFor(11), sequence.reusableFor(8, 6)]).toEqual([false, true]);
    sequence.dispose();
    expect(sequence.reusableFor(8)).toBe(false);
    closeTo(await model.prefill(model.sequence(), { ids: ids.slice(0, 6) }), short);
  });
});

describe('abort and misuse', () => {
  it('ends between chunks with the reason and leaves the sequence as it was', async () => {
    const tiny = tinyModel();
    const model = new LanguageModel(tiny);
    const sequence = model.sequence();
    await model.prefill(sequence, { ids: [1, 2] });
    const controller = new AbortController();
    const reason = new Error('enough');
    const seen: number[] = [];
    const onProgress = ({ tokens }: { tokens: number }) => {
      seen.push(tokens);
      if (tokens === 6) controller.abort(reason);
    };
    const options = { chunkTokens: 3, signal: controller.signal, onProgress };
    await expect(model.prefill(sequence, { ids }, options)).rejects.toBe(reason);
    expect([seen, sequence.length]).toEqual([[3, 6], 2]);
    const after = await model.prefill(sequence, { ids });
    closeTo(after, await model.prefill(model.sequence(), { ids: [1, 2, ...ids] }));
    await expect(model.step(sequence, 1, options)).rejects.toBe(reason);
  });

  it('refuses two calls on one sequence, and a disposed one', async () => {
    const model = new LanguageModel(tinyModel());
    const sequence = model.sequence();
    const running = model.prefill(sequence, { ids });
    await expect(model.prefill(sequence, { ids })).rejects.toMatchObject({ code: 'sequence-busy' });
    expect(() => sequence.truncate(0)).toThrow(expect.objectContaining({ code: 'sequence-busy' }));
    sequence.dispose();
    await running;
    await expect(model.step(sequence, 1)).rejects.toMatchObject({ code: 'sequence-disposed' });
    expect(sequence.bytes).toBe(0);
  });

  it('refuses to cut to more than is there', async () => {
    const model = new LanguageModel(tinyModel());
    expect(() => model.sequence().truncate(1)).toThrow(expect.objectContaining({ code: 'invalid-option' }));
    await expect(model.prefill(model.sequence(), { ids }, { chunkTokens: 0 })).rejects.toMatchObject({
      code: 'invalid-option',
    });
  });

  it('leaves the sequence as it was when the backend fails', async () => {
    const tiny = tinyModel();
    const model = new LanguageModel(tiny);
    const sequence = model.sequence();
    await model.prefill(sequence, { ids });
    tiny.onRun = () => {
      throw new Error('device lost');
    };
    await expect(model.step(sequence, 1)).rejects.toThrow('device lost');
    tiny.onRun = undefined;
    closeTo(await model.step(sequence, 1), await model.prefill(model.sequence(), { ids: [...ids, 1] }));
  });
});

describe('graphs', () => {
  it('of another size or without a port are refused', () => {
    const parts = tinyModel();
    const wrong = { ...parts, spec: { ...tinySpec, vocabulary: 41 } };
    expect(() => new LanguageModel(wrong)).toThrow(
      expect.objectContaining({
        code: 'shape-mismatch',
        facts: { size: 'vocabulary', expected: 41, actual: 40 },
      }),
    );
    const decoder = { ...parts.decoder, inputs: parts.decoder.inputs.slice(1) };
    expect(() => new LanguageModel({ ...parts, decoder })).toThrow(
      expect.objectContaining({ code: 'model-unreadable', facts: { port: 'inputs_embeds' } }),
    );
    expect(() => new LanguageModel({ ...parts, spec: { ...tinySpec, headSize: 10 } })).toThrow(
      expect.objectContaining({ code: 'shape-mismatch' }),
    );
  });
});
