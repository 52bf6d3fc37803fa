import type { Answer, ChatEvent } from '@internvl/chat';
import type { Merged } from './merge.js';

/** Runs answers to their end and gives them in order of their choices. */
export async function finishedAnswers(
  events: AsyncGenerator<Merged<ChatEvent>, void, void>,
): Promise<readonly Answer[]> {
  const answers: Answer[] = [];
  for await (const { index, value } of events) {
    if (value.type === 'answer-finished') answers[index] = value.answer;
  }
  return answers;
}
