import { describe, expect, test } from 'vitest';
import { createHandler } from './create-handler.js';
import { ask, BOMB, CHAT, get, PIXEL, post, question } from './testing/requests.js';
import { ScriptedChat } from './testing/scripted-chat.js';

const chat = new ScriptedChat();
const handler = createHandler({ models: { scripted: chat } });

const image = (url: string, more = {}) => ({
  ...question,
  messages: [{ role: 'user', content: [{ type: 'image_url', image_url: { url, ...more } }] }],
});
const part = (value: unknown) => ({ ...question, messages: [{ role: 'user', content: [value] }] });
const first = 'messages[0].content[0]';

const bad: readonly (readonly [what: string, body: unknown, code: string, param: string | null])[] = [
  ['not JSON', '{"model":', 'invalid_json', null],
  ['an empty body', '', 'invalid_json', null],
  ['a list', [], 'invalid_type', ''],
  ['null', null, 'invalid_type', ''],
  ['no model', { messages: question.messages }, 'missing_required_parameter', 'model'],
  ['a model that is a number', { ...question, model: 5 }, 'invalid_type', 'model'],
  ['no messages', { model: 'scripted' }, 'missing_required_parameter', 'messages'],
  ['messages that are a text', { ...question, messages: 'hi' }, 'invalid_type', 'messages'],
  ['no message', { ...question, messages: [] }, 'invalid_value', 'messages'],
  [
    '10,000 messages',
    { ...question, messages: Array(10_000).fill(question.messages[0]) },
    'too_many_items',
    'messages',
  ],
  ['a message that is null', { ...question, messages: [null] }, 'invalid_type', 'messages[0]'],
  [
    'a role that is none',
    { ...question, messages: [{ role: 'god', content: '' }] },
    'invalid_value',
    'messages[0].role',
  ],
  [
    'a tool',
    { ...question, messages: [{ role: 'tool', content: '' }] },
    'unsupported_value',
    'messages[0].role',
  ],
  [
    'content that is a number',
    { ...question, messages: [{ role: 'user', content: 1 }] },
    'invalid_type',
    'messages[0].content',
  ],
  ['a part without a type', part({ text: 'a' }), 'missing_required_parameter', `${first}.type`],
  ['a part that is audio', part({ type: 'input_audio' }), 'unsupported_value', `${first}.type`],
  ['a file without anything', part({ type: 'file' }), 'missing_required_parameter', `${first}.file`],
  [
    'a file that was stored',
    part({ type: 'file', file: { file_id: 'file-1' } }),
    'unsupported_parameter',
    `${first}.file.file_id`,
  ],
  [
    'an empty file',
    part({ type: 'file', file: { file_data: 'data:application/pdf;base64,' } }),
    'invalid_image',
    `${first}.file.file_data`,
  ],
  [
    'a file where nobody draws pages',
    part({ type: 'file', file: { file_data: `data:application/pdf;base64,${btoa('%PDF-1.7')}` } }),
    'unsupported_file',
    `${first}.file.file_data`,
  ],
  ['a text that is none', part({ type: 'text', text: {} }), 'invalid_type', `${first}.text`],
  [
    'an assistant last',
    { ...question, messages: [...question.messages, { role: 'assistant', content: 'a' }] },
    'invalid_value',
    'messages',
  ],
  [
    'a system message in the middle',
    { ...question, messages: [...question.messages, { role: 'system', content: 'a' }, ...question.messages] },
    'unsupported_value',
    'messages[1].role',
  ],
  [
    'an image of the assistant',
    {
      ...question,
      messages: [
        { role: 'assistant', content: [{ type: 'image_url', image_url: { url: PIXEL } }] },
        ...question.messages,
      ],
    },
    'invalid_value',
    'messages[0].content',
  ],
  ['a hot temperature', { ...question, temperature: 3 }, 'invalid_value', 'temperature'],
  ['a temperature in words', { ...question, temperature: 'hot' }, 'invalid_type', 'temperature'],
  ['a fraction of a choice', { ...question, n: 1.5 }, 'invalid_type', 'n'],
  ['a hundred choices', { ...question, n: 100 }, 'invalid_value', 'n'],
  ['no tokens', { ...question, max_tokens: 0 }, 'invalid_value', 'max_tokens'],
  ['a stop of nothing', { ...question, stop: '' }, 'invalid_value', 'stop'],
  ['a stop that is a number', { ...question, stop: [1] }, 'invalid_type', 'stop[0]'],
  ['too many stops', { ...question, stop: Array(17).fill('a') }, 'too_many_items', 'stop'],
  ['a seed beyond whole numbers', { ...question, seed: 2 ** 60 }, 'invalid_value', 'seed'],
  ['tools', { ...question, tools: [{ type: 'function' }] }, 'unsupported_parameter', 'tools'],
  ['a bias', { ...question, logit_bias: { 5: 1 } }, 'unsupported_parameter', 'logit_bias'],
  ['what nobody knows', { ...question, temprature: 1 }, 'unknown_parameter', 'temprature'],
  ['top_logprobs alone', { ...question, top_logprobs: 2 }, 'invalid_value', 'top_logprobs'],
  ['stream options without a stream', { ...question, stream_options: {} }, 'invalid_value', 'stream_options'],
  [
    'a form that is none',
    { ...question, response_format: { type: 'xml' } },
    'invalid_value',
    'response_format.type',
  ],
  [
    'a form without its schema',
    { ...question, response_format: { type: 'json_schema' } },
    'missing_required_parameter',
    'response_format.json_schema',
  ],
  [
    'a schema that is a text',
    { ...question, response_format: { type: 'json_schema', json_schema: { name: 'a', schema: 'b' } } },
    'invalid_type',
    'response_format.json_schema.schema',
  ],
  [
    'two forms',
    { ...question, response_format: { type: 'json_object' }, grammar: 'root ::= "a"' },
    'invalid_value',
    'grammar',
  ],
  ['a path', image('/etc/passwd'), 'invalid_image_url', `${first}.image_url.url`],
  ['a file URL', image('file:///etc/passwd'), 'invalid_image_url', `${first}.image_url.url`],
  [
    'an http URL where none are fetched',
    image('https://example.com/a.png'),
    'image_url_not_allowed',
    `${first}.image_url.url`,
  ],
  ['a data URL without base64', image('data:image/png,abc'), 'invalid_image_url', `${first}.image_url.url`],
  ['broken base64', image('data:image/png;base64,%%%'), 'invalid_image_url', `${first}.image_url.url`],
  ['no image at all', image('data:image/png;base64,aGVsbG8='), 'invalid_image', `${first}.image_url.url`],
  ['an empty image', image('data:image/png;base64,'), 'invalid_image', `${first}.image_url.url`],
  [
    'a PDF',
    image(`data:application/pdf;base64,${btoa('%PDF-1.7')}`),
    'unsupported_file',
    `${first}.image_url.url`,
  ],
  [
    'a PDF that says it is an image',
    image(`data:image/png;base64,${btoa('%PDF-1.7')}`),
    'unsupported_file',
    `${first}.image_url.url`,
  ],
  ['an image bomb', image(BOMB), 'image_too_large', `${first}.image_url.url`],
  ['a detail that is none', image(PIXEL, { detail: 'ultra' }), 'invalid_value', `${first}.image_url.detail`],
  [
    'too many tiles',
    image(PIXEL, { max_dynamic_patch: 1000 }),
    'invalid_value',
    `${first}.image_url.max_dynamic_patch`,
  ],
  [
    '33 images',
    {
      ...question,
      messages: [{ role: 'user', content: Array(33).fill({ type: 'image_url', image_url: { url: PIXEL } }) }],
    },
    'too_many_images',
    'messages',
  ],
];

/** A body without a declared length. */
const streaming = (body: ReadableStream) => ({ body, duplex: 'half' });

test.each(bad)('%s', async (_, body, code, param) => {
  const { status, document } = await ask(handler, post(CHAT, body));
  expect(document).toEqual({
    error: {
      code,
      param: param ?? null,
      type: 'invalid_request_error',
      message: expect.stringMatching(/^Expected .+/),
    },
  });
  expect(status).toBe(400);
});

test('nothing of this reached a model', () => expect(chat.asked).toEqual([]));

describe('around the body', () => {
  const status = async (request: Request, status: number, code: string) => {
    const answer = await ask(handler, request);
    expect(answer).toMatchObject({ status, document: { error: { code } } });
    return answer;
  };

  test('an unknown model', () => status(post(CHAT, { ...question, model: 'gpt' }), 404, 'model_not_found'));
  test('an unknown path', () => status(post('/v1/completions', {}), 404, 'unknown_url'));
  test('a wrong method', async () => {
    const { headers } = await status(get(CHAT), 405, 'method_not_allowed');
    expect(headers.get('allow')).toBe('POST');
  });
  test('another media type', () =>
    status(
      post(CHAT, question, { headers: { 'content-type': 'text/plain' } }),
      415,
      'unsupported_media_type',
    ));
  test('bytes that are no text', () =>
    status(post(CHAT, '', { body: Uint8Array.of(0x7b, 0xff) }), 400, 'invalid_json'));

  test('too many bytes, declared or not', async () => {
    const small = createHandler({ models: { scripted: chat }, limits: { bodyBytes: 100 } });
    const body = JSON.stringify({ ...question, user: 'a'.repeat(200) });
    const declared = post(CHAT, body, { headers: { 'content-length': String(body.length) } });
    const streamed = post(CHAT, '', streaming(new Blob([body]).stream()));
    for (const request of [declared, streamed]) {
      expect(await ask(small, request)).toMatchObject({
        status: 413,
        document: { error: { code: 'request_too_large' } },
      });
    }
  });

  test('a body that does not come', async () => {
    const impatient = createHandler({ models: { scripted: chat }, limits: { bodyMs: 10 } });
    let cancelled = false;
    const body = new ReadableStream({
      start: (controller) => controller.enqueue(new TextEncoder().encode('{"model":')),
      cancel: () => {
        cancelled = true;
      },
    });
    expect(await ask(impatient, post(CHAT, '', streaming(body)))).toMatchObject({
      status: 408,
      document: { error: { code: 'request_timeout' } },
    });
    expect(cancelled).toBe(true);
  });

  test('more than all requests together may hold', async () => {
    const small = createHandler({ models: { scripted: chat }, limits: { heldBytes: 50 } });
    const answer = await ask(small, post(CHAT, question));
    expect(answer).toMatchObject({ status: 429, document: { error: { code: 'rate_limit_exceeded' } } });
    expect(answer.headers.get('retry-after')).toBe('2');
  });

  test('deep nesting', () =>
    status(post(CHAT, `{"model":${'['.repeat(100_000)}${']'.repeat(100_000)}}`), 400, 'invalid_type'));
  test('a schema as deep as a body is long', () =>
    status(
      post(
        CHAT,
        `{"model":"scripted","messages":[{"role":"user","content":"a"}],"response_format":{"type":"json_schema","json_schema":{"schema":${'{"items":'.repeat(100_000)}{}${'}'.repeat(100_000)}}}}`,
      ),
      400,
      'invalid_json_schema',
    ));
  test('a name that objects have by themselves', () =>
    status(
      post(CHAT, '{"__proto__":{"model":"scripted"},"messages":[]}'),
      400,
      'missing_required_parameter',
    ));
});

describe('what a chat throws', () => {
  test.each([
    ['context-overflow', 400, 'context_length_exceeded'],
    ['invalid-option', 400, 'invalid_value'],
    ['image-truncated', 400, 'invalid_image'],
    ['schema-unsupported', 400, 'invalid_json_schema'],
    ['grammar-invalid', 400, 'invalid_value'],
    ['image-too-large', 400, 'image_too_large'],
    ['chat-disposed', 503, 'model_unavailable'],
    ['device-lost', 503, 'model_unavailable'],
    ['run-failed', 500, 'internal_error'],
  ])('%s', async (code, status, shown) => {
    const { InternVLError } = await import('@internvl/backend');
    const broken = new ScriptedChat({ fails: () => new InternVLError(code, 'Expected a secret.') });
    const logged: unknown[] = [];
    const failing = createHandler({ models: { scripted: broken }, log: (entry) => logged.push(entry) });
    // A stream that fails before its first token is a plain error, too.
    for (const stream of [false, true]) {
      const answer = await ask(failing, post(CHAT, { ...question, stream }));
      expect(answer).toMatchObject({ status, document: { error: { code: shown } } });
      if (status >= 500) expect(JSON.stringify(answer.document)).not.toContain('secret');
      expect(logged.at(-1)).toMatchObject({ status, code: shown });
      if (status >= 500) expect(JSON.stringify(logged.at(-1))).toContain('secret');
    }
    expect(broken.active).toBe(0);
  });
});
