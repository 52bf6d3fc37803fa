import { InternVLError } from '@internvl/backend';
import { PassingFault, reasonOf, withRetries } from './connection.js';
import { type HubId, isCommit } from './hub-id.js';
import { type HubConnection, request } from './request.js';

/** A file in the top folder of a model, as the Hub publishes it. */
export interface HubFile {
  readonly name: string;
  /** Bytes. */
  readonly size: number;
  /** SHA-256 of the content for large files, Git's SHA-1 for small ones; also the name of the blob in the cache. */
  readonly hash: string;
  readonly algorithm: 'sha256' | 'git-sha1';
}

/** Whoever has no network should be told so soon. */
const LISTING_RETRIES = 2;
/** More pages than any model has; a server that never ends its list is cut off. */
const MAX_PAGES = 1000;

/**
 * The commit that a revision stands at, and the files at that commit.
 *
 * @throws `model-not-found`, `hub-unauthorized`, `network`
 */
export async function listFiles(
  connection: HubConnection,
  id: HubId,
): Promise<{ commit: string; files: HubFile[] }> {
  const base = `${connection.endpoint}/api/models/${id.repo}`;
  const about = await getJson(connection, id, `${base}/revision/${encodeURIComponent(id.revision)}`);
  const commit =
    typeof about.json === 'object' && about.json !== null && 'sha' in about.json ? about.json.sha : '';
  if (typeof commit !== 'string' || !isCommit(commit)) throw unexpected(connection, 'a commit');
  const files: HubFile[] = [];
  let url: string | undefined = `${base}/tree/${commit}`;
  for (let page = 0; url !== undefined && page < MAX_PAGES; page++) {
    const answer: { json: unknown; next: string | undefined } = await getJson(connection, id, url);
    if (!Array.isArray(answer.json)) throw unexpected(connection, 'a list of files');
    for (const entry of answer.json) {
      const file = parseFile(entry);
      if (file !== undefined) files.push(file);
    }
    url = answer.next;
  }
  return { commit, files };
}

function parseFile(entry: unknown): HubFile | undefined {
  if (typeof entry !== 'object' || entry === null) return undefined;
  const { type, path, size, oid, lfs }: Record<string, unknown> = { ...entry };
  if (type !== 'file' || typeof path !== 'string' || !/^[^/\\]+$/.test(path)) return undefined;
  if (typeof lfs === 'object' && lfs !== null) {
    const { oid: sha256, size: bytes }: Record<string, unknown> = { ...lfs };
    if (!isHash(sha256, 64) || !isSize(bytes)) return undefined;
    return { name: path, size: bytes, hash: sha256, algorithm: 'sha256' };
  }
  if (!isHash(oid, 40) || !isSize(size)) return undefined;
  return { name: path, size, hash: oid, algorithm: 'git-sha1' };
}

function isHash(value: unknown, digits: number): value is string {
  return typeof value === 'string' && value.length === digits && /^[0-9a-f]+$/.test(value);
}

function isSize(value: unknown): value is number {
  return typeof value === 'number' && Number.isSafeInteger(value) && value >= 0;
}

async function getJson(
  connection: HubConnection,
  id: HubId,
  url: string,
): Promise<{ json: unknown; next: string | undefined }> {
  const patience = { ...connection, retries: Math.min(LISTING_RETRIES, connection.retries) };
  return withRetries(patience, `the files of ${id.repo}`, async () => {
    const response = await request(connection, id, url);
    const next = /<([^>]+)>\s*;\s*rel="?next"?/.exec(response.headers.get('link') ?? '')?.[1];
    let text: string;
    try {
      text = await response.text();
    } catch (cause) {
      throw new PassingFault(reasonOf(cause), undefined, { cause });
    }
    try {
      return { json: JSON.parse(text), next: sameHost(next, url) };
    } catch (cause) {
      throw unexpected(connection, 'JSON', { cause });
    }
  });
}

/** The next page, if it lies on the same host: the token goes nowhere else. */
function sameHost(next: string | undefined, url: string): string | undefined {
  if (next === undefined) return undefined;
  const target = new URL(next, url);
  return target.origin === new URL(url).origin ? target.href : undefined;
}

function unexpected(connection: HubConnection, expected: string, options?: ErrorOptions): InternVLError {
  const { endpoint, remedies } = connection;
  return new InternVLError(
    'network',
    `Expected ${expected} from ${endpoint}, found something else; ${remedies.noHub}.`,
    { endpoint, expected },
    options,
  );
}
