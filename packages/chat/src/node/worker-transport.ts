import type { MessagePort, Worker } from 'node:worker_threads';
import type { Transport } from '../host/transport.js';

/** The host's end, over `parentPort` or any other message port of Node. */
export function portTransport<In, Out>(port: MessagePort): Transport<In, Out> {
  return {
    post: (message, transfer) => port.postMessage(message, transfer),
    listen(receive, lost) {
      port.on('message', receive);
      port.on('close', () => lost(undefined));
    },
    close: () => port.close(),
  };
}

/** The client's end, over a worker; the process may end while the worker is idle. */
export function workerTransport<In, Out>(worker: Worker): Transport<In, Out> {
  const exited = new Promise<void>((resolve) => {
    worker.once('exit', () => resolve());
  });
  return {
    post: (message, transfer) => worker.postMessage(message, transfer),
    listen(receive, lost) {
      worker.on('message', receive);
      worker.on('messageerror', lost);
      worker.on('error', lost);
      worker.on('exit', (code) => lost(new Error(`the worker ended with exit code ${code}`)));
    },
    hold(active) {
      if (active) worker.ref();
      else worker.unref();
    },
    // The thread ends by itself once the host has closed its port.
    close: () => exited,
  };
}
