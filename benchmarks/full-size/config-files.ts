import { copyFile, readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { internvl2Size1B } from './shape.js';

const addedTokens = [
  '<|endoftext|>',
  '<|im_start|>',
  '<|im_end|>',
  '<img>',
  '</img>',
  '<IMG_CONTEXT>',
  '<quad>',
  '</quad>',
  '<ref>',
  '</ref>',
  '<box>',
  '</box>',
];
const firstAddedId = 151643;

/** The 256 byte symbols in the order GPT-2 gives them ids: printable bytes first, the rest from U+0100 on. */
function byteSymbols(): string[] {
  const printable = [...Array(256).keys()].filter(
    (byte) => (byte >= 33 && byte <= 126) || (byte >= 161 && byte <= 172) || byte >= 174,
  );
  const shifted = Array.from({ length: 256 - printable.length }, (_, at) => 256 + at);
  return [...printable, ...shifted].map((code) => String.fromCodePoint(code));
}

/** Writes config.json and the tokenizer files of a Qwen2 vocabulary whose merges are in `tokenizerFolder`. */
export async function writeConfigFiles(
  folder: string,
  tokenizerFolder: string,
  torchDtype: string,
): Promise<void> {
  const { vision, llm } = internvl2Size1B;
  const json = (name: string, value: unknown) =>
    writeFile(join(folder, name), JSON.stringify(value, null, 2));
  await json('config.json', {
    architectures: ['InternVLChatModel'],
    model_type: 'internvl_chat',
    downsample_ratio: 0.5,
    dynamic_image_size: true,
    force_image_size: vision.imageSize,
    llm_config: {
      architectures: ['Qwen2ForCausalLM'],
      model_type: 'qwen2',
      hidden_act: 'silu',
      hidden_size: llm.hidden,
      intermediate_size: llm.mlpWidth,
      max_position_embeddings: 32768,
      num_attention_heads: llm.heads,
      num_hidden_layers: llm.layers,
      num_key_value_heads: llm.kvHeads,
      rms_norm_eps: 1e-6,
      rope_theta: 1000000.0,
      tie_word_embeddings: false,
      vocab_size: llm.vocabulary,
      bos_token_id: firstAddedId,
      eos_token_id: firstAddedId + 2,
    },
    max_dynamic_patch: 12,
    min_dynamic_patch: 1,
    pad2square: false,
    ps_version: 'v2',
    select_layer: -1,
    template: 'Hermes-2',
    tie_word_embeddings: false,
    torch_dtype: torchDtype,
    use_thumbnail: true,
    vision_config: {
      architectures: ['InternVisionModel'],
      model_type: 'intern_vit_6b',
      hidden_act: 'gelu',
      hidden_size: vision.width,
      image_size: vision.imageSize,
      intermediate_size: vision.mlpWidth,
      layer_norm_eps: 1e-6,
      norm_type: 'layer_norm',
      num_attention_heads: vision.heads,
      num_channels: 3,
      num_hidden_layers: vision.layers,
      patch_size: vision.patchSize,
      qk_normalization: false,
      qkv_bias: true,
    },
  });
  const special = { lstrip: false, normalized: false, rstrip: false, single_word: false, special: true };
  await json('tokenizer_config.json', {
    tokenizer_class: 'Qwen2Tokenizer',
    add_bos_token: false,
    add_prefix_space: false,
    added_tokens_decoder: Object.fromEntries(
      addedTokens.map((content, at) => [firstAddedId + at, { content, ...special }]),
    ),
    additional_special_tokens: addedTokens.slice(1),
    bos_token: null,
    eos_token: '<|im_end|>',
    pad_token: '<|endoftext|>',
    unk_token: null,
    errors: 'replace',
    model_max_length: 8192,
  });
  await json(
    'added_tokens.json',
    Object.fromEntries(addedTokens.map((token, at) => [token, firstAddedId + at])),
  );
  await json('generation_config.json', { eos_token_id: [firstAddedId + 2, firstAddedId] });
  await json('preprocessor_config.json', {
    crop_size: vision.imageSize,
    image_mean: [0.485, 0.456, 0.406],
    image_std: [0.229, 0.224, 0.225],
    size: vision.imageSize,
  });
  const merges = await readFile(join(tokenizerFolder, 'merges.txt'), 'utf8');
  const pieces = byteSymbols();
  for (const line of merges.split('\n')) {
    if (line !== '' && !line.startsWith('#version')) pieces.push(line.replace(' ', ''));
  }
  await json('vocab.json', Object.fromEntries(pieces.map((piece, id) => [piece, id])));
  await copyFile(join(tokenizerFolder, 'merges.txt'), join(folder, 'merges.txt'));
}
