/** A device that onnxruntime-node has an execution provider for. */
export type NodeDevice = 'cpu' | 'webgpu' | 'cuda' | 'dml' | 'coreml';

/** Every device, in the order in which `listDevices` tries them. */
export const nodeDevices: readonly NodeDevice[] = ['cpu', 'webgpu', 'cuda', 'dml', 'coreml'];

/** What has to be there for a device, beside the npm package. */
export const remedies: Readonly<Record<NodeDevice, string>> = {
  cpu: 'install onnxruntime-node for this platform (linux x64/arm64 with glibc, macOS arm64, Windows x64/arm64), or use @internvl/backend/reference',
  webgpu:
    'install a graphics driver (on Linux the Vulkan loader libvulkan.so.1 and a Vulkan driver for the GPU), or name a driver in VK_DRIVER_FILES before Node starts',
  cuda: 'on linux-x64 with CUDA 12 and cuDNN 9 installed, run `ONNXRUNTIME_NODE_INSTALL=cuda12 npm rebuild onnxruntime-node`, which downloads the provider',
  dml: 'use Windows 10 or later with a DirectX 12 GPU: DirectML comes with onnxruntime-node there and nowhere else',
  coreml: 'use a Mac with Apple silicon: Core ML comes with onnxruntime-node there and nowhere else',
};
