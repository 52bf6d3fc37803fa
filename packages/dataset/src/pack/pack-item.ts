/** One sample, ready to be packed. */
export interface PackItem {
  readonly id: string;
  /** `[tokens]` */
  readonly ids: readonly number[];
  /** `[tokens]`, −100 where nothing is trained. */
  readonly labels: readonly number[];
  /** Tiles of all its images, thumbnails included; 0 without images. */
  readonly tiles: number;
}

/** Several samples as one training sequence. */
export interface Pack {
  /** The samples' ids, in order. */
  readonly samples: readonly string[];
  /** `[tokens]` */
  readonly ids: readonly number[];
  /** `[tokens]`, −100 where nothing is trained. */
  readonly labels: readonly number[];
  /** `[samples + 1]`: where each sample begins, and where the last ends: attention must not cross these. */
  readonly cuSeqlens: readonly number[];
  /** `[tokens]`: positions, from 0 in each sample. */
  readonly positions: readonly number[];
  /** `[tokens]`: which sample of the pack a token belongs to. */
  readonly sampleIndex: readonly number[];
  /** `[tokens]`: weight of a token's loss, 0 where nothing is trained. Divide by their sum. */
  readonly lossWeights: readonly number[];
  /** `[samples]`: tiles of each sample. */
  readonly tiles: readonly number[];
}
