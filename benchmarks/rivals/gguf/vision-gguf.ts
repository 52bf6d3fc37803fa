import type { Checkpoint, TensorSource } from '@internvl/checkpoint';
import { quantise } from './quantise.js';
import { type GgufEntry, type GgufTensor, writeGguf } from './write-gguf.js';

/**
 * Writes the vision tower and projector of a checkpoint as llama.cpp's clip reads them, matrices in float16, which is the fastest it has.
 * Source: `conversion/internvl.py` and `clip-impl.h` of llama.cpp.
 *
 * @throws for towers with RMS norm or normed queries, which are not written here
 */
export async function writeVisionGguf(
  { config, weights }: Pick<Checkpoint, 'config' | 'weights'>,
  path: string,
): Promise<void> {
  const { vision, llm, mean, std, downsampleRatio, tileSize } = config;
  if (vision.norm !== 'layer' || vision.qkNorm || !llm)
    throw new Error('only towers as InternViT-300M are written');
  const of = (key: string) => `clip.vision.${key}`;
  const metadata: Record<string, GgufEntry> = {
    'general.architecture': { text: 'clip' },
    'general.name': { text: 'benchmark' },
    'clip.has_vision_encoder': { bool: true },
    'clip.projector_type': { text: 'internvl' },
    'clip.use_gelu': { bool: true },
    [of('image_size')]: { uint32: tileSize },
    [of('patch_size')]: { uint32: vision.patchSize },
    [of('embedding_length')]: { uint32: vision.width },
    [of('feed_forward_length')]: { uint32: vision.mlpWidth },
    [of('block_count')]: { uint32: vision.layers },
    [of('projection_dim')]: { uint32: llm.hidden },
    [of('attention.head_count')]: { uint32: vision.heads },
    [of('attention.layer_norm_epsilon')]: { float32: vision.eps },
    [of('projector.scale_factor')]: { uint32: 1 / downsampleRatio },
    [of('preproc_min_tiles')]: { uint32: 1 },
    [of('preproc_max_tiles')]: { uint32: 1 },
    [of('image_mean')]: { float32s: mean },
    [of('image_std')]: { float32s: std },
  };
  await writeGguf(path, metadata, [...tensorsOf(weights, vision.layers)]);
}

function* tensorsOf(weights: TensorSource, layers: number): Generator<GgufTensor> {
  const tensor = (name: string, key: string, type: 'F16' | 'F32', part?: number): GgufTensor => {
    const { shape } = weights.info(key);
    const [rows = 1, ...rest] = shape;
    const own = part === undefined ? shape : [rows / 3, ...rest];
    const count = own.reduce((product, size) => product * size, 1);
    return {
      name,
      shape: own,
      type,
      async *chunks() {
        yield quantise(type, await weights.read(key, { first: (part ?? 0) * count, count }));
      },
    };
  };
  const linear = function* (to: string, from: string): Generator<GgufTensor> {
    yield tensor(`${to}.weight`, `${from}.weight`, 'F16');
    yield tensor(`${to}.bias`, `${from}.bias`, 'F32');
  };
  const norm = function* (to: string, from: string): Generator<GgufTensor> {
    yield tensor(`${to}.weight`, `${from}.weight`, 'F32');
    yield tensor(`${to}.bias`, `${from}.bias`, 'F32');
  };
  const embeddings = 'vision_model.embeddings.';
  yield tensor('v.class_embd', `${embeddings}class_embedding`, 'F32');
  yield tensor('v.position_embd.weight', `${embeddings}position_embedding`, 'F32');
  yield* linear('v.patch_embd', `${embeddings}patch_embedding`);
  for (let layer = 0; layer < layers; layer++) {
    const [to, from] = [`v.blk.${layer}.`, `vision_model.encoder.layers.${layer}.`];
    yield* norm(`${to}ln1`, `${from}norm1`);
    yield* norm(`${to}ln2`, `${from}norm2`);
    for (const [part, name] of ['q', 'k', 'v'].entries()) {
      yield tensor(`${to}attn_${name}.weight`, `${from}attn.qkv.weight`, 'F16', part);
      yield tensor(`${to}attn_${name}.bias`, `${from}attn.qkv.bias`, 'F32', part);
    }
    yield* linear(`${to}attn_out`, `${from}attn.proj`);
    yield* linear(`${to}ffn_up`, `${from}mlp.fc1`);
    yield* linear(`${to}ffn_down`, `${from}mlp.fc2`);
    yield tensor(`${to}ls1.weight`, `${from}ls1`, 'F32');
    yield tensor(`${to}ls2.weight`, `${from}ls2`, 'F32');
  }
  yield* norm('mm.model.mlp.0', 'mlp1.0');
  yield* linear('mm.model.mlp.1', 'mlp1.1');
  yield* linear('mm.model.mlp.3', 'mlp1.3');
}
