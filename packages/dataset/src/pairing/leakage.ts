import { sampleText } from '../clean/sample-text.js';
import { hashText, normalisedText } from '../clean/text-key.js';
import { excerptAt } from '../rules/finding.js';
import type { ProblemInput } from '../rules/validate-options.js';
import type { ImageRef, Sample } from '../sample/sample.js';
import { lineOf, type PairSide } from './pair-problems.js';

export interface LeakageOptions {
  /**
   * What tells that two images are the same one: a digest of their content where there are files (`imageDigests` of
   * `@internvl/dataset/node`); by default their path or address.
   */
  readonly imageKey?: ImageKey | undefined;
  /** The same for images of the evaluation set, which may lie in another folder; by default `imageKey`. */
  readonly evaluationKey?: ImageKey | undefined;
}

type ImageKey = (image: ImageRef) => Promise<string | undefined>;

/**
 * Rows of a training set whose image, or whose question and answer, is in an evaluation set as well, whatever the language, as inputs
 * for `validate`. Keys of the evaluation set are held in memory.
 */
export async function* leakageProblems(
  training: PairSide,
  evaluation: PairSide,
  { imageKey = async ({ path, url }) => path ?? url, evaluationKey = imageKey }: LeakageOptions = {},
): AsyncGenerator<ProblemInput, void, undefined> {
  const images = new Map<string, number>();
  const texts = new Map<string, number>();
  for await (const { sample, place } of evaluation.readings) {
    if (sample === undefined) continue;
    for (const image of sample.images) {
      const key = await evaluationKey(image);
      if (key !== undefined && !images.has(key)) images.set(key, lineOf(place));
    }
    const text = textKey(sample);
    if (text !== undefined && !texts.has(text)) texts.set(text, lineOf(place));
  }
  for await (const { sample, place } of training.readings) {
    if (sample === undefined) continue;
    const line = lineOf(place);
    const where = (other: number): string => `${evaluation.file}:${other}`;
    for (const [index, image] of sample.images.entries()) {
      const key = await imageKey(image);
      const other = key === undefined ? undefined : images.get(key);
      if (other === undefined) continue;
      const name = image.path ?? image.url ?? '';
      const message = `Expected an image that is not in the evaluation set, it is in ${where(other)}.`;
      const facts = { evaluation: where(other) };
      yield {
        problem: {
          code: 'leakage-image',
          file: training.file,
          line,
          pointer: `/images/${index}`,
          message,
          excerpt: excerptAt(name),
          facts,
        },
      };
    }
    const text = textKey(sample);
    const other = text === undefined ? undefined : texts.get(text);
    if (other === undefined) continue;
    const message = `Expected text that is not in the evaluation set, it is in ${where(other)}.`;
    const facts = { evaluation: where(other) };
    yield {
      problem: {
        code: 'leakage-text',
        file: training.file,
        line,
        pointer: '',
        message,
        excerpt: excerptAt(sampleText(sample)),
        facts,
      },
    };
  }
}

/** Short questions with short answers are asked of many images; only longer text tells that it is the same row. */
const LEAST_UNITS = 24;

function textKey(sample: Sample): string | undefined {
  const text = normalisedText(sampleText(sample));
  return text.length < LEAST_UNITS ? undefined : hashText(text);
}
