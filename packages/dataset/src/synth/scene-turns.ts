import type { Part, Turn } from '../sample/sample.js';
import type { Random } from './random.js';
import type { Language, SceneQuestion } from './scene.js';

/** One question with its answer, in one language, as two turns. Boxes are fractions, written in thousandths. */
export function sceneTurns({ question, answer, region }: SceneQuestion, language: Language): [Turn, Turn] {
  const text = (content: string): Part => ({ type: 'text', text: content });
  if (!region) {
    return [
      { role: 'user', parts: [text(question[language])] },
      { role: 'assistant', parts: [text(answer[language])] },
    ];
  }
  const ref: Part = { type: 'ref', text: region.name[language] };
  const box: Part = { type: 'box', boxes: [region.box], convention: 'thousandths' };
  return [
    { role: 'user', parts: [text(question[language]), ref] },
    { role: 'assistant', parts: [ref, box] },
  ];
}

/** Which questions of a scene are asked, and in which language each. */
export function askedOf(
  questions: readonly SceneQuestion[],
  random: Random,
  most: number,
): { readonly question: SceneQuestion; readonly language: Language }[] {
  return random
    .some(questions, most)
    .map((question) => ({ question, language: random.pick(['en', 'zh'] as const) }));
}
