import { DatasetError } from '../error.js';
import type { JsonObject } from '../sample/json.js';
import type { Sample, Turn } from '../sample/sample.js';
import type { Canvas } from './canvas.js';
import { makeScene, sceneKinds } from './make-scene.js';
import { randomStream } from './random.js';
import type { Language, SceneKind, SceneSplit } from './scene.js';
import { askedOf, sceneTurns } from './scene-turns.js';

export interface SynthesisOptions {
  /** Scenes to make. */
  readonly count: number;
  /** A whole number; 0 by default. */
  readonly seed?: number | undefined;
  /** Kinds that take turns; all by default. */
  readonly kinds?: readonly SceneKind[] | undefined;
  /** `train` by default. `held-out` has words and combinations of shape and colour that `train` never has. */
  readonly split?: SceneSplit | undefined;
  /** Questions of one scene at most: 3. */
  readonly questions?: number | undefined;
  /** First number; sample ids are `kind-000042`. 0 by default. */
  readonly start?: number | undefined;
  readonly signal?: AbortSignal | undefined;
  readonly onProgress?: ((progress: { readonly loaded: number; readonly total: number }) => void) | undefined;
}

/** One drawn scene. */
export interface SyntheticSample {
  /** With one image, `images/SPLIT/ID.png`. */
  readonly sample: Sample;
  /** The image as PNG. */
  readonly png: Uint8Array;
  /** What is in it. */
  readonly graph: JsonObject;
  /** What was asked, for balance and the blind baseline. */
  readonly asked: readonly AskedQuestion[];
}

export interface AskedQuestion {
  readonly template: string;
  readonly language: Language;
  readonly answer: string;
}

/**
 * Draws scenes with questions and answers in both languages: shapes, signs, charts, receipts and pages. A scene depends on seed, split and
 * its number alone, so that any stretch can be made by any worker.
 *
 * @throws `invalid-option` for counts that are no whole numbers and for unknown kinds; `signal.reason`
 */
export async function* synthesise(
  canvas: Canvas,
  {
    count,
    seed = 0,
    kinds = sceneKinds,
    split = 'train',
    questions = 3,
    start = 0,
    signal,
    onProgress,
  }: SynthesisOptions,
): AsyncGenerator<SyntheticSample, void, undefined> {
  for (const [option, value] of Object.entries({ count, questions, start, seed })) {
    if (!Number.isInteger(value) || (value < 0 && option !== 'seed')) throw notWhole(option, value);
  }
  const unknown = kinds.find((kind) => !sceneKinds.includes(kind));
  if (kinds.length === 0 || unknown !== undefined) throw unknownKind(unknown);
  for (let number = start; number < start + count; number++) {
    signal?.throwIfAborted();
    const kind = kinds[number % kinds.length]!;
    const scene = makeScene(kind, number, { seed, split, measure: canvas.measure });
    const id = `${kind}-${String(number).padStart(6, '0')}`;
    const asked = askedOf(scene.questions, randomStream(seed, `${split}/${id}/asked`), questions);
    const turns = asked.flatMap(({ question, language }) => sceneTurns(question, language));
    const { width, height } = scene.drawing;
    yield {
      sample: {
        id,
        task: kind,
        split,
        source: 'synthetic scenes',
        images: [{ path: `images/${split}/${id}.png`, width, height }],
        turns: withImage(turns),
      },
      png: await canvas.png(scene.drawing),
      graph: { id, kind, language: scene.language, width, height, ...scene.graph },
      asked: asked.map(({ question, language }) => ({
        template: question.template,
        language,
        answer: question.region ? question.region.name[language] : question.answer[language],
      })),
    };
    onProgress?.({ loaded: number - start + 1, total: count });
  }
}

/** The image stands on a line of its own before the first question. */
function withImage([first, ...rest]: readonly Turn[]): Turn[] {
  if (!first) return [];
  return [
    { ...first, parts: [{ type: 'image', imageIndex: 0 }, { type: 'text', text: '\n' }, ...first.parts] },
    ...rest,
  ];
}

function notWhole(option: string, value: number): DatasetError {
  return new DatasetError('invalid-option', `Expected ${option} to be a whole number, got ${value}.`, {
    option,
    value,
  });
}

function unknownKind(kind: string | undefined): DatasetError {
  return new DatasetError(
    'invalid-option',
    `Expected kinds among ${sceneKinds.join(', ')}, got ${kind ?? 'none'}.`,
    { option: 'kinds', value: kind, known: sceneKinds },
  );
}
