import { expect, test } from 'vitest';
import { embedImage } from './embed-image.js';
import { FakeChat } from './testing/fake-chat.js';

const image = { data: new Uint8Array(12), width: 2, height: 2 };

test('patches are averaged, or the class embedding is taken; of unit length', async () => {
  // Patches (2, 3) and (4, 5), class (0, 1).
  const mean = await embedImage(new FakeChat(), image);
  expect([...mean]).toEqual([expect.closeTo(0.6, 6), expect.closeTo(0.8, 6)]);
  expect([...(await embedImage(new FakeChat(), image, { pooling: 'class' }))]).toEqual([0, 1]);
});
