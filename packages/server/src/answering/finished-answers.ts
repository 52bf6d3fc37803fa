import type { Answer, ChatEvent, TokenLogprobs } from '@internvl/chat';
import type { Merged } from './merge.js';

/** An answer at its end. */
export interface FinishedAnswer {
  readonly answer: Answer;
  /**
   * One for each token of the text, as a stream tells them: the end token, and tokens of a stop text that is left out, are
   * none of them. Undefined where nobody asked.
   */
  readonly logprobs: readonly TokenLogprobs[] | undefined;
}

/** Runs answers to their end and gives them in order of their choices. */
export async function finishedAnswers(
  events: AsyncGenerator<Merged<ChatEvent>, void, void>,
): Promise<readonly FinishedAnswer[]> {
  const answers: FinishedAnswer[] = [];
  const told: TokenLogprobs[][] = [];
  for await (const { index, value } of events) {
    if (value.type === 'text-delta') {
      told[index] ??= [];
      told[index].push(...(value.logprobs ?? []));
    }
    if (value.type === 'answer-finished') {
      const { answer } = value;
      answers[index] = { answer, logprobs: answer.logprobs && (told[index] ?? []) };
    }
  }
  return answers;
}
