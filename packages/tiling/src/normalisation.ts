/** Red, green, blue. */
export type Triple = readonly [number, number, number];

/** Mean and standard deviation per channel, of values scaled to 0…1. */
export interface Normalisation {
  readonly mean: Triple;
  readonly std: Triple;
}

/**
 * The constants checkpoints were trained with: `imagenet` for every InternVL chat model since 1.2. The `clip` ones
 * are shorter than OpenAI's, as in the reference.
 *
 * @see OpenGVLab/InternVL `internvl_chat/internvl/train/constants.py`.
 */
export const normalisations = {
  imagenet: { mean: [0.485, 0.456, 0.406], std: [0.229, 0.224, 0.225] },
  clip: { mean: [0.4814546, 0.4578275, 0.40821073], std: [0.2686295, 0.2613025, 0.2757711] },
  siglip: { mean: [0.5, 0.5, 0.5], std: [0.5, 0.5, 0.5] },
} as const satisfies Record<string, Normalisation>;
