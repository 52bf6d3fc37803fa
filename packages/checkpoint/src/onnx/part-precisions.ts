import { InternVLError } from '@internvl/backend';
import type { HeadPrecision, PartPrecisions, PrecisionName } from './precision.js';

/** A precision for all of a model, or one for each part; a part that is left out is `fp32`. */
export type PrecisionChoice = PrecisionName | Partial<PartPrecisions>;

/** Names of linear layers of each part, as their nodes are called in the graph: `layers.3.mlp.down_proj`. */
export interface KeptLayers {
  readonly vision?: readonly string[] | undefined;
  readonly llm?: readonly string[] | undefined;
}

/** All names, each group from the largest on. */
export const precisionNames: readonly PrecisionName[] = [
  'fp32',
  'fp16',
  'int8',
  'q8',
  'q8f16',
  'q4',
  'q4f16',
];

/**
 * The precision of each part. `q4` for all of a model is four bits for the language model and `q8` for the vision tower,
 * which is a small share of the bytes and loses much more with four (docs/quantisation.md); `q4f16` likewise, with `q8f16`.
 * `head` is there where it is not the default.
 *
 * @throws `invalid-option` for a name that is not known, and for a head of its own where the language model is not in blocks
 */
export function partPrecisions(choice: PrecisionChoice = 'fp32'): PartPrecisions {
  if (choice === 'q4') return { vision: 'q8', llm: 'q4' };
  if (choice === 'q4f16') return { vision: 'q8f16', llm: 'q4f16' };
  const parts = typeof choice === 'object' ? choice : { vision: choice, llm: choice };
  const { vision = 'fp32', llm = 'fp32', head = defaultHead } = parts;
  return { vision: known(vision), llm: known(llm), ...ownHead(head, llm) };
}

/**
 * The precision in a text: a name, or those of vision and language model with a plus between, `'int8+q4'`, and after another
 * plus that of embedding table and head, `'int8+q4+q4'`.
 *
 * @throws as `partPrecisions`
 */
export function parsePrecision(text: string): PartPrecisions {
  const [vision = '', llm, head, ...rest] = text.split('+');
  if (rest.length > 0) throw unknown(text);
  if (llm === undefined) return partPrecisions(known(vision));
  return partPrecisions({ vision: known(vision), llm: known(llm), head: knownHead(head) });
}

/** What `parsePrecision` reads: one name where both parts have the same, `'q8+q4+q4'` with a head of its own. */
export function precisionText({ vision, llm, head }: PartPrecisions): string {
  if (head !== undefined) return `${vision}+${llm}+${head}`;
  return vision === llm ? vision : `${vision}+${llm}`;
}

/** Whether weights are stored the same way; the second model's language model only where `language` says that it has one. */
export function samePrecision(one: PartPrecisions, other: PartPrecisions, language = true): boolean {
  return one.vision === other.vision && (!language || (one.llm === other.llm && one.head === other.head));
}

/** Whether weights are stored as codes with scales, and multiplied by kernels that want them rearranged (prepacked). */
export function isQuantised(name: PrecisionName): boolean {
  return name !== 'fp32' && name !== 'fp16';
}

/** Whether products are float16: for GPUs that compute with half floats, `shader-f16` in WebGPU. */
export function isHalf(name: PrecisionName): boolean {
  return name.endsWith('16');
}

const defaultHead: HeadPrecision = 'q8';

function ownHead(head: HeadPrecision, llm: PrecisionName): Pick<PartPrecisions, 'head'> {
  if (head === defaultHead) return {};
  if (llm.startsWith('q')) return { head: knownHead(head) };
  throw new InternVLError(
    'invalid-option',
    `Expected a head of its own, ${head}, beside a language model in blocks (q4, q8, q4f16, q8f16), got ${llm}; leave the head out.`,
    { option: 'precision', value: `${llm}+${head}`, llm, head },
  );
}

function knownHead(name: string = defaultHead): HeadPrecision {
  if (name === 'q4' || name === 'q8') return name;
  throw new InternVLError(
    'invalid-option',
    `Expected the precision of the head to be q4 or q8, got ${name}.`,
    { option: 'precision', value: name, known: ['q8', 'q4'] },
  );
}

function known(name: string): PrecisionName {
  const found = precisionNames.find((each) => each === name);
  if (found) return found;
  throw unknown(name);
}

function unknown(name: string): InternVLError {
  return new InternVLError(
    'invalid-option',
    `Expected the precision to be one of ${precisionNames.join(', ')}, or two of them as vision+llm, got ${name}; pass one of them.`,
    { option: 'precision', value: name, known: precisionNames },
  );
}
