import { InternVLError } from '@internvl/backend';
import { restoreJournal } from '../convert/journal.js';
import { conversionId, type Manifest, manifestName, parseManifest } from '../convert/manifest.js';
import { storageSettings } from '../convert/storage-settings.js';
import { journalKey } from '../convert/write-model.js';
import { precisionText } from '../onnx/part-precisions.js';
import type { Checkpoint } from '../source/checkpoint.js';
import { readAbout } from './about.js';
import type { EstimateStorage } from './room.js';
import { convertInto, removeLeftovers } from './store-conversion.js';
import { bytesIn, readText, type StoreDirectory } from './store-directory.js';
import { storeFolder } from './store-folder.js';
import type { StoreLock } from './store-lock.js';
import { storedConvertedModel } from './stored-converted-model.js';
import { StoredData } from './stored-data.js';
import type {
  ModelStore,
  OpenStoredOptions,
  StoreConvertOptions,
  StoredConvertedModel,
  StoredModel,
  StoreEstimate,
} from './stored-model.js';

/** What a store stands on. */
export interface StorePlace {
  /** The folder of all models. */
  readonly models: StoreDirectory;
  readonly lock: StoreLock;
  readonly estimate: EstimateStorage;
  readonly persisted: () => Promise<boolean>;
  readonly persist: () => Promise<boolean>;
  /** Milliseconds since 1970. */
  readonly now: () => number;
}

/** One conversion at a time: each wants the memory and the network for itself. */
const conversionLock = 'internvl-conversion';

/** A store over any folder. A model is a folder with its id as name; it is complete when its manifest is there. */
export class DirectoryModelStore implements ModelStore {
  readonly #place: StorePlace;

  constructor(place: StorePlace) {
    this.#place = place;
  }

  async list(): Promise<readonly StoredModel[]> {
    const models: StoredModel[] = [];
    for (const { name: id, kind } of await this.#place.models.entries()) {
      const directory = kind === 'directory' ? await this.#place.models.directory(id) : undefined;
      if (directory) models.push(await describe(id, directory));
    }
    return models.sort((a, b) => b.createdAt - a.createdAt || (a.id < b.id ? -1 : 1));
  }

  async remove(id: string, { signal }: OpenStoredOptions = {}): Promise<void> {
    if (!isId(id)) return;
    await this.#place.lock(modelLock(id), { signal }, () => this.#place.models.remove(id));
  }

  async convert(checkpoint: Checkpoint, options: StoreConvertOptions = {}): Promise<StoredConvertedModel> {
    const { signal, onProgress } = options;
    signal?.throwIfAborted();
    const settings = storageSettings(options);
    const identity = checkpoint.identity ?? (await checkpoint.digest({ signal, onProgress }));
    const id = await conversionId(identity, settings);
    const { estimate, lock, models, now } = this.#place;
    const fault = new AbortController();
    const waiting = {
      signal: signal ? AbortSignal.any([signal, fault.signal]) : fault.signal,
      onWait: () => {
        // What a listener throws ends the call, as it does at any other time.
        this.#tellWaiting(id, onProgress).catch((error: unknown) => fault.abort(error));
      },
    };
    const make = async () => {
      const made = await this.#present(id, options);
      if (made) return made;
      const directory = await models.directory(id, { create: true });
      if (!directory) throw new TypeError('a folder that was made is not there');
      try {
        await convertInto({ id, directory, checkpoint, settings, estimate, now }, options);
      } finally {
        // Refused before it began.
        if ((await directory.entries()).length === 0) await models.remove(id);
      }
      return this.open(id, options);
    };
    return (
      (await this.#present(id, options)) ??
      (await lock(conversionLock, waiting, () => lock(modelLock(id), waiting, make)))
    );
  }

  async open(id: string, { signal }: OpenStoredOptions = {}): Promise<StoredConvertedModel> {
    signal?.throwIfAborted();
    const directory = isId(id) ? await this.#place.models.directory(id) : undefined;
    const text = directory && (await readText(directory, manifestName));
    if (!directory || text === undefined) {
      throw new InternVLError(
        'model-not-found',
        `Expected a complete stored model ${id}, found ${directory ? 'an interrupted conversion' : 'none'}; convert the checkpoint ${directory ? 'again to go on with it' : 'first'}.`,
        { id },
      );
    }
    const manifest = parseManifest(text, manifestName);
    const data = new StoredData(directory, manifest, () => this.#demote(id, directory, manifest));
    await data.checkSizes();
    return storedConvertedModel(id, manifest, data);
  }

  async estimate(): Promise<StoreEstimate> {
    const { usage = 0, quota = 0 } = await this.#place.estimate();
    return { usage, quota, persisted: await this.#place.persisted() };
  }

  persist(): Promise<boolean> {
    return this.#place.persist();
  }

  async #tellWaiting(id: string, onProgress: StoreConvertOptions['onProgress']): Promise<void> {
    const directory = await this.#place.models.directory(id);
    const loaded = directory ? await bytesIn(directory) : 0;
    onProgress?.({ status: 'waiting', file: '', loaded, total: 0, overallLoaded: loaded, overallTotal: 0 });
  }

  /** The model if it is complete and sound. */
  async #present(
    id: string,
    { verify, signal, onProgress }: StoreConvertOptions,
  ): Promise<StoredConvertedModel | undefined> {
    try {
      const model = await this.open(id, { signal });
      if (verify) await model.verify({ signal, onProgress });
      const directory = await this.#place.models.directory(id);
      if (directory) await removeLeftovers(directory);
      return model;
    } catch (error) {
      if (InternVLError.is(error)) return undefined;
      throw error;
    }
  }

  /** Makes a damaged model an interrupted one: the next conversion keeps what is right and makes the rest anew. */
  async #demote(id: string, directory: StoreDirectory, manifest: Manifest): Promise<void> {
    const { lock, estimate } = this.#place;
    const file = manifest.files.find(({ path }) => path === manifest.data);
    await lock(`${modelLock(id)}-damage`, {}, async () => {
      if (!(await directory.file(manifestName))) return;
      if (file?.blocks) {
        const key = journalKey(id, file.blocks.bytes, file.bytes);
        await restoreJournal(storeFolder(directory, estimate), key, file.blocks.sha256);
      }
      await directory.remove(manifestName);
    });
  }
}

function modelLock(id: string): string {
  return `internvl-model-${id}`;
}

function isId(id: string): boolean {
  return /^[0-9a-f]{32}$/.test(id);
}

/** Whether there is a manifest, all of it. */
async function isComplete(directory: StoreDirectory): Promise<boolean> {
  try {
    parseManifest((await readText(directory, manifestName)) ?? '', manifestName);
    return true;
  } catch (error) {
    if (InternVLError.is(error, 'model-unreadable')) return false;
    if (InternVLError.is(error, 'manifest-unsupported')) return true;
    throw error;
  }
}

async function describe(id: string, directory: StoreDirectory): Promise<StoredModel> {
  const about = await readAbout(directory);
  const complete = await isComplete(directory);
  const bytes = await bytesIn(directory);
  return {
    id,
    name: about?.name ?? id,
    precision: about ? precisionText(about.precision) : '',
    bytes,
    totalBytes: complete ? bytes : Math.max(bytes, about?.totalBytes ?? 0),
    complete,
    createdAt: about?.createdAt ?? 0,
  };
}
