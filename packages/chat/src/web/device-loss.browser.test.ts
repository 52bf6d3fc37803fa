import { webBackend } from '@internvl/backend-web';
import { expect, test } from 'vitest';
import { finishedAnswer } from '../finished-answer.js';
import { asked, nanoImage, nanoModel } from '../testing/nano-in-browser.js';
import { pageRuntime, wasmPaths } from '../testing/page-runtime.js';
import { load } from './load.js';
import type { WebRuntime } from './web-runtime.js';

test('a GPU that goes away in the middle of an answer is told; the conversation goes on on WASM', async () => {
  const gpus: GPUDevice[] = [];
  const runtime: WebRuntime = {
    ...pageRuntime,
    async backend(device) {
      const backend = await webBackend({ device, wasmPaths, threads: 1, fallback: 'none' });
      if (backend.gpu) gpus.push(backend.gpu);
      return backend;
    },
  };
  const chat = await load(nanoModel, runtime, { devices: ['webgpu', 'wasm'], threads: 1 });
  const image = await nanoImage('shapes-0.png');
  const conversation = chat.conversation({ maxTiles: 1, maxNewTokens: 4 });
  const first = await finishedAnswer(conversation.ask(asked(image, 'Describe the image.')[0]!.parts));
  expect(first.backend).toBe('ort-web:webgpu');

  const lost = (async () => {
    for await (const event of conversation.ask('What color is the triangle?')) {
      if (event.type === 'text-delta') gpus[0]!.destroy();
    }
  })();
  await expect(lost).rejects.toMatchObject({ code: 'device-lost' });

  const second = await finishedAnswer(conversation.ask('What color is the triangle?'));
  expect(second).toMatchObject({ backend: 'ort-web:wasm', usage: { cachedTokens: 0 } });
  expect(conversation.turns).toHaveLength(4);
  const undisturbed = await load(nanoModel, runtime, { devices: ['wasm'], threads: 1 });
  const expected = undisturbed.conversation({ maxTiles: 1, maxNewTokens: 4 });
  await finishedAnswer(expected.ask(asked(image, 'Describe the image.')[0]!.parts));
  expect(second.ids).toEqual((await finishedAnswer(expected.ask('What color is the triangle?'))).ids);
  await Promise.all([chat.dispose(), undisturbed.dispose()]);
}, 600_000);
