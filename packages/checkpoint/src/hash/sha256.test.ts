import { createHash, randomBytes } from 'node:crypto';
import { expect, test } from 'vitest';
import { gitSha1Of, sha256Of } from './digest.js';
import { Sha256 } from './sha256.js';

const expected = (bytes: Uint8Array) => createHash('sha256').update(bytes).digest('hex');

test('messages of every length around the block size have the digest that Node computes', async () => {
  for (let length = 0; length < 200; length++) {
    const bytes = Uint8Array.from(randomBytes(length));
    expect(new Sha256().update(bytes).hex()).toBe(expected(bytes));
    expect(await sha256Of(bytes)).toBe(expected(bytes));
  }
});

test('pieces make no difference', () => {
  const bytes = randomBytes(100_000);
  for (const step of [1, 7, 63, 64, 65, 1000, 65_536]) {
    const hash = new Sha256();
    for (let at = 0; at < bytes.length; at += step) hash.update(bytes.subarray(at, at + step));
    expect(hash.hex()).toBe(expected(bytes));
  }
});

test('Git’s name of a file', async () => {
  // `git hash-object` of an empty file.
  expect(await gitSha1Of(new Uint8Array())).toBe('e69de29bb2d1d6434b8b29ae775ad8c2e48c5391');
});
