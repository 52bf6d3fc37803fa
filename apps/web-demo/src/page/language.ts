import { en } from './words-en.js';
import { zh } from './words-zh.js';

/** Every sentence of the page; `words-en.ts` has them all. */
export type Words = typeof en;
export type Language = 'en' | 'zh';
/** A sentence, in whichever language is shown. */
export type Say = (words: Words) => string;

const languages: Record<Language, Words> = { en, zh };
const STORED = 'language';

/** The words of the language that the document is in. */
export function words(): Words {
  return languages[currentLanguage()];
}

export function currentLanguage(): Language {
  return document.documentElement.lang.startsWith('zh') ? 'zh' : 'en';
}

/** Takes the language of the last visit, or the browser's. */
export function startLanguage(): void {
  const stored = localStorage.getItem(STORED);
  const wanted = stored ?? navigator.language;
  document.documentElement.lang = wanted.startsWith('zh') ? 'zh-CN' : 'en';
}

/** Shows the page in another language: every element that `say` wrote is written again. */
export function switchLanguage(language: Language): void {
  localStorage.setItem(STORED, language);
  document.documentElement.lang = language === 'zh' ? 'zh-CN' : 'en';
  document.title = words().title;
  for (const element of document.querySelectorAll(`[${MARK}]`)) {
    for (const write of said.get(element)?.values() ?? []) write(words());
  }
}

const MARK = 'data-said';
const said = new WeakMap<Element, Map<string, (words: Words) => void>>();

/** Writes a sentence into an element, or into one of its attributes, in the language shown now and after a switch. */
export function say(element: Element, sentence: Say, attribute?: string): void {
  const write = (now: Words) => {
    if (attribute === undefined) element.textContent = sentence(now);
    else element.setAttribute(attribute, sentence(now));
  };
  const writers = said.get(element) ?? new Map<string, (words: Words) => void>();
  writers.set(attribute ?? '', write);
  said.set(element, writers);
  element.setAttribute(MARK, '');
  write(words());
}
