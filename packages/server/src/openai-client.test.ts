import OpenAI from 'openai';
import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import { createHandler } from './create-handler.js';
import { type ListeningServer, serve } from './node/serve.js';
import { PIXEL, until } from './testing/requests.js';
import { ScriptedChat } from './testing/scripted-chat.js';

const chat = new ScriptedChat();
let server: ListeningServer;
let client: OpenAI;

beforeAll(async () => {
  server = await serve(createHandler({ models: { scripted: chat }, keys: ['sk-right'] }), { port: 0 });
  client = new OpenAI({ baseURL: `${server.url}/v1`, apiKey: 'sk-right', maxRetries: 0 });
});
beforeEach(() => {
  chat.asked.length = 0;
});
afterAll(() => server.close());

const say = (content: string) => ({
  model: 'scripted',
  messages: [{ role: 'user' as const, content }],
});

describe('chat completions with the official client', () => {
  test('text', async () => {
    const completion = await client.chat.completions.create(say('one two'));
    expect(completion).toMatchObject({
      id: expect.stringMatching(/^chatcmpl-/),
      object: 'chat.completion',
      model: 'scripted',
      choices: [
        {
          index: 0,
          message: { role: 'assistant', content: 'one two' },
          finish_reason: 'stop',
          logprobs: null,
        },
      ],
      usage: {
        prompt_tokens: 3,
        completion_tokens: 2,
        total_tokens: 5,
        prompt_tokens_details: { cached_tokens: 1 },
      },
    });
    expect(completion._request_id).toMatch(/^req_/);
  });

  test('a conversation with a system message', async () => {
    await client.chat.completions.create({
      model: 'scripted',
      messages: [
        { role: 'system', content: 'Be brief.' },
        { role: 'user', content: 'a' },
        { role: 'assistant', content: 'b' },
        { role: 'user', content: [{ type: 'text', text: 'c' }] },
      ],
    });
    expect(chat.asked[0]).toMatchObject({
      options: { system: 'Be brief.' },
      turns: [
        { role: 'user', parts: [{ type: 'text', text: 'a' }] },
        { role: 'assistant', parts: [{ type: 'text', text: 'b' }] },
        { role: 'user', parts: [{ type: 'text', text: 'c' }] },
      ],
    });
  });

  test('several images, each with its tiles', async () => {
    const image = (detail?: 'low' | 'high' | 'auto', patches?: number) => ({
      type: 'image_url' as const,
      image_url: { url: PIXEL, ...(detail && { detail }), ...(patches && { max_dynamic_patch: patches }) },
    });
    await client.chat.completions.create({
      model: 'scripted',
      messages: [
        {
          role: 'user',
          content: [
            image('low'),
            image('high'),
            image('auto'),
            image(undefined, 3),
            { type: 'text', text: '?' },
          ],
        },
      ],
    });
    const { turns, options } = chat.asked[0]!;
    expect(options.maxTiles).toEqual([6, 24, 12, 3]);
    const parts = turns[0]!.parts;
    expect(parts.map(({ type }) => type)).toEqual(['image', 'image', 'image', 'image', 'text']);
    // Bytes, never a text, which a chat would take for a path.
    expect(parts[0]).toMatchObject({ image: expect.any(Uint8Array) });
  });

  test('a stream with usage', async () => {
    const stream = await client.chat.completions.create({
      ...say('one two three'),
      stream: true,
      stream_options: { include_usage: true },
    });
    const chunks = [];
    for await (const chunk of stream) chunks.push(chunk);
    expect(chunks[0]?.choices[0]?.delta).toMatchObject({ role: 'assistant' });
    expect(chunks.map(({ choices }) => choices[0]?.delta.content ?? '').join('')).toBe('one two three');
    expect(chunks.at(-2)?.choices[0]?.finish_reason).toBe('stop');
    expect(chunks.at(-2)?.usage).toBeNull();
    expect(chunks.at(-1)).toMatchObject({ choices: [], usage: { completion_tokens: 3 } });
    expect(new Set(chunks.map(({ id }) => id)).size).toBe(1);
  });

  test('the helper that gathers a stream', async () => {
    const completion = await client.chat.completions.stream(say('one two')).finalChatCompletion();
    expect(completion.choices[0]?.message.content).toBe('one two');
  });

  test('stop, length and every option of sampling', async () => {
    const stopped = await client.chat.completions.create({ ...say('one two three'), stop: ['two'] });
    expect(stopped.choices[0]).toMatchObject({ message: { content: 'one ' }, finish_reason: 'stop' });
    const cut = await client.chat.completions.create({
      ...say('one two three'),
      max_completion_tokens: 2,
      temperature: 0.5,
      top_p: 0.9,
      presence_penalty: 0.1,
      frequency_penalty: 0.2,
      seed: 7,
    });
    expect(cut.choices[0]?.finish_reason).toBe('length');
    expect(chat.asked[1]?.options).toMatchObject({
      maxNewTokens: 2,
      temperature: 0.5,
      topP: 0.9,
      presencePenalty: 0.1,
      frequencyPenalty: 0.2,
      seed: 7,
    });
  });

  test('several choices, each with a seed of its own', async () => {
    const { choices, usage } = await client.chat.completions.create({ ...say('one two'), n: 3, seed: 10 });
    expect(choices.map(({ index, message }) => [index, message.content])).toEqual([
      [0, 'one two'],
      [1, 'one two'],
      [2, 'one two'],
    ]);
    expect(usage).toMatchObject({ prompt_tokens: 3, completion_tokens: 6 });
    expect(chat.asked.map(({ options }) => options.seed)).toEqual([10, 11, 12]);
    const stream = await client.chat.completions.create({ ...say('one two'), n: 2, stream: true });
    const texts = ['', ''];
    for await (const { choices } of stream) {
      for (const { index, delta } of choices) texts[index] += delta.content ?? '';
    }
    expect(texts).toEqual(['one two', 'one two']);
  });

  test('logprobs, whole and streamed', async () => {
    const asked = { ...say('one two'), logprobs: true, top_logprobs: 2 };
    const whole = await client.chat.completions.create(asked);
    const [first, second] = whole.choices[0]?.logprobs?.content ?? [];
    expect(first).toEqual({
      token: 'one ',
      logprob: -0.5,
      bytes: [111, 110, 101, 32],
      top_logprobs: [expect.objectContaining({ token: 'one ' }), expect.objectContaining({ logprob: -0.5 })],
    });
    expect(second?.token).toBe('two');
    // The end token is part of what the chat tells, and of no content.
    expect(whole.choices[0]?.logprobs?.content).toHaveLength(2);
    const tokens = [];
    for await (const { choices } of await client.chat.completions.create({ ...asked, stream: true })) {
      tokens.push(...(choices[0]?.logprobs?.content ?? []));
    }
    expect(tokens).toEqual(whole.choices[0]?.logprobs?.content);
  });

  test('a form of the answer goes to the model, from either route', async () => {
    const schema = { type: 'object', properties: { count: { type: 'integer' } }, required: ['count'] };
    await client.chat.completions.create({
      ...say('a'),
      response_format: { type: 'json_schema', json_schema: { name: 'shapes', strict: true, schema } },
    });
    await client.chat.completions.create({ ...say('a'), response_format: { type: 'json_object' } });
    const grammar = { ...say('a'), grammar: 'root ::= "a"' };
    await client.chat.completions.create(grammar);
    const { text } = await client.responses.create({
      model: 'scripted',
      input: 'a',
      text: { format: { type: 'json_schema', name: 'shapes', schema } },
    });
    expect(chat.asked.map(({ options }) => options.responseFormat)).toEqual([
      { type: 'json', schema },
      { type: 'json' },
      { type: 'grammar', grammar: 'root ::= "a"' },
      { type: 'json', schema },
    ]);
    expect(text?.format).toMatchObject({ type: 'json_schema', schema });
  });

  test('aborting ends the work within one step', async () => {
    const controller = new AbortController();
    const stream = await client.chat.completions.create(
      { ...say('word '.repeat(100_000)), max_tokens: 100_000, stream: true },
      { signal: controller.signal },
    );
    let seen = 0;
    for await (const _ of stream) if (++seen === 3) controller.abort();
    await until(() => chat.active === 0);
    expect(seen).toBeLessThan(100_000);
    // A whole answer that nobody waits for any more, too.
    const whole = new AbortController();
    const asked = client.chat.completions.create(say('word '.repeat(100_000)), { signal: whole.signal });
    await until(() => chat.active === 1);
    whole.abort();
    await expect(asked).rejects.toBeInstanceOf(OpenAI.APIUserAbortError);
    await until(() => chat.active === 0);
  });

  test('errors are of the client’s own classes', async () => {
    const asked = client.chat.completions.create({ ...say('a'), model: 'gpt' });
    await expect(asked).rejects.toBeInstanceOf(OpenAI.NotFoundError);
    await expect(asked).rejects.toMatchObject({ code: 'model_not_found', param: 'model' });
    const stranger = client.withOptions({ apiKey: 'sk-wrong' });
    await expect(stranger.models.list()).rejects.toBeInstanceOf(OpenAI.AuthenticationError);
    await expect(client.chat.completions.create({ ...say('a'), n: 0 })).rejects.toBeInstanceOf(
      OpenAI.BadRequestError,
    );
  });
});

describe('other routes with the official client', () => {
  test('models', async () => {
    const { data } = await client.models.list();
    expect(data).toMatchObject([
      { id: 'scripted', object: 'model', owned_by: 'internvl', max_dynamic_patch: 12 },
    ]);
    expect(await client.models.retrieve('scripted')).toMatchObject({ id: 'scripted' });
    await expect(client.models.retrieve('a/b')).rejects.toBeInstanceOf(OpenAI.NotFoundError);
  });

  test('responses', async () => {
    const response = await client.responses.create({
      model: 'scripted',
      instructions: 'Be brief.',
      input: [
        {
          role: 'user',
          content: [
            { type: 'input_image', image_url: PIXEL, detail: 'low' },
            { type: 'input_text', text: 'one two' },
          ],
        },
      ],
      max_output_tokens: 50,
    });
    expect(response.output_text).toBe('image one two');
    expect(response).toMatchObject({ object: 'response', status: 'completed', usage: { output_tokens: 3 } });
    expect(chat.asked[0]?.options).toMatchObject({ system: 'Be brief.', maxNewTokens: 50, maxTiles: [6] });
    const cut = await client.responses.create({ model: 'scripted', input: 'one two', max_output_tokens: 1 });
    expect(cut).toMatchObject({ status: 'incomplete', incomplete_details: { reason: 'max_output_tokens' } });
  });

  test('responses in a stream', async () => {
    const stream = client.responses.stream({ model: 'scripted', input: 'one two' });
    const types: string[] = [];
    let text = '';
    for await (const event of stream) {
      types.push(event.type);
      if (event.type === 'response.output_text.delta') text += event.delta;
    }
    expect(text).toBe('one two');
    expect(types).toEqual([
      'response.created',
      'response.in_progress',
      'response.output_item.added',
      'response.content_part.added',
      'response.output_text.delta',
      'response.output_text.delta',
      'response.output_text.done',
      'response.content_part.done',
      'response.output_item.done',
      'response.completed',
    ]);
    expect((await stream.finalResponse()).output_text).toBe('one two');
  });

  test('embeddings of images, as floats and as the base64 that the client asks for by itself', async () => {
    const { data } = await client.embeddings.create({ model: 'scripted', input: [PIXEL, PIXEL] });
    expect(data).toHaveLength(2);
    expect(data[1]?.index).toBe(1);
    // The mean of (3, 0) and (3, 8), at unit length.
    expect(data[0]?.embedding.map((value) => value.toFixed(3))).toEqual(['0.600', '0.800']);
    const floats = await client.embeddings.create({
      model: 'scripted',
      input: PIXEL,
      encoding_format: 'float',
    });
    expect(floats.data[0]?.embedding).toHaveLength(2);
    await expect(client.embeddings.create({ model: 'scripted', input: 'a text' })).rejects.toMatchObject({
      status: 400,
      code: 'unsupported_value',
    });
  });
});
