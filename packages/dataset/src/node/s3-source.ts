import { DatasetError } from '../error.js';
import type { ByteSource } from '../source/byte-source.js';
import { type Fetch, httpSize, httpSource } from '../source/http-source.js';
import { nodeDecompressors } from './decompressors.js';
import { globPattern } from './glob.js';

/** Where an S3-compatible store is and how to sign. What is left out comes from `AWS_…` environment variables. */
export interface S3Options {
  /** `https://minio.example:9000`. Default: `AWS_ENDPOINT_URL_S3`, `AWS_ENDPOINT_URL`, else Amazon's. */
  readonly endpoint?: string | undefined;
  /** Default: `AWS_REGION`, `AWS_DEFAULT_REGION`, `us-east-1`. */
  readonly region?: string | undefined;
  readonly accessKeyId?: string | undefined;
  readonly secretAccessKey?: string | undefined;
  readonly sessionToken?: string | undefined;
  readonly fetch?: Fetch | undefined;
}

export function isS3(name: string): boolean {
  return /^s3:\/\//i.test(name);
}

/** The size of an object in bytes, as the store says it. */
export async function s3Size(
  address: string,
  options: S3Options = {},
  signal?: AbortSignal,
): Promise<number | undefined> {
  return httpSize(place(address, options).url, { fetch: signing(options) }, signal);
}

/** An object `s3://bucket/key` as a source. Needs the optional peer `aws4fetch`. */
export function s3Source(address: string, options: S3Options = {}, size?: number): ByteSource {
  const { url } = place(address, options);
  return httpSource(url, { name: address, size, fetch: signing(options), decompressors: nodeDecompressors });
}

/**
 * The objects a pattern `s3://bucket/prefix/*.jsonl` names, sorted; `*` stays between slashes, `**` does not.
 *
 * @throws `network` when the store refuses
 */
export async function s3List(
  pattern: string,
  options: S3Options = {},
  signal?: AbortSignal,
): Promise<string[]> {
  const [, bucket = '', key = ''] = /^s3:\/\/([^/]+)\/(.*)$/i.exec(pattern) ?? [];
  const prefix = key.slice(0, key.search(/[*?[{]/));
  const fits = globPattern(key);
  const fetch = signing(options);
  const found: string[] = [];
  let token: string | undefined;
  do {
    const url = new URL(place(`s3://${bucket}/`, options).url);
    url.searchParams.set('list-type', '2');
    url.searchParams.set('prefix', prefix);
    if (token !== undefined) url.searchParams.set('continuation-token', token);
    const response = await fetch(String(url), { ...(signal && { signal }) });
    const body = await response.text();
    if (!response.ok) throw refused(pattern, response.status, body);
    for (const [, name = ''] of body.matchAll(/<Key>(.*?)<\/Key>/gs)) {
      const plain = unescapeXml(name);
      if (fits.test(plain)) found.push(`s3://${bucket}/${plain}`);
    }
    const next = /<NextContinuationToken>(.*?)<\/NextContinuationToken>/s.exec(body)?.[1];
    token = next === undefined ? undefined : unescapeXml(next);
  } while (token !== undefined);
  return found.sort((left, right) => (left < right ? -1 : left > right ? 1 : 0));
}

/** Requests to the store, signed (AWS Signature Version 4). */
export function signing(options: S3Options): Fetch {
  const { env } = process;
  const accessKeyId = options.accessKeyId ?? env.AWS_ACCESS_KEY_ID;
  const secretAccessKey = options.secretAccessKey ?? env.AWS_SECRET_ACCESS_KEY;
  const sessionToken = options.sessionToken ?? env.AWS_SESSION_TOKEN;
  const send = options.fetch ?? ((url: string, init: RequestInit) => globalThis.fetch(url, init));
  return async (url, init) => {
    if (accessKeyId === undefined || secretAccessKey === undefined) {
      throw new DatasetError(
        'invalid-option',
        'Expected keys for S3, got none; set AWS_ACCESS_KEY_ID and AWS_SECRET_ACCESS_KEY, or pass them as options.',
        { missing: accessKeyId === undefined ? 'accessKeyId' : 'secretAccessKey' },
      );
    }
    const { AwsClient } = await aws4fetch();
    const client = new AwsClient({
      accessKeyId,
      secretAccessKey,
      ...(sessionToken !== undefined && { sessionToken }),
      service: 's3',
      region: regionOf(options),
    });
    const signed = await client.sign(url, init);
    const { method, headers } = signed;
    return send(signed.url, { ...init, method, headers });
  };
}

/** The address of an object: in the path where an endpoint is given (MinIO and its kin), else in the host. */
export function place(address: string, options: S3Options): { readonly url: string } {
  const [, bucket, key = ''] = /^s3:\/\/([^/]+)\/(.*)$/is.exec(address) ?? [];
  if (bucket === undefined) {
    throw new DatasetError('invalid-option', `Expected s3://bucket/key, got ${address}; write it so.`, {
      address,
    });
  }
  const endpoint = options.endpoint ?? process.env.AWS_ENDPOINT_URL_S3 ?? process.env.AWS_ENDPOINT_URL;
  const path = key.split('/').map(encodeURIComponent).join('/');
  return {
    url:
      endpoint === undefined
        ? `https://${bucket}.s3.${regionOf(options)}.amazonaws.com/${path}`
        : `${endpoint.replace(/\/+$/, '')}/${bucket}/${path}`,
  };
}

export function refused(address: string, status: number, body: string): DatasetError {
  const said = /<Message>(.*?)<\/Message>/s.exec(body)?.[1] ?? '';
  return new DatasetError(
    'network',
    `Expected the store to answer for ${address}, got status ${status} ${said}`.trimEnd() +
      '; check the keys, the region and the endpoint.',
    { address, status },
  );
}

function regionOf({ region }: S3Options): string {
  return region ?? process.env.AWS_REGION ?? process.env.AWS_DEFAULT_REGION ?? 'us-east-1';
}

async function aws4fetch(): Promise<typeof import('aws4fetch')> {
  try {
    return await import('aws4fetch');
  } catch (cause) {
    throw new DatasetError(
      's3-missing',
      'Expected the package that signs requests to S3, got none; install it with npm install aws4fetch.',
      { package: 'aws4fetch' },
      { cause },
    );
  }
}

function unescapeXml(text: string): string {
  const named: Readonly<Record<string, string>> = { amp: '&', lt: '<', gt: '>', quot: '"', apos: "'" };
  return text.replaceAll(/&(#x?[0-9a-f]+|\w+);/gi, (whole, entity: string) => {
    if (entity.startsWith('#x')) return String.fromCodePoint(Number.parseInt(entity.slice(2), 16));
    if (entity.startsWith('#')) return String.fromCodePoint(Number(entity.slice(1)));
    return named[entity] ?? whole;
  });
}
