import type { DeviceFacts, GpuFacts } from './device-facts.js';
import { requestAdapter } from './gpu-device.js';
import { defaultThreads } from './threads.js';

/** Looks at what this browser has, without starting or downloading anything. What cannot be found out is left out. */
export async function probeDevice(): Promise<DeviceFacts> {
  const { deviceMemory } = navigator as { readonly deviceMemory?: number };
  const [webgpu, storage] = await Promise.all([gpuFacts(), storageFacts()]);
  return {
    ...(webgpu ? { webgpu } : {}),
    crossOriginIsolated: globalThis.crossOriginIsolated,
    threads: defaultThreads(globalThis),
    ...(deviceMemory === undefined ? {} : { memoryGiB: deviceMemory }),
    ...(storage ? { storage } : {}),
  };
}

async function gpuFacts(): Promise<GpuFacts | undefined> {
  const adapter = await requestAdapter().catch(() => undefined);
  if (!adapter) return undefined;
  const { vendor, architecture, description, isFallbackAdapter } = adapter.info;
  const { maxBufferSize, maxStorageBufferBindingSize } = adapter.limits;
  return {
    vendor,
    architecture,
    description,
    fallbackAdapter: isFallbackAdapter === true,
    shaderF16: adapter.features.has('shader-f16'),
    limits: { maxBufferSize, maxStorageBufferBindingSize },
  };
}

async function storageFacts(): Promise<DeviceFacts['storage']> {
  // Absent outside a secure context.
  const { storage } = navigator as { readonly storage?: StorageManager };
  if (!storage) return undefined;
  try {
    const [{ quota, usage }, persisted] = await Promise.all([storage.estimate(), storage.persisted()]);
    return quota === undefined || usage === undefined ? undefined : { quota, usage, persisted };
  } catch {
    return undefined;
  }
}
