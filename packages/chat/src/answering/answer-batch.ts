import type { Answer } from '../answer.js';
import type { BatchQuestion } from '../chat.js';
import type { ChatModel } from '../chat-model.js';
import { finishedAnswer } from '../finished-answer.js';
import type { AnswerOptions } from '../options.js';
import { Memory, type SharedMemory } from './memory.js';
import { streamAnswer } from './stream-answer.js';

/**
 * Answers several conversations together, as many at a time as run together. Prompts and images are those of single
 * answers, and so are the ids. The first fault ends all.
 *
 * Source: `batch_chat()` of `modeling_internvl_chat.py`, without its limit of one image for each question.
 */
export async function answerBatch(
  model: ChatModel,
  questions: readonly BatchQuestion[],
  options: AnswerOptions,
  shared: SharedMemory,
): Promise<readonly Answer[]> {
  const failing = new AbortController();
  const signal = AbortSignal.any(options.signal ? [options.signal, failing.signal] : [failing.signal]);
  const answers: Answer[] = [];
  const left = questions.entries();
  const work = async () => {
    // One iterator for all: each takes the next question that nobody has.
    for (const [index, { turns, ...own }] of left) {
      const memory = new Memory(shared);
      answers[index] = await finishedAnswer(
        streamAnswer(model, turns, { ...options, ...own, signal }, memory),
      );
    }
  };
  const workers = Math.min(questions.length, shared.running?.parallelAnswers ?? 1);
  const done = await Promise.allSettled(
    Array.from({ length: workers }, () =>
      work().catch((error: unknown) => {
        failing.abort(error);
        throw error;
      }),
    ),
  );
  signal.throwIfAborted();
  for (const outcome of done) if (outcome.status === 'rejected') throw outcome.reason;
  return answers;
}
