import { createServer, type RequestListener, type Server } from 'node:http';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { createHandler } from '../create-handler.js';
import { ask, CHAT, post } from '../testing/requests.js';
import { ScriptedChat } from '../testing/scripted-chat.js';
import { type ImageFetcherOptions, imageFetcher } from './image-fetcher.js';

const bytes = new Uint8Array(1000).fill(7);
const paths: Record<string, RequestListener> = {
  '/image': (_, response) => response.end(bytes),
  '/once': (_, response) => response.writeHead(302, { location: '/image' }).end(),
  '/loop': (_, response) => response.writeHead(302, { location: '/loop' }).end(),
  '/inside': (_, response) => response.writeHead(301, { location: 'http://inside.example/image' }).end(),
  '/elsewhere': (_, response) => response.writeHead(301, { location: 'http://other.test/image' }).end(),
  '/number': (_, response) => response.writeHead(301, { location: 'http://2130706433/image' }).end(),
  '/file': (_, response) => response.writeHead(301, { location: 'file:///etc/passwd' }).end(),
  '/nowhere': (_, response) => response.writeHead(301, { location: 'http://[' }).end(),
  '/missing': (_, response) => response.writeHead(404).end(),
  '/broken': (_, response) => {
    response.writeHead(200, { 'content-length': 5000 });
    response.write(bytes, () => response.destroy());
  },
  '/silent': () => {},
  '/drip': (_, response) => response.write(bytes.subarray(0, 1)),
};

let server: Server;
let port: number;
const asked: string[] = [];

beforeAll(async () => {
  server = createServer((request, response) => {
    asked.push(request.headers.host ?? '');
    const { pathname } = new URL(request.url ?? '/', 'http://localhost');
    paths[pathname]?.(request, response);
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const address = server.address();
  port = typeof address === 'object' && address ? address.port : 0;
});
afterAll(() => {
  server.closeAllConnections();
  server.close();
});

/** Names as a test's DNS knows them; the server's own address counts as public under one name alone. */
const names: Readonly<Record<string, readonly string[]>> = {
  'images.example': ['127.0.0.1'],
  'inside.example': ['10.0.0.5'],
  'both.example': ['127.0.0.1', '10.0.0.5'],
  'mapped.example': ['::ffff:10.0.0.5'],
  '127.0.0.1': ['127.0.0.1'],
  '169.254.169.254': ['169.254.169.254'],
  '::1': ['::1'],
};

const signal = new AbortController().signal;
const fetcher = (options: Partial<ImageFetcherOptions> = {}) => {
  const get = imageFetcher({
    hosts: ['images.example', '.example'],
    ports: [port, 80],
    lookup: async (host) => names[host] ?? [],
    allowAddress: (address) => address === '127.0.0.1',
    ...options,
  });
  return (url: string) => get(url.replace(/(\.example)\//, `$1:${port}/`), { signal });
};

describe('an image behind a URL', () => {
  test('is fetched, also behind a redirect, from the address that was checked', async () => {
    expect(new Uint8Array(await fetcher()('http://images.example/image'))).toEqual(bytes);
    expect(await fetcher()('http://images.example/once')).toHaveLength(1000);
    expect(asked.at(-1)).toBe(`images.example:${port}`);
  });

  test('a name is asked for once: it cannot change its mind before the connection', async () => {
    const answers = [['127.0.0.1'], ['10.0.0.5']];
    let questions = 0;
    const get = fetcher({ lookup: async () => answers[questions++] ?? [] });
    await get('http://images.example/image');
    expect(questions).toBe(1);
  });

  test.each([
    ['a host that is not listed', 'http://other.test/image', 'image-url-refused'],
    ['a name with a private address', 'http://inside.example/image', 'image-url-refused'],
    ['a name with a private address among others', 'http://both.example/image', 'image-url-refused'],
    ['a name with an address of IPv4 inside IPv6', 'http://mapped.example/image', 'image-url-refused'],
    ['a name without an address', 'http://none.example/image', 'image-url-failed'],
    ['a redirect to a private address', 'http://images.example/inside', 'image-url-refused'],
    ['a redirect to a host that is not listed', 'http://images.example/elsewhere', 'image-url-refused'],
    ['a redirect to an address as one number', 'http://images.example/number', 'image-url-refused'],
    ['a redirect to a file', 'http://images.example/file', 'image-url-refused'],
    ['a redirect to what is no URL', 'http://images.example/nowhere', 'image-url-refused'],
    ['redirects without end', 'http://images.example/loop', 'image-url-failed'],
    ['a status of none', 'http://images.example/missing', 'image-url-failed'],
    ['a connection that breaks', 'http://images.example/broken', 'image-url-failed'],
    ['another port', 'http://images.example:22/image', 'image-url-refused'],
    ['a password', 'http://me:secret@images.example/image', 'image-url-refused'],
    ['no URL', 'http://', 'image-url-refused'],
  ])('%s', async (_, url, code) => {
    await expect(fetcher()(url)).rejects.toMatchObject({ code });
  });

  test.each([
    'http://127.0.0.1/a',
    'http://2130706433/a',
    'http://0x7f.1/a',
    'http://0177.0.0.1/a',
    'http://localhost/a',
    'http://[::1]/a',
    'http://[::ffff:127.0.0.1]/a',
    'http://169.254.169.254/latest/meta-data',
    'http://[fd00:ec2::254]/latest/meta-data',
  ])('%s, with any host allowed and the system’s resolver', async (url) => {
    const before = asked.length;
    const get = imageFetcher({ hosts: '*', ports: [80] });
    await expect(get(url, { signal })).rejects.toMatchObject({ code: 'image-url-refused' });
    expect(asked).toHaveLength(before);
  });

  test('too many bytes, declared or counted', async () => {
    await expect(fetcher({ mostBytes: 999 })('http://images.example/image')).rejects.toMatchObject({
      code: 'image-too-large',
    });
  });

  test.each(['silent', 'drip'])('too slow: %s', async (path) => {
    await expect(fetcher({ timeoutMs: 30 })(`http://images.example/${path}`)).rejects.toMatchObject({
      code: 'image-url-failed',
    });
  });

  test('aborting rethrows the reason', async () => {
    const controller = new AbortController();
    const get = imageFetcher({
      hosts: ['images.example'],
      ports: [port],
      lookup: async () => ['127.0.0.1'],
      allowAddress: () => true,
    });
    const fetched = get(`http://images.example:${port}/silent`, { signal: controller.signal });
    setTimeout(() => controller.abort('enough'), 20);
    await expect(fetched).rejects.toBe('enough');
  });

  test('what went wrong is a 400 of the server', async () => {
    const handler = createHandler({
      models: { scripted: new ScriptedChat() },
      fetchImage: imageFetcher({ hosts: '*' }),
    });
    const content = [{ type: 'image_url', image_url: { url: 'http://[::ffff:169.254.169.254]/' } }];
    const answer = await ask(
      handler,
      post(CHAT, { model: 'scripted', messages: [{ role: 'user', content }] }),
    );
    expect(answer).toMatchObject({ status: 400, document: { error: { code: 'image_url_not_allowed' } } });
  });
});
