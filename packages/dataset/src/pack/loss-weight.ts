/**
 * How much a token's loss counts in a sample of n trained tokens: `token` 1, `sample` 1/n, `square` 1/√n, which the training of
 * InternVL2.5 uses so that long answers count neither too much nor too little.
 */
export type LossReduction = 'token' | 'sample' | 'square';

/**
 * Weight of each trained token; 0 when nothing is trained. Source: `len2weight` in `internvl/train/internvl_chat_finetune.py` of
 * OpenGVLab/InternVL (2410d1d).
 */
export function lossWeight(reduction: LossReduction, trainedTokens: number): number {
  if (trainedTokens === 0) return 0;
  if (reduction === 'token') return 1;
  return reduction === 'sample' ? 1 / trainedTokens : 1 / Math.sqrt(trainedTokens);
}
