/** Questions that a small language model can say something about. */
export const questions: readonly string[] = [
  'What is the capital of France?',
  'Explain in three sentences why the sky is blue.',
  'Write a short poem about the sea.',
  'Give me a recipe for pancakes.',
  'List five animals that live in Africa.',
  'What is the difference between a violin and a guitar?',
];

/** What copies from its prompt: where guesses from the text so far pay. */
export function copyingQuestions(page: string): readonly string[] {
  const [first = '', second = ''] = page.split('\n\n');
  return [
    `Repeat the following text word for word.\n\n${first}`,
    `Repeat the following text word for word.\n\n${second}`,
    `Correct the spelling mistakes in the following text, and change nothing else.\n\n${second}`,
  ];
}
