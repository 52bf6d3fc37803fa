import type { Chat } from '@internvl/chat';
import { connectWebChat, type WebChatHost } from '@internvl/chat/web';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { z } from 'zod';
import { nanoImage, nanoModel, nanoSamples, onWasm } from '../../chat/src/testing/nano-in-browser.js';
import { embeddingModel } from './embedding-model.js';
import { languageModel } from './language-model.js';
import { aiVersions } from './testing/ai-versions.js';

let host: WebChatHost;
let chat: Chat;
beforeAll(async () => {
  const worker = new Worker(new URL('../../../examples/web/worker.ts', import.meta.url), { type: 'module' });
  host = await connectWebChat(worker);
  chat = await host.load(nanoModel, onWasm);
});
afterAll(() => host.dispose());

async function recorded() {
  const [sample] = await nanoSamples();
  const turn = sample?.turns[0];
  if (!sample || !turn) throw new Error('no recorded answers');
  const image = new Uint8Array(await (await nanoImage(sample.file)).arrayBuffer());
  const content = [
    { type: 'image' as const, image },
    { type: 'text' as const, text: turn.question },
  ];
  return { turn, image, messages: [{ role: 'user' as const, content }] };
}

describe.each(aiVersions)('$name, a model in a worker of the page', (ai) => {
  const model = () => languageModel(chat, { modelId: 'nano' });

  test('answers as the reference did, whole and as a stream', async () => {
    const { turn, messages } = await recorded();
    const { text, usage } = await ai.generateText({ model: model(), messages });
    expect(text).toBe(turn.response);
    expect(usage.outputTokens).toBe(turn.ids.length);
    const stream = ai.streamText({ model: model(), messages });
    let streamed = '';
    for await (const delta of stream.textStream) streamed += delta;
    expect(streamed).toBe(turn.response);
    expect((await stream.usage).inputTokenDetails.cacheReadTokens).toBeGreaterThan(0);
    expect(await stream.providerMetadata).toMatchObject({
      internvl: { backend: 'ort-web:wasm', ids: turn.ids },
    });
  });

  test('objects keep to their schema; a stream ends when it is aborted', async () => {
    const { messages } = await recorded();
    const schema = z.object({ count: z.number().int().min(0).max(9) });
    const [object, ...others] = await ai.objects({ model: model(), messages, maxOutputTokens: 50 }, schema);
    expect(schema.parse(object)).toEqual(object);
    expect(others).toEqual([object, object, object]);
    const controller = new AbortController();
    const { fullStream } = ai.streamText({ model: model(), messages, abortSignal: controller.signal });
    const types: string[] = [];
    for await (const { type } of fullStream) {
      types.push(type);
      if (type === 'text-delta') controller.abort();
    }
    expect(types.at(-1)).toBe('abort');
  });

  test('an image has an embedding', async () => {
    const { image } = await recorded();
    let binary = '';
    for (const byte of image) binary += String.fromCharCode(byte);
    const value = `data:image/png;base64,${btoa(binary)}`;
    const { embedding } = await ai.embed({ model: embeddingModel(chat), value });
    expect(embedding.reduce((sum, each) => sum + each * each, 0)).toBeCloseTo(1, 4);
  });
});
