import { NotAnImage } from '../images/page-image.js';
import type { Engine } from '../model/engine.js';
import type { Say, Words } from '../page/language.js';
import type { PageState } from '../state.js';
import type { Failure, Step } from './failure.js';

/** What the next steps of a failure act on. */
export interface Circumstances {
  readonly engine: Pick<Engine, 'restart'>;
  readonly state: PageState;
  /** Does again what failed. */
  readonly retry?: (() => void) | undefined;
  /** What to do once the worker was started again, where that is not the same. */
  readonly reopen?: (() => void) | undefined;
}

type Topic = keyof Words['failures'];

/** Codes of the packages, and what they mean to a visitor. Codes that are not here are shown in their own words. */
export const topics: Readonly<Record<string, Topic>> = {
  'storage-full': 'storageFull',
  'disk-full': 'storageFull',
  QuotaExceededError: 'storageFull',
  'out-of-memory': 'outOfMemory',
  RangeError: 'outOfMemory',
  'buffer-too-large': 'outOfMemory',
  'nothing-fits': 'nothingFits',
  'unsupported-operator': 'nothingFits',
  'precision-overflow': 'nothingFits',
  'storage-missing': 'storageMissing',
  'runtime-failed': 'runtime',
  'threads-blocked': 'runtime',
  'runtime-timeout': 'runtime',
  network: 'network',
  'hub-offline': 'network',
  'hub-unauthorized': 'unauthorized',
  'model-not-found': 'modelNotFound',
  'architecture-unknown': 'unsupported',
  'architecture-unsupported': 'unsupported',
  'template-unknown': 'unsupported',
  'tokenizer-unreadable': 'unsupported',
  'config-invalid': 'unsupported',
  'file-missing': 'incomplete',
  'shard-missing': 'incomplete',
  'tensor-missing': 'incomplete',
  'shard-truncated': 'incomplete',
  'hash-mismatch': 'incomplete',
  'size-mismatch': 'incomplete',
  'safetensors-header': 'incomplete',
  'image-unreadable': 'notAnImage',
  'image-truncated': 'notAnImage',
  'image-empty': 'notAnImage',
  'image-unsupported': 'notAnImage',
  'image-too-large': 'imageTooLarge',
  'context-overflow': 'contextOverflow',
  'device-lost': 'deviceLost',
  'device-missing': 'deviceMissing',
  'host-lost': 'hostLost',
  'host-disposed': 'hostLost',
  'chat-disposed': 'hostLost',
};

/** Puts an error into words with a next step. */
export function explain(error: unknown, { engine, state, retry, reopen = retry }: Circumstances): Failure {
  const topic = topicOf(error);
  const steps: Step[] = [];
  if (restarts.has(topic)) {
    steps.push({ label: (w) => w.steps.restart, act: () => void restart(engine, state, reopen) });
  } else if (retry) {
    steps.push({ label: (w) => (topic === 'network' ? w.resume : w.steps.retry), act: retry });
  }
  if (chooseModel.has(topic))
    steps.push({ label: (w) => w.steps.chooseModel, act: () => state.choosing.set(true) });
  if (steps.length === 0) steps.push({ label: (w) => w.reload, act: () => location.reload() });
  return { message: (w) => w.failures[topic], detail: detailOf(error), steps };
}

/** Only a new worker is sure to be in order again. */
const restarts: ReadonlySet<Topic> = new Set(['hostLost', 'outOfMemory', 'runtime']);

const chooseModel: ReadonlySet<Topic> = new Set([
  'nothingFits',
  'storageFull',
  'outOfMemory',
  'unauthorized',
  'modelNotFound',
  'unsupported',
  'incomplete',
  'deviceMissing',
]);

function topicOf(error: unknown): Topic {
  // Allocation failures of WASM arrive as plain errors of the runtime.
  if (memory.test(detailOf(error) ?? '')) return 'outOfMemory';
  return topics[codeOf(error) ?? ''] ?? 'other';
}

const memory = /out of memory|bad_alloc|allocation failed|could not allocate/i;

/** The code of an error of the packages, or the name of one of the browser. */
export function codeOf(error: unknown): string | undefined {
  if (!(error instanceof Error)) return undefined;
  return 'code' in error && typeof error.code === 'string' ? error.code : error.name;
}

function detailOf(error: unknown): string | undefined {
  return error instanceof Error ? error.message : String(error);
}

async function restart(
  engine: Circumstances['engine'],
  state: PageState,
  then: (() => void) | undefined,
): Promise<void> {
  state.model.set(undefined);
  await engine.restart();
  if (then) then();
  else state.choosing.set(true);
}

/** The visitor cancelled; what was fetched is kept. */
export function interrupted(resume: () => void): Failure {
  return { message: (w) => w.failures.cancelled, steps: [{ label: (w) => w.resume, act: resume }] };
}

/** A folder of this computer without config.json. */
export function notACheckpoint(error: unknown, chooseAnother: () => void): Failure {
  return {
    message: (w) => w.notACheckpoint,
    detail: detailOf(error),
    steps: [{ label: (w) => w.chooseFolder, act: chooseAnother }],
  };
}

/** A file that is no image the browser reads. */
export function notAnImage(error: unknown, chooseAnother: () => void): Failure {
  const message: Say = (w) =>
    error instanceof NotAnImage ? w.notThisImage(error.file) : w.failures.notAnImage;
  return { message, steps: [{ label: (w) => w.chooseImages, act: chooseAnother }] };
}

/** A sample image that cannot be fetched. */
export function sampleLost(chooseAnother: () => void): Failure {
  return {
    message: (w) => w.sampleLost,
    steps: [{ label: (w) => w.chooseImages, act: chooseAnother }],
  };
}
