import { fontFor } from '../fonts.js';
import { wordsFor } from '../held-out.js';
import { capitalised, verbatim } from '../phrases.js';
import type { Random } from '../random.js';
import type { Scene, SceneContext, SceneQuestion, Stroke } from '../scene.js';
import { type Rgb, signs, stores } from '../words.js';

/** A sign of one to three lines: what it says, whose it is, a code. */
export function signScene({ random, split, measure }: SceneContext): Scene {
  const language = random.pick(['en', 'zh'] as const);
  let notice = random.pick(wordsFor(signs, split))[language];
  if (language === 'en' && random.chance(0.7))
    notice = random.chance(0.5) ? notice.toUpperCase() : capitalised(notice);
  const others = random.some(
    [random.pick(wordsFor(stores, split))[language], code(random)],
    random.integer(0, 2),
  );
  const lines = random.some([notice, ...others], 3);
  const size = random.integer(24, 52);
  const fonts = lines.map((line) => fontFor(line, random, size));
  const widths = lines.map((line, index) => measure(line, fonts[index]!));
  const pad = random.integer(10, 40);
  const width = Math.ceil(Math.max(...widths)) + 2 * pad;
  const height = Math.ceil(lines.length * size * 1.45) + 2 * pad;
  const light: Rgb = [random.integer(215, 255), random.integer(215, 255), random.integer(215, 255)];
  const ink: Rgb = [random.integer(0, 70), random.integer(0, 70), random.integer(0, 70)];
  const [background, fill] = random.chance(0.4) ? [ink, light] : [light, ink];
  const centred = random.chance(0.5);
  const strokes: Stroke[] = random.chance(0.5)
    ? [{ type: 'frame', box: [5, 5, width - 5, height - 5], width: 3, stroke: fill }]
    : [];
  for (const [index, text] of lines.entries()) {
    const x = centred ? (width - widths[index]!) / 2 : pad;
    strokes.push({ type: 'text', x, y: pad + index * size * 1.45 + size, text, font: fonts[index]!, fill });
  }
  const questions: SceneQuestion[] = [
    {
      template: 'sign.read',
      question: { en: 'What does the sign say?', zh: '牌子上写的是什么？' },
      answer: verbatim(lines.join('\n')),
    },
    {
      template: 'sign.lines',
      question: { en: 'How many lines of text are there?', zh: '图中有几行文字？' },
      answer: verbatim(String(lines.length)),
    },
  ];
  if (lines.length > 1) {
    questions.push(
      {
        template: 'sign.first',
        question: { en: 'What is on the first line?', zh: '第一行写的是什么？' },
        answer: verbatim(lines[0]!),
      },
      {
        template: 'sign.last',
        question: { en: 'What is on the last line?', zh: '最后一行写的是什么？' },
        answer: verbatim(lines.at(-1)!),
      },
    );
  }
  return {
    kind: 'sign',
    language,
    drawing: { width, height, background, strokes },
    graph: { lines },
    questions,
  };
}

/** One to three capitals and one to four digits. */
function code(random: Random): string {
  const letters = Array.from({ length: random.integer(1, 3) }, () =>
    random.pick([...'ABCDEFGHJKLMNPQRSTUVWXYZ']),
  );
  const digits = Array.from({ length: random.integer(1, 4) }, () => random.integer(0, 9));
  return [...letters, ...digits].join('');
}
