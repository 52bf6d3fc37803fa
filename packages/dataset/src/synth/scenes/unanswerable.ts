import { wordsFor } from '../held-out.js';
import type { Language, SceneContext, SceneQuestion } from '../scene.js';
import { goods, type Word } from '../words.js';

const missing: Word = { en: 'Not present', zh: '未出现' };

/** Now and then a question about something that isn't there. */
export function absent(
  { random, split }: SceneContext,
  template: string,
  present: readonly string[],
  language: Language,
  question: (item: string) => Word,
): SceneQuestion[] {
  const others = wordsFor(goods, split).filter((word) => !present.includes(word[language]));
  if (others.length === 0 || !random.chance(0.3)) return [];
  return [{ template, question: question(random.pick(others)[language]), answer: missing }];
}
