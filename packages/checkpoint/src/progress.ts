/** What a long call is doing. Lengths in bytes. */
export interface Progress {
  /**
   * `resolving`: asking the Hub what there is. `downloading`: fetching a file. `checking`: comparing it with the
   * published hash. `hashing`: computing a digest. `converting`: writing graphs and weights. `waiting`: another process
   * converts the same model; `loaded` is what it has written.
   */
  readonly status: 'resolving' | 'downloading' | 'checking' | 'hashing' | 'converting' | 'waiting';
  /** The file it is about; empty where it is about none. */
  readonly file: string;
  /** Of this file. */
  readonly loaded: number;
  /** Of this file; 0 while unknown. */
  readonly total: number;
  /** Of all files of this status. */
  readonly overallLoaded: number;
  /** Of all files of this status; 0 while unknown. */
  readonly overallTotal: number;
}

/** Called often; never awaited. An exception thrown here ends the call that reports. */
export type OnProgress = (progress: Progress) => void;
