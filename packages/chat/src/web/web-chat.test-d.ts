import type { chooseRuntime, probeDevice, WebBackend, WebDevice } from '@internvl/backend-web';
import type { StoredModel } from '@internvl/checkpoint/web';
import { expectTypeOf, test } from 'vitest';
import type { Chat } from '../chat.js';
import type { ByteStore } from '../tile-store/byte-store.js';
import type { ImageInput } from '../turn.js';
import {
  type CheckpointFacts,
  connectWebChat,
  type DeviceBackend,
  load,
  type ModelToLoad,
  type opfsByteStore,
  serveWebChat,
  type WebChatHost,
  type WebRuntime,
  type WebWorker,
} from '../web.js';

test('a worker or a port is what a page connects to', () => {
  expectTypeOf<Worker>().toExtend<WebWorker>();
  expectTypeOf<MessagePort>().toExtend<WebWorker>();
  expectTypeOf(connectWebChat).returns.resolves.toEqualTypeOf<WebChatHost>();
});

test('a worker serves with what backend-web has', () => {
  expectTypeOf<WebBackend>().toExtend<DeviceBackend>();
  expectTypeOf<typeof probeDevice>().toExtend<WebRuntime['probe']>();
  expectTypeOf<typeof chooseRuntime>().toExtend<WebRuntime['choose']>();
  expectTypeOf<WebRuntime['backend']>().parameter(0).toEqualTypeOf<WebDevice>();
  expectTypeOf(serveWebChat).parameter(0).toEqualTypeOf<WebRuntime>();
});

test('models are stored ones or checkpoints', () => {
  expectTypeOf<{ stored: string }>().toExtend<ModelToLoad>();
  expectTypeOf<{ checkpoint: 'OpenGVLab/InternVL2-1B'; precision: 'q4' }>().toExtend<ModelToLoad>();
  expectTypeOf<{ checkpoint: File[] }>().toExtend<ModelToLoad>();
  expectTypeOf<{ checkpoint: { baseUrl: string } }>().toExtend<ModelToLoad>();
  expectTypeOf<{ checkpoint: string; precision: StoredModel['precision'] }>().toExtend<ModelToLoad>();
  expectTypeOf<string>().not.toExtend<ModelToLoad>();
});

test('a host', () => {
  expectTypeOf<WebChatHost['load']>().returns.resolves.toEqualTypeOf<Chat>();
  expectTypeOf<WebChatHost['inspect']>().returns.resolves.toEqualTypeOf<CheckpointFacts>();
  expectTypeOf<WebChatHost['models']['list']>().returns.resolves.toEqualTypeOf<readonly StoredModel[]>();
  expectTypeOf(load).returns.resolves.toEqualTypeOf<Chat>();
  expectTypeOf<Blob>().toExtend<ImageInput>();
});

test("a folder of the browser's own files may be a byte store", () => {
  expectTypeOf<Parameters<typeof opfsByteStore>>().toEqualTypeOf<[folder: FileSystemDirectoryHandle]>();
  expectTypeOf<ReturnType<typeof opfsByteStore>>().toEqualTypeOf<ByteStore>();
});
