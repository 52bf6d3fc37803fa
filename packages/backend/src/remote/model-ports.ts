import { InternVLError } from '../error.js';
import { dtypeOf } from './datatype.js';
import type { RemotePort } from './infer-message.js';
import { list, record } from './json.js';
import { namedSizes } from './model-config.js';

/** What a server says of a model. */
export interface ModelPorts {
  readonly inputs: readonly RemotePort[];
  readonly outputs: readonly RemotePort[];
}

/**
 * Ports from a model's metadata. The protocol has −1 for every size that may vary; where the model's configuration, as
 * `modelConfig` writes it, says what they are called, they get their names back, else the empty name, which fits anything.
 *
 * @throws `remote-unreadable`, `dtype-unknown`.
 */
export function modelPorts(metadata: unknown, config: unknown): ModelPorts {
  const { inputs, outputs } = record(metadata) ?? {};
  if (!Array.isArray(inputs) || !Array.isArray(outputs)) {
    throw new InternVLError(
      'remote-unreadable',
      'Expected the metadata of a model with inputs and outputs, got something else; does the server speak the Open Inference Protocol v2?',
    );
  }
  const names = namedSizes(config);
  const port = (value: unknown): RemotePort => {
    const { name, datatype, shape } = record(value) ?? {};
    const sizes = list(shape).map(Number);
    const named = names.get(String(name));
    // A server may show a scalar as [1]; names count where they agree with what it shows.
    const agrees =
      named?.length === sizes.length &&
      named.every((size, axis) => (typeof size === 'string' ? sizes[axis] === -1 : sizes[axis] === size));
    return {
      name: String(name),
      datatype: String(datatype),
      type: dtypeOf(String(datatype), String(name)),
      dims: agrees ? named : sizes.map((size) => (size < 0 ? '' : size)),
    };
  };
  return { inputs: inputs.map(port), outputs: outputs.map(port) };
}
