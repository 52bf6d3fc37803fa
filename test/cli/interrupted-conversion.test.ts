import { cp, mkdtemp, open, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { documentOf, nano, runCli } from './run-cli.js';

/** Rows of the larger embedding tables: enough that a conversion writes hundreds of megabytes. */
const VOCABULARY = 200_000;

let folder = '';
let model = '';

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'internvl-interrupted-'));
  model = join(folder, 'model');
  await cp(nano, model, { recursive: true });
  await enlarge(model);
});
afterAll(() => rm(folder, { recursive: true }));

/** Gives the shipped checkpoint larger embedding tables, of zeros that take no room on the disk. */
async function enlarge(path: string): Promise<void> {
  const file = join(path, 'model.safetensors');
  const bytes = await readFile(file);
  const length = Number(bytes.readBigUInt64LE(0));
  const header: Record<string, { dtype: string; shape: number[]; data_offsets: [number, number] }> =
    JSON.parse(bytes.subarray(8, 8 + length).toString());
  let offset = 0;
  const { __metadata__, ...entries } = header;
  for (const entry of Object.values(entries)) {
    if (entry.shape[0] === 1611) entry.shape[0] = VOCABULARY;
    const size = 2 * entry.shape.reduce((product, dim) => product * dim, 1);
    entry.data_offsets = [offset, offset + size];
    offset += size;
  }
  const json = Buffer.from(JSON.stringify(entries));
  const prefix = Buffer.alloc(8);
  prefix.writeBigUInt64LE(BigInt(json.length));
  await writeFile(file, Buffer.concat([prefix, json]));
  const handle = await open(file, 'r+');
  await handle.truncate(8 + json.length + offset);
  await handle.close();
  const config = JSON.parse(await readFile(join(path, 'config.json'), 'utf8'));
  config.llm_config.vocab_size = VOCABULARY;
  await writeFile(join(path, 'config.json'), JSON.stringify(config));
}

test.each([
  ['convert', ['--out', 'out/onnx'], 'out'],
  ['chat', ['--prompt', 'Hello', '--max-new-tokens', '1'], 'cache/converted'],
])(
  'Ctrl-C while %s converts: status 130, nothing left behind, the next run is clean',
  async (command, options, place) => {
    const args = [command, model, ...options, '--cache', 'cache', '--json'];
    const written = join(folder, place);
    const ended = await runCli(args, {
      cwd: folder,
      start: async (child) => {
        while (child.exitCode === null) {
          const names = await readdir(written).catch(() => []);
          if (names.some((name) => !name.endsWith('.lock'))) {
            child.kill('SIGINT');
            return;
          }
          await new Promise((resolve) => setImmediate(resolve));
        }
      },
    });
    expect(ended.status, ended.stderr).toBe(130);
    expect(documentOf(ended)).toMatchObject({ error: { code: 'interrupted' } });
    expect(await readdir(written)).toEqual([]);

    const again = await runCli(args, { cwd: folder });
    expect(again.status, again.stderr).toBe(0);
    expect(await readdir(written)).toHaveLength(1);
  },
);
