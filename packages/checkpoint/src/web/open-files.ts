import { InternVLError } from '@internvl/backend';
import { assemble } from '../source/assemble-checkpoint.js';
import type { Checkpoint } from '../source/checkpoint.js';
import { isSmallFile, smallFiles } from '../source/checkpoint-files.js';
import { blobSource } from './blob-source.js';
import { filesDigest } from './file-digest.js';
import { hashSource } from './hash-source.js';

/** The files of one folder, by name. */
export interface FileFolder {
  readonly name: string;
  readonly files: ReadonlyMap<string, File>;
}

/**
 * Opens a checkpoint from files that the visitor chose or dropped; they are read where they are.
 *
 * @throws as `assemble`; `model-not-found` without config.json
 */
export async function openFiles(
  { name, files }: FileFolder,
  { signal }: { readonly signal?: AbortSignal | undefined } = {},
): Promise<Checkpoint> {
  const file = (wanted: string): File => {
    const found = files.get(wanted);
    if (found) return found;
    throw new InternVLError(
      'file-missing',
      `Expected ${wanted} in ${name}, found none; choose the whole folder.`,
      {
        file: wanted,
        path: name,
        found: [...files.keys()],
      },
    );
  };
  const { weightFiles, ...assembled } = await assemble({
    name,
    path: name,
    files: smallFiles(name, files.keys(), async (small) => new Uint8Array(await file(small).arrayBuffer())),
    present: [...files.keys()],
    open: async (weights) => blobSource(weights, file(weights)),
    signal,
  });
  const dated = (wanted: string) => [wanted, file(wanted).size, file(wanted).lastModified];
  const used = [...assembled.files.names, ...weightFiles.map((weights) => weights.name)];
  let digest: string | undefined;
  return {
    ...assembled,
    identity: JSON.stringify([name, ...used.map(dated)]),
    async digest(options = {}) {
      digest ??= await filesDigest(
        assembled.files,
        weightFiles,
        (weights, onLoaded) => hashSource(blobSource(weights, file(weights)), onLoaded, options.signal),
        options,
      );
      return digest;
    },
  };
}

/** The files of a folder that a picker or a drop gave. @throws `model-not-found` without config.json */
export async function filesIn(handle: FileSystemDirectoryHandle): Promise<FileFolder> {
  const files = new Map<string, File>();
  for await (const entry of handle.values()) {
    if (entry.kind === 'file' && isWanted(entry.name)) files.set(entry.name, await entry.getFile());
  }
  return checked({ name: handle.name, files });
}

/**
 * The files of the folder that holds config.json, among those of a file list; of several such folders the outermost.
 *
 * @throws `model-not-found` without config.json
 */
export function folderAmong(list: readonly File[]): FileFolder {
  const paths = list.map((file) => ({ file, path: (file.webkitRelativePath || file.name).split('/') }));
  const configs = paths
    .filter(({ path }) => path.at(-1) === 'config.json')
    .map(({ path }) => path.slice(0, -1));
  const [folder = []] = configs.sort((a, b) => a.length - b.length);
  const inside = paths.filter(
    ({ path }) => path.length === folder.length + 1 && folder.every((part, depth) => part === path[depth]),
  );
  const files = new Map(inside.map(({ file }) => [file.name, file]));
  return checked({ name: folder.at(-1) ?? 'checkpoint', files });
}

function isWanted(name: string): boolean {
  return isSmallFile(name) || name.endsWith('.safetensors');
}

function checked(folder: FileFolder): FileFolder {
  if (folder.files.has('config.json')) return folder;
  const found = [...folder.files.keys()];
  throw new InternVLError(
    'model-not-found',
    `Expected a checkpoint folder, with config.json in it, found ${found.slice(0, 3).join(', ') || 'no file of one'} in ${folder.name}; choose the folder that holds config.json.`,
    { path: folder.name, found },
  );
}
