/** What went to a GPU and came back since counting began. */
export interface GpuTraffic {
  /** Tensors copied from the CPU to the GPU. */
  readonly uploads: number;
  readonly uploadBytes: number;
  /** Tensors copied back; each waits for the GPU. */
  readonly downloads: number;
  readonly downloadBytes: number;
  /** Buffers that exist now, of those made since counting began. */
  readonly liveBuffers: number;
}

/**
 * Counts the copies of a device and its buffers, for benchmarks and tests of leaks: from now on until the device is gone.
 * Arguments of shaders (uniforms) are not counted.
 */
export function countGpuTraffic(device: GPUDevice): () => GpuTraffic {
  const traffic = { uploads: 0, uploadBytes: 0, downloads: 0, downloadBytes: 0 };
  const live = new Set<GPUBuffer>();
  const createBuffer = device.createBuffer.bind(device);
  device.createBuffer = (descriptor) => {
    const buffer = createBuffer(descriptor);
    live.add(buffer);
    if (descriptor.mappedAtCreation) {
      traffic.uploads++;
      traffic.uploadBytes += descriptor.size;
    }
    const destroy = buffer.destroy.bind(buffer);
    buffer.destroy = () => {
      live.delete(buffer);
      destroy();
    };
    const mapAsync = buffer.mapAsync.bind(buffer);
    buffer.mapAsync = (...mapped) => {
      traffic.downloads++;
      traffic.downloadBytes += descriptor.size;
      return mapAsync(...mapped);
    };
    return buffer;
  };
  return () => ({ ...traffic, liveBuffers: live.size });
}
