import type { AnswerOptions, ChatEvent, Conversation, Part } from '@internvl/chat';
import { explain } from '../failures/explain.js';
import type { Engine } from '../model/engine.js';
import type { PageState } from '../state.js';
import { AnswerClock } from './answer-clock.js';
import type { AnswerView } from './answer-view.js';

export interface Question {
  readonly conversation: Conversation;
  readonly parts: readonly Part[];
  readonly options?: AnswerOptions;
  /** Asks the same again. */
  readonly again: () => void;
}

/** Asks, and shows everything that happens on the way. Never throws: what goes wrong is told on the page. */
export async function ask(
  engine: Engine,
  state: PageState,
  question: Question,
  view: AnswerView,
): Promise<void> {
  const { conversation, parts, options } = question;
  const stop = new AbortController();
  const clock = new AnswerClock(() => performance.now());
  state.answering.set(stop);
  state.failure.set(undefined);
  state.boxes.set([]);
  view.status((w) => w.readingImages);
  try {
    for await (const event of conversation.ask(parts, { ...options, signal: stop.signal })) {
      clock.see(event);
      show(event, state, view);
      if (event.type === 'answer-finished') view.finish(event.answer, clock.times(event.answer));
    }
  } catch (error) {
    if (stop.signal.aborted) {
      view.stop();
    } else {
      view.fail();
      state.failure.set(
        explain(error, { engine, state, retry: question.again, reopen: state.model.value?.reopen }),
      );
    }
  } finally {
    state.answering.set(undefined);
    state.tilesDone.set(0);
  }
}

function show(event: ChatEvent, state: PageState, view: AnswerView): void {
  switch (event.type) {
    case 'vision-progress':
      state.tilesDone.set(event.loaded);
      view.status((w) => w.seeingTiles(event.loaded, event.total));
      break;
    case 'prefill-progress':
      view.status((w) => w.readingPrompt(event.loaded, event.total));
      break;
    case 'text-delta':
      view.append(event.text);
      break;
    case 'answer-finished':
      state.boxes.set(event.answer.boxes);
      state.runtime.set(event.answer);
  }
}
