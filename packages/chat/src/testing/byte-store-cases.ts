import type { ByteStore } from '../tile-store/byte-store.js';

/** A clock that a test sets, Ms since 1970. */
export interface TestClock {
  time: number;
}

/** What every byte store does, free of a test framework: each case throws when it does not. */
export const byteStoreCases: Readonly<Record<string, (store: ByteStore, clock: TestClock) => Promise<void>>> =
  {
    async 'has nothing at first'(store) {
      equal(await store.list(), []);
      equal(await store.read('a0'), undefined);
      await store.touch('a0');
      await store.remove('a0');
      equal(await store.list(), []);
    },
    async 'gives what was written, bytes of its own'(store) {
      const bytes = Uint8Array.of(9, 1, 2, 3).subarray(1);
      await store.write('a0', bytes);
      bytes[0] = 77;
      const read = await store.read('a0');
      equal([...(read ?? [])], [1, 2, 3]);
      equal((await store.list())[0]?.bytes, 3);
      read!.fill(0);
      equal([...((await store.read('a0')) ?? [])], [1, 2, 3]);
    },
    async 'puts new bytes in place of old ones, and none'(store) {
      await store.write('a0', new Uint8Array(10));
      await store.write('a0', Uint8Array.of(5));
      equal([...((await store.read('a0')) ?? [])], [5]);
      await store.write('a0', new Uint8Array());
      equal((await store.read('a0'))?.length, 0);
      equal((await store.list()).length, 1);
    },
    async 'removes one and leaves the others'(store) {
      for (const name of ['a0', 'b0', 'c0']) await store.write(name, Uint8Array.of(1));
      await store.remove('b0');
      equal((await store.list()).map(({ name }) => name).sort(), ['a0', 'c0']);
      equal(await store.read('b0'), undefined);
    },
    async 'knows what was of use last'(store, clock) {
      for (const name of ['a0', 'b0', 'c0']) {
        clock.time += 5000;
        await store.write(name, Uint8Array.of(1));
      }
      clock.time += 5000;
      await store.touch('a0');
      const listed = [...(await store.list())].sort((one, other) => one.used - other.used);
      equal(
        listed.map(({ name }) => name),
        ['b0', 'c0', 'a0'],
      );
    },
    async 'takes several writes of one name at once'(store) {
      await Promise.all([1, 2, 3].map((value) => store.write('a0', new Uint8Array(50).fill(value))));
      const read = await store.read('a0');
      equal(new Set(read).size, 1);
      equal(read?.length, 50);
    },
  };

function equal(actual: unknown, expected: unknown): void {
  const [came, wanted] = [JSON.stringify(actual), JSON.stringify(expected)];
  if (came !== wanted) throw new Error(`expected ${wanted}, got ${came}`);
}
