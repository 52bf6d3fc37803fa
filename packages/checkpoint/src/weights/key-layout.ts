import type { ModelConfig } from '../model-config.js';

/** How a file names its tensors. */
export interface KeyLayout {
  readonly style: 'original' | 'native';
  /** What stands before `embeddings.` and `encoder.` of the vision tower. */
  readonly vision: string;
  readonly projector: string;
  /** What stands before `layers.N.` of the language model. */
  readonly llm: string;
  /** What stands before `lm_head.weight`. */
  readonly head: string;
}

const original: KeyLayout = {
  style: 'original',
  vision: 'vision_model.',
  projector: 'mlp1.',
  llm: 'language_model.model.',
  head: 'language_model.',
};

/** The first releases of transformers' classes, and what `save_pretrained` of transformers 5 writes. */
const nativeFirst: KeyLayout = {
  style: 'native',
  vision: 'vision_tower.',
  projector: 'multi_modal_projector.',
  llm: 'language_model.model.',
  head: 'language_model.',
};

const nativeNewer: KeyLayout = {
  style: 'native',
  vision: 'model.vision_tower.',
  projector: 'model.multi_modal_projector.',
  llm: 'model.language_model.',
  head: '',
};

/** The names a checkpoint of this layout may use, the likeliest first. */
export function keyLayouts(layout: ModelConfig['layout']): readonly KeyLayout[] {
  switch (layout) {
    case 'original':
      return [original];
    case 'native':
      return [nativeNewer, nativeFirst];
    case 'vision-only':
      return [{ ...original, vision: '' }, original];
  }
}
