import { extract, pack } from 'tar-stream';
import { expect, test } from 'vitest';
import { BLOCK, readHeader, writeHeader } from './header.js';
import { readTar } from './read-tar.js';

async function read(tar: Uint8Array, { size = tar.length, mostBytes = 1e6 } = {}) {
  async function* pieces() {
    for (let at = 0; at < tar.length; at += size) yield tar.subarray(at, at + size);
  }
  const found = [];
  for await (const member of readTar(pieces(), mostBytes)) found.push(member);
  return found;
}

const long = `${'folder/'.repeat(30)}图片.png`;
const files: readonly (readonly [string, Uint8Array])[] = [
  ['a.json', new TextEncoder().encode('{}')],
  [long, new Uint8Array(1500).fill(9)],
  ['empty.txt', new Uint8Array(0)],
];

test('reads what tar-stream writes, cut into any pieces', async () => {
  const writer = pack();
  writer.entry({ name: 'folder', type: 'directory' });
  for (const [name, bytes] of files) writer.entry({ name }, Buffer.from(bytes));
  writer.entry({ name: 'link', type: 'symlink', linkname: '/etc/passwd' });
  writer.finalize();
  const pieces: Uint8Array[] = [];
  for await (const piece of writer) if (piece instanceof Uint8Array) pieces.push(piece);
  const tar = new Uint8Array(Buffer.concat(pieces));
  for (const size of [1, 100, 512, 5000, tar.length]) {
    const found = await read(tar, { size });
    expect(found.map((member) => ('name' in member ? [member.name, member.bytes] : member))).toEqual(files);
  }
});

test('tar-stream reads what is written here', async () => {
  const blocks = files.flatMap(([name, bytes]) => [
    writeHeader(name, bytes.length),
    bytes,
    new Uint8Array((BLOCK - (bytes.length % BLOCK)) % BLOCK),
  ]);
  const reader = extract();
  reader.end(Buffer.concat([...blocks, new Uint8Array(2 * BLOCK)]));
  const found: [string, Uint8Array][] = [];
  for await (const entry of reader) {
    const pieces: Uint8Array[] = [];
    for await (const piece of entry) if (piece instanceof Uint8Array) pieces.push(piece);
    expect(entry.header).toMatchObject({ mode: 0o644, uid: 0, gid: 0, mtime: new Date(0), type: 'file' });
    found.push([entry.header.name, new Uint8Array(Buffer.concat(pieces))]);
  }
  expect(found).toEqual(files);
});

test('sizes from 8 GiB up', () => {
  const blocks = writeHeader('big', 2 ** 34);
  expect(new TextDecoder().decode(blocks)).toContain(`size=${2 ** 34}\n`);
  expect(readHeader(blocks.subarray(0, BLOCK))).toMatchObject({ type: 'x' });
});

test('a cut tar, no tar, a member that is too large', async () => {
  const tar = Buffer.concat([
    writeHeader('a', 600),
    new Uint8Array(1024).fill(1),
    writeHeader('b', 600),
    new Uint8Array(1024),
    new Uint8Array(1024),
  ]);
  expect(await read(tar.subarray(0, 1600))).toMatchObject([
    { name: 'a' },
    { fault: 'cut', byteOffset: 1536 },
  ]);
  expect(await read(tar.subarray(0, 2500))).toMatchObject([
    { name: 'a' },
    { fault: 'cut', byteOffset: 1536 },
  ]);
  expect(await read(new Uint8Array(2000).fill(65))).toEqual([{ fault: 'no-header', byteOffset: 0 }]);
  expect(await read(tar.subarray(0, 3072))).toMatchObject([
    { name: 'a' },
    { name: 'b' },
    { fault: 'no-end', byteOffset: 3072 },
  ]);
  const [large, next] = await read(tar, { mostBytes: 100 });
  expect(large).toEqual({ name: 'a', size: 600, byteOffset: 0 });
  expect(next).toMatchObject({ name: 'b' });
});
