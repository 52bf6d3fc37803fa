import type { ExpertsConfig } from '../model-config.js';
import { interleaveRows, stackRows, tensorMatrix } from '../write/matrix.js';
import { storedTransposed } from '../write/stored-tensor.js';
import type { DecoderOptions } from './decoder-graph.js';
import type { GraphBuilder } from './graph-builder.js';

/** `down(silu(gate(x)) · up(x))`, by one network or by the experts that a router chooses. */
export function addFeedForward(graph: GraphBuilder, at: string, x: string, options: DecoderOptions): string {
  const { llm, weights, precision } = options;
  if (llm.experts) return addExperts(graph, at, x, llm.experts, options);
  const tensor = (key: string) => tensorMatrix(weights, `language_model.model.${at}mlp.${key}.weight`);
  const both = stackRows(`language_model.model.${at}mlp.gate_up_proj.weight`, [
    tensor('gate_proj'),
    tensor('up_proj'),
  ]);
  const wide = precision.linear(graph, `${at}mlp.gate_up_proj`, x, both);
  const halves = [`${at}mlp.gate`, `${at}mlp.up`];
  graph.addMany(halves, 'Split', [wide, graph.ints([llm.mlpWidth, llm.mlpWidth])], { axis: -1 });
  const [gate = '', up = ''] = halves;
  const active = graph.add(`${at}mlp.silu`, 'com.microsoft.QuickGelu', [gate], { alpha: { float: 1 } });
  const gated = graph.add(`${at}mlp.gated`, 'Mul', [active, up]);
  return precision.linear(graph, `${at}mlp.down_proj`, gated, tensor('down_proj'));
}

/** The router stays float32: a rounded score could choose another expert. */
function addExperts(
  graph: GraphBuilder,
  at: string,
  x: string,
  { count, perToken, normalise }: ExpertsConfig,
  { llm, weights, precision }: DecoderOptions,
): string {
  const prefix = `language_model.model.${at}mlp.`;
  const tensor = (key: string) => tensorMatrix(weights, `${prefix}${key}.weight`);
  const all = (build: (expert: string) => ReturnType<typeof tensor>, name: string) =>
    stackRows(
      `${prefix}experts.${name}.weight`,
      Array.from({ length: count }, (_, expert) => build(`experts.${expert}`)),
    );
  const flat = graph.add(`${at}mlp.rows`, 'Reshape', [x, graph.ints([-1, llm.hidden])]);
  const weight = graph.weight(storedTransposed(tensor('gate'), 'float32'));
  const router = graph.add(`${at}mlp.router`, 'MatMul', [flat, weight]);
  return precision.experts(graph, `${at}mlp.experts`, x, router, {
    count,
    perToken,
    normalise,
    gateUp: all(
      (expert) => interleaveRows(expert, tensor(`${expert}.gate_proj`), tensor(`${expert}.up_proj`)),
      'gate_up_proj',
    ),
    down: all((expert) => tensor(`${expert}.down_proj`), 'down_proj'),
  });
}
