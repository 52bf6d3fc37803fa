import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Backend } from '@internvl/backend';
import { remoteBackend, splitBackend } from '@internvl/backend/remote';
import { writeTritonRepository } from '@internvl/checkpoint/node';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import {
  type InferenceService,
  serveInference,
} from '../../backend-node/src/testing/inference/serve-inference.js';
import { backendByName } from './node/backend-by-name.js';
import { convertedModel } from './node/converted-model.js';
import { load } from './node.js';
import { compareRun } from './testing/compare-run.js';
import { fixtures, goldenCases } from './testing/golden-record.js';

/*
 * A recorded answer with the graphs on both sides of a wire: a model repository as `convert --target triton` writes it, served by a
 * stand-in for Triton.
 */

const golden = (await goldenCases(fixtures)).find(({ name }) => name === 'v2-1b')!;

let cache: string;
let local: Backend;
let remote: Backend;
let service: InferenceService;

beforeAll(async () => {
  cache = await mkdtemp(join(tmpdir(), 'internvl-remote-'));
  local = await backendByName('cpu', { threads: 1 });
  const { converted } = await convertedModel(golden.folder, { cache }, { choose: async () => 'fp32' });
  const repository = join(cache, 'repository');
  await writeTritonRepository(converted, { directory: repository });
  service = await serveInference({ backend: local, repository });
  remote = await remoteBackend({ url: service.url });
});

afterAll(async () => {
  await service.close();
  await rm(cache, { recursive: true, force: true });
});

describe.each([
  ['vision on a server, language here', () => splitBackend({ vision: remote, language: local }), ['vision']],
  [
    'language on a server, vision here',
    () => splitBackend({ vision: local, language: remote }),
    ['embed', 'decoder'],
  ],
  ['both on a server', () => remote, ['vision', 'embed', 'decoder']],
])('%s', (_, backend, served) => {
  test.each(golden.runs.filter((run) => run === 'one-tile' || run === 'batch'))('%s', async (run) => {
    const before = service.requests.length;
    const chat = await load(golden.folder, { backend: backend(), cache, worker: false });
    const report = await compareRun(chat, golden, run);
    await chat.dispose();
    expect(report).toMatchObject({ prompt: true, promptIds: true, ids: true, text: true });
    expect(report.vision ?? 0).toBeLessThanOrEqual(1e-4);
    expect(report.logits ?? 0).toBeLessThanOrEqual(5e-4);
    const ran = service.requests
      .slice(before)
      .flatMap((request) => /models\/(\w+)\/infer/.exec(request)?.[1] ?? []);
    expect([...new Set(ran)].sort()).toEqual([...served].sort());
  });
});
