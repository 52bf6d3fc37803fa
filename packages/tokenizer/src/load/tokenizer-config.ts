import { isJson, type Json, jsonOf } from '../files/text-file.js';
import type { LoadOptions, TokenizerFiles } from '../load-options.js';

/** The names under which configurations give single special tokens. */
const names = ['bos', 'eos', 'unk', 'sep', 'pad', 'cls', 'mask'] as const;
export type SpecialName = (typeof names)[number];

/** What `tokenizer_config.json` and `special_tokens_map.json` say, with what the named class says otherwise. */
export interface TokenizerConfig {
  /** `LlamaTokenizer` of `LlamaTokenizerFast`; '' when no class is named. */
  readonly className: string;
  readonly fastClass: boolean;
  /** Written for the Hugging Face-native InternVL processor. */
  readonly native: boolean;
  readonly special: Readonly<Partial<Record<SpecialName, string>>>;
  readonly additional: readonly string[];
  /** `added_tokens_decoder`: flags by id. */
  readonly decoder: Json | undefined;
  /** Whether anything is known about which tokens are special. */
  readonly known: boolean;
  readonly addBos: boolean;
  readonly addEos: boolean;
  readonly legacy: boolean;
  readonly addPrefixSpace: boolean;
  readonly cleanUp: boolean;
}

const fileName = 'tokenizer_config.json';

/** Special tokens that a class brings along when its configuration says nothing. */
const defaults: Readonly<Record<string, Partial<Record<SpecialName, string>>>> = {
  InternLM2Tokenizer: { unk: '<unk>', bos: '<s>', eos: '</s>', pad: '</s>' },
  LlamaTokenizer: { unk: '<unk>', bos: '<s>', eos: '</s>' },
  Qwen2Tokenizer: { unk: '<|endoftext|>', eos: '<|endoftext|>', pad: '<|endoftext|>' },
  GPT2Tokenizer: { unk: '<|endoftext|>', bos: '<|endoftext|>', eos: '<|endoftext|>' },
};

export function readTokenizerConfig(files: TokenizerFiles, options: LoadOptions): TokenizerConfig {
  const bytes = files[fileName];
  const config: Json = bytes ? jsonOf(fileName, bytes) : {};
  const mapBytes = files['special_tokens_map.json'];
  // With `added_tokens_decoder` the reference reads special tokens from the configuration alone.
  const decoder = isJson(config.added_tokens_decoder) ? config.added_tokens_decoder : undefined;
  const map: Json = mapBytes && !decoder ? jsonOf('special_tokens_map.json', mapBytes) : {};
  const named = typeof config.tokenizer_class === 'string' ? config.tokenizer_class : '';
  const className = named.replace(/Fast$/, '');
  const special: Partial<Record<SpecialName, string>> = {};
  for (const name of names) {
    const key = `${name}_token`;
    const given = key in config ? config[key] : key in map ? map[key] : defaults[className]?.[name];
    const content = contentOf(given);
    if (content) special[name] = content;
  }
  const flag = (key: string): boolean | undefined =>
    typeof config[key] === 'boolean' ? config[key] : undefined;
  const sentencePiece = /^(InternLM|Llama)/.test(className);
  const list = config.additional_special_tokens ?? map.additional_special_tokens;
  return {
    className,
    fastClass: named.endsWith('Fast'),
    native: config.processor_class === 'InternVLProcessor',
    special,
    additional: (Array.isArray(list) ? list : []).map(contentOf).filter((content) => content !== undefined),
    decoder,
    known: bytes !== undefined || mapBytes !== undefined,
    addBos: flag('add_bos_token') ?? sentencePiece,
    addEos: flag('add_eos_token') ?? false,
    legacy: options.legacy ?? flag('legacy') ?? true,
    addPrefixSpace: options.addPrefixSpace ?? flag('add_prefix_space') ?? true,
    // `PreTrainedTokenizerFast` alone cleans up unless told not to.
    cleanUp:
      options.cleanUpSpaces ?? flag('clean_up_tokenization_spaces') ?? className === 'PreTrainedTokenizer',
  };
}

/** A token given by its content or as an object with its flags. */
function contentOf(value: unknown): string | undefined {
  const content = isJson(value) ? value.content : value;
  return typeof content === 'string' && content !== '' ? content : undefined;
}
