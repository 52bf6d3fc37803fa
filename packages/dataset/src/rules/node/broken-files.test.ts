import { mkdir, mkdtemp, rm, symlink, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { gzipSync } from 'node:zlib';
import { pack } from 'tar-stream';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { ByteSource } from '../../source/byte-source.js';
import { memorySource } from '../../source/input.js';
import type { Finding } from '../finding.js';
import { validate } from '../validate.js';
import type { SourceRow, ValidateInput, ValidateOptions } from '../validate-options.js';
import { type ValidateInputOptions, validateInputs } from './validate-inputs.js';

let folder = '';
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'internvl-broken-'));
});
afterAll(() => rm(folder, { recursive: true }));

async function findingsOf(
  inputs: Iterable<ValidateInput> | AsyncIterable<ValidateInput>,
  options: ValidateOptions = {},
): Promise<Finding[]> {
  const findings: Finding[] = [];
  for await (const event of validate(inputs, options))
    if (event.type === 'finding') findings.push(event.finding);
  return findings;
}

async function placesOf(
  name: string,
  content: string | Uint8Array,
  options?: ValidateInputOptions,
): Promise<string[]> {
  const path = join(folder, name);
  await writeFile(path, content);
  const found = await findingsOf(validateInputs([path], options));
  for (const { file } of found) expect(file.startsWith(folder)).toBe(true);
  return found.map(({ code, line, pointer }) => `${line} ${code} ${pointer}`.trim());
}

const row = (id: number, image?: string): string =>
  JSON.stringify({
    id,
    ...(image !== undefined && { image }),
    conversations: [
      { from: 'human', value: image === undefined ? 'How many?' : '<image>\nHow many?' },
      { from: 'gpt', value: '2' },
    ],
  });

describe('broken files', () => {
  it('cut lines, wrong bytes, depth, NaN and keys that stand twice have their lines', async () => {
    const bytes = Buffer.concat([
      Buffer.from(`${row(1)}\n${row(2).slice(0, 40)}\n${row(3)}\n`),
      Buffer.from([0x7b, 0x22, 0xc3, 0x28, 0x22, 0x0a]),
      Buffer.from(
        `${'{"a":'.repeat(10_000)}\n${row(6).replace('6', 'NaN')}\n{"id":7,"id":8}\n${row(9).slice(0, -2)}`,
      ),
    ]);
    expect(await placesOf('mixed.jsonl', bytes)).toEqual([
      '2 json-cut',
      '4 utf8-invalid',
      '5 json-too-deep',
      '6 json-nan',
      '7 json-duplicate-key /id',
      '7 field-missing',
      '8 json-cut',
    ]);
  });

  it('a line of 200 MB is passed over in bounded memory, and the lines behind it keep their numbers', async () => {
    const piece = new Uint8Array(1 << 20).fill(0x61);
    const encode = (text: string) => new TextEncoder().encode(text);
    const source: ByteSource = {
      name: 'long.jsonl',
      seekable: false,
      async *stream() {
        yield encode(`${row(1)}\n{"id": "`);
        for (let sent = 0; sent < 200; sent++) yield piece;
        yield encode(`"}\nnull\n`);
      },
    };
    let most = 0;
    const before = process.memoryUsage();
    const found = await findingsOf([source], {
      onProgress() {
        const { heapUsed, external } = process.memoryUsage();
        most = Math.max(most, heapUsed + external - before.heapUsed - before.external);
      },
    });
    expect(found.map(({ line, code }) => [line, code])).toEqual([
      [2, 'line-too-long'],
      [3, 'row-shape'],
    ]);
    expect(found[0]?.facts).toEqual({ bytes: 200 * (1 << 20) + 10 });
    expect(most).toBeLessThan(100 * 2 ** 20);
  });

  it('a gzip that grows without end is stopped', async () => {
    const bomb = gzipSync(Buffer.alloc(1 << 28, 0x0a), { level: 9 });
    const places = await placesOf('bomb.jsonl.gz', bomb);
    expect(places).toContain('0 compression-bomb');
    expect(places.length).toBeLessThan(1100);
  });

  it('a gzip that is cut gives its rows and then an error', async () => {
    const whole = gzipSync(Array.from({ length: 500 }, (_, id) => row(id)).join('\n'));
    expect(await placesOf('cut.jsonl.gz', whole.subarray(0, whole.length - 20))).toContain(
      '0 file-unreadable',
    );
  });

  it('no file, a folder, an empty file, UTF-16', async () => {
    const found = await findingsOf(validateInputs([join(folder, 'none.jsonl'), folder]));
    expect(found.map(({ code, facts }) => [code, facts.cause])).toEqual([
      ['file-unreadable', 'file-missing'],
      ['file-unreadable', 'file-unusable'],
    ]);
    expect(await placesOf('empty.jsonl', '')).toEqual(['0 file-empty']);
    expect(await placesOf('utf16.jsonl', Buffer.from(`\ufeff${row(1)}`, 'utf16le'))).toEqual([
      '0 encoding-utf16',
    ]);
  });

  it('a list of rows, as LLaVA has it, with the line of each', async () => {
    expect(await placesOf('llava.json', `[\n${row(1)},\n{"id": 2},\n${row(3)},\n7\n]`)).toEqual([
      '3 field-missing',
      '5 row-shape',
    ]);
    expect(await placesOf('cut.json', `[\n${row(1)},\n{"id": 2, "conv`)).toEqual(['3 json-cut']);
  });

  it('a meta file with its data sets', async () => {
    await mkdir(join(folder, 'set'), { recursive: true });
    await writeFile(join(folder, 'set', 'good.jsonl'), `${row(1)}\nnull\n`);
    const meta = {
      good: { root: 'set', annotation: 'set/good.jsonl', repeat_time: 1, length: 3 },
      gone: { root: 'set', annotation: 'set/gone.jsonl', repeat_time: 1 },
      wrong: { root: 'set', annotation: 'set/good.json', repeat_time: 1.5 },
    };
    expect(await placesOf('meta.json', JSON.stringify(meta, undefined, 1))).toEqual([
      '13 meta-repeat /wrong/repeat_time',
      '13 meta-invalid /wrong/annotation',
      '2 row-shape',
      '0 meta-length',
      '0 file-unreadable',
    ]);
    expect(await placesOf('broken.json', '{\n"a": {},\n"b"')).toEqual(['3 json-cut']);
  });
});

describe('paths', () => {
  it('never leave root, whatever they are', async () => {
    const root = join(folder, 'root');
    await mkdir(join(root, 'images'), { recursive: true });
    await mkdir(join(folder, 'outside'));
    await writeFile(join(folder, 'outside', 'secret.png'), 'secret');
    await writeFile(join(root, 'images', 'Caf\u00e9.PNG'), '');
    await symlink('../../outside/secret.png', join(root, 'images', 'link.png'));
    await symlink('../outside', join(root, 'away'));
    await symlink('round.png', join(root, 'images', 'round.png'));
    await symlink('nowhere.png', join(root, 'images', 'dangling.png'));
    await symlink('Caf\u00e9.PNG', join(root, 'images', 'inside.png'));
    const images: readonly (readonly [path: string, codes: readonly string[]])[] = [
      ['images/../../outside/secret.png', ['image-path-escape']],
      [join(folder, 'outside', 'secret.png'), ['image-path-absolute']],
      ['file:///etc/hosts', ['image-path-absolute']],
      ['images/link.png', ['image-path-symlink']],
      ['away/secret.png', ['image-path-symlink']],
      ['images/round.png', ['image-unreadable']],
      ['images/dangling.png', ['image-missing']],
      ['images/inside.png', ['image-empty']],
      ['images', ['image-unreadable']],
      ['images/none.png', ['image-missing']],
      ['images/Caf\u00e9.PNG', ['image-empty']],
      ['Images/caf\u00e9.png', ['image-path-case', 'image-empty']],
      ['images/Cafe\u0301.PNG', ['image-path-unicode', 'image-empty']],
      [`images/${'x'.repeat(5000)}`, ['image-missing']],
      ['images/Caf\u00e9.PNG/below.png', ['image-missing']],
    ];
    const found = await findingsOf(
      validateInputs([await written('paths.jsonl', images.map(([image], id) => row(id, image)).join('\n'))], {
        root,
      }),
    );
    const codes = images.map((_, index) =>
      found.filter(({ line }) => line === index + 1).map(({ code }) => code),
    );
    expect(codes).toEqual(images.map(([, expected]) => expected));
    expect(JSON.stringify(found)).not.toContain('secret"');
  });
});

describe('archives', () => {
  async function tar(
    entries: readonly (readonly [
      header: { name: string; size?: number; type?: 'symlink'; linkname?: string },
      content: string,
    ])[],
  ): Promise<Buffer> {
    const archive = pack();
    for (const [header, content] of entries) archive.entry(header, content);
    archive.finalize();
    const pieces: Buffer[] = [];
    for await (const piece of archive) if (piece instanceof Buffer) pieces.push(piece);
    return Buffer.concat(pieces);
  }

  it('are not unpacked to see what is wrong', async () => {
    const bytes = await tar([
      [{ name: '000.json' }, row(1)],
      [{ name: '../up.json' }, row(2)],
      [{ name: '/etc/x.json' }, row(3)],
      [{ name: 'link.json', type: 'symlink', linkname: '/etc/hosts' }, ''],
      [{ name: `${'deep/'.repeat(60)}../../x` }, 'x'],
      [{ name: 'ok.json' }, row(6)],
    ]);
    const places = await placesOf('escape.tar', bytes);
    expect(places).toEqual(['2 archive-path', '3 archive-path', '4 archive-link', '5 archive-path']);
    expect(await placesOf('escape.tar.gz', gzipSync(bytes))).toEqual(places);
  });

  it('that are bombs are stopped by what they declare', async () => {
    const bytes = await tar([
      [{ name: 'a.json' }, row(1)],
      [{ name: 'b.bin', size: 3 }, 'abc'],
    ]);
    const huge = Buffer.from(bytes);
    huge.write('77777777777\0', 1024 + 124, 'latin1');
    const sum = huge
      .subarray(1024, 1536)
      .reduce((total, byte, at) => total + (at >= 148 && at < 156 ? 0x20 : byte), 0);
    huge.write(`${sum.toString(8).padStart(6, '0')}\0 `, 1024 + 148, 'latin1');
    expect(await placesOf('bomb.tar', huge)).toEqual(['2 archive-bomb']);
    expect(await placesOf('cut.tar', bytes.subarray(0, 1200))).toEqual(['2 archive-damaged']);
    expect(await placesOf('noise.tar', Buffer.alloc(2000, 0x41))).toEqual(['1 archive-damaged']);
    const grown = gzipSync(Buffer.concat([bytes.subarray(0, 1024), Buffer.alloc(1 << 28)]), { level: 9 });
    expect(await placesOf('zeros.tar.gz', grown)).not.toContain('0 compression-bomb');
  });
});

describe('chance', () => {
  it('breaks nothing: changed, cut and doubled bytes end in findings with lines of the file', async () => {
    let state = 20251125;
    const next = (below: number): number => {
      state = (Math.imul(state, 1664525) + 1013904223) >>> 0;
      return Math.floor((state / 2 ** 32) * below);
    };
    const sound = Buffer.from(`${row(1, 'a/b.jpg')}\n${row(2)}\n`.repeat(3));
    for (let round = 0; round < 400; round++) {
      const bytes = Buffer.from(sound);
      for (let change = 0; change <= next(6); change++) bytes[next(bytes.length)] = next(256);
      const broken = next(3) === 0 ? bytes.subarray(0, next(bytes.length)) : bytes;
      const lines = broken.toString('latin1').split('\n').length;
      const found = await findingsOf([memorySource(broken, 'chance.jsonl')], {
        maxLineBytes: next(2) === 0 ? 100 : undefined,
      });
      for (const { line } of found) expect(line).toBeLessThanOrEqual(lines);
    }
  });
});

async function written(name: string, content: string): Promise<string> {
  const path = join(folder, name);
  await writeFile(path, content);
  return path;
}

describe('other formats', () => {
  it('a table: what its reader says, and what its rows break, by line', async () => {
    const table =
      'id,image,question_en,answer_zh\n1,,What is it?,一只狗\n2,,What?,甲,more\n3,,Where?,This is English\n';
    const path = await written('table.csv', table);
    const found = await findingsOf(validateInputs([path]));
    expect(found.map(({ line, code, facts }) => [line, code, facts.cause])).toEqual([
      [3, 'source-problem', 'row-too-wide'],
      [4, 'language-mismatch', undefined],
    ]);
    const quarantined = [];
    for await (const event of validate(validateInputs([path]), { mode: 'quarantine' })) {
      if (event.type === 'row') quarantined.push([event.line, event.state]);
    }
    expect(quarantined).toEqual([
      [2, 'sound'],
      [3, 'bad'],
      [4, 'sound'],
    ]);
  });

  it('a remark of a reader is a warning', async () => {
    async function* rows(): AsyncGenerator<SourceRow> {
      const place = { file: 'x', line: 1, column: 'a/b' };
      yield {
        line: 1,
        text: row(1),
        problems: [{ code: 'odd', severity: 'warning', message: 'Expected less.', place }],
      };
    }
    expect(await findingsOf([{ file: 'x', rows: rows() }])).toMatchObject([
      { code: 'source-warning', severity: 'warning', line: 1, pointer: '/a~1b', facts: { cause: 'odd' } },
    ]);
  });
});
