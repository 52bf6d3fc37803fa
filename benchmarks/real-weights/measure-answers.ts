import { spreadOf } from '../rivals/statistics.js';
import { type GreedyAnswer, gapAt, greedyAnswer, loadFresh } from './answers.js';
import { copyingQuestions, questions } from './questions.js';

interface AnswerOptions {
  readonly checkpoint: string;
  readonly cache: string;
  readonly threads: number;
  /** Most tokens of an answer. */
  readonly tokens: number;
  readonly say: (line: string) => void;
}

/** Greedy answers of a precision beside those of the first one. */
export interface Agreement {
  readonly preset: string;
  /** Answers that are the same to the last token. */
  readonly same: number;
  readonly asked: number;
  /** Tokens before the first other one, all answers together, and all tokens of the first precision's answers. */
  readonly before: number;
  readonly all: number;
  /** Its answer to the first question. */
  readonly sample: string;
}

export async function agreementOf(presets: readonly string[], options: AnswerOptions): Promise<Agreement[]> {
  const { checkpoint, cache, threads, tokens, say } = options;
  const found: Agreement[] = [];
  let exact: readonly GreedyAnswer[] | undefined;
  for (const precision of presets) {
    say(`answering with ${precision}`);
    const chat = await loadFresh(checkpoint, { precision, cache, threads, promptLookup: false });
    const answers: GreedyAnswer[] = [];
    for (const question of questions) answers.push(await greedyAnswer(chat, question, tokens));
    await chat.dispose();
    exact ??= answers;
    const beginnings = answers.map(({ ids }, at) => common(ids, exact![at]!.ids));
    found.push({
      preset: precision,
      same: answers.filter(
        ({ ids }, at) => beginnings[at] === ids.length && ids.length === exact![at]!.ids.length,
      ).length,
      asked: questions.length,
      before: beginnings.reduce((sum, count) => sum + count, 0),
      all: exact.reduce((sum, { ids }) => sum + ids.length, 0),
      sample: answers[0]!.text,
    });
  }
  return found;
}

function common(a: readonly number[], b: readonly number[]): number {
  const other = a.findIndex((id, at) => id !== b[at]);
  return other < 0 ? a.length : other;
}

/** Decoding with guesses from the text so far, against decoding without. */
export interface LookupGain {
  readonly preset: string;
  readonly text: 'copying' | 'free';
  /** Tokens per second, medians over questions and rounds. */
  readonly without: number;
  readonly with: number;
  /** Share of the new tokens that were guessed rightly. */
  readonly accepted: number;
  /** Answers that have the same ids both ways, of those asked for. */
  readonly same: number;
  readonly asked: number;
  /** Where others part: how much likelier the best token was than the next best at most, in natural logarithms. */
  readonly gap: number;
}

/** Both ways take turns, question by question. */
export async function lookupGain(
  presets: readonly string[],
  page: string,
  { checkpoint, cache, threads, tokens, say }: AnswerOptions,
): Promise<LookupGain[]> {
  const gains: LookupGain[] = [];
  for (const precision of presets) {
    const plain = await loadFresh(checkpoint, { precision, cache, threads, promptLookup: false });
    const guessing = await loadFresh(checkpoint, { precision, cache, threads, promptLookup: true });
    for (const [text, asked] of [
      ['copying', copyingQuestions(page)],
      ['free', questions],
    ] as const) {
      say(`prompt lookup with ${precision}, ${text}`);
      const speeds = { plain: [] as number[], guessing: [] as number[] };
      let [accepted, made, same, gap] = [0, 0, 0, 0];
      for (const question of asked) {
        const limit = text === 'copying' ? 2 * tokens : tokens;
        const without = await greedyAnswer(plain, question, limit);
        const answer = await greedyAnswer(guessing, question, limit);
        const perSecond = ({ ids, decodeMs }: GreedyAnswer) => ((ids.length - 1) / decodeMs) * 1000;
        if (answer.ids.length > 1) {
          speeds.plain.push(perSecond(without));
          speeds.guessing.push(perSecond(answer));
        }
        accepted += answer.acceptedTokens;
        made += answer.ids.length;
        const parting = common(without.ids, answer.ids);
        if (parting === without.ids.length && parting === answer.ids.length) same++;
        else gap = Math.max(gap, await gapAt(plain, question, parting));
      }
      gains.push({
        ...{ preset: precision, text, same, gap, asked: asked.length },
        accepted: accepted / made,
        without: spreadOf(speeds.plain).median,
        with: spreadOf(speeds.guessing).median,
      });
    }
    await plain.dispose();
    await guessing.dispose();
  }
  return gains;
}
