import type { Connection } from '../hub/connection.js';
import { fetchRest, type WantedFile } from '../hub/fetch-rest.js';
import type { ModelConfig } from '../model-config.js';
import { canonical } from '../source/assemble-checkpoint.js';
import type { RemoteFile, RemoteWeights } from '../source/checkpoint.js';
import type { Ask } from './range-source.js';

/** A weight file on a server. */
export interface ServedFile extends WantedFile {
  readonly sha256?: string | undefined;
  readonly ask: Ask;
}

/** Weights on a server, for whoever wants to fetch them whole. */
export function remoteWeights(
  connection: Connection,
  config: ModelConfig,
  files: readonly ServedFile[],
): RemoteWeights {
  return {
    files: files.map((file) => remoteFile(connection, file)),
    async over(copies, { signal } = {}) {
      const { weights, tensors } = await canonical(config, copies, signal);
      return { weights, close: () => tensors.close() };
    },
  };
}

function remoteFile(connection: Connection, { name, size, sha256, ask }: ServedFile): RemoteFile {
  return {
    name,
    size,
    sha256,
    async fetchInto(sink, { signal } = {}) {
      const own = { ...connection, signal };
      await fetchRest(own, { name, size }, (headers) => ask(own, headers), sink);
    },
  };
}
