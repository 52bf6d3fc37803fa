import { cp, mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { convert, openFolder } from '@internvl/checkpoint/node';
import { expect, onTestFinished, test } from 'vitest';
import { fixtures } from '../testing/golden-record.js';
import { load } from './load.js';

/** Converts a checkpoint of this name into a folder whose name says nothing. */
async function converted(name: string): Promise<string> {
  const folder = await mkdtemp(join(tmpdir(), 'internvl-named-'));
  onTestFinished(() => rm(folder, { recursive: true, force: true }));
  const source = join(folder, name);
  await cp(`${fixtures}mini-2b`, source, { recursive: true });
  const checkpoint = await openFolder(source, { cache: folder });
  try {
    return (await convert(checkpoint, { directory: join(folder, 'converted') })).directory;
  } finally {
    await checkpoint.close();
  }
}

test('a converted folder knows the generation of what it was made from', async () => {
  const prompts: string[] = [];
  for (const name of ['Mini-InternVL-Chat-2B-V1-5', 'InternVL2-2B', 'mine']) {
    const notes: string[] = [];
    const directory = await converted(name);
    const chat = await load(directory, { backend: 'cpu', worker: false, onNote: (note) => notes.push(note) });
    const turns = [{ role: 'user', parts: [{ type: 'text', text: 'Hello' }] }] as const;
    const { tensors } = await chat.trace(turns, { maxNewTokens: 1 });
    prompts.push(`${tensors.inputs_embeds!.dims}`);
    await chat.dispose();
    expect(notes.some((note) => note.includes('system message'))).toBe(name === 'mine');
  }
  expect(prompts[0]).not.toBe(prompts[1]);
});
