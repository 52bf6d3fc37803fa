import { describe, expect, test } from 'vitest';
import { createHandler } from './create-handler.js';
import type { LogEntry, ServerOptions } from './server-options.js';
import { ask, CHAT, get, PIXEL, post, question, until } from './testing/requests.js';
import { ScriptedChat, type ScriptedChatOptions } from './testing/scripted-chat.js';

function made(options: Partial<ServerOptions> = {}, script: ScriptedChatOptions = {}) {
  const chat = new ScriptedChat(script);
  const log: LogEntry[] = [];
  const handler = createHandler({ models: { scripted: chat }, log: (entry) => log.push(entry), ...options });
  return { chat, log, handler };
}

/** Lets answers go on when it is told to. */
function gate() {
  let open = () => {};
  const opened = new Promise<void>((resolve) => {
    open = resolve;
  });
  return { open, pace: () => opened };
}

const streamed = { ...question, stream: true };

async function gauges(handler: (request: Request) => Promise<Response>) {
  const text = await (await handler(get('/metrics'))).text();
  const read = (name: string) => Number(new RegExp(`^${name} (\\d+)$`, 'm').exec(text)?.[1]);
  return [read('internvl_running'), read('internvl_waiting'), read('internvl_held_bytes')];
}

describe('the queue', () => {
  test('runs so many at once, lets so many wait, refuses the rest', async () => {
    const { open, pace } = gate();
    const { handler, chat } = made({ running: 2, waiting: 3 }, { pace });
    const asked = Array.from({ length: 5 }, () => ask(handler, post(CHAT, question)));
    await until(() => chat.active === 2);
    const refused = await ask(handler, post(CHAT, question));
    expect(refused).toMatchObject({ status: 429, document: { error: { type: 'rate_limit_error' } } });
    expect(Number(refused.headers.get('retry-after'))).toBeGreaterThanOrEqual(1);
    expect((await gauges(handler)).slice(0, 2)).toEqual([2, 3]);
    open();
    for (const { status } of await Promise.all(asked)) expect(status).toBe(200);
    expect(chat.mostActive).toBe(2);
    expect(await gauges(handler)).toEqual([0, 0, 0]);
  });

  test('choices of one request count one by one', async () => {
    const { handler, chat } = made({ running: 3 });
    await Promise.all(Array.from({ length: 4 }, () => ask(handler, post(CHAT, { ...question, n: 3 }))));
    expect(chat.mostActive).toBe(3);
  });
});

describe('a client that goes away', () => {
  test('while its stream is read', async () => {
    const { handler, chat, log } = made({}, { says: () => 'word '.repeat(1000) });
    const response = await handler(post(CHAT, streamed));
    const reader = response.body!.getReader();
    await reader.read();
    await reader.read();
    const { steps } = chat;
    await reader.cancel();
    await until(() => log.length === 1);
    expect(chat.active).toBe(0);
    expect(chat.steps - steps).toBeLessThanOrEqual(1);
    expect(log[0]).toMatchObject({ status: 499, code: 'client_left' });
    expect(await gauges(handler)).toEqual([0, 0, 0]);
  });

  test('by its signal: streaming and nobody reading, whole, and waiting', async () => {
    const { open, pace } = gate();
    const { handler, chat, log } = made({ running: 1 }, { pace });
    const [streaming, waiting] = [new AbortController(), new AbortController()];
    const response = await handler(post(CHAT, streamed, { signal: streaming.signal }));
    const waits = ask(handler, post(CHAT, question, { signal: waiting.signal }));
    waiting.abort();
    expect(await waits).toMatchObject({ status: 499 });
    streaming.abort();
    open();
    await until(() => log.length === 2);
    expect(await response.text()).toContain('client_left');
    expect(chat.active).toBe(0);
    expect(await gauges(handler)).toEqual([0, 0, 0]);
  });
});

describe('a client that does not read', () => {
  test('loses its place after a time, and hears of it when it reads on', async () => {
    const { handler, chat, log } = made(
      { running: 1, limits: { stallMs: 5 } },
      { says: () => 'word '.repeat(1000) },
    );
    const response = await handler(post(CHAT, streamed));
    const next = ask(handler, post(CHAT, { ...question, max_tokens: 1 }));
    expect(await next).toMatchObject({ status: 200 });
    expect(log[0]).toMatchObject({ status: 408, code: 'client_stalled' });
    expect(chat.steps).toBeLessThan(1000);
    expect(await response.text()).toContain('client_stalled');
    expect(await gauges(handler)).toEqual([0, 0, 0]);
  });

  test('but not where it is the model that is slow', async () => {
    const { handler, log } = made(
      { limits: { stallMs: 5 } },
      { pace: () => new Promise((resolve) => setTimeout(resolve, 20)) },
    );
    const response = await handler(post(CHAT, streamed));
    expect(await response.text()).toContain('[DONE]');
    expect(log[0]).toMatchObject({ status: 200 });
  });
});

describe('the deadline', () => {
  test('of a whole answer is a 504, at once, whatever the chat does', async () => {
    const { open, pace } = gate();
    const { handler, chat, log } = made({ deadlineMs: 20, running: 1 }, { pace });
    expect(await ask(handler, post(CHAT, question))).toMatchObject({
      status: 504,
      document: { error: { code: 'deadline_exceeded', type: 'server_error' } },
    });
    // Its place is free when the chat has really stopped, not before.
    expect(chat.active).toBe(1);
    expect((await gauges(handler))[0]).toBe(1);
    open();
    await until(() => log.some(({ status }) => status === 504));
    expect(await gauges(handler)).toEqual([0, 0, 0]);
  });

  test('of a stream is an event', async () => {
    const { open, pace } = gate();
    const { handler, log } = made({ deadlineMs: 20 }, { pace });
    const text = await (await handler(post(CHAT, streamed))).text();
    expect(text).toMatch(/data: \{"error":\{.*"code":"deadline_exceeded"\}\}\n\n$/);
    expect(text).not.toContain('[DONE]');
    const spoken = await (
      await handler(post('/v1/responses', { model: 'scripted', input: 'a', stream: true }))
    ).text();
    expect(spoken).toMatch(/event: error\ndata: \{"type":"error","code":"deadline_exceeded"/);
    const places = [...spoken.matchAll(/"sequence_number":(\d+)/g)].map(([, place]) => Number(place));
    expect(places).toEqual(places.map((_, index) => index));
    expect(places.length).toBeGreaterThan(1);
    open();
    await until(() => log.filter(({ status }) => status === 504).length === 2);
  });
});

describe('keys', () => {
  const { handler } = made({ keys: ['right', 'also right'.replace(' ', '-')] });
  const asking = (authorization?: string) =>
    ask(handler, post(CHAT, question, authorization === undefined ? {} : { headers: { authorization } }));

  test.each(['Bearer right', 'bearer also-right'])('%s', async (header) => {
    expect((await asking(header)).status).toBe(200);
  });
  test.each([
    undefined,
    '',
    'right',
    'Bearer',
    'Bearer wrong',
    'Bearer righ',
    'Bearer right2',
    'Basic right',
  ])('not %s', async (header) => {
    expect(await asking(header)).toMatchObject({
      status: 401,
      document: { error: { code: 'invalid_api_key' } },
    });
  });
  test('guard what can be learnt, not whether it lives', async () => {
    for (const path of ['/metrics', '/v1/models']) expect((await handler(get(path))).status).toBe(401);
    for (const path of ['/', '/health', '/ready']) expect((await handler(get(path))).status).toBe(200);
  });
  test('are never in the log', async () => {
    const told = made({ keys: ['secret-key'] });
    await told.handler(post(CHAT, question, { headers: { authorization: 'Bearer secret-key' } }));
    expect(told.log[0]?.client).toBe('key 0');
    expect(JSON.stringify(told.log)).not.toContain('secret');
  });
});

describe('origins and hosts', () => {
  const origin = 'https://a.example';

  test('no other origin may read by default', async () => {
    const response = await made().handler(get('/v1/models', { origin }));
    expect(response.headers.get('access-control-allow-origin')).toBeNull();
  });

  test('those that may, and browsers that ask first', async () => {
    const { handler } = made({ origins: [origin], keys: ['k'] });
    const asked = new Request(`http://localhost${CHAT}`, {
      method: 'OPTIONS',
      headers: { origin, 'access-control-request-headers': 'authorization, x-stainless-os' },
    });
    const { headers, status } = await handler(asked);
    expect(status).toBe(204);
    expect(headers.get('access-control-allow-origin')).toBe(origin);
    expect(headers.get('access-control-allow-headers')).toBe('authorization, x-stainless-os');
    // An error can be read, too.
    expect((await handler(get('/v1/models', { origin }))).headers.get('access-control-allow-origin')).toBe(
      origin,
    );
    const other = await handler(get('/v1/models', { origin: 'https://b.example' }));
    expect(other.headers.get('access-control-allow-origin')).toBeNull();
    const any = await made({ origins: '*' }).handler(get('/health', { origin }));
    expect(any.headers.get('access-control-allow-origin')).toBe('*');
  });

  test('a host by another name', async () => {
    const { handler } = made({ hosts: ['localhost', '[::1]'] });
    expect((await handler(get('/health', { host: 'localhost:8000' }))).status).toBe(200);
    expect((await handler(get('/health', { host: '[::1]:8000' }))).status).toBe(200);
    expect(await ask(handler, get('/health', { host: 'evil.example:8000' }))).toMatchObject({ status: 421 });
  });
});

describe('the log', () => {
  test('tells all but the text', async () => {
    const { handler, log } = made();
    const said = { ...streamed, messages: [{ role: 'user', content: 'my secret' }] };
    const response = await handler(post(CHAT, said, { headers: { 'x-request-id': 'mine-1' } }), {
      client: '10.0.0.1',
    });
    expect(response.headers.get('x-request-id')).toBe('mine-1');
    await response.text();
    expect(log).toEqual([
      {
        time: expect.stringMatching(/^\d{4}-.*Z$/),
        id: 'mine-1',
        client: '10.0.0.1',
        method: 'POST',
        route: CHAT,
        status: 200,
        code: undefined,
        model: 'scripted',
        stream: true,
        images: 0,
        inputTokens: 3,
        cachedTokens: 1,
        outputTokens: 2,
        queuedMs: expect.any(Number),
        firstTokenMs: expect.any(Number),
        totalMs: expect.any(Number),
        error: undefined,
      },
    ]);
    // An id that could break a line of a log is not taken.
    const odd = await handler(get('/health', { 'x-request-id': 'a b"' }));
    expect(odd.headers.get('x-request-id')).toMatch(/^req_[0-9a-f]{24}$/);
  });

  test('tells the text only where it is wanted', async () => {
    const { handler, log } = made({ logText: true });
    await ask(handler, post(CHAT, question));
    expect(log[0]?.prompt).toBe('user: one two three');
  });

  test('unknown paths are one route in the metrics', async () => {
    const { handler } = made();
    for (const path of ['/a', '/b', '/c?d']) await handler(get(path));
    const text = await (await handler(get('/metrics'))).text();
    expect(text).toContain('internvl_requests_total{route="other",status="404"} 3');
    expect(text).not.toContain('/a');
  });
});

describe('closing', () => {
  test('lets answers finish, hands back who waits, takes no more', async () => {
    const { open, pace } = gate();
    const { handler, chat } = made({ running: 1 }, { pace });
    const running = ask(handler, post(CHAT, question));
    await until(() => chat.active === 1);
    const waiting = ask(handler, post(CHAT, question));
    const closed = handler.close();
    expect(await waiting).toMatchObject({ status: 503, document: { error: { code: 'shutting_down' } } });
    const late = await ask(handler, post(CHAT, question));
    expect(late).toMatchObject({ status: 503 });
    expect(late.headers.get('retry-after')).toBe('5');
    expect((await handler(get('/ready'))).status).toBe(503);
    expect((await handler(get('/health'))).status).toBe(200);
    open();
    expect((await running).status).toBe(200);
    await closed;
    await handler.close();
  });

  test('ends what takes too long', async () => {
    const { open, pace } = gate();
    const { handler } = made({}, { pace });
    const response = await handler(post(CHAT, streamed));
    const closed = handler.close({ graceMs: 5 });
    expect(await response.text()).toContain('shutting_down');
    open();
    await closed;
  });
});

describe('another model under the same name', () => {
  test('requests keep the one they began with', async () => {
    const { open, pace } = gate();
    const { handler, chat } = made({ running: 1 }, { pace, says: () => 'old' });
    const before = ask(handler, post(CHAT, question));
    await until(() => chat.active === 1);
    const waiting = ask(handler, post(CHAT, question));
    const replaced = handler.replace('scripted', new ScriptedChat({ says: () => 'new' }));
    open();
    expect(await before).toMatchObject({ document: { choices: [{ message: { content: 'old' } }] } });
    expect(await replaced).toBe(chat);
    expect(await waiting).toMatchObject({ document: { choices: [{ message: { content: 'new' } }] } });
    expect(await handler.replace('scripted', undefined)).toBeInstanceOf(ScriptedChat);
    expect((await ask(handler, post(CHAT, question))).status).toBe(404);
    expect((await handler(get('/ready'))).status).toBe(503);
  });
});

describe('options that make no sense', () => {
  const models = { scripted: new ScriptedChat() };
  test.each<[string, ServerOptions]>([
    ['no models', { models: {} }],
    ['no keys in the list', { models, keys: [] }],
    ['an empty key', { models, keys: [''] }],
    ['nothing at once', { models, running: 0 }],
    ['half a place', { models, waiting: 0.5 }],
    ['no time', { models, deadlineMs: Number.NaN }],
    ['no bytes', { models, limits: { bodyBytes: 0 } }],
  ])('%s', (_, options) => {
    expect(() => createHandler(options)).toThrow(expect.objectContaining({ code: 'invalid-option' }));
  });
});

test('defaults show through where a request does not say, and its own win', async () => {
  const { handler, chat } = made({ defaults: { temperature: 0.7, maxNewTokens: 9, topK: 5 } });
  await ask(handler, post(CHAT, { ...question, temperature: 0 }));
  expect(chat.asked[0]?.options).toMatchObject({ temperature: 0, maxNewTokens: 9, topK: 5 });
  expect(chat.asked[0]?.options.system).toBeUndefined();
  expect(chat.asked[0]?.options.maxTiles).toBeUndefined();
});

test('least tiles, for all images', async () => {
  const { handler, chat } = made();
  await ask(handler, post(CHAT, { ...question, min_dynamic_patch: 2 }));
  expect(chat.asked[0]?.options.minTiles).toBe(2);
  expect(await ask(handler, post(CHAT, { ...question, min_dynamic_patch: 41 }))).toMatchObject({
    status: 400,
    document: { error: { code: 'invalid_value', param: 'min_dynamic_patch' } },
  });
});

test('neighbours of one role are one turn; texts of a system message are joined', async () => {
  const { handler, chat } = made();
  const messages = [
    { role: 'developer', content: [{ type: 'text', text: 'a' }] },
    { role: 'system', content: 'b' },
    { role: 'user', content: 'c' },
    {
      role: 'user',
      content: [
        { type: 'text', text: 'd' },
        { type: 'image_url', image_url: PIXEL },
      ],
    },
  ];
  expect((await ask(handler, post(CHAT, { ...question, messages }))).status).toBe(200);
  const { turns, options } = chat.asked[0]!;
  expect(options.system).toBe('a\nb');
  expect(turns).toHaveLength(1);
  expect(turns[0]?.parts.map((part) => (part.type === 'text' ? part.text : part.type))).toEqual([
    'c',
    '\n',
    'd',
    'image',
  ]);
});
