import { expect, test } from 'vitest';
import { seededRandom } from '../testing/random.js';
import { utf8Assembler } from './utf8-assembler.js';

const random = seededRandom(4);
const lead = [0x41, 0xc2, 0xc1, 0xe0, 0xe7, 0xed, 0xf0, 0xf4, 0xf5, 0xff];
const bytes = (): number[] =>
  Array.from({ length: 10 }, () =>
    random() < 0.4 ? lead[Math.floor(random() * lead.length)]! : 0x80 + Math.floor(random() * 0x40),
  );

test('bytes in any portions give what a decoder of the Web gives for all', () => {
  for (let i = 0; i < 3000; i++) {
    const all = bytes();
    const assemble = utf8Assembler('subpart');
    const text = all.map((byte) => assemble([byte], false)).join('') + assemble([], true);
    expect(text).toBe(new TextDecoder('utf-8', { ignoreBOM: true }).decode(Uint8Array.from(all)));
  }
});

test('nothing is given before it is certain', () => {
  const assemble = utf8Assembler('byte');
  expect([0xf0, 0x9f, 0x90].map((byte) => assemble([byte], false))).toEqual(['', '', '']);
  expect(assemble([0xbc], false)).toBe('🐼');
});
