import type { Capabilities } from './backend.js';
import { InternVLError } from './error.js';
import type { Graph, Port, RunOptions } from './graph.js';
import type { Tensor, Tensors } from './tensor.js';
import { elementsOf } from './typed-array.js';

/**
 * Checks what is passed to `Graph.run` against the ports and what the backend can do, before any runtime sees it.
 * For those who write a backend.
 *
 * @throws `missing-feed`, `unknown-feed`, `dtype-mismatch`, `shape-mismatch` (rank, a fixed size, one symbolic name
 * with two sizes, data that is shorter or longer than its dims say), `invalid-option` (an output that does not
 * exist, `into` or `stayOnDevice` on a backend that cannot).
 */
export function checkRun(
  graph: Pick<Graph, 'inputs' | 'outputs'>,
  feeds: Tensors,
  options: RunOptions,
  capabilities: Capabilities,
): void {
  checkFeeds(graph.inputs, feeds);
  checkOptions(graph.outputs, options, capabilities);
}

function checkFeeds(ports: readonly Port[], feeds: Tensors): void {
  const names = ports.map(({ name }) => name);
  for (const name of Object.keys(feeds)) {
    if (names.includes(name)) continue;
    throw new InternVLError(
      'unknown-feed',
      `Expected feeds named ${names.join(', ')}, got "${name}" as well; leave it out or check its spelling.`,
      { feed: name, expected: names },
    );
  }
  const sizes = new Map<string, { size: number; port: string }>();
  for (const port of ports) {
    const feed = feeds[port.name];
    if (!feed) {
      throw new InternVLError(
        'missing-feed',
        `Expected a feed "${port.name}" (${describe(port)}), got none; pass one for each of ${names.join(', ')}.`,
        { feed: port.name, expected: names },
      );
    }
    checkTensor(port, feed);
    checkDims(port, feed, sizes);
  }
}

function checkTensor(port: Port, tensor: Tensor): void {
  const { type, dims } = tensor;
  if (type !== port.type) {
    throw new InternVLError(
      'dtype-mismatch',
      `Expected "${port.name}" to be ${port.type}, got ${type}; convert it first.`,
      { port: port.name, expected: port.type, actual: type },
    );
  }
  if (tensor.location !== 'cpu') return;
  const data = elementsOf(type, tensor.data);
  if (!data) {
    throw new InternVLError(
      'dtype-mismatch',
      `Expected "${port.name}" to hold its ${type} elements in the array class that DType names, got ${Object.prototype.toString.call(tensor.data)}; convert the data.`,
      { port: port.name, expected: type },
    );
  }
  const elements = dims.reduce((product, size) => product * size, 1);
  if (data.length === elements) return;
  throw new InternVLError(
    'shape-mismatch',
    `Expected ${elements} elements in "${port.name}" for dims [${dims.join(', ')}], got ${data.length}; pass data and dims that agree.`,
    { port: port.name, dims, elements: data.length },
  );
}

function checkDims(port: Port, { dims }: Tensor, sizes: Map<string, { size: number; port: string }>): void {
  const fits =
    dims.length === port.dims.length &&
    port.dims.every((expected, axis) => typeof expected === 'string' || dims[axis] === expected);
  if (!fits) {
    throw new InternVLError(
      'shape-mismatch',
      `Expected "${port.name}" to be ${describe(port)}, got [${dims.join(', ')}]; check which tensor is passed.`,
      { port: port.name, expected: port.dims, actual: dims },
    );
  }
  port.dims.forEach((name, axis) => {
    if (typeof name === 'number' || name === '') return;
    const size = dims[axis]!;
    const known = sizes.get(name) ?? { size, port: port.name };
    sizes.set(name, known);
    if (known.size === size) return;
    throw new InternVLError(
      'shape-mismatch',
      `Expected "${name}" to be one size, got ${known.size} in "${known.port}" and ${size} in "${port.name}"; pass tensors of one run.`,
      { port: port.name, expected: port.dims, actual: dims, name, sizes: [known.size, size] },
    );
  });
}

function checkOptions(ports: readonly Port[], options: RunOptions, capabilities: Capabilities): void {
  const { outputs, into = {}, stayOnDevice = [] } = options;
  const names = ports.map(({ name }) => name);
  for (const name of [...(outputs ?? []), ...Object.keys(into), ...stayOnDevice]) {
    if (names.includes(name)) continue;
    throw refused(`Expected outputs among ${names.join(', ')}, got "${name}"; check its spelling.`, {
      output: name,
    });
  }
  if (outputs?.length === 0)
    throw refused('Expected at least one output, got none; name one or leave it out.');
  if (Object.keys(into).length > 0 && !capabilities.writesInto) {
    throw refused('Expected no "into" on this backend (capabilities.writesInto is false); leave it out.');
  }
  if (stayOnDevice.length > 0 && !capabilities.deviceTensors) {
    throw refused(
      'Expected no "stayOnDevice" on this backend (capabilities.deviceTensors is false); leave it out.',
    );
  }
  for (const port of ports) {
    const target = into[port.name];
    if (target) checkTensor(port, target);
  }
}

function refused(message: string, facts: Readonly<Record<string, unknown>> = {}): InternVLError {
  return new InternVLError('invalid-option', message, facts);
}

function describe(port: Port): string {
  return `${port.type} [${port.dims.join(', ')}]`;
}
