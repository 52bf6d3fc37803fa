import { readFile } from 'node:fs/promises';
import { addAbortSignal } from 'node:stream';
import { InternVLError } from '@internvl/backend';
import type { Surroundings } from '../terminal/surroundings.js';

/** More than this is not read as one encoded image. */
const MOST_BYTES = 512 * 1024 * 1024;

/**
 * Reads an encoded image from where the command line says: a path, `-` for standard input, an `http(s)` or `data:` URL.
 *
 * @throws `file-missing`, `network`, `image-too-large`, `image-unreadable` for a broken data URL.
 */
export async function imageBytes(
  source: string,
  { stdin, signal }: Pick<Surroundings, 'stdin' | 'signal'>,
): Promise<Uint8Array<ArrayBuffer>> {
  if (source === '-') return collect(addAbortSignal(signal, stdin), source);
  if (source.startsWith('data:')) return dataUrlBytes(source);
  if (/^https?:\/\//i.test(source)) return download(source, signal);
  return readPath(source, signal);
}

async function readPath(path: string, signal: AbortSignal): Promise<Uint8Array<ArrayBuffer>> {
  try {
    return new Uint8Array(await readFile(path, { signal }));
  } catch (cause) {
    signal.throwIfAborted();
    const missing = cause instanceof Error && 'code' in cause && cause.code === 'ENOENT';
    const [code, found] = missing
      ? ['file-missing', 'there is no such file; check the path']
      : ['image-unreadable', 'it cannot be read; check that it is a file with the right permissions'];
    throw new InternVLError(code, `Expected an image at ${path}, ${found}.`, { path }, { cause });
  }
}

/** @throws `image-unreadable` when it is no base64 or percent-encoded data URL. */
function dataUrlBytes(url: string): Uint8Array<ArrayBuffer> {
  const comma = url.indexOf(',');
  const header = comma < 0 ? '' : url.slice(5, comma);
  const payload = url.slice(comma + 1);
  try {
    if (comma < 0) throw new URIError('no comma');
    if (!/;\s*base64\s*$/i.test(header)) return percentDecoded(payload);
    const text = decodeURIComponent(payload);
    if (!/^[A-Za-z0-9+/_\-\s]*=*\s*$/.test(text)) throw new URIError('not base64');
    return new Uint8Array(Buffer.from(text, 'base64'));
  } catch (cause) {
    throw new InternVLError(
      'image-unreadable',
      `Expected data:image/png;base64,… , got ${shorten(url)}; encode the file as base64.`,
      { source: shorten(url) },
      { cause },
    );
  }
}

function percentDecoded(text: string): Uint8Array<ArrayBuffer> {
  const characters = text.replace(/%([0-9a-f]{2})/gi, (_, hex: string) =>
    String.fromCharCode(Number.parseInt(hex, 16)),
  );
  return new Uint8Array(Buffer.from(characters, 'latin1'));
}

async function download(url: string, signal: AbortSignal): Promise<Uint8Array<ArrayBuffer>> {
  let response: Response;
  try {
    response = await fetch(url, { signal });
  } catch (cause) {
    signal.throwIfAborted();
    const reason =
      cause instanceof Error && cause.cause instanceof Error ? cause.cause.message : String(cause);
    throw new InternVLError(
      'network',
      `Expected an image at ${url}, got no answer: ${reason}; check the address.`,
      { url },
      { cause },
    );
  }
  if (!response.ok || response.body === null) {
    throw new InternVLError(
      'network',
      `Expected an image at ${url}, got status ${response.status}; check the address.`,
      { url, status: response.status },
    );
  }
  return collect(response.body, url);
}

async function collect(chunks: AsyncIterable<unknown>, source: string): Promise<Uint8Array<ArrayBuffer>> {
  const parts: Uint8Array[] = [];
  let length = 0;
  for await (const chunk of chunks) {
    const part = typeof chunk === 'string' ? Buffer.from(chunk) : chunk;
    if (!(part instanceof Uint8Array)) throw new TypeError('a stream of bytes gave something else');
    length += part.length;
    if (length > MOST_BYTES) {
      throw new InternVLError(
        'image-too-large',
        `Expected at most ${MOST_BYTES} bytes from ${shorten(source)}, got more; shrink the image.`,
        { source: shorten(source), most: MOST_BYTES },
      );
    }
    parts.push(part);
  }
  const bytes = new Uint8Array(length);
  let at = 0;
  for (const part of parts) {
    bytes.set(part, at);
    at += part.length;
  }
  return bytes;
}

/** A name for messages: URLs can be long. */
export function shorten(source: string): string {
  return source.length > 80 ? `${source.slice(0, 60)}…` : source;
}
