import { readdir, readFile, stat } from 'node:fs/promises';
import { join } from 'node:path';
import type { Backend, Graph, Port } from '@internvl/backend';
import { modelConfig } from '@internvl/backend/remote';
import { parseTextProto, type TextMessage, type TextValue } from './text-proto.js';

/** A model that is served. */
export interface ServedModel {
  readonly version: string;
  readonly graph: Graph;
  /** As the server shows it: `ModelConfig` in JSON. */
  readonly config: object;
}

/**
 * Loads a model from a folder that is laid out as Triton wants it, and refuses what Triton would: a name that is not the folder's,
 * another backend, a batch in front, ports that the graph has not, sizes that are none.
 */
export async function loadFromRepository(
  backend: Backend,
  repository: string,
  name: string,
): Promise<ServedModel> {
  const folder = join(repository, name);
  if (!(await stat(folder).catch(() => undefined))?.isDirectory()) {
    throw new Error(`failed to load '${name}', failed to poll from model repository`);
  }
  const config = parseTextProto(await readFile(join(folder, 'config.pbtxt'), 'utf8'));
  const only = (field: string): TextValue | undefined => config[field]?.[0];
  if (only('name') !== name) throw new Error(`name ${String(only('name'))} in the folder ${name}`);
  if (only('backend') !== 'onnxruntime') throw new Error(`backend ${String(only('backend'))}`);
  if (only('max_batch_size') !== 0) throw new Error(`max_batch_size ${String(only('max_batch_size'))}`);
  const versions = (await readdir(folder)).filter((entry) => /^[1-9]\d*$/.test(entry)).map(Number);
  if (versions.length === 0) throw new Error(`no version of ${name}`);
  const version = String(Math.max(...versions));
  const graph = await backend.load({ path: join(folder, version, 'model.onnx') });
  const expected = modelConfig(name, graph);
  comparePorts('input', config.input, expected.input);
  comparePorts('output', config.output, expected.output);
  return { version, graph, config: { ...expected, parameters: parametersOf(config) } };
}

function comparePorts(
  kind: string,
  written: readonly TextValue[] = [],
  expected: readonly { name: string; data_type: string; dims: readonly number[] }[],
): void {
  const ports = written.map((value) => {
    const { name, data_type, dims } = message(value);
    if (dims === undefined || dims.length === 0) throw new Error(`${String(name?.[0])} must specify dims`);
    return { name: name?.[0], data_type: data_type?.[0], dims };
  });
  if (JSON.stringify(ports) !== JSON.stringify(expected)) {
    throw new Error(`${kind} ${JSON.stringify(ports)}, the model has ${JSON.stringify(expected)}`);
  }
}

function parametersOf(config: TextMessage): object {
  return Object.fromEntries(
    (config.parameters ?? []).map((entry) => {
      const { key, value } = message(entry);
      return [String(key?.[0]), { string_value: String(message(value?.[0]).string_value?.[0]) }];
    }),
  );
}

function message(value: TextValue | undefined): TextMessage {
  return typeof value === 'object' ? value : {};
}

/** Sizes as the protocol shows them. */
export function shapeOf({ dims }: Port): number[] {
  return dims.map((size) => (typeof size === 'string' ? -1 : size));
}
