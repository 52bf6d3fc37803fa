import type { Word } from './words.js';

/** What is the same in both languages: a number, a code, words as they stand in the picture. */
export function verbatim(text: string): Word {
  return { en: text, zh: text };
}

/** `a, b and c` and `a、b和c`. */
export function joined(list: readonly Word[]): Word {
  const en = list.map((word) => word.en);
  const zh = list.map((word) => word.zh);
  const last = list.length - 1;
  if (last < 1) return { en: en.join(''), zh: zh.join('') };
  return {
    en: `${en.slice(0, last).join(', ')} and ${en[last]}`,
    zh: `${zh.slice(0, last).join('、')}和${zh[last]}`,
  };
}

export function capitalised(text: string): string {
  return text.charAt(0).toUpperCase() + text.slice(1);
}
