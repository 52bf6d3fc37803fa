import { cp, mkdtemp, readFile, rm, truncate, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { documentOf, nano, runCli } from './run-cli.js';

let folder = '';

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'internvl-models-'));
});
afterAll(() => rm(folder, { recursive: true }));

/** A copy of the shipped checkpoint to do something to. */
async function copy(name: string): Promise<string> {
  const path = join(folder, name.replaceAll(' ', '-'));
  await cp(nano, path, { recursive: true });
  return path;
}

async function changeJson(
  model: string,
  file: string,
  change: (data: Record<string, unknown>) => void,
): Promise<void> {
  const path = join(model, file);
  const data = JSON.parse(await readFile(path, 'utf8'));
  change(data);
  await writeFile(path, JSON.stringify(data));
}

/** Rewrites the header of the weights, data untouched. */
async function changeHeader(
  model: string,
  change: (
    header: Record<string, { dtype: string; shape: number[]; data_offsets: [number, number] }>,
  ) => void,
): Promise<void> {
  const path = join(model, 'model.safetensors');
  const bytes = await readFile(path);
  const length = Number(bytes.readBigUInt64LE(0));
  const header = JSON.parse(bytes.subarray(8, 8 + length).toString());
  delete header.__metadata__;
  change(header);
  const json = Buffer.from(JSON.stringify(header));
  const prefix = Buffer.alloc(8);
  prefix.writeBigUInt64LE(BigInt(json.length));
  await writeFile(path, Buffer.concat([prefix, json, bytes.subarray(8 + length)]));
}

const tensor = 'vision_model.encoder.layers.0.attn.qkv.weight';

const damages: readonly [string, (model: string) => Promise<void>, string][] = [
  ['no weights', (model) => rm(join(model, 'model.safetensors')), 'file-missing'],
  ['cut weights', (model) => truncate(join(model, 'model.safetensors'), 3_000_000), 'shard-truncated'],
  ['no description', (model) => rm(join(model, 'config.json')), 'file-missing'],
  ['damaged description', (model) => truncate(join(model, 'config.json'), 100), 'config-invalid'],
  [
    'missing shard',
    async (model) => {
      await rm(join(model, 'model.safetensors'));
      const index = { weight_map: { [tensor]: 'model-00001-of-00002.safetensors' } };
      await writeFile(join(model, 'model.safetensors.index.json'), JSON.stringify(index));
    },
    'shard-missing',
  ],
  [
    'header that lies about offsets',
    (model) =>
      changeHeader(model, (header) => {
        header[tensor]!.data_offsets = [0, 12];
      }),
    'safetensors-header',
  ],
  [
    'unknown dtype',
    (model) =>
      changeHeader(model, (header) => {
        header[tensor]!.dtype = 'Q7';
      }),
    'dtype-unknown',
  ],
  [
    'missing tensor',
    (model) =>
      changeHeader(model, (header) => {
        header['something.else'] = header[tensor]!;
        delete header[tensor];
      }),
    'tensor-missing',
  ],
  [
    'wrong shape',
    (model) =>
      changeHeader(model, (header) => {
        header[tensor]!.shape.reverse();
      }),
    'tensor-shape',
  ],
  [
    'unknown architecture',
    (model) =>
      changeJson(model, 'config.json', (config) => {
        config.architectures = ['AbacusForCausalLM'];
        config.model_type = 'abacus';
      }),
    'architecture-unknown',
  ],
  [
    'known and unsupported architecture',
    (model) =>
      changeJson(model, 'config.json', (config) => {
        const llm = config.llm_config;
        if (typeof llm === 'object' && llm !== null)
          Object.assign(llm, { architectures: ['InternLM3ForCausalLM'] });
      }),
    'architecture-unsupported',
  ],
];

test.each(damages)('%s: its own code, status 1', async (name, damage, code) => {
  const model = await copy(name);
  await damage(model);
  const ended = await runCli(['inspect', model, '--json']);
  expect(documentOf(ended)).toMatchObject({ error: { code } });
  expect(ended.status).toBe(1);
  expect(ended.stderr).toMatch(new RegExp(`^internvl: ${code}: [^\n]+\n$`));
});

test('no such model', async () => {
  const ended = await runCli(['inspect', join(folder, 'nowhere'), '--json']);
  expect(ended.status).toBe(1);
  expect(documentOf(ended)).toMatchObject({ error: { code: 'model-not-found' } });
});

test('a Hub id that is not in the cache, with the Hub out of bounds', async () => {
  const env = { HF_HUB_OFFLINE: '1', HF_HOME: folder };
  const ended = await runCli(['inspect', 'OpenGVLab/InternVL2-1B', '--json'], { env });
  expect(ended.status).toBe(1);
  expect(documentOf(ended)).toMatchObject({ error: { code: 'hub-offline' } });
});
