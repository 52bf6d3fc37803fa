import { existsSync } from 'node:fs';
import { readFile } from 'node:fs/promises';
import { basename, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { convertCached, openCheckpoint } from '@internvl/checkpoint/node';
import type { TestProject } from 'vitest/node';
import { fixtures, sharedGoldens } from './golden-record.js';
import type { ServedGolden } from './served-golden.js';

/** The runs that a browser does again: a new shape costs a GPU in software up to seconds, so they are few. */
const small = { 'v2-1b': ['text-only', 'one-tile'], 'v3-5-tied': ['one-tile'] };
const full = { 'mini-2b': ['text-only'], 'v1-2': ['two-turns'] };

/** Set-up of the browser tests: converts the checkpoints, and tells the tests under which addresses the server has them. */
export default async function serveGoldens(project: TestProject): Promise<void> {
  const cacheDirectory = fileURLToPath(new URL('../../../../node_modules/.cache/internvl', import.meta.url));
  const shared = sharedGoldens();
  const goldens: ServedGolden[] = [];
  for (const [set, cases] of [
    [fixtures, small],
    [shared, full],
  ] as const) {
    for (const [name, runs] of Object.entries(cases)) {
      const folder = join(set ?? '', name);
      if (set && existsSync(folder)) goldens.push(await serve(folder, runs, cacheDirectory));
    }
  }
  project.provide('goldens', goldens);
}

async function serve(folder: string, runs: readonly string[], cacheDirectory: string): Promise<ServedGolden> {
  const checkpoint = await openCheckpoint(folder);
  try {
    const model = await convertCached(checkpoint, { cacheDirectory });
    return {
      name: basename(folder),
      spec: model.config.llm!,
      vision: address(await model.vision()),
      embed: address(model.embed!),
      decoder: address(model.decoder!),
      weights: { name: model.manifest.data, address: address(join(model.directory, model.manifest.data)) },
      runs: await Promise.all(runs.map((run) => record(folder, run))),
    };
  } finally {
    await checkpoint.close();
  }
}

async function record(folder: string, run: string): Promise<ServedGolden['runs'][number]> {
  const path = join(folder, 'golden', run);
  const { prompt_ids, ids, end_token_id, tokens_per_tile, generation } = JSON.parse(
    await readFile(`${path}.json`, 'utf8'),
  );
  return {
    run,
    promptIds: prompt_ids,
    ids,
    endTokenId: end_token_id,
    tokensPerTile: tokens_per_tile,
    maxNewTokens: generation.max_new_tokens,
    tensors: address(`${path}.safetensors`),
  };
}

/** Where Vite serves a file of this machine. */
function address(path: string): string {
  return `/@fs${path.startsWith('/') ? '' : '/'}${path}`;
}
