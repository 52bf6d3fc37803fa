import { expect, test } from 'vitest';
import { describeImage } from '../../../../examples/web/page.js';
import { nanoImage, nanoModel } from '../testing/nano-in-browser.js';

test('the example of the README runs', async () => {
  const stages = new Set<string>();
  let shown = '';
  const answer = await describeImage(nanoModel, await nanoImage('shapes-0.png'), {
    progress: ({ status }) => void stages.add(status),
    text: (text) => {
      shown += text;
    },
  });
  expect(shown).toContain('triangle');
  expect(stages).toContain('loading');
  expect(answer).toMatchObject({ encodedTiles: 0, precision: 'fp32' });
});
