import { isJson, type Json } from '../files/read-json.js';

/** Special tokens that a class brings along when its configuration says nothing: bos, eos, unk, pad. */
const defaults: Readonly<Record<string, readonly (string | undefined)[]>> = {
  InternLM2Tokenizer: ['<s>', '</s>', '<unk>', '</s>'],
  LlamaTokenizer: ['<s>', '</s>', '<unk>'],
  Qwen2Tokenizer: [undefined, '<|endoftext|>', '<|endoftext|>', '<|endoftext|>'],
};

export interface SpecialTokens {
  readonly bos: string | undefined;
  readonly eos: string | undefined;
  readonly unk: string | undefined;
  readonly pad: string | undefined;
  /** All that have a name of their own. */
  readonly named: readonly string[];
  readonly additional: readonly string[];
}

/** Special tokens by their names, out of `tokenizer_config.json` or, what it lacks, `special_tokens_map.json`. */
export function specialTokens(className: string, config: Json, map: Json): SpecialTokens {
  const [bos, eos, unk, pad, ...others] = ['bos', 'eos', 'unk', 'pad', 'sep', 'cls', 'mask'].map(
    (name, index) => {
      const key = `${name}_token`;
      const found = [config, map].find((json) => key in json);
      return found ? contentOf(found[key]) : defaults[className]?.[index];
    },
  );
  const list = config.additional_special_tokens ?? map.additional_special_tokens;
  const known = (content: string | undefined): content is string => content !== undefined;
  return {
    bos,
    eos,
    unk,
    pad,
    named: [bos, eos, unk, pad, ...others].filter(known),
    additional: (Array.isArray(list) ? list : []).map(contentOf).filter(known),
  };
}

/** A token given by its content or as an object with its flags. */
function contentOf(value: unknown): string | undefined {
  const content = isJson(value) ? value.content : value;
  return typeof content === 'string' && content !== '' ? content : undefined;
}
