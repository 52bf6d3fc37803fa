import { lookup as systemLookup } from 'node:dns/promises';
import { request as httpRequest, type IncomingMessage } from 'node:http';
import { request as httpsRequest } from 'node:https';
import type { LookupFunction } from 'node:net';
import { InternVLError, untilAborted } from '@internvl/backend';
import type { FetchImage } from '../images/load-images.js';
import { isPublicAddress } from './public-address.js';

export interface ImageFetcherOptions {
  /**
   * Hosts that images may come from: `'images.example.com'`, or `'.example.com'` for all below; `'*'` for every public
   * host. Each hop of a redirect must be one of them.
   */
  readonly hosts: readonly string[] | '*';
  /** Most bytes of an image; 20 MiB by default. */
  readonly mostBytes?: number | undefined;
  /** Longest time for an image, redirects included, Ms; 10 s by default. */
  readonly timeoutMs?: number | undefined;
  /** Most redirects; 3 by default. */
  readonly redirects?: number | undefined;
  /** Ports that may be asked; 80 and 443 by default. */
  readonly ports?: readonly number[] | undefined;
  /** All addresses of a name; the system's resolver by default. */
  readonly lookup?: ((host: string) => Promise<readonly string[]>) | undefined;
  /** Whether an address may be connected to; every public one by default. For tests, and for hosts of one's own network. */
  readonly allowAddress?: ((address: string) => boolean) | undefined;
}

/**
 * Gets images from the Internet for clients, without lending them the server's place in its network: a name is resolved
 * once, every address of it must be public, and the connection goes to the address that was checked, for each redirect
 * anew. No cookies, no keys, no proxy.
 *
 * The function throws `image-url-refused` (host, port, address, kind of URL), `image-url-failed` (no answer, a status
 * that is no image, too slow, too many redirects), `image-too-large`, `signal.reason`.
 */
export function imageFetcher(options: ImageFetcherOptions): FetchImage {
  const { timeoutMs = 10_000, redirects = 3 } = options;
  return async (start, { signal }) => {
    const controller = new AbortController();
    const onAbort = () => controller.abort(signal.reason);
    signal.throwIfAborted();
    signal.addEventListener('abort', onAbort);
    const timer = setTimeout(
      () =>
        controller.abort(
          failed(`Expected the image within ${timeoutMs} ms, it is not there; send it as a data: URL.`),
        ),
      timeoutMs,
    );
    try {
      let url = start;
      for (let hop = 0; hop <= redirects; hop++) {
        const found = await get(url, options, controller.signal);
        if (typeof found !== 'string') return found;
        url = URL.canParse(found, url) ? new URL(found, url).href : found;
      }
      throw failed(`Expected the image within ${redirects} redirects, got more; send its last address.`);
    } finally {
      clearTimeout(timer);
      signal.removeEventListener('abort', onAbort);
    }
  };
}

/** The bytes behind one URL, or where it points to. */
async function get(
  address: string,
  options: ImageFetcherOptions,
  signal: AbortSignal,
): Promise<Uint8Array | string> {
  const url = checkUrl(address, options);
  const target = await checkedAddress(url, options, signal);
  const response = await connect(url, target, signal);
  try {
    const { statusCode = 0, headers } = response;
    if (statusCode >= 300 && statusCode < 400 && headers.location !== undefined) return headers.location;
    if (statusCode !== 200)
      throw failed(`Expected an image at its address, got status ${statusCode}; check the address.`);
    return await bytesOf(response, options.mostBytes ?? 20 * 2 ** 20, signal);
  } finally {
    response.destroy();
  }
}

function checkUrl(address: string, { hosts, ports = [80, 443] }: ImageFetcherOptions): URL {
  let url: URL;
  try {
    url = new URL(address);
  } catch {
    throw refused('Expected a valid http(s) URL, got something else; check the address.');
  }
  const { protocol, hostname, username, password } = url;
  if (protocol !== 'http:' && protocol !== 'https:') {
    throw refused(
      'Expected an http(s) URL, also behind redirects, got another kind; send the image as a data: URL.',
    );
  }
  if (username !== '' || password !== '')
    throw refused('Expected a URL without a user name or password, got one with.');
  const port = url.port === '' ? (protocol === 'https:' ? 443 : 80) : Number(url.port);
  if (!ports.includes(port)) throw refused(`Expected one of the ports ${ports.join(', ')}, got another one.`);
  const name = hostname.replace(/\.$/, '');
  const listed =
    hosts === '*' || hosts.some((host) => (host.startsWith('.') ? name.endsWith(host) : name === host));
  if (!listed)
    throw refused(
      'Expected one of the hosts that images may come from, got another one; send the image as a data: URL.',
    );
  return url;
}

async function checkedAddress(
  { hostname }: URL,
  { lookup = lookupAll, allowAddress = isPublicAddress }: ImageFetcherOptions,
  signal: AbortSignal,
): Promise<string> {
  const host = hostname.replace(/^\[|\]$/g, '');
  let addresses: readonly string[];
  try {
    addresses = await untilAborted(lookup(host), signal, () => {});
  } catch (cause) {
    signal.throwIfAborted();
    throw failed('Expected a host that exists, its name has no address; check the address.', cause);
  }
  const [first] = addresses;
  if (first === undefined)
    throw failed('Expected a host that exists, its name has no address; check the address.');
  // One private address among public ones is somebody trying.
  if (!addresses.every(allowAddress)) {
    throw refused(
      'Expected a host of the public Internet, got a private or special address; send the image as a data: URL.',
    );
  }
  return first;
}

async function lookupAll(host: string): Promise<string[]> {
  return (await systemLookup(host, { all: true })).map(({ address }) => address);
}

/** Asks for a URL at an address: no name is looked up again, so none can change its mind. */
function connect(url: URL, address: string, signal: AbortSignal): Promise<IncomingMessage> {
  const family = address.includes(':') ? 6 : 4;
  const lookup: LookupFunction = (_, { all }, callback) => {
    if (all) callback(null, [{ address, family }]);
    else callback(null, address, family);
  };
  return new Promise((resolve, reject) => {
    const request = (url.protocol === 'https:' ? httpsRequest : httpRequest)(url, {
      lookup,
      // No connection of another request is taken, which might lead elsewhere.
      agent: false,
      headers: { accept: 'image/*', 'user-agent': 'internvl' },
    });
    const onAbort = () => request.destroy(new Error('aborted'));
    signal.addEventListener('abort', onAbort);
    request.on('close', () => signal.removeEventListener('abort', onAbort));
    request.on('response', resolve);
    request.on('error', (cause) =>
      reject(
        signal.aborted
          ? signal.reason
          : failed('Expected an answer from the host of the image, got none.', cause),
      ),
    );
    request.end();
  });
}

async function bytesOf(response: IncomingMessage, most: number, signal: AbortSignal): Promise<Uint8Array> {
  const tooLarge = () =>
    new InternVLError('image-too-large', `Expected at most ${most} bytes of an image, got more; shrink it.`, {
      most,
    });
  if (Number(response.headers['content-length'] ?? 0) > most) throw tooLarge();
  const chunks: Uint8Array[] = [];
  let length = 0;
  try {
    for await (const chunk of response) {
      if (!(chunk instanceof Uint8Array)) throw new TypeError('a response gave no bytes');
      length += chunk.length;
      if (length > most) throw tooLarge();
      chunks.push(chunk);
    }
  } catch (cause) {
    signal.throwIfAborted();
    throw InternVLError.is(cause) ? cause : failed('Expected the whole image, its host broke off.', cause);
  }
  return Buffer.concat(chunks);
}

function refused(message: string): InternVLError {
  return new InternVLError('image-url-refused', message);
}

function failed(message: string, cause?: unknown): InternVLError {
  return new InternVLError('image-url-failed', message, {}, { cause });
}
