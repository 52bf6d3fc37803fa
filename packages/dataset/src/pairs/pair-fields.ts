/** Question in one language, answer in the same or the other. */
export type Pairing = 'en-zh' | 'en-en' | 'zh-zh' | 'zh-en';

export const pairings = ['en-zh', 'en-en', 'zh-zh', 'zh-en'] as const;

/** What a table of pairs can hold. */
export type PairField =
  | 'question_en'
  | 'answer_zh'
  | 'question_zh'
  | 'answer_en'
  | 'id'
  | 'image'
  | 'task'
  | 'source'
  | 'split'
  | 'license';

/** The headers that a field has without a column map: the rich table's, and those of the founding one. */
export const headersOf: Readonly<Record<PairField, readonly string[]>> = {
  question_en: ['question_en', 'English Questions'],
  answer_zh: ['answer_zh', 'Chinese Answers'],
  question_zh: ['question_zh', 'Chinese Questions'],
  answer_en: ['answer_en', 'English Answers'],
  id: ['id'],
  image: ['image'],
  task: ['task'],
  source: ['source'],
  split: ['split'],
  license: ['license'],
};

export const pairFields = [
  'question_en',
  'answer_zh',
  'question_zh',
  'answer_en',
  'id',
  'image',
  'task',
  'source',
  'split',
  'license',
] as const satisfies readonly PairField[];

export const carriedFields = ['id', 'image', 'task', 'source', 'split', 'license'] as const;

type Question = 'question_en' | 'question_zh';
type Answer = 'answer_en' | 'answer_zh';

/** Where a direction takes its two texts from, and what it calls them. */
export const directions: Readonly<
  Record<
    Pairing,
    { readonly question: Question; readonly answer: Answer; readonly keys: readonly [string, string] }
  >
> = {
  'en-zh': { question: 'question_en', answer: 'answer_zh', keys: ['english_question', 'chinese_answer'] },
  'en-en': { question: 'question_en', answer: 'answer_en', keys: ['english_question', 'english_answer'] },
  'zh-zh': { question: 'question_zh', answer: 'answer_zh', keys: ['chinese_question', 'chinese_answer'] },
  'zh-en': { question: 'question_zh', answer: 'answer_en', keys: ['chinese_question', 'english_answer'] },
};
