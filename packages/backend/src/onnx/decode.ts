import { InternVLError } from '../error.js';
import { bytesPerElement, typeFromCode } from './element-type.js';
import type {
  ExternalData,
  OnnxAttribute,
  OnnxGraph,
  OnnxModel,
  OnnxNode,
  OnnxTensor,
  OnnxType,
  OnnxValue,
} from './model.js';
import { type ProtoField, packedInts, protoFields } from './wire.js';

/**
 * The model in the bytes of a `.onnx` file. Tensors stay views of `bytes` where they lie there raw.
 *
 * @throws `model-unreadable` when the bytes are no ONNX model; `dtype-unknown`.
 */
export function decodeModel(bytes: Uint8Array): OnnxModel {
  let irVersion = 0;
  let producer = '';
  let graph: OnnxGraph | undefined;
  const opsets: Record<string, number> = {};
  for (const { field, int, bytes: value } of protoFields(bytes)) {
    if (field === 1) irVersion = int;
    else if (field === 2) producer = text(value);
    else if (field === 7) graph = readGraph(value);
    else if (field === 8) {
      const { domain, version } = readOpset(value);
      opsets[domain] = version;
    }
  }
  if (!graph || irVersion < 1) throw unreadable('no graph in it');
  return { irVersion, producer, graph, opsets };
}

function readOpset(bytes: Uint8Array): { domain: string; version: number } {
  let domain = '';
  let version = 0;
  for (const { field, int, bytes: value } of protoFields(bytes)) {
    if (field === 1) domain = text(value);
    else if (field === 2) version = int;
  }
  return { domain: domain === 'ai.onnx' ? '' : domain, version };
}

function readGraph(bytes: Uint8Array): OnnxGraph {
  const nodes: OnnxNode[] = [];
  const initializers: OnnxTensor[] = [];
  const inputs: OnnxValue[] = [];
  const outputs: OnnxValue[] = [];
  let name = '';
  for (const { field, bytes: value } of protoFields(bytes)) {
    if (field === 1) nodes.push(readNode(value));
    else if (field === 2) name = text(value);
    else if (field === 5) initializers.push(readTensor(value));
    else if (field === 11) inputs.push(readValue(value));
    else if (field === 12) outputs.push(readValue(value));
  }
  return { name, nodes, initializers, inputs, outputs };
}

function readNode(bytes: Uint8Array): OnnxNode {
  const inputs: string[] = [];
  const outputs: string[] = [];
  const attributes: Record<string, OnnxAttribute> = {};
  let name = '';
  let op = '';
  let domain = '';
  for (const { field, bytes: value } of protoFields(bytes)) {
    if (field === 1) inputs.push(text(value));
    else if (field === 2) outputs.push(text(value));
    else if (field === 3) name = text(value);
    else if (field === 4) op = text(value);
    else if (field === 5) Object.assign(attributes, readAttribute(value));
    else if (field === 7) domain = text(value);
  }
  return { name, op, domain: domain === 'ai.onnx' ? '' : domain, inputs, outputs, attributes };
}

function readAttribute(bytes: Uint8Array): Record<string, OnnxAttribute> {
  let name = '';
  let kind = 0;
  let float = 0;
  let int = 0;
  let string = '';
  let tensor: OnnxTensor | undefined;
  const floats: number[] = [];
  const ints: number[] = [];
  const strings: string[] = [];
  for (const entry of protoFields(bytes)) {
    const { field, bytes: value } = entry;
    if (field === 1) name = text(value);
    else if (field === 2) float = entry.float;
    else if (field === 3) int = entry.int;
    else if (field === 4) string = text(value);
    else if (field === 5) tensor = readTensor(value);
    else if (field === 7) floats.push(...floatsOf(entry));
    else if (field === 8) ints.push(...intsOf(entry));
    else if (field === 9) strings.push(text(value));
    else if (field === 20) kind = entry.int;
  }
  const byKind: Record<number, OnnxAttribute | undefined> = {
    1: { float },
    2: { int },
    3: { string },
    4: tensor && { tensor },
    6: { floats },
    7: { ints },
    8: { strings },
  };
  return { [name]: byKind[kind] ?? { otherKind: kind } };
}

function readTensor(bytes: Uint8Array): OnnxTensor {
  const dims: number[] = [];
  const external: Record<string, string> = {};
  const floats: number[] = [];
  const ints: number[] = [];
  let code = 0;
  let name = '';
  let raw: Uint8Array | undefined;
  let isExternal = false;
  for (const entry of protoFields(bytes)) {
    const { field, bytes: value } = entry;
    if (field === 1) dims.push(...intsOf(entry));
    else if (field === 2) code = entry.int;
    else if (field === 4) floats.push(...floatsOf(entry));
    else if (field === 5 || field === 7) ints.push(...intsOf(entry));
    else if (field === 8) name = text(value);
    else if (field === 9) raw = value;
    else if (field === 13) Object.assign(external, readEntry(value));
    else if (field === 14) isExternal = entry.int === 1;
  }
  const type = typeFromCode(code);
  const length = bytesPerElement(type) * dims.reduce((product, size) => product * size, 1);
  if (isExternal) return { name, type, dims, external: externalData(name, external, length) };
  const data = raw ?? typedData(type, floats, ints);
  if (data.byteLength !== length) {
    throw unreadable(
      `a tensor "${name}" of ${type} [${dims.join(', ')}] with ${data.byteLength} bytes instead of ${length}`,
    );
  }
  return { name, type, dims, data };
}

function externalData(name: string, entries: Readonly<Record<string, string>>, bytes: number): ExternalData {
  const { location = '', offset = '0', length = String(bytes) } = entries;
  const external = { location, offset: Number(offset), length: Number(length) };
  const whole = (value: number) => Number.isSafeInteger(value) && value >= 0;
  if (location !== '' && whole(external.offset) && whole(external.length)) return external;
  throw unreadable(`external data of "${name}" at ${JSON.stringify(entries)}`);
}

/** Elements that are listed as numbers rather than raw, turned into raw bytes. */
function typedData(type: OnnxType, floats: readonly number[], ints: readonly number[]): Uint8Array {
  const bytes = (array: { buffer: ArrayBufferLike }) => new Uint8Array(array.buffer);
  switch (type) {
    case 'float32':
      return bytes(Float32Array.from(floats));
    case 'int64':
      return bytes(BigInt64Array.from(ints, BigInt));
    case 'int32':
      return bytes(Int32Array.from(ints));
    case 'float16':
    case 'bfloat16':
    case 'uint16':
    case 'int16':
      return bytes(Uint16Array.from(ints));
    default:
      return Uint8Array.from(ints);
  }
}

function readEntry(bytes: Uint8Array): Record<string, string> {
  let key = '';
  let value = '';
  for (const entry of protoFields(bytes)) {
    if (entry.field === 1) key = text(entry.bytes);
    else if (entry.field === 2) value = text(entry.bytes);
  }
  return { [key]: value };
}

function readValue(bytes: Uint8Array): OnnxValue {
  let name = '';
  let code = 0;
  const dims: (number | string)[] = [];
  for (const { field, bytes: value } of protoFields(bytes)) {
    if (field === 1) name = text(value);
    else if (field === 2) {
      const tensorType = only(value, 1);
      for (const entry of protoFields(tensorType)) {
        if (entry.field === 1) code = entry.int;
        else if (entry.field === 2) dims.push(...readShape(entry.bytes));
      }
    }
  }
  return { name, type: typeFromCode(code), dims };
}

function readShape(bytes: Uint8Array): (number | string)[] {
  const dims: (number | string)[] = [];
  for (const { field, bytes: dim } of protoFields(bytes)) {
    if (field !== 1) continue;
    let size: number | string = '';
    for (const entry of protoFields(dim)) {
      if (entry.field === 1) size = entry.int;
      else if (entry.field === 2) size = text(entry.bytes);
    }
    dims.push(size);
  }
  return dims;
}

function only(bytes: Uint8Array, wanted: number): Uint8Array {
  for (const { field, bytes: value } of protoFields(bytes)) if (field === wanted) return value;
  throw unreadable('a value that is not a tensor');
}

function intsOf(entry: ProtoField): number[] {
  return entry.delimited ? packedInts(entry.bytes) : [entry.int];
}

function floatsOf(entry: ProtoField): number[] {
  if (!entry.delimited) return [entry.float];
  return [...new Float32Array(entry.bytes.slice().buffer)];
}

function text(bytes: Uint8Array): string {
  return new TextDecoder().decode(bytes);
}

function unreadable(found: string): InternVLError {
  return new InternVLError(
    'model-unreadable',
    `Expected an ONNX model, found ${found}; check that the file is complete and is an .onnx file.`,
    { found },
  );
}
