import { InternVLError } from '@internvl/backend';

const remedy =
  'serve that file with Cross-Origin-Embedder-Policy: require-corp (and from where Content-Security-Policy worker-src allows), or pass threads: 1';

/**
 * Rejects with `threads-blocked` when no worker can be started from the file that ONNX Runtime starts its threads from; never
 * resolves. Its own threads fail in silence: it waits for them for ever.
 */
export function threadsFault(mjs: string, signal: AbortSignal): Promise<never> {
  return new Promise((_, reject) => {
    const blocked = (reason: string, cause?: unknown) => {
      reject(
        new InternVLError(
          'threads-blocked',
          `Expected to start threads from ${mjs}, could not: ${reason}; ${remedy}.`,
          { mjs, reason, remedy },
          cause === undefined ? undefined : { cause },
        ),
      );
    };
    // From another origin ONNX Runtime copies the file into a blob of this one first.
    if (new URL(mjs).origin !== globalThis.location.origin) return;
    try {
      // Under this name the file does nothing; the threads proper are called em-pthread.
      const worker = new Worker(mjs, { type: 'module', name: 'internvl-probe' });
      worker.addEventListener('error', (event) => {
        event.preventDefault();
        blocked(event.message || 'the browser refused to load it into a worker');
      });
      signal.addEventListener('abort', () => worker.terminate());
    } catch (error) {
      blocked(error instanceof Error ? error.message : String(error), error);
    }
  });
}
