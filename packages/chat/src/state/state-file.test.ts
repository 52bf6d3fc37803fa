import { InternVLError } from '@internvl/backend';
import { expect, test } from 'vitest';
import { packState, unpackState } from './state-file.js';

const content = {
  json: { some: ['JSON', 1, null], text: '多' },
  parts: [Uint8Array.of(1, 2, 3), new Uint8Array(), new Uint8Array(20).fill(7)],
};

test('gives back what was packed, wherever the bytes lie', async () => {
  const state = await packState(content);
  expect(await unpackState(state)).toEqual(content);
  expect(await packState(content)).toEqual(state);
  const within = new Uint8Array([9, 9, 9, ...state]).subarray(3);
  expect(await unpackState(within)).toEqual(content);
  expect(await unpackState(await packState({ json: null, parts: [] }))).toEqual({ json: null, parts: [] });
});

test('any other bit, and any cut, is noticed', async () => {
  const state = await packState(content);
  const codes = new Set<string>();
  const refused = async (bytes: Uint8Array) => {
    const error = await unpackState(bytes).then(
      () => undefined,
      (thrown: unknown) => thrown,
    );
    if (!InternVLError.is(error)) throw new Error(`not refused: ${error}`);
    codes.add(error.code);
  };
  for (let at = 0; at < state.length; at++) {
    const damaged = state.slice();
    damaged[at]! ^= 1 << (at % 8);
    await refused(damaged);
    await refused(state.slice(0, at));
  }
  await refused(Uint8Array.from([...state, 0]));
  expect([...codes].sort()).toEqual(['state-unreadable', 'state-version']);
});

test('another version says which', async () => {
  const state = await packState(content);
  new DataView(state.buffer).setUint32(8, 7, true);
  await expect(unpackState(state)).rejects.toMatchObject({
    code: 'state-version',
    facts: { version: 7, supported: 1 },
  });
});
