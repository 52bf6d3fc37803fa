import type { OrtSession } from './ort-namespace.js';

/**
 * A session that outlives its use as long as tensors it left on the device are in use: their memory is its own,
 * and reading them after its release ends the process (onnxruntime-node 1.30).
 */
export class LastingSession {
  readonly session: OrtSession;
  readonly #inTurn: <T>(task: () => Promise<T>) => Promise<T>;
  #tensors = 0;
  #retired = false;

  /** `inTurn` lets one session of the runtime work at a time. */
  constructor(session: OrtSession, inTurn: <T>(task: () => Promise<T>) => Promise<T>) {
    this.session = session;
    this.#inTurn = inTurn;
  }

  /** Counts a tensor on the device in; call what it returns when the tensor is disposed. */
  hold(): () => void {
    this.#tensors++;
    return () => {
      this.#tensors--;
      if (this.#retired && this.#tensors === 0) void this.#inTurn(() => this.session.release());
    };
  }

  /** Releases the session now, or with the last of its tensors; call it in turn. */
  async retire(): Promise<void> {
    this.#retired = true;
    if (this.#tensors === 0) await this.session.release();
  }
}
