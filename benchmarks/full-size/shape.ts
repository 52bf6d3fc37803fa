/** One tensor of the checkpoint: its name, its shape, and what kind of numbers it holds. */
export interface TensorShape {
  readonly name: string;
  readonly shape: readonly number[];
  /** `ones` for norm weights, `scale` for layer scale, `noise` for everything else. */
  readonly fill: 'ones' | 'scale' | 'noise';
}

/** Sizes of a checkpoint of that kind. */
export interface ModelShape {
  readonly vision: Readonly<
    Record<'width' | 'layers' | 'heads' | 'mlpWidth' | 'imageSize' | 'patchSize', number>
  >;
  readonly llm: Readonly<
    Record<'hidden' | 'layers' | 'heads' | 'kvHeads' | 'headSize' | 'mlpWidth' | 'vocabulary', number>
  >;
}

/** InternVL2-1B's true sizes: InternViT-300M, a two-layer projector, Qwen2-0.5B with a head of its own. */
export const internvl2Size1B = {
  vision: { width: 1024, layers: 24, heads: 16, mlpWidth: 4096, imageSize: 448, patchSize: 14 },
  llm: { hidden: 896, layers: 24, heads: 14, kvHeads: 2, headSize: 64, mlpWidth: 4864, vocabulary: 151655 },
} as const;

/** Every tensor of such a checkpoint, in file order, named as OpenGVLab names them. */
export function tensorShapes({ vision, llm }: ModelShape = internvl2Size1B): TensorShape[] {
  const shapes: TensorShape[] = [];
  const noise = (name: string, ...shape: number[]) => shapes.push({ name, shape, fill: 'noise' });
  const ones = (name: string, ...shape: number[]) => shapes.push({ name, shape, fill: 'ones' });
  const linear = (name: string, out: number, input: number, bias = true) => {
    noise(`${name}.weight`, out, input);
    if (bias) noise(`${name}.bias`, out);
  };
  const layerNorm = (name: string, width: number) => {
    ones(`${name}.weight`, width);
    noise(`${name}.bias`, width);
  };

  const patches = (vision.imageSize / vision.patchSize) ** 2;
  noise('vision_model.embeddings.class_embedding', 1, 1, vision.width);
  noise('vision_model.embeddings.position_embedding', 1, patches + 1, vision.width);
  noise(
    'vision_model.embeddings.patch_embedding.weight',
    vision.width,
    3,
    vision.patchSize,
    vision.patchSize,
  );
  noise('vision_model.embeddings.patch_embedding.bias', vision.width);
  for (let layer = 0; layer < vision.layers; layer++) {
    const at = `vision_model.encoder.layers.${layer}`;
    shapes.push({ name: `${at}.ls1`, shape: [vision.width], fill: 'scale' });
    shapes.push({ name: `${at}.ls2`, shape: [vision.width], fill: 'scale' });
    layerNorm(`${at}.norm1`, vision.width);
    layerNorm(`${at}.norm2`, vision.width);
    linear(`${at}.attn.qkv`, 3 * vision.width, vision.width);
    linear(`${at}.attn.proj`, vision.width, vision.width);
    linear(`${at}.mlp.fc1`, vision.mlpWidth, vision.width);
    linear(`${at}.mlp.fc2`, vision.width, vision.mlpWidth);
  }
  layerNorm('mlp1.0', 4 * vision.width);
  linear('mlp1.1', llm.hidden, 4 * vision.width);
  linear('mlp1.3', llm.hidden, llm.hidden);

  noise('language_model.model.embed_tokens.weight', llm.vocabulary, llm.hidden);
  for (let layer = 0; layer < llm.layers; layer++) {
    const at = `language_model.model.layers.${layer}`;
    linear(`${at}.self_attn.q_proj`, llm.heads * llm.headSize, llm.hidden);
    linear(`${at}.self_attn.k_proj`, llm.kvHeads * llm.headSize, llm.hidden);
    linear(`${at}.self_attn.v_proj`, llm.kvHeads * llm.headSize, llm.hidden);
    linear(`${at}.self_attn.o_proj`, llm.hidden, llm.heads * llm.headSize, false);
    linear(`${at}.mlp.gate_proj`, llm.mlpWidth, llm.hidden, false);
    linear(`${at}.mlp.up_proj`, llm.mlpWidth, llm.hidden, false);
    linear(`${at}.mlp.down_proj`, llm.hidden, llm.mlpWidth, false);
    ones(`${at}.input_layernorm.weight`, llm.hidden);
    ones(`${at}.post_attention_layernorm.weight`, llm.hidden);
  }
  ones('language_model.model.norm.weight', llm.hidden);
  linear('language_model.lm_head', llm.vocabulary, llm.hidden, false);
  return shapes;
}
