import { nodeDevices } from './device.js';
import { type DeviceReport, probeDevice } from './probe-device.js';

/** Tries every device that onnxruntime-node knows, one after the other, in the order cpu, webgpu, cuda, dml, coreml. */
export async function listDevices(): Promise<readonly DeviceReport[]> {
  const reports: DeviceReport[] = [];
  for (const device of nodeDevices) reports.push(await probeDevice(device));
  return reports;
}
