import { cp, mkdir, mkdtemp, readdir, readFile, rm, symlink, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { gunzipSync } from 'node:zlib';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { documentOf, linesOf, nano, runCli } from './run-cli.js';

let folder = '';
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'internvl-data-'));
  await mkdir(join(folder, 'images'));
  for (const name of ['page-6.png', 'shapes-1.png']) {
    await cp(join(nano, 'samples', name), join(folder, 'images', name));
  }
  await writeFile(
    join(folder, 'table.csv'),
    'id,image,question_en,answer_zh\n1,images/page-6.png,What?,页\n2,images/shapes-1.png,How many?,三\n',
  );
});
afterAll(() => rm(folder, { recursive: true }));

const at = (name: string) => join(folder, name);
const convert = (...args: readonly string[]) => runCli(['data', 'convert', ...args]);

test('table → annotations → Parquet → tars → annotations and image files, with lineage and cards', async () => {
  const first = await convert(
    at('table.csv'),
    '--out',
    at('a.jsonl.gz'),
    '--card',
    'Demo',
    '--license',
    'MIT',
    '--json',
  );
  expect(first.status).toBe(0);
  const lineage = documentOf(first);
  expect(lineage).toMatchObject({
    step: 'convert',
    inputs: [{ name: at('table.csv'), sha256: expect.stringMatching(/^[0-9a-f]{64}$/) }],
    outputs: [{ name: at('a.jsonl.gz'), samples: 2 }],
    counts: { samples: 2, images: 2, languages: { zh: 2 } },
  });
  expect(JSON.parse(await readFile(at('a.jsonl.gz.lineage.json'), 'utf8'))).toMatchObject({
    outputs: lineage.outputs,
  });
  expect(await readFile(at('a.jsonl.gz.md'), 'utf8')).toContain('license: "mit"');
  expect(JSON.parse(await readFile(at('a.jsonl.gz.croissant.json'), 'utf8'))).toMatchObject({
    '@type': 'sc:Dataset',
    distribution: [{ contentUrl: 'a.jsonl.gz' }],
  });
  const rows = gunzipSync(await readFile(at('a.jsonl.gz'))).toString();
  expect(rows.split('\n')[0]).toBe(
    '{"id":"1","image":"images/page-6.png","conversations":[{"from":"human","value":"<image>\\nWhat?"},{"from":"gpt","value":"页"}],"lang":"zh","pairing":"en-zh"}',
  );

  expect(await convert(at('a.jsonl.gz'), '--out', at('a.parquet'))).toMatchObject({ status: 0, stderr: '' });
  const tars = await convert(at('a.parquet'), '--out', at('set-%06d.tar'), '--shard-samples', '1');
  expect(tars).toMatchObject({ status: 0, stderr: '' });
  const back = await convert(at('set-*.tar'), '--out', at('b.jsonl'), '--images', at('out'));
  expect(back).toMatchObject({ status: 0, stderr: '' });
  const again = (await readFile(at('b.jsonl'), 'utf8'))
    .trimEnd()
    .split('\n')
    .map((line) => JSON.parse(line));
  expect(again.map(({ conversations }) => conversations[1].value)).toEqual(['页', '三']);
  for (const [index, name] of ['page-6.png', 'shapes-1.png'].entries()) {
    const [written, original] = await Promise.all([
      readFile(join(at('out'), again[index].image)),
      readFile(join(nano, 'samples', name)),
    ]);
    expect(written.equals(original)).toBe(true);
  }
});

test('boxes: the convention is told, and converted', async () => {
  await writeFile(
    at('boxes.jsonl'),
    '{"id":1,"image":"a.jpg","width":200,"height":100,"conversations":[{"from":"human","value":"<image>Where?"},{"from":"gpt","value":"<box>[[100, 200, 300, 404]]</box>"}]}\n',
  );
  const ended = await convert(at('boxes.jsonl'), '--out', at('boxes.json'), '--to', 'llava', '--json');
  expect(documentOf(ended)).toMatchObject({ counts: { boxes: { thousandths: 1 } } });
  expect(await readFile(at('boxes.json'), 'utf8')).toContain('"value":"[0.1, 0.2, 0.3, 0.404]"');
  await convert(
    at('boxes.jsonl'),
    '--out',
    at('pixels.jsonl'),
    '--box-to',
    'pixels',
    '--rounding',
    'truncate',
  );
  expect(await readFile(at('pixels.jsonl'), 'utf8')).toContain('<box>[[20, 20, 60, 40]]</box>');
  await convert(at('boxes.json'), '--from', 'llava', '--out', at('again.jsonl'), '--box-to', 'thousandths');
  expect(await readFile(at('again.jsonl'), 'utf8')).toContain('<box>[[100, 200, 300, 404]]</box>');
});

test('a bad row is told with its line, and nothing is written, unless it may be left out', async () => {
  await writeFile(
    at('bad.jsonl'),
    `{"id":1,"conversations":[{"from":"human","value":"a"},{"from":"gpt","value":"b"}]}\n{"id":2,\n`,
  );
  const ended = await convert(at('bad.jsonl'), '--to', 'llava', '--out', at('bad.json'));
  expect(ended.status).toBe(1);
  expect(ended.stderr).toMatch(/bad\.jsonl: line 2: Expected .* \[json-invalid\]\ninternvl: rows-invalid: /);
  expect(
    (await readdir(folder)).filter((name) => name.startsWith('bad.json') && name !== 'bad.jsonl'),
  ).toEqual([]);
  const skipped = await convert(
    at('bad.jsonl'),
    '--to',
    'llava',
    '--out',
    at('bad.json'),
    '--skip-bad',
    '--jsonl',
  );
  expect(skipped.status).toBe(0);
  expect(linesOf(skipped)).toMatchObject([
    { problem: { code: 'json-invalid', place: { line: 2 } } },
    { outputs: [{ samples: 1 }], counts: { problems: { 'json-invalid': 1 } } },
  ]);
});

test('images out of the root are refused, by .. and through a link', async () => {
  await mkdir(at('root'), { recursive: true });
  await symlink(at('images'), join(at('root'), 'link'));
  const row = (image: string) =>
    `${JSON.stringify({
      id: image,
      image,
      conversations: [
        { from: 'human', value: '<image>' },
        { from: 'gpt', value: 'x' },
      ],
    })}\n`;
  await writeFile(
    at('escapes.jsonl'),
    row('../images/page-6.png') + row('link/page-6.png') + row('/etc/hostname') + row('none.png'),
  );
  const ended = await convert(
    at('escapes.jsonl'),
    '--out',
    at('escapes.tar'),
    '--root',
    at('root'),
    '--json',
  );
  expect(ended.status).toBe(1);
  const { error } = JSON.parse(ended.stdout);
  expect(error.facts.problems.map(({ code }: { code: string }) => code)).toEqual([
    'path-escapes',
    'path-escapes',
    'path-escapes',
    'file-missing',
  ]);
});

test('split: rows as they stand, no image in two parts, whatever the order', async () => {
  const rows = Array.from({ length: 200 }, (_, id) =>
    JSON.stringify({
      id,
      image: id % 10 === 0 ? [`${id % 50}.png`, `${(id + 1) % 50}.png`] : `${id % 50}.png`,
      conversations: [
        { from: 'human', value: id % 10 === 0 ? '<image><image>' : '<image> ' },
        { from: 'gpt', value: 'x' },
      ],
    }),
  );
  const split = async (name: string, lines: readonly string[]) => {
    await writeFile(at(`${name}.jsonl`), `${lines.join('\n')}\n`);
    const ended = await runCli([
      'data',
      'split',
      at(`${name}.jsonl`),
      '--out',
      at(name),
      '--parts',
      'train=3,val=1',
      '--json',
    ]);
    expect(documentOf(ended)).toMatchObject({ step: 'split', options: { leaks: 0 }, seed: 0 });
    const parts = ['train', 'val'].map(async (part) =>
      (await readFile(join(at(name), `${part}.jsonl`), 'utf8')).trimEnd().split('\n'),
    );
    return Promise.all(parts);
  };
  const [train = [], val = []] = await split('forth', rows);
  expect([...train, ...val].sort()).toEqual([...rows].sort());
  expect(val.length).toBeGreaterThan(0);
  const images = (lines: readonly string[]) => new Set(lines.flatMap((line) => JSON.parse(line).image));
  expect([...images(train)].filter((image) => images(val).has(image))).toEqual([]);
  const [other = []] = await split('back', [...rows].reverse());
  expect([...other].reverse()).toEqual(train);
});

test('Ctrl-C in the middle: status 130, nothing half done; also while waiting for input', async () => {
  const row = `${JSON.stringify({
    id: 1,
    conversations: [
      { from: 'human', value: 'a' },
      { from: 'gpt', value: 'b' },
    ],
  })}\n`;
  await mkdir(at('stopped'));
  const ended = await runCli(['data', 'convert', '-', '--from', 'internvl', '--out', at('stopped/a.jsonl')], {
    // Standard input stays open: the command waits for more.
    start: async (child) => {
      child.stdin?.write(row.repeat(20_000));
      for (let tries = 0; tries < 600; tries++) {
        if ((await readdir(at('stopped'))).some((name) => name.endsWith('.part'))) break;
        await new Promise((resolve) => setTimeout(resolve, 50));
      }
      child.kill('SIGINT');
    },
    open: true,
  });
  expect(ended.status).toBe(130);
  expect(ended.stderr).toMatch(/^internvl: interrupted: /);
  expect(await readdir(at('stopped'))).toEqual([]);
});
