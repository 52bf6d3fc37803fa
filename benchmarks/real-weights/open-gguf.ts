import { open } from 'node:fs/promises';
import { GGMLQuantizationType, gguf } from '@huggingface/gguf';
import { bytesOf, type GgufType, ggufTypes } from '../rivals/gguf/block-types.js';

/** A tensor of a GGUF file, its shape row-major, outermost first. */
export interface GgufTensorInfo {
  readonly name: string;
  readonly shape: readonly number[];
  readonly type: GgufType;
}

/** A GGUF file: what it says about itself, and its tensors when asked for. */
export interface OpenGguf {
  readonly tensors: ReadonlyMap<string, GgufTensorInfo>;
  /** @throws when the metadata has no such value */
  number(key: string): number;
  text(key: string): string;
  texts(key: string): readonly string[];
  numbers(key: string): readonly number[];
  /** The bytes of a tensor as they are stored. */
  read(name: string): Promise<Uint8Array<ArrayBuffer>>;
  close(): Promise<void>;
}

/** @throws when a tensor is of a kind that `dequantise` does not know */
export async function openGguf(path: string): Promise<OpenGguf> {
  const { metadata, tensorInfos, tensorDataOffset } = await gguf(path, { allowLocalFile: true });
  const values = new Map<string, unknown>(Object.entries(metadata));
  const offsets = new Map(tensorInfos.map(({ name, offset }) => [name, Number(tensorDataOffset + offset)]));
  const tensors = new Map(
    tensorInfos.map(({ name, shape, dtype }) => {
      const type = typeOf(dtype);
      if (type === undefined)
        throw new Error(`${name} is ${GGMLQuantizationType[dtype]}, which is not read here`);
      return [name, { name, shape: shape.toReversed().map(Number), type }] as const;
    }),
  );
  const file = await open(path);
  const wrong = (key: string, expected: string) => new Error(`${path} has no ${expected} ${key}`);
  const list = <T>(key: string, expected: string, is: (value: unknown) => value is T): readonly T[] => {
    const found = values.get(key);
    if (Array.isArray(found) && found.every(is)) return found;
    throw wrong(key, expected);
  };
  const isText = (value: unknown) => typeof value === 'string';
  const isNumber = (value: unknown) => typeof value === 'number';
  return {
    tensors,
    number(key) {
      const found = values.get(key);
      if (isNumber(found)) return found;
      throw wrong(key, 'number');
    },
    text(key) {
      const found = values.get(key);
      if (isText(found)) return found;
      throw wrong(key, 'text');
    },
    texts: (key) => list(key, 'texts', isText),
    numbers: (key) => list(key, 'numbers', isNumber),
    async read(name) {
      const info = tensors.get(name);
      const offset = offsets.get(name);
      if (info === undefined || offset === undefined) throw wrong(name, 'tensor');
      const elements = info.shape.reduce((product, size) => product * size, 1);
      const bytes = new Uint8Array(bytesOf(info.type, elements));
      const { bytesRead } = await file.read(bytes, 0, bytes.length, offset);
      if (bytesRead !== bytes.length) throw new Error(`${path} ends within ${name}`);
      return bytes;
    },
    close: () => file.close(),
  };
}

function typeOf(dtype: GGMLQuantizationType): GgufType | undefined {
  const names: readonly GgufType[] = ['F32', 'F16', 'Q4_0', 'Q4_1', 'Q8_0'];
  return names.find((name) => ggufTypes[name] === Number(dtype));
}
