import { type Graph, InternVLError, type Port } from '@internvl/backend';
import type { LanguageModelSpec } from './language-model-spec.js';

/** Sizes that the decoder graph itself states. */
export interface DecoderSizes {
  readonly layers: number;
  readonly kvHeads: number;
  /** Size of a cached key: the checkpoint's head size, padded. */
  readonly headSize: number;
  readonly hidden: number;
  readonly vocabulary: number;
  /** Columns of `rotary_cos` and `rotary_sin`. */
  readonly rotaryColumns: number;
  /** `total_sequence_length` is `[1]` in some graphs and a scalar in others. */
  readonly totalDims: readonly number[];
}

/**
 * Reads the sizes from the ports and compares them with what the checkpoint says.
 *
 * @throws `model-unreadable` when a port is missing, `shape-mismatch` when a size is not the spec's.
 */
export function decoderSizes(decoder: Graph, spec: LanguageModelSpec): DecoderSizes {
  const past = port(decoder.inputs, 'past.0.key');
  const sizes: DecoderSizes = {
    layers: decoder.inputs.filter(({ name }) => /^past\.\d+\.key$/.test(name)).length,
    kvHeads: size(past, 1),
    headSize: size(past, 3),
    hidden: size(port(decoder.inputs, 'inputs_embeds'), 2),
    vocabulary: size(port(decoder.outputs, 'logits'), 2),
    rotaryColumns: size(port(decoder.inputs, 'rotary_cos'), 1),
    totalDims: port(decoder.inputs, 'total_sequence_length').dims.map(() => 1),
  };
  for (const name of ['layers', 'kvHeads', 'hidden', 'vocabulary'] as const) {
    if (sizes[name] !== spec[name]) {
      throw new InternVLError(
        'shape-mismatch',
        `Expected a decoder graph with ${name} ${spec[name]} as the configuration says, got ${sizes[name]}; pass graph and configuration of the same model.`,
        { size: name, expected: spec[name], actual: sizes[name] },
      );
    }
  }
  if (sizes.headSize < spec.headSize || sizes.rotaryColumns * 2 !== sizes.headSize) {
    throw new InternVLError(
      'shape-mismatch',
      `Expected a decoder graph with a head size of ${spec.headSize} or padded and half as many rotary columns, got ${sizes.headSize} and ${sizes.rotaryColumns}; convert the checkpoint anew.`,
      { size: 'headSize', expected: spec.headSize, actual: sizes.headSize, columns: sizes.rotaryColumns },
    );
  }
  return sizes;
}

function port(ports: readonly Port[], name: string): Port {
  const found = ports.find((candidate) => candidate.name === name);
  if (found) return found;
  throw new InternVLError(
    'model-unreadable',
    `Expected a graph with a port '${name}', got ${ports.map((each) => `'${each.name}'`).join(', ')}; pass the decoder graph that the converter wrote.`,
    { port: name },
  );
}

function size(of: Port, axis: number): number {
  const found = of.dims[axis];
  if (typeof found === 'number') return found;
  throw new InternVLError(
    'model-unreadable',
    `Expected port '${of.name}' to state axis ${axis} as a number, got [${of.dims.join(', ')}]; convert the checkpoint anew.`,
    { port: of.name, dims: of.dims },
  );
}
