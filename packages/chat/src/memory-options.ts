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
}

/** The memory options among others. */
export function memoryOptions({
  parallelAnswers,
  parallelBytes,
  prefixCacheBytes,
  promptLookup,
  visionCacheBytes,
}: MemoryOptions): MemoryOptions {
  return { parallelAnswers, parallelBytes, prefixCacheBytes, promptLookup, visionCacheBytes };
}
