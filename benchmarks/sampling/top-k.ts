/**
 * The best k of a vocabulary found in the graph (`TopK`) beside what decoding does: the scores come out and the best are found by
 * `largest`. In turn, medians: `top-k.ts [K]`.
 */
import { hostTensor } from '@internvl/backend';
import { encodeModel } from '@internvl/backend/onnx';
import { nodeBackend } from '@internvl/backend-node';
import { int64Output } from '../../packages/llm/src/int64-output.js';
import { largest } from '../../packages/llm/src/sampling/largest.js';
import { randomScores } from '../../packages/llm/src/testing/random-scores.js';
import { markdownTable } from '../rivals/docs-section.js';
import { median } from '../tokenizer/median.js';

const vocabulary = 151_655;
const rounds = 200;
const count = Number(process.argv[2] ?? 50);
const scores = randomScores(vocabulary, 1);

const backend = await nodeBackend({ device: 'cpu', threads: 2 });
const graph = await backend.load({
  bytes: encodeModel({
    irVersion: 10,
    opsets: { '': 21 },
    producer: 'internvl',
    graph: {
      name: 'top-k',
      nodes: [
        {
          name: 'best',
          op: 'TopK',
          domain: '',
          inputs: ['scores', 'count'],
          outputs: ['values', 'ids'],
          attributes: { axis: { int: -1 } },
        },
      ],
      initializers: [
        {
          name: 'count',
          type: 'int64',
          dims: [1],
          data: new Uint8Array(BigInt64Array.of(BigInt(count)).buffer),
        },
      ],
      inputs: [{ name: 'scores', type: 'float32', dims: [1, vocabulary] }],
      outputs: [
        { name: 'values', type: 'float32', dims: [1, count] },
        { name: 'ids', type: 'int64', dims: [1, count] },
      ],
    },
  }),
});
const input = hostTensor('float32', scores, [1, vocabulary]);
const times = { 'in the graph': [] as number[], 'copied and found': [] as number[] };
for (let round = 0; round < rounds; round++) {
  let began = performance.now();
  const results = await graph.run({ scores: input });
  times['in the graph'].push(performance.now() - began);
  const [first] = await int64Output(results, 'ids');
  began = performance.now();
  const found = largest(scores.slice(), count);
  times['copied and found'].push(performance.now() - began);
  if (found[0] !== first) throw new Error(`the graph says ${first}, we ${found[0]}`);
}
await graph.dispose();
const rows = Object.entries(times).map(([name, own]) => [name, median(own).toFixed(2)]);
process.stdout.write(`${markdownTable([`best ${count} of ${vocabulary}`, 'ms'], rows).join('\n')}\n`);
