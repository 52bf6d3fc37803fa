/** The label of a token that is not trained, as PyTorch's and Hugging Face's losses have it. */
export const ignoredLabel = -100;

/** A sample as a trainer takes it. */
export interface LabelledIds {
  /** `[tokens]` */
  readonly ids: readonly number[];
  /** `[tokens]`: the id where it is trained, −100 elsewhere. Not shifted: the model's loss does that. */
  readonly labels: readonly number[];
  /** How many labels are not −100. */
  readonly trainedTokens: number;
  /** `<IMG_CONTEXT>` tokens among the ids. */
  readonly visualTokens: number;
}
