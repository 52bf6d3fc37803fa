import { basename } from 'node:path';
import type { LoadProgress } from '@internvl/chat';
import type { Progress } from '@internvl/checkpoint';
import type { Output } from '../terminal/output.js';

/** Shows the progress of opening, converting or loading a model. */
export function showProgress(output: Output): (progress: Progress | LoadProgress) => void {
  return (progress) => {
    const label = `${progress.status} ${basename(progress.file)}`.trimEnd();
    output.progress(
      label,
      progress.loaded,
      progress.total,
      progress.status === 'loading' ? 'pieces' : 'bytes',
    );
  };
}
