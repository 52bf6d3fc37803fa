import type { LlmConfig, ModelConfig } from '@internvl/checkpoint';

/** Numbers a model is made of, part by part. */
export interface ParameterCounts {
  readonly vision: number;
  readonly projector: number;
  readonly language: number;
  readonly total: number;
}

/** Counts the parameters that a checkpoint of this description holds, without its weights. */
export function countParameters(config: ModelConfig): ParameterCounts {
  const vision = visionParameters(config);
  const projector = projectorParameters(config);
  const language = config.llm === undefined ? 0 : languageParameters(config.llm);
  return { vision, projector, language, total: vision + projector + language };
}

function visionParameters({ vision }: ModelConfig): number {
  const { width, layers, mlpWidth, patchSize, tableSide } = vision;
  const embeddings = width + (1 + tableSide ** 2) * width + 3 * patchSize ** 2 * width + width;
  const norm = vision.norm === 'layer' ? 2 * width : width;
  const attention =
    3 * width ** 2 + (vision.qkvBias ? 3 * width : 0) + (vision.qkNorm ? 2 * width : 0) + width ** 2 + width;
  const mlp = 2 * width * mlpWidth + mlpWidth + width;
  const layerScales = 2 * width;
  return embeddings + layers * (2 * norm + attention + mlp + layerScales);
}

function projectorParameters({ vision, downsampleRatio, llm }: ModelConfig): number {
  if (llm === undefined) return 0;
  const unshuffled = Math.round(vision.width / downsampleRatio ** 2);
  return 2 * unshuffled + unshuffled * llm.hidden + llm.hidden + llm.hidden ** 2 + llm.hidden;
}

function languageParameters(llm: LlmConfig): number {
  const { hidden, heads, kvHeads, headSize, mlpWidth, experts } = llm;
  const projected = (heads + 2 * kvHeads) * headSize;
  const attention =
    hidden * projected +
    (llm.qkvBias ? projected : 0) +
    (llm.qkNorm ? 2 * headSize : 0) +
    heads * headSize * hidden;
  const mlp = experts ? experts.count * (3 * hidden * experts.mlpWidth + hidden) : 3 * hidden * mlpWidth;
  const table = llm.vocabulary * hidden;
  return table * (llm.tiedEmbeddings ? 1 : 2) + llm.layers * (attention + mlp + 2 * hidden) + hidden;
}

/** Bytes that keys and values of one token take, float32. */
export function cacheBytesPerToken({ layers, kvHeads, headSize }: LlmConfig): number {
  return 2 * layers * kvHeads * headSize * 4;
}
