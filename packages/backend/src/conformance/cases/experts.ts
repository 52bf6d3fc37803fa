import type { Backend } from '../../backend.js';
import { hostTensor } from '../../host-tensor.js';
import { float32Tolerance, floats, near, withGraph } from '../check.js';
import type { ConformanceCase } from '../conformance-case.js';
import { constant, node, numbers, port, tinyModel } from '../model.js';

export const expertCases: readonly ConformanceCase[] = [
  {
    name: 'MoE weighs the experts that the router favours, their weights adding up to 1',
    run: (backend) => mixed(backend, 1),
  },
  { name: 'MoE takes the weights of the router as they are', run: (backend) => mixed(backend, 0) },
];

const [tokens, hidden, inner, experts, perToken] = [3, 8, 6, 4, 2];

async function mixed(backend: Backend, normalise: 0 | 1): Promise<void> {
  const x = numbers(tokens * hidden, 1);
  const router = numbers(tokens * experts, 2).map((value) => 3 * value);
  const first = numbers(experts * 2 * inner * hidden, 3);
  const second = numbers(experts * hidden * inner, 4);
  const model = tinyModel({
    inputs: [port('x', 'float32', ['tokens', hidden]), port('router', 'float32', ['tokens', experts])],
    outputs: [port('y', 'float32', ['tokens', hidden])],
    nodes: [
      node('com.microsoft.MoE', ['x', 'router', 'first', '', 'second'], ['y'], {
        k: { int: perToken },
        activation_type: { string: 'swiglu' },
        swiglu_fusion: { int: 1 },
        activation_alpha: { float: 1 },
        activation_beta: { float: 0 },
        normalize_routing_weights: { int: normalise },
      }),
    ],
    constants: [
      constant('first', 'float32', [experts, 2 * inner, hidden], first),
      constant('second', 'float32', [experts, hidden, inner], second),
    ],
  });
  const expected = [...Array(tokens).keys()].flatMap((token) => {
    const powers = [...router.subarray(token * experts, (token + 1) * experts)].map(Math.exp);
    const total = powers.reduce((sum, value) => sum + value, 0);
    const chosen = [...powers.keys()].sort((a, b) => powers[b]! - powers[a]!).slice(0, perToken);
    const share = normalise ? chosen.reduce((sum, expert) => sum + powers[expert]!, 0) : total;
    const row = [...x.subarray(token * hidden, (token + 1) * hidden)];
    const outputs = chosen.map((expert) =>
      expertOutput(row, first, second, expert).map((v) => (v * powers[expert]!) / share),
    );
    return row.map((_, i) => outputs.reduce((sum, output) => sum + output[i]!, 0));
  });
  await withGraph(backend, model, async (graph) => {
    const { y } = await graph.run({
      x: hostTensor('float32', x, [tokens, hidden]),
      router: hostTensor('float32', router, [tokens, experts]),
    });
    near('y', await floats(y), expected, float32Tolerance(backend));
  });
}

/** `w2 · (silu(gate) * up)`; rows of gate and up lie in turn. */
function expertOutput(
  row: readonly number[],
  first: Float32Array,
  second: Float32Array,
  expert: number,
): number[] {
  const dot = (weights: Float32Array, start: number, values: readonly number[]) =>
    values.reduce((sum, value, i) => sum + value * weights[start + i]!, 0);
  const gated = [...Array(inner).keys()].map((i) => {
    const at = (expert * 2 * inner + 2 * i) * hidden;
    const gate = dot(first, at, row);
    return (gate / (1 + Math.exp(-gate))) * dot(first, at + hidden, row);
  });
  return row.map((_, i) => dot(second, (expert * hidden + i) * inner, gated));
}
