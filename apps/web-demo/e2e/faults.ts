import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import type { Page } from 'playwright';
import type { Extra } from './static-server.js';

/** Another browser to the worker: code that comes in front of its program, as a page's init script does for the page. */
export function inWorker(dist: string, code: () => string): Extra {
  return (request, response) => {
    const { pathname } = new URL(request.url!, 'http://localhost');
    if (!/^\/assets\/worker-[^/]+\.js$/.test(pathname)) return false;
    response.writeHead(200, { 'Content-Type': 'text/javascript' });
    response.end(`${code()};\n${readFileSync(join(dist, pathname), 'utf8')}`);
    return true;
  };
}

/** A server that lacks a file as long as `lacking` says so. */
export function without(file: RegExp, lacking: () => boolean): Extra {
  return (request, response) => {
    if (!file.test(request.url!) || !lacking()) return false;
    response.writeHead(404, { 'Content-Type': 'text/plain' }).end();
    return true;
  };
}

/** The adapter in software says of itself that it is one of hardware, and is then preferred. */
export const realGpu =
  'Object.defineProperty(GPUAdapterInfo.prototype, "isFallbackAdapter", { get: () => false })';
export const noGpu = 'GPU.prototype.requestAdapter = async () => null';
export const noStorage =
  'StorageManager.prototype.getDirectory = async () => { throw new DOMException("Not here.", "SecurityError"); }';

/** Storage of which so many bytes are left. */
export const roomFor = (bytes: number) =>
  `StorageManager.prototype.estimate = async () => ({ usage: 1e9, quota: ${1e9 + bytes} })`;

/** Memory that does not grow any more once the worker's `full` is set: how a browser refuses a page more of it. */
export const memoryThatFills = `
  const { grow } = WebAssembly.Memory.prototype;
  WebAssembly.Memory.prototype.grow = function (pages) {
    if (self.full) throw new RangeError('WebAssembly.Memory.grow(): Maximum memory size exceeded');
    return grow.call(this, pages);
  }`;

/** A worker that ends with the next message it sends once its `ending` is set: in the middle of what it does. */
export const lifeThatEnds = `
  for (const { prototype } of [DedicatedWorkerGlobalScope, MessagePort]) {
    const target = 'postMessage' in prototype ? prototype : self;
    const send = target.postMessage;
    target.postMessage = function (...message) {
      send.apply(this, message);
      if (self.ending) self.close();
    };
  }`;

/** The visitor drags a file or folder of this computer onto the page and lets go. */
export async function dragIn(page: Page, path: string): Promise<void> {
  const session = await page.context().newCDPSession(page);
  const data = { items: [], files: [path], dragOperationsMask: 1 };
  for (const type of ['dragEnter', 'dragOver', 'drop'] as const) {
    await session.send('Input.dispatchDragEvent', { type, x: 200, y: 200, data });
  }
}
