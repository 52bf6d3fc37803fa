import type { LoadProgress } from '@internvl/chat';

/** How far opening a model is. */
export interface LoadingState {
  readonly name: string;
  /** What is being done; `starting` until something is told. */
  readonly status: LoadProgress['status'] | 'starting';
  /** The file it is about; may be empty. */
  readonly file: string;
  /** Of everything with this status; `total` is 0 while unknown. */
  readonly loaded: number;
  readonly total: number;
  /** Each file that was fetched or written, bytes. */
  readonly files: readonly FileProgress[];
  readonly cancel: () => void;
}

export interface FileProgress {
  readonly file: string;
  readonly loaded: number;
  readonly total: number;
}

/** The state after one more report. */
export function afterProgress(state: LoadingState, progress: LoadProgress): LoadingState {
  const { status, file, loaded, total } = progress;
  if (status === 'loading') return { ...state, status, file, loaded, total, files: [] };
  const files = [...state.files.filter((other) => other.file !== file), { file, loaded, total }];
  return {
    ...state,
    status,
    file,
    loaded: progress.overallLoaded,
    total: progress.overallTotal,
    files: (status === state.status ? files : [{ file, loaded, total }]).filter((one) => one.file !== ''),
  };
}
