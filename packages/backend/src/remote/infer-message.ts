import { InternVLError } from '../error.js';
import type { Port } from '../graph.js';
import { hostTensor } from '../host-tensor.js';
import type { Tensor, Tensors } from '../tensor.js';
import { elementsOf } from '../typed-array.js';
import { bytesOf, fromWire, toWire } from './datatype.js';
import { list, record } from './json.js';

/** A port, and the name of its element type on the wire. */
export interface RemotePort extends Port {
  readonly datatype: string;
}

/** Says how many bytes of a body are JSON; the rest are tensors, one behind the other. */
export const jsonLengthHeader = 'Inference-Header-Content-Length';

/** A body with tensors behind its JSON. */
export interface InferBody {
  /** JSON, then the elements of each input in order, little-endian, row-major, unpadded. */
  readonly body: Uint8Array<ArrayBuffer>;
  readonly jsonBytes: number;
}

/** The request that runs a model: inputs in binary, outputs asked for in binary. Feeds are copied. */
export function inferRequest(
  ports: readonly RemotePort[],
  feeds: Tensors,
  outputs: readonly string[],
): InferBody {
  const inputs = ports.map(({ name, type, datatype }) => {
    const { dims, data } = feeds[name]!;
    return { name, dims, datatype, bytes: toWire(datatype, elementsOf(type, data) ?? data) };
  });
  const json = new TextEncoder().encode(
    JSON.stringify({
      inputs: inputs.map(({ name, dims, datatype, bytes }) => ({
        name,
        shape: dims,
        datatype,
        parameters: { binary_data_size: bytes.byteLength },
      })),
      outputs: outputs.map((name) => ({ name, parameters: { binary_data: true } })),
    }),
  );
  return { body: joined([json, ...inputs.map(({ bytes }) => bytes)]), jsonBytes: json.byteLength };
}

/**
 * The outputs in a response, in the order of `wanted`, each in memory of its own.
 *
 * @throws `remote-unreadable` for a response that is none, or lacks what was asked for.
 */
export function inferResponse(
  body: Uint8Array,
  jsonBytes: number,
  ports: readonly RemotePort[],
  wanted: readonly string[],
): Tensors {
  const outputs = list(record(parsedJson(body.subarray(0, jsonBytes)))?.outputs);
  const found = new Map<string, Tensor>();
  let offset = jsonBytes;
  for (const output of outputs.map(record)) {
    const { name, datatype, shape } = output ?? {};
    const size = record(output?.parameters)?.binary_data_size;
    if (typeof size !== 'number' || !(offset + size <= body.byteLength)) {
      throw unreadable(`"${String(name)}" in binary`, `${String(size)} bytes announced`);
    }
    const bytes = body.slice(offset, offset + size);
    offset += size;
    const port = ports.find((each) => each.name === name);
    if (port) found.set(port.name, tensor(port, datatype, shape, bytes));
  }
  const missing = wanted.find((name) => !found.has(name));
  if (missing !== undefined)
    throw unreadable(`the output "${missing}"`, [...found.keys()].join(', ') || 'none');
  return Object.fromEntries(wanted.map((name) => [name, found.get(name)!]));
}

function tensor(port: RemotePort, datatype: unknown, shape: unknown, bytes: Uint8Array): Tensor {
  const dims = list(shape).map(Number);
  const elements = dims.reduce((product, size) => product * size, 1);
  if (datatype !== port.datatype) throw unreadable(`"${port.name}" as ${port.datatype}`, String(datatype));
  if (elements * bytesOf(port.datatype) !== bytes.byteLength) {
    throw unreadable(`"${port.name}" [${dims.join(', ')}] as ${port.datatype}`, `${bytes.byteLength} bytes`);
  }
  return hostTensor(port.type, fromWire(port.datatype, port.type, bytes), dims);
}

function parsedJson(bytes: Uint8Array): unknown {
  try {
    return JSON.parse(new TextDecoder().decode(bytes));
  } catch {
    throw unreadable('JSON', `${bytes.byteLength} bytes of something else`);
  }
}

function joined(parts: readonly Uint8Array[]): Uint8Array<ArrayBuffer> {
  const whole = new Uint8Array(parts.reduce((sum, { byteLength }) => sum + byteLength, 0));
  let offset = 0;
  for (const part of parts) {
    whole.set(part, offset);
    offset += part.byteLength;
  }
  return whole;
}

function unreadable(expected: string, actual: string): InternVLError {
  return new InternVLError(
    'remote-unreadable',
    `Expected a response with ${expected}, got ${actual}; does the server speak the Open Inference Protocol v2 with binary tensors?`,
    { expected, actual },
  );
}
