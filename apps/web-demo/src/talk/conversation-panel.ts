import type { Conversation } from '@internvl/chat';
import type { Engine } from '../model/engine.js';
import { element } from '../page/element.js';
import type { PageState } from '../state.js';
import { AnswerView } from './answer-view.js';
import { ask } from './ask.js';
import { type Ask, composer } from './composer.js';
import { CurrentConversation, questionParts } from './current-conversation.js';
import { tasks } from './tasks.js';

/** The right side: tasks, questions, answers. */
export function conversationPanel(engine: Engine, state: PageState): HTMLElement {
  const log = element(
    'div',
    { class: 'log', role: 'log', 'aria-label': (w) => w.conversation, tabindex: '0' },
    element('p', { class: 'welcome', text: (w) => w.welcome }),
  );
  const current = new CurrentConversation();

  const put: Ask = (text, shown = text) => {
    const before = current.conversation;
    const conversation = current.about(state);
    if (!conversation || state.answering.value) return;
    if (before && before !== conversation) log.append(element('hr'));
    log.append(element('p', { class: 'question' }, shown));
    void answer(conversation, text);
  };

  /** Answers at the end of the log. A later try draws by chance: the likeliest words would be the same again. */
  const answer = async (conversation: Conversation, text: string, attempt = 0) => {
    const before = conversation.turns.length;
    const once = (more: number) => {
      const now = current.about(state);
      if (!now || state.answering.value) return;
      if (now === conversation) now.rewind(before);
      view.element.remove();
      void answer(now, text, attempt + more);
    };
    const view = new AnswerView({
      showBoxes: (boxes) => state.boxes.set(boxes),
      regenerate: () => once(1),
    });
    for (const old of log.querySelectorAll('.regenerate')) old.remove();
    log.append(view.element);
    const toEnd = () => log.scrollTo({ top: log.scrollHeight });
    const follow = new ResizeObserver(toEnd);
    follow.observe(view.element);
    const parts = questionParts(conversation, state.images.value, text);
    const options = attempt > 0 ? { temperature: 0.8, topP: 0.95, seed: attempt } : {};
    await ask(engine, state, { conversation, parts, options, again: () => once(0) }, view);
    follow.disconnect();
    toEnd();
  };

  return element(
    'section',
    { class: 'panel talk', 'aria-labelledby': 'talk-title' },
    element('h2', { id: 'talk-title', text: (w) => w.conversation }),
    log,
    tasks(state, put),
    composer(state, put),
  );
}
