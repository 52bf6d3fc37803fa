import { InternVLError } from '@internvl/backend';
import { gitSha1Of, sha256Of } from '../hash/digest.js';
import { connectionOptions } from '../hub/connection.js';
import { fetchRest } from '../hub/fetch-rest.js';
import { fileUrl, type HubId } from '../hub/hub-id.js';
import { type HubFile, listFiles } from '../hub/listing.js';
import { type HubConnection, type HubRemedies, request } from '../hub/request.js';
import { assemble } from '../source/assemble-checkpoint.js';
import type { Checkpoint } from '../source/checkpoint.js';
import { isSmallFile, smallFiles } from '../source/checkpoint-files.js';
import { filesDigest } from './file-digest.js';
import { hashSource } from './hash-source.js';
import { memorySink } from './memory-sink.js';
import { rangeSource } from './range-source.js';
import { remoteWeights, type ServedFile } from './remote-weights.js';
import type { OpenWebCheckpointOptions } from './web-model.js';

/** The public Hub. */
const DEFAULT_ENDPOINT = 'https://huggingface.co';
/** Small files fetched at the same time. */
const PARALLEL = 4;

/** What to do about refusals where a page has the options. */
const remedies: HubRemedies = {
  missing: () => 'A private model needs an access token (option token)',
  noToken: 'pass an access token of an account that may read it (option token)',
  wrongToken: 'the token in use may not read it: accept the conditions on its page, or pass another',
  noHub: 'check that the option endpoint is a Hub',
};

/**
 * Opens a checkpoint of the Hub: fetches and checks its small files, reads the headers of its weights by range.
 *
 * @throws `model-not-found`, `hub-unauthorized`, `network`, `hash-mismatch`, `size-mismatch`, and as `assemble`
 */
export async function openHub(id: HubId, options: OpenWebCheckpointOptions): Promise<Checkpoint> {
  const { onProgress, signal } = options;
  const connection: HubConnection = {
    ...connectionOptions(options),
    endpoint: (options.endpoint ?? DEFAULT_ENDPOINT).replace(/\/+$/, ''),
    token: options.token,
    headers: {},
    unreachable: 'check the connection and try again',
    remedies,
  };
  onProgress?.({ status: 'resolving', file: '', loaded: 0, total: 0, overallLoaded: 0, overallTotal: 0 });
  const { commit, files } = await listFiles(connection, id);
  const small = await fetchSmall(
    connection,
    id,
    commit,
    files.filter(({ name }) => isSmallFile(name)),
    options,
  );
  // Opening may be aborted by its signal; what reads weights later brings its own.
  const later = { ...connection, signal: undefined };
  const served = (name: string): ServedFile => {
    const { size, hash, algorithm } = files.find((file) => file.name === name)!;
    const url = fileUrl(connection, id, commit, name);
    const sha256 = algorithm === 'sha256' ? hash : undefined;
    return { name, size, sha256, ask: (own, headers) => request({ ...later, ...own }, id, url, headers) };
  };
  const source = (name: string) => rangeSource(later, served(name), served(name).ask);
  const { weightFiles, ...assembled } = await assemble({
    name: id.repo,
    path: `${id.repo}@${commit}`,
    files: smallFiles(id.repo, small.keys(), async (name) => Uint8Array.from(small.get(name)!)),
    present: files.map(({ name }) => name),
    open: async (name) => source(name),
    signal,
  });
  let digest: string | undefined;
  return {
    ...assembled,
    remote: remoteWeights(
      later,
      assembled.config,
      weightFiles.map(({ name }) => served(name)),
    ),
    async digest(digestOptions = {}) {
      const hashOf = async (name: string, onLoaded: (loaded: number) => void) =>
        served(name).sha256 ?? (await hashSource(source(name), onLoaded, digestOptions.signal));
      digest ??= await filesDigest(assembled.files, weightFiles, hashOf, digestOptions);
      return digest;
    },
  };
}

/** Small files of a commit, checked against the published hashes, by name. */
async function fetchSmall(
  connection: HubConnection,
  id: HubId,
  commit: string,
  files: readonly HubFile[],
  { onProgress }: OpenWebCheckpointOptions,
): Promise<Map<string, Uint8Array<ArrayBuffer>>> {
  const fetched = new Map<string, Uint8Array<ArrayBuffer>>();
  const overallTotal = files.reduce((sum, { size }) => sum + size, 0);
  let overallLoaded = 0;
  const queue = [...files];
  const worker = async () => {
    for (let file = queue.shift(); file; file = queue.shift()) {
      const { name, size } = file;
      fetched.set(name, await fetchChecked(connection, id, commit, file));
      overallLoaded += size;
      onProgress?.({
        status: 'downloading',
        file: name,
        loaded: size,
        total: size,
        overallLoaded,
        overallTotal,
      });
    }
  };
  await Promise.all(Array.from({ length: PARALLEL }, worker));
  return fetched;
}

async function fetchChecked(
  connection: HubConnection,
  id: HubId,
  commit: string,
  file: HubFile,
): Promise<Uint8Array<ArrayBuffer>> {
  const sink = memorySink(file.size);
  const url = fileUrl(connection, id, commit, file.name);
  await fetchRest(connection, file, (headers) => request(connection, id, url, headers), sink);
  const found = file.algorithm === 'sha256' ? await sha256Of(sink.bytes) : await gitSha1Of(sink.bytes);
  if (found === file.hash) return sink.bytes;
  throw new InternVLError(
    'hash-mismatch',
    `Expected ${file.name} to have the published ${file.algorithm} ${file.hash}, found ${found}; what was fetched has been removed, try again.`,
    { file: file.name, algorithm: file.algorithm, expected: file.hash, found },
  );
}
