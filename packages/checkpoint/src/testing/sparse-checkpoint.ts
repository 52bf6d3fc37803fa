import { readConfig } from '../config/read-config.js';
import { keyLayouts } from '../weights/key-layout.js';
import { planTensors } from '../weights/plan.js';

/** Sizes of a checkpoint that is made up. */
export interface SparseShape {
  readonly vision: {
    readonly width: number;
    readonly layers: number;
    readonly heads: number;
    readonly mlpWidth: number;
  };
  readonly llm: {
    readonly hidden: number;
    readonly layers: number;
    readonly heads: number;
    readonly kvHeads: number;
    readonly mlpWidth: number;
    readonly vocabulary: number;
  };
}

/** InternVL2-1B: 938 million parameters. */
export const oneBillion: SparseShape = {
  vision: { width: 1024, layers: 24, heads: 16, mlpWidth: 4096 },
  llm: { hidden: 896, layers: 24, heads: 14, kvHeads: 2, mlpWidth: 4864, vocabulary: 151_655 },
};

/** Zeros that all such files share. */
const zeroBytes = 16 * 2 ** 20;

/**
 * The files of a checkpoint of this shape, all of whose weights are bfloat16 zeros. The weight file takes no memory however
 * large it is: it is the same zeros over and over.
 *
 * @param config a config.json of InternVL2 with Qwen2, whose sizes are replaced
 */
export function sparseCheckpoint(config: string, { vision, llm }: SparseShape): File[] {
  const json = JSON.parse(config);
  Object.assign(json, { force_image_size: 448 });
  Object.assign(json.vision_config, {
    hidden_size: vision.width,
    num_hidden_layers: vision.layers,
    num_attention_heads: vision.heads,
    intermediate_size: vision.mlpWidth,
    image_size: 448,
    patch_size: 14,
  });
  Object.assign(json.llm_config, {
    hidden_size: llm.hidden,
    num_hidden_layers: llm.layers,
    num_attention_heads: llm.heads,
    num_key_value_heads: llm.kvHeads,
    intermediate_size: llm.mlpWidth,
    vocab_size: llm.vocabulary,
  });
  const described = readConfig({ config: json });
  const stored = new Map<string, readonly number[]>();
  for (const { pieces } of planTensors(described, keyLayouts(described.layout)[0]!)) {
    for (const piece of pieces) stored.set(piece.stored.name, piece.stored.shape);
  }
  const header: Record<string, object> = {};
  let end = 0;
  for (const [name, shape] of stored) {
    const start = end;
    end += 2 * shape.reduce((product, size) => product * size, 1);
    header[name] = { dtype: 'BF16', shape, data_offsets: [start, end] };
  }
  const text = new TextEncoder().encode(JSON.stringify(header));
  const length = new Uint8Array(8);
  new DataView(length.buffer).setBigUint64(0, BigInt(text.length), true);
  const zeros = new Blob([new Uint8Array(zeroBytes)]);
  const data = Array.from({ length: Math.ceil(end / zeroBytes) }, (_, at) =>
    zeros.slice(0, Math.min(zeroBytes, end - at * zeroBytes)),
  );
  return [
    new File([JSON.stringify(json)], 'config.json', { lastModified: 1 }),
    new File([length, text, ...data], 'model.safetensors', { lastModified: 1 }),
  ];
}
