import { join } from 'node:path';
import { hostTensor, type Tensors } from '@internvl/backend';
import { readRange } from '@internvl/backend/node';
import { referenceBackend } from '@internvl/backend/reference';
import { nodeBackend } from '@internvl/backend-node';
import { expect, onTestFinished, test } from 'vitest';
import { convert } from '../convert/convert.js';
import { openFolder } from '../source/open-folder.js';
import { fixtures } from '../testing/checkpoints.js';
import { temporaryFolder } from '../testing/temporary-folder.js';
import { argmax, floats } from '../testing/tiny-decoder.js';

const backends = {
  'ONNX Runtime': () => nodeBackend({ device: 'cpu', threads: 1 }),
  'the reference': async () => referenceBackend({ readRange }),
};

test.each(Object.entries(backends))(
  'greedy ids of as many positions as were asked for, on %s',
  async (_, open) => {
    const backend = await open();
    const checkpoint = await openFolder(join(fixtures, 'v2-1b'), { cache: await temporaryFolder() });
    onTestFinished(() => checkpoint.close());
    const model = await convert(checkpoint, { directory: join(await temporaryFolder(), 'model') });
    const decoder = await backend.load({ path: model.decoder! });
    onTestFinished(() => decoder.dispose());
    const port = decoder.outputs.find(({ name }) => name === 'token_ids');
    expect(port).toMatchObject({ type: 'int64', dims: ['batch', 'logits'] });

    const { hidden, kvHeads, layers, vocabulary } = model.config.llm!;
    const size = model.manifest.kvHeadSize!;
    const tokens = 4;
    const zeros = (...dims: number[]) =>
      hostTensor('float32', new Float32Array(dims.reduce((product, one) => product * one, 1)), dims);
    const past = Array.from({ length: layers }, (__, layer) => [
      [`past.${layer}.key`, zeros(1, kvHeads, 0, size)],
      [`past.${layer}.value`, zeros(1, kvHeads, 0, size)],
    ]).flat();
    const feeds: Tensors = {
      ...Object.fromEntries(past),
      inputs_embeds: hostTensor(
        'float32',
        Float32Array.from({ length: tokens * hidden }, (__, i) => Math.sin(i)),
        [1, tokens, hidden],
      ),
      rotary_cos: hostTensor('float32', new Float32Array((tokens * size) / 2).fill(1), [tokens, size / 2]),
      rotary_sin: zeros(tokens, size / 2),
      rotary_index: hostTensor('int64', BigInt64Array.of(0n, 1n, 2n, 3n), [1, tokens]),
      seqlens_k: hostTensor('int32', Int32Array.of(tokens - 1), [1]),
      total_sequence_length: hostTensor('int32', Int32Array.of(tokens), [1]),
    };
    for (const positions of [[], [3], [0, 2, 3]]) {
      const logit_index = hostTensor('int64', BigInt64Array.from(positions, BigInt), [positions.length]);
      const { logits, token_ids } = await decoder.run(
        { ...feeds, logit_index },
        { outputs: ['logits', 'token_ids'] },
      );
      expect(token_ids!.dims).toEqual([1, positions.length]);
      const values = await floats(logits);
      const rows = positions.map((__, at) => values.subarray(at * vocabulary, (at + 1) * vocabulary));
      expect(Array.from(await token_ids!.getData(), Number)).toEqual(rows.map(argmax));
    }
  },
);
