import { createHash } from 'node:crypto';
import { hostTensor, type Tensor } from '@internvl/backend';
import type { Answer } from '../answer.js';
import type { Chat, Trace } from '../chat.js';
import { VisibleText } from '../text/visible-text.js';
import { type Recorded, readFloat32File } from './float32-file.js';
import { goldenBatch, goldenQuestion } from './golden-question.js';
import { type GoldenCase, type GoldenRecord, type GoldenRow, readRecord } from './golden-record.js';
import { torchvisionStages } from './torchvision-tiles.js';

/** How far a run is from what the reference did. Errors are largest absolute differences; absent where nothing was recorded. */
export interface RunReport {
  readonly case: string;
  readonly run: string;
  readonly prompt: boolean;
  readonly promptIds: boolean;
  /** Whether the float32 bytes of all pixel values hash to the recorded hash. */
  readonly pixelsEqual?: boolean | undefined;
  readonly pixels?: number | undefined;
  readonly vision?: number | undefined;
  readonly visualTokens?: number | undefined;
  readonly logits?: number | undefined;
  readonly ids: boolean;
  readonly text: boolean;
}

/** Does a recorded run again and compares every stage. */
export async function compareRun(
  chat: Chat,
  golden: GoldenCase,
  run: string,
  { chunkTokens }: { readonly chunkTokens?: number } = {},
): Promise<RunReport> {
  const record = await readRecord(golden, run);
  if (record.how === 'batch_chat') return compareBatch(chat, golden, run);
  const recorded = await readFloat32File(`${golden.folder}/golden/${run}.safetensors`);
  const { turns, options } = goldenQuestion(golden, record);
  const { answer, tensors } = await chat.trace(turns, { ...options, chunkTokens });
  const pixels = tensors.pixel_values;
  const steps = tensors.logits!;
  const { vision, visualTokens } = await visionStages(chat, golden, record, tensors);
  return {
    case: golden.name,
    run,
    ...compareAnswer(answer, record, golden.name),
    pixelsEqual: record.pixel_values && sha256(pixels) === record.pixel_values.sha256,
    pixels: pixels && largestPixelError(pixels, recorded),
    vision: largestError([
      stageError(vision, recorded, 'vit_last_hidden_state'),
      stageError(tensors.vit_selected_hidden_state, recorded, 'vit_selected_layer'),
    ]),
    visualTokens: stageError(visualTokens, recorded, 'visual_tokens'),
    logits: largestError([
      rowError(steps, 0, recorded.get('logits.first')),
      rowError(steps, 7, recorded.get('logits.eighth')),
    ]),
  };
}

/**
 * Vision tensors as they were recorded. In native records of images, a second run with torchvision's resize came after the
 * one that gave pixel values, logits and ids, and its vision tensors are the ones that were kept.
 */
async function visionStages(
  chat: Chat,
  golden: GoldenCase,
  record: GoldenRecord,
  { vit_last_hidden_state: vision, visual_tokens: visualTokens }: Trace['tensors'],
) {
  if (!vision || !visualTokens || record.how !== 'native' || record.video) return { vision, visualTokens };
  const other = await torchvisionStages(chat, golden, record);
  return {
    vision: hostTensor('float32', other.vision, vision.dims),
    visualTokens: hostTensor('float32', other.visualTokens, visualTokens.dims),
  };
}

async function compareBatch(chat: Chat, golden: GoldenCase, run: string): Promise<RunReport> {
  const record = await readRecord(golden, run);
  const { questions, options } = goldenBatch(golden, record);
  const answers = await chat.batch(questions, options);
  const rows = record.rows!.map((row, index) => compareAnswer(answers[index]!, row, golden.name));
  return {
    case: golden.name,
    run,
    prompt: rows.every(({ prompt }) => prompt),
    promptIds: rows.every(({ promptIds }) => promptIds),
    ids: rows.every(({ ids }) => ids),
    text: rows.every(({ text }) => text),
  };
}

function compareAnswer(answer: Answer, row: GoldenRow, name: string) {
  return {
    prompt: answer.prompt.text === row.prompt,
    promptIds: equal(answer.prompt.ids, row.prompt_ids),
    ids: equal(answer.ids, row.ids) && answer.finishReason === row.finish,
    text: answer.text === expectedText(row, name),
  };
}

/** What `chat()` returned; the 3.5 code keeps special tokens, so there the recorded text goes through its last two steps. */
function expectedText({ text, response }: GoldenRow, name: string): string {
  if (response === undefined) return text;
  if (!name.startsWith('v3-5')) return response;
  const visible = new VisibleText({ cuts: ['<|im_end|>'] });
  return visible.push(text) + visible.end();
}

function equal(a: readonly number[], b: readonly number[]): boolean {
  return a.length === b.length && a.every((id, index) => id === b[index]);
}

export function sha256(tensor: Tensor<'float32'> | undefined): string | undefined {
  if (!tensor) return undefined;
  const { buffer, byteOffset, byteLength } = tensor.data;
  return createHash('sha256')
    .update(new Uint8Array(buffer, byteOffset, byteLength))
    .digest('hex');
}

type Stages = ReadonlyMap<string, Recorded>;

/** Against `NAME`, or against the first and the last tile where only these were recorded. */
export function stageError(
  tensor: Tensor<'float32'> | undefined,
  recorded: Stages,
  name: string,
): number | undefined {
  if (!tensor) return undefined;
  const whole = recorded.get(name);
  if (whole) return difference(tensor.data, whole.data);
  const last = tensor.dims[0]! - 1;
  return largestError([
    rowError(tensor, 0, recorded.get(`${name}.first`)),
    rowError(tensor, last, recorded.get(`${name}.last`)),
  ]);
}

/** Row `index` of the first dimension against a recorded one. */
function rowError(tensor: Tensor<'float32'>, index: number, row: Recorded | undefined): number | undefined {
  if (!row) return undefined;
  const size = row.data.length;
  return difference(tensor.data.subarray(index * size, (index + 1) * size), row.data);
}

/** Recorded are the top left corners of the first and of the last tile. */
export function largestPixelError(pixels: Tensor<'float32'>, recorded: Stages): number | undefined {
  const [tiles, , height, width] = pixels.dims;
  const corner = (tile: number, { dims, data }: Recorded) => {
    const [, rows, columns] = dims;
    return difference(
      Float32Array.from(data, (_, at) => {
        const column = at % columns!;
        const row = Math.floor(at / columns!) % rows!;
        const channel = Math.floor(at / columns! / rows!);
        return pixels.data[((tile * 3 + channel) * height! + row) * width! + column]!;
      }),
      data,
    );
  };
  return largestError(
    [['pixel_values.first', 0] as const, ['pixel_values.last', tiles! - 1] as const].map(([name, tile]) => {
      const found = recorded.get(name);
      return found && corner(tile, found);
    }),
  );
}

export function difference(a: Float32Array, b: Float32Array): number {
  if (a.length !== b.length) return Number.POSITIVE_INFINITY;
  let largest = 0;
  for (let index = 0; index < a.length; index++) {
    const error = Math.abs(a[index]! - b[index]!);
    if (!(error <= largest)) largest = Number.isNaN(error) ? Number.POSITIVE_INFINITY : error;
  }
  return largest;
}

function largestError(errors: readonly (number | undefined)[]): number | undefined {
  const known = errors.filter((error) => error !== undefined);
  return known.length === 0 ? undefined : Math.max(...known);
}
