/** Small files that say what a checkpoint is and how its text works, whichever of them there are. */
const names: ReadonlySet<string> = new Set([
  'added_tokens.json',
  'chat_template.json',
  'config.json',
  'generation_config.json',
  'merges.txt',
  'model.safetensors.index.json',
  'preprocessor_config.json',
  'processor_config.json',
  'special_tokens_map.json',
  'tokenizer.json',
  'tokenizer_config.json',
  'video_preprocessor_config.json',
  'vocab.json',
  'vocab.txt',
]);

/**
 * Whether a file in the top folder of a checkpoint belongs to `Checkpoint.files`. Everything else that lies there (code,
 * pictures, optimiser states, other weight formats) is neither read nor downloaded.
 */
export function isSmallFile(name: string): boolean {
  return names.has(name) || /^[\w.-]+\.(jinja|model|tiktoken)$/.test(name);
}
