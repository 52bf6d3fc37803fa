import { element } from '../page/element.js';
import type { PageState } from '../state.js';

/** A prompt in both languages, and what its buttons say. */
interface Task {
  readonly en: { readonly label: string; readonly prompt: string };
  readonly zh: { readonly label: string; readonly prompt: string };
}

const caption: Task = {
  en: { label: 'Caption', prompt: 'Describe the image.' },
  zh: { label: '描述', prompt: '描述这张图片。' },
};
const question: Task = {
  en: { label: 'Question', prompt: 'What is the most striking thing in the image?' },
  zh: { label: '问答', prompt: '图中最显眼的是什么？' },
};
/** The nano model has only learned to answer about drawn shapes. */
const nanoQuestion: Task = {
  en: { label: 'Question', prompt: 'How many shapes are there?' },
  zh: { label: '问答', prompt: '图中有几个图形？' },
};
const summary: Task = {
  en: { label: 'Summary', prompt: 'Summarize this document.' },
  zh: { label: '总结', prompt: '总结这份文档。' },
};

/** The three tasks as one click each, in both languages whatever the page speaks. */
export function tasks({ model }: PageState, ask: (prompt: string) => void): HTMLElement {
  const whole = element('div', { class: 'tasks', role: 'group', 'aria-label': (w) => w.tasks });
  const button = ({ label, prompt }: Task['en'], lang: string) =>
    element('button', { type: 'button', lang, title: prompt, on: { click: () => ask(prompt) } }, label);
  model.watch((open) => {
    const shown = [caption, open?.name === 'nano' ? nanoQuestion : question, summary];
    whole.replaceChildren(
      ...shown.map(({ en, zh }) => element('span', { class: 'pair' }, button(en, 'en'), button(zh, 'zh-CN'))),
    );
  });
  return whole;
}
