/**
 * Carries messages between the two sides of a hosted chat: a `worker_threads` worker, a browser's dedicated worker, a
 * message port. Messages are structured-cloneable; `transfer` lists buffers that move instead of being copied.
 */
export interface Transport<In, Out> {
  post(message: Out, transfer: readonly ArrayBuffer[]): void;
  /** Called once, before anything is posted. `lost` means that no message will come any more, and why. */
  listen(receive: (message: In) => void, lost: (cause: unknown) => void): void;
  /** Tells whether work is under way; where the other side keeps a process alive, only while it is. */
  hold?(active: boolean): void;
  /** Ends the connection and, on the client's side, the host; idempotent. */
  close(): Promise<void>;
}
