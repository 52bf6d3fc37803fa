import { loadTokenizer } from '@internvl/tokenizer';
import { publishedFiles, type Vocabulary } from './vocabularies.js';

/* Texts made to be slow: node extremes.ts VOCABULARY. Prints a list of Extreme as JSON. */

/** Processor time of a text of 1 MB, and of one half as long. */
export interface Extreme {
  readonly text: string;
  readonly ms: number;
  readonly halfMs: number;
  readonly tokens: number;
}

const units: Readonly<Record<string, string>> = {
  'one letter': 'a',
  spaces: ' ',
  newlines: '\n',
  'one Chinese character': '中',
  '▁': '▁',
  'Chinese without spaces':
    '天地玄黄宇宙洪荒日月盈昃辰宿列张寒来暑往秋收冬藏闰余成岁律吕调阳云腾致雨露结为霜',
  digits: '1',
  quotes: "'",
  'two letters': 'ab',
  'opening brackets': '<',
  'reserved pieces': '[UNUSED_TOKEN_145]',
  'joined emoji': '👩‍👩‍👧',
};

const tokenizer = loadTokenizer(publishedFiles(process.argv[2] as Vocabulary));
const time = (text: string): { ms: number; tokens: number } => {
  const before = process.cpuUsage();
  const { ids } = tokenizer.encode(text, { addedTokens: 'text' });
  const { system, user } = process.cpuUsage(before);
  return { ms: (system + user) / 1000, tokens: ids.length };
};
time('warm up');
const rows = Object.entries(units).map(([text, unit]): Extreme => {
  const count = Math.floor(1e6 / Buffer.byteLength(unit));
  const half = time(unit.repeat(count >> 1));
  return { text, ...time(unit.repeat(count)), halfMs: half.ms };
});
console.log(JSON.stringify(rows));
