import type { RealWeightsReport } from '../real-weights/report.js';
import type { Cell } from './groups.js';
import type { Product, Products } from './product.js';
import type { Results } from './results.js';

/** A row of the table: what was wanted, and what came. */
export interface Shown {
  readonly name: string;
  readonly floor: number;
  readonly goal: number;
  /** Undefined where a part of it could not be measured. */
  readonly measured: number | undefined;
  /** Whether more is better. */
  readonly more: boolean;
  readonly unit: '' | 'ms' | 'MB' | 's';
  /** What went into it, or why it is missing. */
  readonly how: string;
}

/** Weights read for each token, layers and head: 357.8 and 135.9 million. */
const [layerWeights, headWeights] = [357.8e6, 135.9e6];
/** Bytes of a weight with its share of a scale. */
const stepBytes = {
  q4: layerWeights * (20 / 32) + headWeights * (36 / 32),
  int8: layerWeights + headWeights,
  fp32: 4 * (layerWeights + headWeights),
};
/** Operations of a tile of 448 pixels through InternViT-300M and the projector. */
const tileOperations = 726e9;

/** Tokens of a prompt that go through the language model in one run. */
const chunkTokens = 512;

/** The rows, out of whatever was measured. */
export function mustShow(results: Results, products?: Products, real?: RealWeightsReport): Shown[] {
  const time = (group: string, contestant: string, cell: Cell['id']) =>
    results.groups[group]?.times[contestant]?.[cell]?.median;
  /** The fastest of ours, through whichever way to the runtime. */
  const ours = (group: string, precision: string, cell: Cell['id']) =>
    least(time(group, `ours ${precision}`, cell), time(group, `ours ${precision}, native`, cell));
  const llama = (cell: Cell['id']) =>
    least(time('llama.cpp', 'llama.cpp Q4_0', cell), time('llama.cpp', 'llama.cpp Q4_0, head Q8_0', cell));
  const found = (product: Product | undefined, name: string) =>
    product?.stages.find((each) => each.stage === name);
  /** On the binding, which is what runs when nobody chooses. */
  const stage = (name: string) => found(products?.cpu, name)?.median;
  const onNative = (name: string) => found(products?.native, name)?.median;
  const told = (name: string) => `the caller is told after ${onNative(name)?.toFixed(1) ?? '–'} ms`;
  const { ceilings } = results;
  const clip = time('vision', 'llama.cpp clip', 'vision');
  const ratio = (
    name: string,
    [floor, goal]: [number, number],
    measured: number | undefined,
    how: string,
  ): Shown => ({
    ...{ name, floor, goal, measured, more: true, unit: '', how },
  });
  const atMost = (
    name: string,
    [floor, goal]: [number, number],
    measured: number | undefined,
    unit: Shown['unit'],
    how: string,
  ): Shown => ({ ...{ name, floor, goal, measured, more: false, unit, how } });
  const share = (precision: keyof typeof stepBytes) =>
    over(
      over(
        stepBytes[precision] * 1000,
        ours('ceilings', precision === 'q4' ? 'int8+q4' : precision, 'decode-short'),
      ),
      ceilings?.bytesPerSecond,
    );
  const vsLlama = (precision: string, cell: Cell['id']) =>
    over(llama(cell), ours('llama.cpp', precision, cell));
  const llamaFirst = sum(times(7, clip), llama('prefill'));
  const oursFirst = sum(times(7, ours('vision', 'int8', 'vision')), ours('llama.cpp', 'int8', 'prefill'));
  const copying = real?.lookup.find(({ preset, text }) => preset === 'q4' && text === 'copying');
  const memory = 'peak of the process less an empty one and the weight file; 13 tiles are not measured';
  const privateMegabytes = (product: Product | undefined) => {
    const peak = found(product, 'memory-peak')?.median;
    return peak === undefined || product === undefined ? undefined : (peak - product.weightBytes) / 1e6;
  };
  const prefill = found(products?.cpu, 'prefill');
  const perToken = over(prefill?.median, prefill && Number.parseInt(prefill.of, 10));
  return [
    ratio(
      'decode q4 at 256, against llama.cpp',
      [0.95, 1.15],
      vsLlama('int8+q4', 'decode-short'),
      'Q4_0, the faster of its two heads',
    ),
    ratio(
      'decode q4 with a head of four bits at 256, against llama.cpp',
      [0.95, 1.15],
      vsLlama('int8+q4+q4', 'decode-short'),
      'Q4_0, as above',
    ),
    ratio('decode q4 at 2048, against llama.cpp', [0.9, 1.1], vsLlama('int8+q4', 'decode-long'), 'the same'),
    ratio(
      'decode q4 with a head of four bits at 2048, against llama.cpp',
      [0.9, 1.1],
      vsLlama('int8+q4+q4', 'decode-long'),
      'the same',
    ),
    ratio(
      'decode q4 that copies, with prompt lookup, against llama.cpp without',
      [1.3, 2],
      over(copying?.with, real?.speed[0]?.decode),
      'SmolLM2, the same GGUF file',
    ),
    ratio('prompt of 1793, q4, against llama.cpp', [1, 1.2], vsLlama('int8+q4', 'prefill'), 'Q4_0'),
    ratio('prompt of 1793, int8, against llama.cpp', [1.4, 1.8], vsLlama('int8', 'prefill'), 'Q4_0'),
    ratio(
      'tile, fp32, against llama.cpp',
      [1.15, 1.25],
      over(clip, ours('vision', 'fp32', 'vision')),
      'clip in float16 with flash attention',
    ),
    ratio(
      'tile, int8, against llama.cpp',
      [1.6, 2],
      over(clip, ours('vision', 'int8', 'vision')),
      'the same',
    ),
    ratio(
      'first token, 7 tiles, int8, against llama.cpp',
      [1.5, 2],
      over(llamaFirst, oursFirst),
      'computed: seven tiles and a prompt',
    ),
    atMost(
      'second question: first token, share of the first',
      [0.05, 0.05],
      over(stage('first-token-again'), stage('first-token')),
      '',
      'the product, int8+q4',
    ),
    ratio(
      'decode at 1793, against transformers.js, its default',
      [2.5, 3],
      over(
        time('transformers.js', 'transformers.js default q4', 'decode-1793'),
        ours('transformers.js', 'int8+q4', 'decode-1793'),
      ),
      'q4',
    ),
    ratio(
      'decode at 1793, against transformers.js, accuracy 4',
      [1.6, 2],
      over(
        time('transformers.js', 'transformers.js accuracy 4', 'decode-1793'),
        ours('transformers.js', 'int8+q4', 'decode-1793'),
      ),
      'q4',
    ),
    ratio(
      'share of the bandwidth, decode q4',
      [0.5, 0.65],
      share('q4'),
      `${(stepBytes.q4 / 1e6).toFixed(0)} MB a token`,
    ),
    ratio(
      'share of the bandwidth, decode int8',
      [0.6, 0.75],
      share('int8'),
      `${(stepBytes.int8 / 1e6).toFixed(0)} MB a token`,
    ),
    ratio(
      'share of the bandwidth, decode fp32',
      [0.9, 0.95],
      share('fp32'),
      `${(stepBytes.fp32 / 1e6).toFixed(0)} MB a token`,
    ),
    ratio(
      'share of the operations, tile fp32',
      [0.72, 0.8],
      over(over(tileOperations * 1000, ours('vision', 'fp32', 'vision')), ceilings?.operationsPerSecond),
      '726 GFLOP, against a large product',
    ),
    ratio(
      'decode int8 in WebAssembly, share of native',
      [0.22, 0.35],
      over(
        time('ceilings', 'ours int8', 'decode-short'),
        time('ceilings', 'ours int8, wasm', 'decode-short'),
      ),
      'onnxruntime-web in Node',
    ),
    atMost(
      'longest stall of the event loop',
      [20, 5],
      stage('stall'),
      'ms',
      `while two questions are answered; native ${onNative('stall')?.toFixed(1) ?? '–'} ms`,
    ),
    atMost(
      'cancelling in vision, until the model is free',
      [Math.max(50, stage('vision-tile') ?? 50), 50],
      stage('freed-vision'),
      'ms',
      'floor: one tile, as the binding cannot end a run',
    ),
    atMost(
      'the same, native',
      [50, 50],
      onNative('freed-vision'),
      'ms',
      `ended in the middle; ${told('cancel-vision')}`,
    ),
    atMost(
      'cancelling in a prompt, until the model is free',
      [Math.max(50, times(chunkTokens, perToken) ?? 50), 50],
      stage('freed-prefill'),
      'ms',
      `floor: one chunk of ${chunkTokens} tokens`,
    ),
    atMost(
      'the same, native',
      [50, 50],
      onNative('freed-prefill'),
      'ms',
      `ended in the middle; ${told('cancel-prefill')}`,
    ),
    atMost(
      'private memory above the weights, 7 tiles',
      [400, 400],
      privateMegabytes(products?.cpu),
      'MB',
      memory,
    ),
    atMost('the same, native', [400, 400], privateMegabytes(products?.native), 'MB', 'the same'),
    atMost(
      'loading, int8+q4',
      [1.5, 1.5],
      over(stage('load'), 1000),
      's',
      `converted, files in memory; native ${over(onNative('load'), 1000)?.toFixed(2) ?? '–'} s`,
    ),
  ];
}

function least(...values: readonly (number | undefined)[]): number | undefined {
  const known = values.filter((value) => value !== undefined);
  return known.length === 0 ? undefined : Math.min(...known);
}

function over(a: number | undefined, b: number | undefined): number | undefined {
  return a === undefined || b === undefined ? undefined : a / b;
}

function times(factor: number, value: number | undefined): number | undefined {
  return value === undefined ? undefined : factor * value;
}

function sum(a: number | undefined, b: number | undefined): number | undefined {
  return a === undefined || b === undefined ? undefined : a + b;
}

/** Where a row stands. */
export function verdict({
  measured,
  floor,
  goal,
  more,
}: Shown): 'goal' | 'floor' | 'missed' | 'not measured' {
  if (measured === undefined) return 'not measured';
  const reaches = (bar: number) => (more ? measured >= bar : measured <= bar);
  if (reaches(goal)) return 'goal';
  return reaches(floor) ? 'floor' : 'missed';
}
