import { createHash } from 'node:crypto';
import { readdir, readFile } from 'node:fs/promises';
import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import { join } from 'node:path';

/** Files at least this large are kept as the real Hub keeps large ones: by SHA-256, behind a redirect. */
const LARGE = 10_000;

export interface FakeRequest {
  readonly path: string;
  readonly range: string | undefined;
  readonly authorization: string | undefined;
}

/** What the server does to one file, once for each entry: give fewer bytes and break off, other bytes, or a status. */
export type Mischief =
  /** With `whole`, only where the whole file is asked for. */
  | { readonly cutAfter: number; readonly whole?: true }
  | { readonly bytes: Uint8Array }
  | { readonly ignoreRange: true }
  | { readonly status: number; readonly headers?: Readonly<Record<string, string>> };

/** A Hub on this machine with one model, `org/tiny`, and another server that hands out its large files. */
export class FakeHub {
  static readonly repo = 'org/tiny';
  readonly commit: string = 'c'.repeat(40);
  readonly files = new Map<string, Uint8Array>();
  readonly revisions = new Map<string, string>([['main', this.commit]]);
  readonly mischief = new Map<string, Mischief[]>();
  /** Requests to the Hub itself. */
  readonly requests: FakeRequest[] = [];
  /** Requests to the server of large files. */
  readonly largeRequests: FakeRequest[] = [];
  /** Those of both that asked for content. */
  readonly sent: FakeRequest[] = [];
  token: string | undefined;
  /** Answered to every request, when set. */
  refusal: Mischief | undefined;
  endpoint = '';
  #large = '';

  /** @param onEnd is given what ends the servers */
  static async start(folder: string, onEnd: OnEnd): Promise<FakeHub> {
    const hub = new FakeHub();
    for (const entry of await readdir(folder, { withFileTypes: true })) {
      if (entry.isFile()) hub.files.set(entry.name, await readFile(join(folder, entry.name)));
    }
    hub.files.set('README.md', new TextEncoder().encode('about'));
    hub.files.set('modeling_internvl_chat.py', new TextEncoder().encode('raise SystemExit'));
    hub.endpoint = await listen((request, response) => hub.#answer(request, response), onEnd);
    hub.#large = await listen((request, response) => hub.#answerLarge(request, response), onEnd);
    return hub;
  }

  hashOf(name: string): string {
    const bytes = this.#file(name);
    if (bytes.length >= LARGE) return createHash('sha256').update(bytes).digest('hex');
    return createHash('sha1').update(`blob ${bytes.length}\0`).update(bytes).digest('hex');
  }

  /** Requests for the content of a file that were answered with content. */
  downloads(name: string): FakeRequest[] {
    return this.sent.filter(({ path }) => path.endsWith(`/${name}`));
  }

  #file(name: string): Uint8Array {
    const bytes = this.files.get(name);
    if (bytes === undefined) throw new Error(`the fake Hub has no ${name}`);
    return bytes;
  }

  #answer(request: IncomingMessage, response: ServerResponse): void {
    const path = request.url ?? '';
    if (answersPages(request, response)) return;
    this.requests.push(note(request));
    if (this.refusal !== undefined) {
      misbehave(this.refusal, new Uint8Array(), request, response);
      return;
    }
    if (this.token !== undefined && request.headers.authorization !== `Bearer ${this.token}`) {
      response.writeHead(401).end();
      return;
    }
    const api = `/api/models/${FakeHub.repo}/`;
    const resolve = `/${FakeHub.repo}/resolve/${this.commit}/`;
    if (path.startsWith(`${api}revision/`)) {
      this.#revision(decodeURIComponent(path.slice(`${api}revision/`.length)), response);
      return;
    }
    if (path.startsWith(`${api}tree/${this.commit}`)) {
      this.#tree(request, response);
      return;
    }
    if (!path.startsWith(resolve)) {
      response.writeHead(404, { 'x-error-code': 'RepoNotFound' }).end();
      return;
    }
    const name = path.slice(resolve.length);
    if (this.#file(name).length < LARGE) {
      this.#send(name, request, response);
      return;
    }
    response.writeHead(302, { location: `${this.#large}/large/${name}` }).end();
  }

  #answerLarge(request: IncomingMessage, response: ServerResponse): void {
    if (answersPages(request, response)) return;
    this.largeRequests.push(note(request));
    this.#send((request.url ?? '').slice('/large/'.length), request, response);
  }

  #revision(revision: string, response: ServerResponse): void {
    const commit = revision === this.commit ? revision : this.revisions.get(revision);
    if (commit === undefined) {
      response.writeHead(404, { 'x-error-code': 'RevisionNotFound' }).end();
      return;
    }
    response.end(JSON.stringify({ id: FakeHub.repo, sha: commit }));
  }

  /** In pages of five, as the real one does with a thousand. */
  #tree(request: IncomingMessage, response: ServerResponse): void {
    const url = new URL(request.url ?? '', this.endpoint);
    const first = Number(url.searchParams.get('cursor') ?? 0);
    const names = [...this.files.keys()].sort();
    if (first + 5 < names.length) {
      url.searchParams.set('cursor', String(first + 5));
      response.setHeader('link', `<${url.href}>; rel="next"`);
    }
    const entries = names.slice(first, first + 5).map((path) => {
      const size = this.#file(path).length;
      const hash = this.hashOf(path);
      if (size < LARGE) return { type: 'file', path, size, oid: hash };
      return { type: 'file', path, size, oid: '0'.repeat(40), lfs: { oid: hash, size, pointerSize: 134 } };
    });
    response.end(JSON.stringify([{ type: 'directory', path: 'examples', oid: '1'.repeat(40) }, ...entries]));
  }

  #send(name: string, request: IncomingMessage, response: ServerResponse): void {
    this.sent.push(note(request));
    const bytes = this.#file(name);
    const planned = this.mischief.get(name);
    const [next] = planned ?? [];
    const spared = next && 'whole' in next && request.headers.range !== undefined;
    const mischief = spared ? undefined : planned?.shift();
    if (mischief !== undefined) {
      misbehave(mischief, bytes, request, response);
      return;
    }
    sendRange(bytes, request, response);
  }
}

function misbehave(
  mischief: Mischief,
  bytes: Uint8Array,
  request: IncomingMessage,
  response: ServerResponse,
): void {
  if ('status' in mischief) {
    response.writeHead(mischief.status, mischief.headers).end();
    return;
  }
  if ('ignoreRange' in mischief) {
    response.end(bytes);
    return;
  }
  if ('bytes' in mischief) {
    sendRange(mischief.bytes, request, response);
    return;
  }
  const first = rangeStart(request);
  response.writeHead(first > 0 ? 206 : 200, { 'content-length': bytes.length - first });
  response.write(bytes.subarray(first, first + mischief.cutAfter), () => response.socket?.end());
}

/** A server that knows ranges, and to which pages of other sites may talk. */
export function sendRange(bytes: Uint8Array, request: IncomingMessage, response: ServerResponse): void {
  const [, start, end] = /^bytes=(\d+)-(\d*)$/.exec(request.headers.range ?? '') ?? [];
  if (start === undefined) {
    response.writeHead(200, { 'content-length': bytes.length }).end(bytes);
    return;
  }
  const first = Number(start);
  const last = Math.min(end === '' || end === undefined ? bytes.length : Number(end), bytes.length - 1);
  response.writeHead(206, {
    'content-range': `bytes ${first}-${last}/${bytes.length}`,
    'content-length': last + 1 - first,
  });
  response.end(bytes.subarray(first, last + 1));
}

function rangeStart(request: IncomingMessage): number {
  return Number(/^bytes=(\d+)-/.exec(request.headers.range ?? '')?.[1] ?? 0);
}

function note(request: IncomingMessage): FakeRequest {
  const { range, authorization } = request.headers;
  return { path: request.url ?? '', range, authorization };
}

/** Whether pages of other sites may read an answer, as on the real Hub; answers what they ask before they send a token. */
function answersPages(request: IncomingMessage, response: ServerResponse): boolean {
  response.setHeader('access-control-allow-origin', '*');
  response.setHeader('access-control-expose-headers', 'Content-Range, Link, X-Error-Code, X-Repo-Commit');
  if (request.method !== 'OPTIONS') return false;
  const asked = request.headers['access-control-request-headers'] ?? '';
  // Nothing but a token needs to be asked for.
  const allowed = asked === 'authorization' || asked === 'authorization,range';
  response.writeHead(allowed ? 204 : 403, allowed ? { 'access-control-allow-headers': asked } : {}).end();
  return true;
}

type OnEnd = (close: () => void) => void;

/** The address of a server. */
export async function listen(
  answer: (request: IncomingMessage, response: ServerResponse) => void,
  onEnd: OnEnd,
): Promise<string> {
  const server: Server = createServer(answer);
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  onEnd(() => {
    server.closeAllConnections();
    server.close();
  });
  const address = server.address();
  if (address === null || typeof address === 'string') throw new Error('expected a port');
  return `http://127.0.0.1:${address.port}`;
}
