import { InternVLError } from '@internvl/backend';
import { parseJson } from '../config/parse-json.js';
import { sha256Of } from '../hash/digest.js';
import { bodyOf, type Connection, connectionOptions, get, withRetries } from '../hub/connection.js';
import { assemble } from '../source/assemble-checkpoint.js';
import type { Checkpoint } from '../source/checkpoint.js';
import { isSmallFile, smallFiles, triedNames } from '../source/checkpoint-files.js';
import { weightFiles as namesOfWeights, shardMissing } from '../source/weight-files.js';
import { filesDigest } from './file-digest.js';
import { hashSource } from './hash-source.js';
import { rangeSource } from './range-source.js';
import { remoteWeights, type ServedFile } from './remote-weights.js';
import type { OpenWebCheckpointOptions, ServedFolder } from './web-model.js';

/** What servers that know no type of a file are asked for: a page to answer with in place of a missing file is none. */
const accept = 'application/octet-stream, application/json;q=0.9, text/plain;q=0.8';
/** Small files fetched at the same time. */
const PARALLEL = 4;

/**
 * Opens a checkpoint in a folder that a server hands out, the page's own for instance.
 *
 * @throws `model-not-found` without config.json, `network`, `size-mismatch`, and as `assemble`
 */
export async function openAddress(
  folder: ServedFolder,
  options: OpenWebCheckpointOptions,
): Promise<Checkpoint> {
  const { signal } = options;
  const base = new URL(`${folder.baseUrl.replace(/\/+$/, '')}/`, globalThis.location?.href);
  const name = folder.name ?? decodeURIComponent(base.pathname.split('/').at(-2) ?? '');
  const connection: Connection = {
    ...connectionOptions(options),
    endpoint: base.origin,
    headers: { accept },
    unreachable: 'check the connection and try again',
  };
  const small = await fetchSmall(connection, base, folder.files?.filter(isSmallFile) ?? triedNames);
  if (!small.has('config.json')) throw notFound(base);
  const readJson = async (file: string) => parseJson(file, small.get(file) ?? new Uint8Array());
  const listed = folder.files ?? [...small.keys(), ...(small.has(INDEX) ? [] : ['model.safetensors'])];
  const weightNames = await namesOfWeights(listed, readJson, base.href);
  const later = { ...connection, signal: undefined };
  const served = new Map<string, Described>();
  for (const weights of weightNames)
    served.set(weights, await describe(connection, base, weights, weightNames));
  const source = (file: string) => rangeSource(later, served.get(file)!, served.get(file)!.ask);
  const { weightFiles, ...assembled } = await assemble({
    name,
    path: base.href,
    files: smallFiles(base.href, small.keys(), async (file) => Uint8Array.from(small.get(file)!)),
    present: [...small.keys(), ...weightNames],
    open: async (file) => source(file),
    signal,
  });
  let digest: string | undefined;
  return {
    ...assembled,
    identity: await identity(base, small, [...served.values()]),
    remote: remoteWeights(later, assembled.config, [...served.values()]),
    async digest(digestOptions = {}) {
      const hashOf = (file: string, onLoaded: (loaded: number) => void) =>
        hashSource(source(file), onLoaded, digestOptions.signal);
      digest ??= await filesDigest(assembled.files, weightFiles, hashOf, digestOptions);
      return digest;
    },
  };
}

const INDEX = 'model.safetensors.index.json';

interface Described extends ServedFile {
  /** What the server says about the version of the file; undefined when it says nothing. */
  readonly version: string | undefined;
}

/** Those of the named files that are there. */
async function fetchSmall(
  connection: Connection,
  base: URL,
  names: readonly string[],
): Promise<Map<string, Uint8Array<ArrayBuffer>>> {
  const fetched = new Map<string, Uint8Array<ArrayBuffer>>();
  const queue = [...names];
  const worker = async () => {
    for (let name = queue.shift(); name !== undefined; name = queue.shift()) {
      const bytes = await fetchWhole(connection, base, name);
      if (bytes) fetched.set(name, bytes);
    }
  };
  await Promise.all(Array.from({ length: PARALLEL }, worker));
  return new Map([...fetched].sort(([a], [b]) => (a < b ? -1 : 1)));
}

async function fetchWhole(
  connection: Connection,
  base: URL,
  name: string,
): Promise<Uint8Array<ArrayBuffer> | undefined> {
  return withRetries(connection, name, async () => {
    const response = await get(connection, new URL(name, base).href);
    if (!isFile(response)) {
      await response.body?.cancel();
      return undefined;
    }
    const parts: Uint8Array<ArrayBuffer>[] = [];
    for await (const part of bodyOf(response, connection)) parts.push(part);
    return new Uint8Array(await new Blob(parts).arrayBuffer());
  });
}

/** Size and version of a weight file, by the head of an answer whose body is not read. */
async function describe(
  connection: Connection,
  base: URL,
  name: string,
  all: readonly string[],
): Promise<Described> {
  const url = new URL(name, base).href;
  const ask: ServedFile['ask'] = async (own, headers) => {
    const response = await get(own, url, headers);
    if (isFile(response)) return response;
    await response.body?.cancel();
    throw all.length > 1 ? shardMissing([name], all, base.href) : missing(base, name, response.status);
  };
  return withRetries(connection, name, async () => {
    let { status, headers } = await head(await ask(connection, { range: 'bytes=0-0' }));
    // Content-Range is hidden from pages of other sites unless the server exposes it; Content-Length never is.
    const hidden = status === 206 && !headers.has('content-range');
    if (hidden) ({ status, headers } = await head(await ask(connection, {})));
    const version = headers.get('etag') ?? headers.get('last-modified') ?? undefined;
    const total =
      status === 206 ? headers.get('content-range')?.split('/')[1] : headers.get('content-length');
    const size = Number(total ?? Number.NaN);
    if (Number.isSafeInteger(size) && size > 0) return { name, size, ask, version };
    throw new InternVLError(
      'network',
      `Expected ${base.origin} to tell the length of ${name}, it does not; let it send Content-Length, and expose Content-Range to other sites.`,
      { endpoint: base.origin, file: name },
    );
  });
}

/** An answer whose body is not wanted. */
async function head(response: Response): Promise<Response> {
  await response.body?.cancel();
  return response;
}

/** A page in place of a missing file is what servers of one-page sites answer. */
function isFile(response: Response): boolean {
  return response.ok && !(response.headers.get('content-type') ?? '').startsWith('text/html');
}

/** Undefined where the server says nothing by which a change would show. */
async function identity(
  base: URL,
  small: ReadonlyMap<string, Uint8Array<ArrayBuffer>>,
  weights: readonly Described[],
): Promise<string | undefined> {
  if (weights.some(({ version }) => version === undefined)) return undefined;
  const hashes = await Promise.all([...small].map(async ([name, bytes]) => [name, await sha256Of(bytes)]));
  return JSON.stringify([base.href, hashes, weights.map(({ name, size, version }) => [name, size, version])]);
}

function notFound(base: URL): InternVLError {
  return new InternVLError(
    'model-not-found',
    `Expected a checkpoint folder at ${base.href}, found no config.json there; give the address of the folder that holds it.`,
    { address: base.href },
  );
}

function missing(base: URL, name: string, status: number): InternVLError {
  return new InternVLError(
    'file-missing',
    `Expected ${name} at ${base.href}, the server answers ${status}; add the published file.`,
    { file: name, path: base.href, status },
  );
}
