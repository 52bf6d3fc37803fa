import { existsSync } from 'node:fs';
import { mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { runCli } from './run-cli.js';

let folder = '';
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'internvl-derive-'));
  const row = (id: string, image?: string) => ({
    id,
    ...(image !== undefined && { image, width: 112, height: 112 }),
    conversations: [
      { from: 'human', value: `${image === undefined ? '' : '<image>\n'}What is ${id}?` },
      { from: 'gpt', value: `It is ${id}.` },
    ],
  });
  const lines = (rows: readonly object[]) => `${rows.map((one) => JSON.stringify(one)).join('\n')}\n`;
  await writeFile(join(folder, 'a.jsonl'), lines(['a0', 'a1', 'a2'].map((id) => row(id, `${id}.png`))));
  await writeFile(join(folder, 'b.jsonl'), lines(['b0', 'b1', 'b2', 'b3'].map((id) => row(id))));
  await writeFile(
    join(folder, 'meta.json'),
    JSON.stringify({
      a: { root: 'pictures', annotation: 'a.jsonl', repeat_time: 2 },
      b: { root: '', annotation: 'b.jsonl', repeat_time: 0.5 },
    }),
  );
});
afterAll(() => rm(folder, { recursive: true }));

const readRows = async (path: string): Promise<{ id: string; image?: string }[]> =>
  (await readFile(path, 'utf8'))
    .trimEnd()
    .split('\n')
    .map((line) => JSON.parse(line));

describe('data mix', () => {
  test('repeats as the meta file says, joins images to their roots, writes plan and lineage', async () => {
    const out = join(folder, 'mixed.jsonl');
    const made = await runCli([
      'data',
      'mix',
      join(folder, 'meta.json'),
      '--out',
      out,
      '--seed',
      '3',
      '--json',
    ]);
    expect(made.status).toBe(0);
    const plan = JSON.parse(made.stdout);
    expect(plan).toMatchObject({ strategy: 'repeat-time', seed: 3, total: 8, files: [out] });
    const rows = await readRows(out);
    expect(rows.map(({ id }) => id).sort()).toEqual(['a0', 'a0', 'a1', 'a1', 'a2', 'a2', 'b0', 'b1']);
    expect(rows.find(({ id }) => id === 'a1')?.image).toBe(join(folder, 'pictures', 'a1.png'));
    expect(JSON.parse(await readFile(`${out}.plan.json`, 'utf8'))).toMatchObject({ order: plan.order });
    const lineage = JSON.parse(await readFile(`${out}.lineage.json`, 'utf8'));
    expect(lineage).toMatchObject({
      step: 'mix',
      seed: 3,
      counts: { samples: 8, images: 6 },
      outputs: [{ samples: 8 }],
    });
    expect(lineage.inputs).toHaveLength(3);
  });

  test('shards hold the same rows, dealt out one by one', async () => {
    const out = join(folder, 'dealt.jsonl');
    const arguments_ = ['data', 'mix', join(folder, 'meta.json'), '--seed', '3', '--out', out];
    expect((await runCli([...arguments_, '--shards', '3'])).status).toBe(0);
    const shards = await Promise.all(
      [0, 1, 2].map((shard) => readRows(join(folder, `dealt-0000${shard}-of-00003.jsonl`))),
    );
    const dealt = Array.from({ length: 8 }, (_, position) => shards[position % 3]![Math.floor(position / 3)]);
    expect(dealt).toEqual(await readRows(join(folder, 'mixed.jsonl')));
  });

  test('shares that are given are kept; a stranger is refused', async () => {
    const mix = (...more: string[]) => runCli(['data', 'mix', join(folder, 'meta.json'), '--json', ...more]);
    const plan = JSON.parse((await mix('--share', 'a=1', '--share', 'b=3', '--total', '100')).stdout);
    expect(plan.sources.map(({ count }: { count: number }) => count)).toEqual([25, 75]);
    expect((await mix('--share', 'c=1')).status).toBe(2);
  });
});

describe('data pack', () => {
  test('packs rows with the model’s tokenizer; the answers alone are trained', async () => {
    const out = join(folder, 'packs.jsonl');
    const files = ['a.jsonl', 'b.jsonl'].map((name) => join(folder, name));
    const made = await runCli([
      'data',
      'pack',
      ...files,
      '--model',
      'nano',
      '--out',
      out,
      '--max-tokens',
      '200',
      '--json',
    ]);
    expect(made.status).toBe(0);
    const result = JSON.parse(made.stdout);
    expect(result).toMatchObject({ samples: 7, packer: 'best-fit', maxTokens: 200, bad: 0, out });
    const packs: { samples: string[]; ids: number[]; labels: number[]; cu_seqlens: number[] }[] = (
      await readFile(out, 'utf8')
    )
      .trimEnd()
      .split('\n')
      .map((line) => JSON.parse(line));
    expect(packs).toHaveLength(result.packs);
    expect(packs.flatMap(({ samples }) => samples).sort()).toEqual([
      'a0',
      'a1',
      'a2',
      'b0',
      'b1',
      'b2',
      'b3',
    ]);
    for (const { ids, labels, cu_seqlens } of packs) {
      expect(ids.length).toBeLessThanOrEqual(200);
      expect(labels).toHaveLength(ids.length);
      expect(cu_seqlens.at(-1)).toBe(ids.length);
      expect(labels.every((label, at) => label === -100 || label === ids[at])).toBe(true);
    }
    expect(existsSync(`${out}.lineage.json`)).toBe(true);
  });

  test('a row that fits no pack ends in status 1, nothing written; --skip-bad leaves it out', async () => {
    const out = join(folder, 'small.jsonl');
    const arguments_ = [
      'data',
      'pack',
      join(folder, 'a.jsonl'),
      join(folder, 'b.jsonl'),
      '--model',
      'nano',
      '--max-tokens',
      '30',
      '--out',
      out,
    ];
    const refused = await runCli(arguments_);
    expect(refused.status).toBe(1);
    expect(refused.stderr).toContain('sample a0: Expected at most 30 tokens');
    expect(existsSync(out)).toBe(false);
    const kept = await runCli([...arguments_, '--skip-bad', '--json']);
    expect(kept.status).toBe(0);
    expect(JSON.parse(kept.stdout)).toMatchObject({ samples: 4, bad: 3 });
  });
});

const fonts = [
  '/usr/share/fonts/truetype/dejavu/DejaVuSans.ttf',
  '/usr/share/fonts/truetype/wqy/wqy-microhei.ttc',
];

describe.runIf(fonts.every((path) => existsSync(path)))('data synth', () => {
  test('draws scenes that pass validation, the same for a seed', async () => {
    const draw = async (name: string): Promise<string> => {
      const out = join(folder, name);
      const made = await runCli([
        'data',
        'synth',
        '--out',
        out,
        '--count',
        '10',
        '--seed',
        '5',
        '--font',
        fonts[0]!,
        '--chinese-font',
        fonts[1]!,
        '--json',
      ]);
      expect(made.stderr).toBe('');
      expect(JSON.parse(made.stdout)).toMatchObject({ scenes: 10, split: 'train', seed: 5 });
      return out;
    };
    const [first, second] = [await draw('scenes'), await draw('again')];
    const images = await readdir(join(first, 'images', 'train'));
    expect(images).toHaveLength(10);
    for (const name of images
      .map((image) => `images/train/${image}`)
      .concat('train.jsonl', 'train.graphs.jsonl'))
      expect(await readFile(join(second, name))).toEqual(await readFile(join(first, name)));
    const checked = await runCli(['data', 'validate', join(first, 'train.jsonl'), '--json']);
    expect(JSON.parse(checked.stdout)).toMatchObject({ ok: true });
  });
});
