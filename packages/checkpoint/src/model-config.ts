/**
 * What a checkpoint is, read from its JSON files once and never guessed again: plain JSON, the same shape for every
 * generation, written into a converted model's manifest as it is.
 *
 * Sizes are pixels where a name says size, counts elsewhere. Source: `config.json` and `preprocessor_config.json`; what
 * they leave out has the value that the reference's configuration class gives it.
 */
export interface ModelConfig {
  /** `architectures[0]` of the file, or of its language model where the file is a chat model: `'InternLM2ForCausalLM'`. */
  readonly architecture: string;
  /** `original`: OpenGVLab's own code. `native`: transformers' InternVL classes. `vision-only`: an InternViT alone. */
  readonly layout: 'original' | 'native' | 'vision-only';
  readonly vision: VisionConfig;
  /** Side of a tile, pixels. */
  readonly tileSize: number;
  /** 0.5: four patches become one visual token. */
  readonly downsampleRatio: number;
  /** `v1` stores the token grid transposed. */
  readonly pixelShuffle: 'v1' | 'v2';
  /** Hidden state the projector reads: −1 the last, otherwise an index into `[embeddings, layer 1, …]`. */
  readonly selectLayer: number;
  /** Visual tokens of one tile. */
  readonly tokensPerTile: number;
  /** Whether an image is cut into several tiles at all. */
  readonly dynamicTiles: boolean;
  readonly minTiles: number;
  readonly maxTiles: number;
  /** Whether the whole image is appended as a last tile when there are several. */
  readonly thumbnail: boolean;
  /** Whether an image is padded to a square first. */
  readonly padToSquare: boolean;
  /** Per channel, of values in 0…1. */
  readonly mean: readonly [number, number, number];
  /** Per channel, of values in 0…1. */
  readonly std: readonly [number, number, number];
  /** Absent in a vision-only checkpoint. */
  readonly llm?: LlmConfig;
  /** Name of the conversation template (`config.template`), original layout. */
  readonly template?: string;
  /** Present where turns are rendered by the checkpoint's own Jinja template, native layout. */
  readonly chatTemplate?: true;
  /** `config.system_message`: overrides the template's own. */
  readonly systemMessage?: string;
  /** Id of the token that stands for one visual token, native layout. */
  readonly imageTokenId?: number;
}

/** The vision tower (InternViT). */
export interface VisionConfig {
  /** Side of the image it was trained for, pixels. */
  readonly imageSize: number;
  /** Side of a patch, pixels. */
  readonly patchSize: number;
  readonly width: number;
  readonly layers: number;
  readonly heads: number;
  readonly mlpWidth: number;
  readonly norm: 'layer' | 'rms';
  readonly eps: number;
  readonly qkvBias: boolean;
  /** RMSNorm over all channels of q and of k. */
  readonly qkNorm: boolean;
  /** Positions per side in the stored table: the table is `[1, 1 + tableSide², width]`. */
  readonly tableSide: number;
}

/** Language model families, each with its own arithmetic. */
export type LlmFamily = 'internlm2' | 'llama' | 'qwen2' | 'qwen3' | 'qwen3-moe' | 'phi3';

/** The language model. */
export interface LlmConfig {
  readonly family: LlmFamily;
  readonly hidden: number;
  readonly layers: number;
  readonly heads: number;
  readonly kvHeads: number;
  /** Channels of one head; not always `hidden / heads`. */
  readonly headSize: number;
  /** Width of the feed-forward network; of a dense layer in a mixture of experts. */
  readonly mlpWidth: number;
  /** Rows of the embedding table, unused ones included. */
  readonly vocabulary: number;
  readonly eps: number;
  readonly maxPositions: number;
  readonly rope: Rope;
  readonly qkvBias: boolean;
  /** RMSNorm per head on q and k before the rotation. */
  readonly qkNorm: boolean;
  /** Whether the output matrix is the embedding table. */
  readonly tiedEmbeddings: boolean;
  readonly experts?: ExpertsConfig;
}

/** Mixture of experts. */
export interface ExpertsConfig {
  readonly count: number;
  /** Experts chosen for each token. */
  readonly perToken: number;
  readonly mlpWidth: number;
  /** Whether the weights of the chosen experts are scaled to sum to one. */
  readonly normalise: boolean;
}

/** How positions turn into rotations. `theta` is the base; positions are tokens. */
export type Rope =
  | { readonly type: 'default'; readonly theta: number }
  | { readonly type: 'linear'; readonly theta: number; readonly factor: number }
  | {
      readonly type: 'dynamic';
      readonly theta: number;
      readonly factor: number;
      readonly maxPositions: number;
    }
  | {
      readonly type: 'llama3';
      readonly theta: number;
      readonly factor: number;
      readonly lowFreqFactor: number;
      readonly highFreqFactor: number;
      readonly originalMaxPositions: number;
    }
  | {
      readonly type: 'longrope';
      readonly theta: number;
      /** `headSize / 2` factors for up to `originalMaxPositions` tokens. */
      readonly shortFactor: readonly number[];
      /** `headSize / 2` factors beyond. */
      readonly longFactor: readonly number[];
      readonly originalMaxPositions: number;
      readonly maxPositions: number;
      /** Which attention scale: `su` is √(1 + ln s / ln original), `yarn` is 0.1 ln s + 1. */
      readonly kind: 'su' | 'yarn';
    };
