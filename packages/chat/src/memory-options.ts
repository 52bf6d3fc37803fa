import type { RunningBatchOptions } from '@internvl/llm';

/** What a loaded model may keep and do at the same time. */
export interface MemoryOptions
  extends Pick<
    RunningBatchOptions,
    'parallelAnswers' | 'parallelBytes' | 'prefixCacheBytes' | 'promptLookup'
  > {
  /**
   * Most bytes of visual tokens that are kept, so that another question about the same image does without the vision
   * encoder; 64 MiB by default, 0 keeps none.
   */
  readonly visionCacheBytes?: number | undefined;
  /**
   * Most bytes of visual tokens that are kept beyond this program, on disk or in the browser's own files, so that an image
   * that was shown before needs no encoder the next time either. 0 by default: none. They are made of the images and tell
   * something of them to whoever can read the files.
   */
  readonly visionStoreBytes?: number | undefined;
}

/** The memory options among others. */
export function memoryOptions({
  parallelAnswers,
  parallelBytes,
  prefixCacheBytes,
  promptLookup,
  visionCacheBytes,
  visionStoreBytes,
}: MemoryOptions): MemoryOptions {
  return {
    parallelAnswers,
    parallelBytes,
    prefixCacheBytes,
    promptLookup,
    visionCacheBytes,
    visionStoreBytes,
  };
}
