import { expect, test } from 'vitest';
import { seededRandom } from '../testing/random.js';
import { cleaning } from './clean-up.js';

/** The same, done as Python does it to a whole text. */
function whole(text: string): string {
  const patterns = [' .', ' ?', ' !', ' ,', " ' ", " n't", " 'm", " 's", " 've", " 're"];
  return patterns.reduce((cleaned, pattern) => cleaned.split(pattern).join(pattern.trim()), text);
}

test('text in portions comes out as the whole text would', () => {
  const random = seededRandom(3);
  const parts = [' ', "'", '.', ',', 'n', 't', 've', 're', 's', 'm', 'a', '  '];
  for (let i = 0; i < 2000; i++) {
    const portions = Array.from({ length: 12 }, () => parts[Math.floor(random() * parts.length)]!);
    const clean = cleaning();
    const text = portions.map((portion) => clean(portion, false)).join('') + clean('', true);
    expect(text, portions.join('')).toBe(whole(portions.join('')));
  }
});
