import { expect, test } from 'vitest';
import { languageIdentifier } from '../../language/identify-language.js';
import { latinLanguages } from '../../language/latin-languages.js';
import { maskSample } from '../mask.js';
import { optionalKinds, type SpanKind } from '../protect.js';
import { checkSegments } from './check-segments.js';
import { lengthBandOf } from './units.js';

const kinds = new Set<SpanKind>(['mark', 'image', 'video', 'box', 'quad', 'tag', ...optionalKinds]);

const identify = languageIdentifier(await latinLanguages());

function failed(source: string, target: string, from = 'en', to = 'zh'): string[] {
  const segments = maskSample(
    { id: '1', images: [], turns: [{ role: 'user', parts: [{ type: 'text', text: source }] }] },
    { kinds, verbatim: () => false },
  );
  const options = { from, to, lengthBand: lengthBandOf(from, to), identify, skip: new Set<never>() };
  return checkSegments(segments, [target], options).map(({ check, message }) => `${check}: ${message}`);
}

test.each([
  ['How many dogs are there?', '有几只狗？'],
  ['There are 3 dogs and two cats.', '有三只狗和2只猫。'],
  [
    'The Eiffel Tower in Paris was built by Gustave Eiffel.',
    'Paris 的 Eiffel Tower 由 Gustave Eiffel 建造。',
  ],
  ['NASA', 'NASA'],
  ['New York', 'New York'],
  ['Yes', '是'],
  ['It is 5 km away from the old stone bridge in the valley.', '它离山谷里的那座老石桥有⟦1⟧远。'],
  ['The sign says "STOP".', '标志上写着“⟦1⟧”。'],
  ['In 2,000 years', '在2000年后'],
  ['It was released in October 2011.', '它于2011年10月发布。'],
  ['About 2.5 million people live here.', '约有250万人住在这里。'],
])('%s → %s is fine', (source, target) => {
  expect(failed(source, target)).toEqual([]);
});

test.each([
  ['How many dogs?', '', 'empty: the translation is empty'],
  ['How many dogs?', '？', 'empty: the translation is without words'],
  [
    'Describe the person in the image.',
    "I'm sorry, but I can't help.",
    "refusal: 'I'm sorry' is a refusal, not a translation",
  ],
  [
    'Describe the person in the image.',
    '抱歉，我无法识别图中的人。',
    "refusal: '抱歉，我无法' is a refusal, not a translation",
  ],
  ['Go 5 km north.', '往北走。', 'placeholders: ⟦1⟧ is missing'],
  [
    'How many dogs are on the beach?',
    'Combien de chiens?',
    "language: only 0 % of it is in the script of the language 'zh'",
  ],
  ['Yes', 'Yes', "language: only 0 % of it is in the script of the language 'zh'"],
  [
    'A man in a blue shirt is riding a bicycle along the busy street.',
    '一名男子 in a blue shirt is riding a bicycle along 繁忙的街道。',
    "untranslated: 'in a blue shirt is riding a bicycle' is left untranslated",
  ],
  [
    'A man in a blue shirt is riding a bicycle along the busy street.',
    '一个人。',
    'length: it is too short: 0.21 units per unit of the source, expected 0.70 to 3.20',
  ],
  ['There are 12 dogs.', '有狗。', 'digits: the numbers 12 are missing'],
  ['There are dogs.', '有7只狗。', 'digits: the numbers 7 are not in the source'],
  [
    'Two dogs run on the wet sand of the beach',
    '两只狗跑跑跑跑跑跑跑跑跑跑跑跑跑跑',
    "repetition: '跑' comes 12 times in a row",
  ],
])('%s → %s', (source, target, failure) => {
  expect(failed(source, target)).toContain(failure);
});

test('from Chinese', () => {
  expect(
    failed(
      '图中有多少只狗在沙滩上奔跑？',
      'How many dogs are running on the beach in the picture?',
      'zh',
      'en',
    ),
  ).toEqual([]);
  expect(
    failed('图中有多少只狗在沙滩上奔跑？', 'How many 只狗在沙滩上奔跑 are there?', 'zh', 'en').join(),
  ).toContain('untranslated');
});

test('the wrong characters, and the wrong language of one script', () => {
  expect(failed('Which way does the car go?', '这辆汽车开往哪个方向？', 'en', 'zh-Hant')).toEqual([
    'language: it is written in simplified characters, not in traditional ones',
  ]);
  expect(failed('Which way does the car go?', '這輛汽車開往哪個方向？', 'en', 'zh-Hant')).toEqual([]);
  const french = 'La voiture rouge roule très vite vers la grande gare.';
  expect(failed('The red car drives very fast to the big station.', french, 'en', 'fr')).toEqual([]);
  expect(failed('The red car drives very fast to the big station.', french, 'en', 'de')).toEqual([
    "language: it is in the language 'fr', not in 'de'",
  ]);
});
