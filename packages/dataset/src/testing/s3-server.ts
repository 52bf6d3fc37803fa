import { createHash, createHmac, timingSafeEqual } from 'node:crypto';
import { createServer, type IncomingMessage, type Server } from 'node:http';

/** A store that speaks enough of S3 for tests and checks every signature (AWS Signature Version 4) by its own code. */
export class S3Server {
  readonly objects = new Map<string, Uint8Array>();
  /** Requests by method, path and query, refused ones with their status. */
  readonly log: string[] = [];
  readonly #uploads = new Map<string, Map<number, Uint8Array>>();
  readonly #secret: string;
  readonly #server: Server;

  constructor(secret: string) {
    this.#secret = secret;
    this.#server = createServer((request, response) => {
      this.#answer(request).then(
        ({ status, body, headers = {} }) => {
          this.log.push(`${status} ${request.method} ${request.url}`);
          response.writeHead(status, headers).end(request.method === 'HEAD' ? undefined : body);
        },
        (error: unknown) => response.writeHead(500).end(String(error)),
      );
    });
  }

  async listen(): Promise<string> {
    await new Promise<void>((resolve) => this.#server.listen(0, '127.0.0.1', resolve));
    const address = this.#server.address();
    if (address === null || typeof address === 'string') throw new Error('no port');
    return `http://127.0.0.1:${address.port}`;
  }

  async close(): Promise<void> {
    this.#server.closeAllConnections();
    await new Promise((resolve) => this.#server.close(resolve));
  }

  async #answer(
    request: IncomingMessage,
  ): Promise<{ status: number; body: string | Uint8Array; headers?: Record<string, string> }> {
    const pieces: Buffer[] = [];
    for await (const piece of request) pieces.push(piece);
    const body = new Uint8Array(Buffer.concat(pieces));
    const url = new URL(request.url ?? '/', `http://${request.headers.host}`);
    if (!this.#signed(request, url)) {
      return { status: 403, body: '<Error><Code>SignatureDoesNotMatch</Code><Message>no</Message></Error>' };
    }
    const key = decodeURIComponent(url.pathname.slice(1));
    const upload = url.searchParams.get('uploadId');
    if (url.searchParams.has('list-type'))
      return { status: 200, body: this.#list(key.replace(/\/$/, ''), url) };
    if (request.method === 'POST' && url.searchParams.has('uploads')) {
      const id = `up/${this.#uploads.size}+`;
      this.#uploads.set(id, new Map());
      return { status: 200, body: `<X><UploadId>${id}</UploadId></X>` };
    }
    const parts = upload === null ? undefined : this.#uploads.get(upload);
    if (request.method === 'PUT' && parts !== undefined) {
      parts.set(Number(url.searchParams.get('partNumber')), body);
      return {
        status: 200,
        body: '',
        headers: { etag: `"${createHash('md5').update(body).digest('hex')}"` },
      };
    }
    if (request.method === 'POST' && parts !== undefined) {
      const order = [...parts].sort(([left], [right]) => left - right);
      this.objects.set(key, new Uint8Array(Buffer.concat(order.map(([, part]) => part))));
      return { status: 200, body: '<CompleteMultipartUploadResult/>' };
    }
    if (request.method === 'DELETE' && upload !== null) {
      this.#uploads.delete(upload);
      return { status: 204, body: '' };
    }
    const object = this.objects.get(key);
    if (object === undefined) return { status: 404, body: '<Error><Message>no such key</Message></Error>' };
    const range = /^bytes=(\d+)-(\d*)$/.exec(request.headers.range ?? '');
    if (range === null)
      return {
        status: 200,
        body: object,
        headers: { 'content-length': String(object.length), 'accept-ranges': 'bytes' },
      };
    const end = range[2] === '' ? object.length : Number(range[2]) + 1;
    return { status: 206, body: object.subarray(Number(range[1]), end) };
  }

  /** Two keys a page, so that pages are seen to be followed. */
  #list(bucket: string, url: URL): string {
    const prefix = `${bucket}/${url.searchParams.get('prefix') ?? ''}`;
    const keys = [...this.objects.keys()].filter((key) => key.startsWith(prefix)).sort();
    const from = Number(url.searchParams.get('continuation-token') ?? 0);
    const next = from + 2 < keys.length ? `<NextContinuationToken>${from + 2}</NextContinuationToken>` : '';
    const escaped = (text: string) => text.replaceAll('&', '&amp;').replaceAll('<', '&lt;');
    const found = keys
      .slice(from, from + 2)
      .map((key) => `<Key>${escaped(key.slice(bucket.length + 1))}</Key>`);
    return `<ListBucketResult>${found.join('')}${next}</ListBucketResult>`;
  }

  #signed(request: IncomingMessage, url: URL): boolean {
    const [, scope = '', names = '', signature = ''] =
      /Credential=[^/]+\/([^,]+),\s*SignedHeaders=([^,]+),\s*Signature=([0-9a-f]{64})/.exec(
        request.headers.authorization ?? '',
      ) ?? [];
    const [day = '', region = '', service = '', end = ''] = scope.split('/');
    const encode = (text: string) =>
      encodeURIComponent(text).replaceAll(
        /[!'()*]/g,
        (one) => `%${one.charCodeAt(0).toString(16).toUpperCase()}`,
      );
    const query = [...url.searchParams]
      .map(([name, value]) => `${encode(name)}=${encode(value)}`)
      .sort()
      .join('&');
    const headers = names.split(';').map((name) => `${name}:${String(request.headers[name] ?? '').trim()}\n`);
    const path = url.pathname
      .split('/')
      .map((piece) => encode(decodeURIComponent(piece)))
      .join('/');
    const payload = String(request.headers['x-amz-content-sha256']);
    const canonical = [request.method, path, query, headers.join(''), names, payload].join('\n');
    const text = [
      'AWS4-HMAC-SHA256',
      request.headers['x-amz-date'],
      scope,
      createHash('sha256').update(canonical).digest('hex'),
    ].join('\n');
    let key: Uint8Array = Buffer.from(`AWS4${this.#secret}`);
    for (const piece of [day, region, service, end]) key = createHmac('sha256', key).update(piece).digest();
    const expected = createHmac('sha256', key).update(text).digest();
    return signature !== '' && timingSafeEqual(expected, Buffer.from(signature, 'hex'));
  }
}
