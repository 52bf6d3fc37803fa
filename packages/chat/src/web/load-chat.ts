import { InternVLError } from '@internvl/backend';
import type { WebDevice } from '@internvl/backend-web';
import type { ModelStore } from '@internvl/checkpoint/web';
import type { Chat } from '../chat.js';
import { assembleModel } from '../loading/assemble-model.js';
import { assertExperts } from '../loading/assert-experts.js';
import { assertHalves } from '../loading/assert-halves.js';
import { LocalChat } from '../local-chat.js';
import { type OpenedChat, RecoveringChat } from '../recovering-chat.js';
import { decodeFile } from './decode-file.js';
import { type FoundModel, findModel } from './find-model.js';
import { webByteStore } from './opfs-byte-store.js';
import { storedParts } from './stored-parts.js';
import type { ModelToLoad, WebLoadOptions } from './web-chat-host.js';
import type { WebRuntime } from './web-runtime.js';

/** Why a device cannot run a model that another one may. */
const nextDevice = [
  'device-missing',
  'device-lost',
  'buffer-too-large',
  'out-of-memory',
  'unsupported-operator',
];
/** What a stored file that was damaged gives. */
const damage = ['hash-mismatch', 'size-mismatch', 'file-missing'];

/**
 * Loads a model into this thread, on the first device that can run it, and on the next when that one is lost. What is damaged
 * in the store is made anew where the checkpoint is at hand.
 *
 * @throws as `WebChatHost.load`
 */
export async function loadChat(
  model: ModelToLoad,
  runtime: WebRuntime,
  store: ModelStore,
  options: WebLoadOptions,
): Promise<Chat> {
  const found = await findModel(model, runtime, store, options);
  try {
    return await recoveringChat(found, runtime, options);
  } catch (error) {
    if (!('checkpoint' in model && isOneOf(error, damage))) throw error;
    options.onNote?.(`A stored file is damaged and is made anew: ${error.message}`);
    const mended = await findModel(model, runtime, store, { ...options, verify: true });
    return recoveringChat(mended, runtime, options);
  }
}

async function recoveringChat(
  found: FoundModel,
  runtime: WebRuntime,
  options: WebLoadOptions,
): Promise<Chat> {
  const { devices } = found;
  const first = await openOn(devices, found, runtime, options);
  let { device } = first;
  return new RecoveringChat(first, async (signal) => {
    const behind = devices.slice(devices.indexOf(device) + 1);
    // The device itself may be back, where no other is left or none can run the model.
    const again = await openOn([...behind, device], found, runtime, {
      ...options,
      signal,
      onProgress: undefined,
    });
    device = again.device;
    return again;
  });
}

interface OpenedOn extends OpenedChat {
  readonly device: WebDevice;
}

async function openOn(
  devices: readonly WebDevice[],
  found: FoundModel,
  runtime: WebRuntime,
  options: WebLoadOptions,
): Promise<OpenedOn> {
  for (const [at, device] of devices.entries()) {
    options.signal?.throwIfAborted();
    try {
      return await openOnDevice(device, found, runtime, options);
    } catch (error) {
      const next = devices[at + 1];
      if (next === undefined || !isOneOf(error, nextDevice)) throw error;
      options.onNote?.(`${device} can't run this model, ${next} is tried: ${error.message}`);
    }
  }
  throw new InternVLError(
    'invalid-option',
    'Expected at least one device to load a model on, got none; leave devices out.',
    { option: 'devices', value: devices },
  );
}

async function openOnDevice(
  device: WebDevice,
  { stored }: FoundModel,
  runtime: WebRuntime,
  { threads, signal, onProgress, onNote, ...options }: WebLoadOptions,
): Promise<OpenedOn> {
  const clock = () => performance.now();
  const start = clock();
  const backend = await runtime.backend(device, { threads, onNote: (note) => onNote?.(note) });
  const release = async () => backend.dispose?.();
  try {
    const parts = storedParts(stored, signal);
    assertExperts(parts.config, stored.manifest.precision.llm, backend.name);
    await assertHalves(stored.manifest.precision, backend, signal);
    const model = await assembleModel(parts, {
      backend,
      decodeFile,
      byteStore: await webByteStore(options, onNote),
      clock,
      start,
      signal,
      onProgress,
      onNote,
    });
    const chat = new LocalChat({ ...model, release }, options);
    return { chat, lost: backend.lost, device };
  } catch (error) {
    await release();
    throw error;
  }
}

function isOneOf(error: unknown, codes: readonly string[]): error is InternVLError {
  return InternVLError.is(error) && codes.includes(error.code);
}
