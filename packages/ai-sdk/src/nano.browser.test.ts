import { connectWebChat } from '@internvl/chat/web';
import { expect, test } from 'vitest';
import { nanoImage, nanoModel, nanoSamples, onWasm } from '../../chat/src/testing/nano-in-browser.js';
import { languageModel } from './language-model.js';

// The model alone: `ai` itself has parts that are no modules and want a bundler.
test('a model in a worker of the page', async () => {
  const worker = new Worker(new URL('../../../examples/web/worker.ts', import.meta.url), { type: 'module' });
  const host = await connectWebChat(worker);
  const model = languageModel(await host.load(nanoModel, onWasm));
  const [sample] = await nanoSamples();
  const turn = sample?.turns[0];
  if (!sample || !turn) throw new Error('no recorded answers');
  const data = new Uint8Array(await (await nanoImage(sample.file)).arrayBuffer());
  const { stream } = await model.doStream({
    prompt: [
      {
        role: 'user',
        content: [
          { type: 'file', mediaType: 'image/png', data },
          { type: 'text', text: turn.question },
        ],
      },
    ],
  });
  let text = '';
  const reader = stream.getReader();
  for (;;) {
    const { done, value } = await reader.read();
    if (done) break;
    if (value.type === 'text-delta') text += value.delta;
    if (value.type !== 'finish') continue;
    expect(value.providerMetadata).toMatchObject({ internvl: { backend: 'ort-web:wasm', ids: turn.ids } });
  }
  expect(text).toBe(turn.response);
  await host.dispose();
});
