import { once } from 'node:events';
import { createServer } from 'node:http';
import { connect, type Socket } from 'node:net';
import { afterEach, describe, expect, test } from 'vitest';
import { createHandler } from '../create-handler.js';
import type { LogEntry, ServerOptions } from '../server-options.js';
import { CHAT, question, until } from '../testing/requests.js';
import { ScriptedChat, type ScriptedChatOptions } from '../testing/scripted-chat.js';
import { type ListeningServer, serve } from './serve.js';

const servers: ListeningServer[] = [];
const sockets: Socket[] = [];
afterEach(async () => {
  for (const socket of sockets.splice(0)) socket.destroy();
  await Promise.all(servers.splice(0).map((server) => server.close()));
});

async function listening(script: ScriptedChatOptions = {}, options: Partial<ServerOptions> = {}) {
  const chat = new ScriptedChat(script);
  const log: LogEntry[] = [];
  const handler = createHandler({ models: { scripted: chat }, log: (entry) => log.push(entry), ...options });
  const server = await serve(handler, { port: 0 });
  servers.push(server);
  return { chat, log, server, handler };
}

async function raw(port: number, text: string): Promise<Socket> {
  const socket = connect(port, '127.0.0.1');
  sockets.push(socket);
  socket.on('error', () => {});
  await once(socket, 'connect');
  socket.write(text);
  return socket;
}

const written = (body: object) => {
  const text = JSON.stringify(body);
  return `POST ${CHAT} HTTP/1.1\r\nhost: localhost\r\ncontent-type: application/json\r\ncontent-length: ${text.length}\r\n\r\n${text}`;
};

describe('on node:http', () => {
  test('a client that hangs up in the middle frees its place within one step', async () => {
    const { chat, log, server } = await listening({ says: () => 'word '.repeat(100_000) });
    const socket = await raw(server.port, written({ ...question, stream: true, max_tokens: 100_000 }));
    await once(socket, 'data');
    socket.destroy();
    await until(() => log.length === 1);
    expect(log[0]).toMatchObject({ status: 499, client: '127.0.0.1' });
    expect(chat.active).toBe(0);
    expect(chat.steps).toBeLessThan(100_000);
  });

  test('a client that does not read holds up its own answer alone', async () => {
    const { chat, server } = await listening({ says: () => `${'x'.repeat(10_000)} `.repeat(10_000) });
    const socket = await raw(server.port, written({ ...question, stream: true, max_tokens: 100_000 }));
    socket.pause();
    await until(() => chat.steps > 0);
    let before = -1;
    // The making of the answer stands still when the connection is full, long before its 10,000 words.
    while (chat.steps !== before) {
      before = chat.steps;
      await new Promise((resolve) => setTimeout(resolve, 100));
    }
    expect(chat.steps).toBeLessThan(5000);
    const other = await fetch(`${server.url}/v1/models`);
    expect(other.status).toBe(200);
  });

  test('a body that does not end is refused, and its connection closed', async () => {
    const { log, server } = await listening({}, { limits: { bodyMs: 20 } });
    const socket = await raw(
      server.port,
      `POST ${CHAT} HTTP/1.1\r\nhost: a\r\ncontent-type: application/json\r\ncontent-length: 100\r\n\r\n{"model":`,
    );
    const [answer] = await once(socket, 'data');
    expect(String(answer)).toMatch(/^HTTP\/1\.1 408 /);
    await once(socket, 'close');
    expect(log[0]).toMatchObject({ status: 408, code: 'request_timeout' });
  });

  test('what is no HTTP, and a host that is none', async () => {
    const { server } = await listening();
    for (const text of [
      'hello\r\n\r\n',
      'GET / HTTP/1.1\r\nhost: a b\r\n\r\n',
      'GET http://[ HTTP/1.1\r\nhost: a\r\n\r\n',
    ]) {
      const socket = await raw(server.port, text);
      const [answer] = await once(socket, 'data');
      expect(String(answer)).toMatch(/^HTTP\/1\.1 400 /);
    }
  });

  test('HEAD', async () => {
    const { server } = await listening();
    const response = await fetch(`${server.url}/health`, { method: 'HEAD' });
    expect([response.status, await response.text()]).toEqual([200, '']);
  });

  test('closing lets an answer finish and ends the socket', async () => {
    let go = () => {};
    const wait = new Promise<void>((resolve) => {
      go = resolve;
    });
    const { chat, server } = await listening({ pace: () => wait });
    const asked = fetch(`${server.url}${CHAT}`, {
      method: 'POST',
      headers: { 'content-type': 'application/json' },
      body: JSON.stringify(question),
    });
    await until(() => chat.active === 1);
    const closed = server.close();
    await expect(fetch(`${server.url}/health`)).rejects.toThrow();
    go();
    expect((await asked).status).toBe(200);
    await closed;
    await server.close();
  });

  test('an address that is taken', async () => {
    const taken = createServer().listen(0, '127.0.0.1');
    await once(taken, 'listening');
    const address = taken.address();
    const port = typeof address === 'object' && address ? address.port : 0;
    const handler = createHandler({ models: { scripted: new ScriptedChat() } });
    await expect(serve(handler, { port })).rejects.toMatchObject({ code: 'address-unusable' });
    taken.close();
  });

  test.each([Number.NaN, -1, 0.5, 65_536])('a port that is none: %s', async (port) => {
    const handler = createHandler({ models: { scripted: new ScriptedChat() } });
    await expect(serve(handler, { port })).rejects.toMatchObject({ code: 'invalid-option' });
  });
});

test('a connection serves on after a body that was refused unread', async () => {
  const { server } = await listening({}, { limits: { bodyBytes: 100 } });
  const large = JSON.stringify({ ...question, user: 'a'.repeat(1_000_000) });
  const head = `POST ${CHAT} HTTP/1.1\r\nhost: a\r\ncontent-type: application/json\r\ncontent-length: ${large.length}\r\n\r\n`;
  const socket = await raw(server.port, `${head}${large}GET /health HTTP/1.1\r\nhost: a\r\n\r\n`);
  let seen = '';
  socket.setEncoding('utf8').on('data', (text) => {
    seen += text;
  });
  await until(() => seen.includes('{"status":"ok"}'));
  expect(seen).toMatch(/^HTTP\/1\.1 413 [\s\S]*HTTP\/1\.1 200 /);
});

describe('a client that goes away', () => {
  const head = `POST ${CHAT} HTTP/1.1\r\nhost: a\r\ncontent-type: application/json\r\ncontent-length: 1000\r\n\r\n`;

  test.each([
    ['behind the headers', head],
    ['in the middle of its body', `${head}{"model": "scripted", `],
  ])('%s has asked nothing, and leaves nothing behind', async (_, text) => {
    const { chat, log, server, handler } = await listening({}, { running: 1, waiting: 0 });
    const socket = await raw(server.port, text);
    const busy = async () => (await fetch(`${server.url}${CHAT}`, { method: 'POST' })).status === 429;
    while (!(await busy()));
    const before = log.length;
    socket.destroy();
    await until(() => log.length > before);
    expect(log.at(-1)).toMatchObject({ status: 499, code: 'client_left' });
    expect(chat.asked).toEqual([]);
    expect(await (await handler(new Request('http://a/metrics'))).text()).toContain('internvl_held_bytes 0');
    expect(await busy()).toBe(false);
  });

  test('while it waits for its turn gives up its place in the queue', async () => {
    let go = () => {};
    const wait = new Promise<void>((resolve) => {
      go = resolve;
    });
    const { chat, log, server } = await listening({ pace: () => wait }, { running: 1 });
    const running = raw(server.port, written(question));
    await running;
    await until(() => chat.active === 1);
    const waits = await raw(server.port, written(question));
    const metrics = async () => (await fetch(`${server.url}/metrics`)).text();
    while (!(await metrics()).includes('internvl_waiting 1\n'));
    waits.destroy();
    await until(() => log.some(({ status }) => status === 499));
    expect(await metrics()).toContain('internvl_waiting 0\n');
    go();
    await until(() => log.some(({ status, route }) => status === 200 && route === CHAT));
    expect(chat.asked).toHaveLength(1);
  });
});

test('many requests over one connection, and many that are left: what ended early holds up nothing', async () => {
  const { log, server } = await listening({ says: () => 'word '.repeat(50) }, { running: 2 });
  const good = written({ ...question, max_tokens: 2 });
  const wrong = written({ ...question, temperature: 'hot' });
  const streams = written({ ...question, stream: true });
  const socket = await raw(server.port, good + wrong + streams + wrong + good);
  let seen = '';
  socket.setEncoding('utf8').on('data', (text) => {
    seen += text;
  });
  const statuses = () => [...seen.matchAll(/HTTP\/1\.1 (\d+) /g)].map(([, status]) => Number(status));
  await until(() => statuses().length === 5 && log.length === 5);
  expect(statuses()).toEqual([200, 400, 200, 400, 200]);
  for (let round = 0; round < 20; round++) {
    const controller = new AbortController();
    const response = await fetch(`${server.url}${CHAT}`, {
      method: 'POST',
      headers: { 'content-type': 'application/json' },
      body: JSON.stringify({ ...question, stream: true }),
      signal: controller.signal,
    });
    await response.body?.getReader().read();
    controller.abort();
  }
  await until(() => log.length === 25);
  expect(await (await fetch(`${server.url}/metrics`)).text()).toContain('internvl_running 0\n');
});
