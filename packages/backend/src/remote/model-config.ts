import type { DType } from '../dtype.js';
import type { Port } from '../graph.js';
import { list, record } from './json.js';

/** Where the names of sizes are kept, which Triton has no place for. */
const namesKey = 'internvl.dims';

/** One input or output of a model in Triton's words. */
export interface ConfigPort {
  readonly name: string;
  readonly data_type: string;
  /** −1 where the size may vary. */
  readonly dims: readonly number[];
}

/** The configuration of a model, as Triton's `ModelConfig` message has it in JSON. */
export interface TritonModelConfig {
  readonly name: string;
  readonly backend: 'onnxruntime';
  /** 0: the sizes of the ports are whole, Triton adds no batch in front of them. */
  readonly max_batch_size: 0;
  readonly input: readonly ConfigPort[];
  readonly output: readonly ConfigPort[];
  readonly parameters: Readonly<Record<string, { readonly string_value: string }>>;
}

const types: { readonly [T in DType]: string } = {
  float32: 'TYPE_FP32',
  float16: 'TYPE_FP16',
  int64: 'TYPE_INT64',
  int32: 'TYPE_INT32',
  uint8: 'TYPE_UINT8',
  int8: 'TYPE_INT8',
  bool: 'TYPE_BOOL',
};

/**
 * The configuration under which Triton's ONNX Runtime backend serves a graph as it is. Every port is listed: Triton then guesses
 * nothing, above all no batch dimension. The names of symbolic sizes go along as a parameter, for `remoteBackend` to find.
 *
 * Source: Triton's model_config.proto.
 */
export function modelConfig(
  name: string,
  { inputs, outputs }: { readonly inputs: readonly Port[]; readonly outputs: readonly Port[] },
): TritonModelConfig {
  const names = Object.fromEntries([...inputs, ...outputs].map((port) => [port.name, port.dims]));
  return {
    name,
    backend: 'onnxruntime',
    max_batch_size: 0,
    input: inputs.map(configPort),
    output: outputs.map(configPort),
    parameters: { [namesKey]: { string_value: JSON.stringify(names) } },
  };
}

function configPort({ name, type, dims }: Port): ConfigPort {
  const sizes = dims.map((size) => (typeof size === 'string' ? -1 : size));
  return { name, data_type: types[type], dims: sizes };
}

/** Sizes with their names, by port, from a configuration that `modelConfig` made; empty from any other. */
export function namedSizes(config: unknown): ReadonlyMap<string, readonly (number | string)[]> {
  const parameter = record(record(record(config)?.parameters)?.[namesKey])?.string_value;
  const names = record(parsed(parameter)) ?? {};
  return new Map(
    Object.entries(names).map(([port, dims]) => [
      port,
      list(dims).filter((size) => typeof size === 'string' || typeof size === 'number'),
    ]),
  );
}

function parsed(text: unknown): unknown {
  try {
    return JSON.parse(String(text));
  } catch {
    return undefined;
  }
}
