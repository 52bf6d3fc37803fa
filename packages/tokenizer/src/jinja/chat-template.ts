import { TokenizerError } from '../error.js';
import { isJson, jsonOf, textOf } from '../files/read-json.js';
import type { TokenizerFiles } from '../load-options.js';

/**
 * The chat template a checkpoint brings: `chat_template.jinja`, or `chat_template` in `tokenizer_config.json` or `chat_template.json`;
 * of several by name the one named `default`.
 *
 * @throws `template-unknown` when there is none.
 */
export function chatTemplateOf(files: TokenizerFiles): string {
  const own = files['chat_template.jinja'];
  if (own) return textOf('chat_template.jinja', own);
  for (const file of ['chat_template.json', 'tokenizer_config.json']) {
    const bytes = files[file];
    const value = bytes && jsonOf(file, bytes).chat_template;
    if (typeof value === 'string') return value;
    if (!Array.isArray(value)) continue;
    const named: unknown = value.find((entry: unknown) => isJson(entry) && entry.name === 'default');
    if (isJson(named) && typeof named.template === 'string') return named.template;
  }
  throw new TokenizerError(
    'template-unknown',
    'Expected chat_template.jinja, or chat_template in tokenizer_config.json, got neither. Use a built-in conversation template.',
    { template: undefined, found: Object.keys(files) },
  );
}
