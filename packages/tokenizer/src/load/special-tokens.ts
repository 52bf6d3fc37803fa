import { isJson, type Json } from '../files/read-json.js';

export interface SpecialTokens {
  readonly bos: string | undefined;
  readonly eos: string | undefined;
  readonly unk: string | undefined;
  readonly pad: string | undefined;
  /** All that have a name of their own. */
  readonly named: readonly string[];
  readonly additional: readonly string[];
}

/**
 * Special tokens by their names, out of `tokenizer_config.json` or, what it lacks, `special_tokens_map.json` or the defaults of the class
 * (bos, eos, unk, pad).
 */
export function specialTokens(
  config: Json,
  map: Json,
  defaults: readonly (string | undefined)[],
): SpecialTokens {
  const known = (content: string | undefined): content is string => content !== undefined;
  const all = ['bos', 'eos', 'unk', 'pad', 'sep', 'cls', 'mask'].map((name, index) => {
    const key = `${name}_token`;
    const found = [config, map].find((json) => key in json);
    return found ? contentOf(found[key]) : defaults[index];
  });
  const [bos, eos, unk, pad] = all;
  const list = config.additional_special_tokens ?? map.additional_special_tokens;
  return {
    bos,
    eos,
    unk,
    pad,
    named: all.filter(known),
    additional: (Array.isArray(list) ? list : []).map(contentOf).filter(known),
  };
}

/** A token given by its content or as an object with its flags. */
function contentOf(value: unknown): string | undefined {
  const content = isJson(value) ? value.content : value;
  return typeof content === 'string' && content ? content : undefined;
}
