import { TilingError } from './error.js';
import { whole } from './whole.js';

export interface SampleOptions {
  /** Frames to take; 32, the function default of the reference (its example takes 8, its benchmarks 16). */
  readonly segments?: number | undefined;
  /** The stretch to sample, start and end in seconds; the whole video when left out. Needs `framesPerSecond`. */
  readonly bound?: readonly [number, number] | undefined;
  readonly framesPerSecond?: number | undefined;
}

/** Rounds halves to even, as Python's `round` and numpy's `rint` do. */
function roundHalfEven(value: number): number {
  const floor = Math.floor(value);
  const rest = value - floor;
  return floor + Number(rest > 0.5 || (rest === 0.5 && floor % 2 !== 0));
}

/**
 * Indices of the frames that stand for a video, from the middles of `segments` equal stretches: the original rule.
 * Indices repeat when the video has fewer frames than segments. Each frame becomes one tile (`maxTiles: 1`).
 *
 * @param frames frames of the video.
 * @throws `invalid-option` for counts below 1, a bound without `framesPerSecond`, or one outside the video.
 * @see `get_index` in the model cards of InternVL2 and in OpenGVLab/InternVL `internvl_chat/eval/mvbench`.
 */
export function sampleFrames(frames: number, options: SampleOptions = {}): number[] {
  const { segments = 32, bound, framesPerSecond } = options;
  whole('frames', frames);
  whole('segments', segments, 65536);
  let start = 0;
  let end = frames - 1;
  if (bound) {
    const rate = framesPerSecond ?? Number.NaN;
    start = Math.max(0, roundHalfEven(bound[0] * rate));
    end = Math.min(end, roundHalfEven(bound[1] * rate));
    if (!(start <= end)) {
      throw new TilingError(
        'invalid-option',
        `Expected a bound of [start, end] seconds within ${frames} frames, got [${bound}] at ${framesPerSecond} frames per second; pass both.`,
        { frames, bound, framesPerSecond },
      );
    }
  }
  const length = (end - start) / segments;
  return Array.from({ length: segments }, (_, k) =>
    Math.trunc(start + length / 2 + roundHalfEven(length * k)),
  );
}

/**
 * The same by the rule of transformers' `InternVLVideoProcessor`: `trunc(frames / (2 · segments) + k · frames / segments)`,
 * truncated from float32 as `torch.arange` gives it.
 *
 * @throws `invalid-option` for counts below 1 and, as there, for more segments than frames.
 * @see `sample_frames` in huggingface/transformers `models/internvl/video_processing_internvl.py`.
 */
export function sampleFramesNative(frames: number, segments: number): number[] {
  whole('frames', frames);
  whole('segments', segments, frames);
  const length = frames / segments;
  return Array.from({ length: segments }, (_, k) => Math.trunc(Math.fround(length / 2 + k * length)));
}
