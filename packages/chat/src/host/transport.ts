/**
 * Carries messages between the two sides of a hosted chat: a `worker_threads` worker, a browser's dedicated worker, a
 * message port. Messages are structured-cloneable; `transfer` lists what moves instead of being copied.
 */
export interface Transport<In, Out, Moved = ArrayBuffer> {
  post(message: Out, transfer: readonly Moved[]): void;
  /** Called once, before anything is posted. `lost` means that no message will come any more, and why. */
  listen(receive: (message: In) => void, lost: (cause: unknown) => void): void;
  /** Tells whether work is under way; where the other side keeps a process alive, only while it is. */
  hold?(active: boolean): void;
  /**
   * Closes this end; idempotent. The host closes first, when all its work is done, and the client then waits until it is
   * gone: a thread that is killed within a native call can take the process with it.
   */
  close(): void | Promise<void>;
}
