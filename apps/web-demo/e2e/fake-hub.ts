import { createHash } from 'node:crypto';
import { readdirSync, readFileSync, statSync } from 'node:fs';
import type { IncomingMessage, ServerResponse } from 'node:http';
import { join } from 'node:path';
import { type Extra, sendFile } from './static-server.js';

const COMMIT = 'c'.repeat(40);
/** Files at least this large are published with their SHA-256, behind a redirect. */
const LARGE = 10_000;

/** A Hub in the folder `/hub` of the page's own server, with one model. Its connection breaks on demand. */
export class FakeHub {
  readonly repo = 'org/tiny';
  /** Requests for the weights that were answered, by the first byte they asked for. */
  readonly weightRequests: number[] = [];
  /** Share of the weights after which the connection breaks, and stays broken. */
  breaksAt: number | undefined;
  /** Whether a login is asked for. */
  locked = false;
  #down = false;
  readonly #folder: string;
  readonly #names: readonly string[];

  constructor(folder: string) {
    this.#folder = folder;
    this.#names = readdirSync(folder).filter((name) => statSync(join(folder, name)).isFile());
  }

  /** The network is back. */
  repair(): void {
    this.breaksAt = undefined;
    this.#down = false;
  }

  readonly answer: Extra = (request, response) => {
    const { pathname } = new URL(request.url!, 'http://localhost');
    if (!pathname.startsWith('/hub/')) return false;
    if (this.#down) response.destroy();
    else if (this.locked) response.writeHead(401, { 'x-error-code': 'GatedRepo' }).end();
    else this.#route(pathname.slice('/hub'.length), request, response);
    return true;
  };

  #route(path: string, request: IncomingMessage, response: ServerResponse): void {
    const resolve = `/${this.repo}/resolve/${COMMIT}/`;
    if (path === `/api/models/${this.repo}/revision/main`) response.end(JSON.stringify({ sha: COMMIT }));
    else if (path === `/api/models/${this.repo}/tree/${COMMIT}`) response.end(JSON.stringify(this.#tree()));
    else if (path.startsWith(resolve)) this.#resolve(path.slice(resolve.length), request, response);
    else if (path.startsWith('/large/')) this.#send(path.slice('/large/'.length), request, response);
    else response.writeHead(404, { 'x-error-code': 'RepoNotFound' }).end();
  }

  #tree() {
    return this.#names.map((path) => {
      const bytes = readFileSync(join(this.#folder, path));
      const size = bytes.length;
      const sha1 = createHash('sha1').update(`blob ${size}\0`).update(bytes).digest('hex');
      if (size < LARGE) return { type: 'file', path, size, oid: sha1 };
      const sha256 = createHash('sha256').update(bytes).digest('hex');
      return { type: 'file', path, size, oid: sha1, lfs: { oid: sha256, size } };
    });
  }

  #resolve(name: string, request: IncomingMessage, response: ServerResponse): void {
    if (statSync(join(this.#folder, name)).size < LARGE) this.#send(name, request, response);
    else response.writeHead(302, { location: `/hub/large/${name}` }).end();
  }

  #send(name: string, request: IncomingMessage, response: ServerResponse): void {
    const file = join(this.#folder, name);
    if (name === 'model.safetensors') {
      const first = Number(/^bytes=(\d+)-/.exec(request.headers.range ?? '')?.[1] ?? 0);
      // Headers of safetensors are looked at before the offer; that is no download yet.
      if (!/^bytes=\d+-\d+$/.test(request.headers.range ?? '')) this.weightRequests.push(first);
      if (this.breaksAt !== undefined && !/^bytes=\d+-\d+$/.test(request.headers.range ?? '')) {
        this.#down = true;
        const bytes = readFileSync(file);
        response.writeHead(first > 0 ? 206 : 200, {
          'content-length': bytes.length - first,
          ...(first > 0 && { 'content-range': `bytes ${first}-${bytes.length - 1}/${bytes.length}` }),
        });
        const part = bytes.subarray(first, Math.round(bytes.length * this.breaksAt));
        response.write(part, () => response.destroy());
        return;
      }
    }
    sendFile(file, request, response);
  }
}
