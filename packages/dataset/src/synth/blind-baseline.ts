import type { AskedQuestion } from './synthesise.js';

/** How far one gets with one question in one language without looking. */
export interface BlindScore {
  readonly template: string;
  readonly questions: number;
  /** Different answers seen in training. */
  readonly answers: number;
  /** Bits that an answer tells: log₂ of as many answers if all are equally frequent. */
  readonly entropyBits: number;
  /** Share of test questions that the most frequent training answer gets right. */
  readonly accuracy: number;
  /** Accuracy of guessing one of the answers evenly: 1 / answers. */
  readonly chance: number;
}

/**
 * The blind baseline: always the most frequent answer of the training questions of the same template and language. Far above chance, the
 * answers are out of balance and a model can score without seeing.
 */
export function blindBaseline(train: Iterable<AskedQuestion>, test: Iterable<AskedQuestion>): BlindScore[] {
  const counts = new Map<string, Map<string, number>>();
  for (const { template, language, answer } of train) {
    const key = `${template} ${language}`;
    const answers = counts.get(key) ?? new Map<string, number>();
    counts.set(key, answers.set(answer, (answers.get(answer) ?? 0) + 1));
  }
  const right = new Map<string, { questions: number; right: number }>();
  for (const { template, language, answer } of test) {
    const key = `${template} ${language}`;
    const score = right.get(key) ?? { questions: 0, right: 0 };
    score.questions++;
    if (mostFrequent(counts.get(key)) === answer) score.right++;
    right.set(key, score);
  }
  return [...right]
    .map(([template, score]): BlindScore => {
      const seen = [...(counts.get(template)?.values() ?? [])];
      const all = seen.reduce((sum, count) => sum + count, 0);
      return {
        template,
        questions: score.questions,
        answers: seen.length,
        entropyBits: seen.reduce((bits, count) => bits - (count / all) * Math.log2(count / all), 0),
        accuracy: score.right / score.questions,
        chance: seen.length === 0 ? 0 : 1 / seen.length,
      };
    })
    .sort((a, b) => (a.template < b.template ? -1 : 1));
}

function mostFrequent(answers: ReadonlyMap<string, number> | undefined): string | undefined {
  let best: string | undefined;
  let most = 0;
  for (const [answer, count] of answers ?? []) {
    if (count > most) [best, most] = [answer, count];
  }
  return best;
}
