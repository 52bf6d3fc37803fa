import { plainToken } from './added-tokens/added-token.js';
import { TokenizerError } from './error.js';
import { readMerges } from './files/merges-file.js';
import { readSentencePiece } from './files/sentencepiece-file.js';
import { jsonOf } from './files/text-file.js';
import { isTiktoken, readTiktoken } from './files/tiktoken-file.js';
import { readTokenizerJson } from './files/tokenizer-json.js';
import { byteVocabulary } from './files/vocabulary-file.js';
import { byteSource } from './load/byte-source.js';
import { checkAgreement, collectAdded, distinct, fromDecoder, fromIds } from './load/collect-added.js';
import { ggufSource } from './load/gguf-source.js';
import { pieceSource } from './load/piece-source.js';
import { noFrame, type Source } from './load/source.js';
import { readTokenizerConfig, type TokenizerConfig } from './load/tokenizer-config.js';
import type { LoadOptions, SplitName, TokenizerFiles } from './load-options.js';
import { ModelTokenizer } from './model-tokenizer.js';
import type { Frame } from './rules.js';
import type { AddedToken, Semantics, Tokenizer } from './tokenizer-spec.js';

/** The files one of which has to be there, in the order in which the slow and the fast classes look for them. */
type Kind = 'tokenizer.model' | 'merges.txt' | 'tiktoken' | 'tokenizer.json' | 'gguf';
const order: Readonly<Record<Semantics, readonly Kind[]>> = {
  slow: ['tokenizer.model', 'merges.txt', 'tiktoken', 'tokenizer.json', 'gguf'],
  fast: ['tokenizer.json', 'tokenizer.model', 'merges.txt', 'tiktoken', 'gguf'],
};

/**
 * A tokenizer out of a checkpoint's files, as its reference code would load it.
 *
 * Which reference code that is: what `semantics` says; otherwise the fast classes where `tokenizer_config.json` names a class
 * ending in `Fast` or the native InternVL processor, or where `tokenizer.json` is the only vocabulary; otherwise, that is for every
 * checkpoint in the original layout, the slow ones.
 *
 * @throws `file-missing` when no vocabulary is among the files; `tokenizer-unreadable` for one that is damaged, of another kind,
 * or with a step this package does not know, with `file` and `place` in its facts.
 */
export function loadTokenizer(files: TokenizerFiles, options: LoadOptions = {}): Tokenizer {
  const config = readTokenizerConfig(files, options);
  const found = vocabularyFiles(files);
  const slow = found['tokenizer.model'] ?? found['merges.txt'];
  const fast =
    config.native || config.fastClass || (slow === undefined && found['tokenizer.json'] !== undefined);
  const semantics = options.semantics ?? (fast ? 'fast' : 'slow');
  const kind = order[semantics].find((candidate) => found[candidate] !== undefined);
  if (!kind) throw missing(files);
  const file = found[kind]!;
  const source = readSource(kind, file, files, config, semantics, options);
  return assemble(source, kind, files, config, semantics, options);
}

/** Name of the file of each kind. */
function vocabularyFiles(files: TokenizerFiles): Partial<Record<Kind, string>> {
  const found: Partial<Record<Kind, string>> = {};
  for (const [name, bytes] of Object.entries(files)) {
    if (name === 'tokenizer.json' || name === 'merges.txt') found[name] = name;
    else if (name === 'tokenizer.model') found[isTiktoken(bytes) ? 'tiktoken' : 'tokenizer.model'] = name;
    else if (name.endsWith('.tiktoken')) found.tiktoken = name;
    else if (name.endsWith('.gguf')) found.gguf = name;
  }
  return found;
}

function readSource(
  kind: Kind,
  file: string,
  files: TokenizerFiles,
  config: TokenizerConfig,
  semantics: Semantics,
  options: LoadOptions,
): Source {
  const bytes = files[file]!;
  const { cacheSize = 65_536, split } = options;
  switch (kind) {
    case 'tokenizer.json':
      return { ...readTokenizerJson(file, bytes, cacheSize), semantics };
    case 'tokenizer.model':
      return pieceSource(readSentencePiece(file, bytes), config, semantics, cacheSize);
    case 'merges.txt': {
      const table = files['vocab.json'];
      const added = new Set([...fromDecoder(config), ...fromIds(files, config)].map((token) => token.id));
      const given = table && byteVocabulary('vocab.json', 'token', jsonOf('vocab.json', table), added);
      const { merges, vocabulary } = readMerges(file, bytes, given);
      const named = split ?? (config.className === 'GPT2Tokenizer' ? 'gpt2' : 'qwen2');
      return byteSource(vocabulary, merges, {
        file: given ? 'vocab.json' : file,
        split: named,
        semantics,
        wholeWords: false,
        cacheSize,
      });
    }
    case 'tiktoken': {
      const { merges, vocabulary } = readTiktoken(file, bytes);
      const named = split ?? splitOf(vocabulary.count);
      const source = byteSource(vocabulary, merges, {
        file,
        split: named,
        semantics,
        wholeWords: true,
        cacheSize,
      });
      return { ...source, addedTokens: vocabulary.count === llama3Ranks ? llama3Tokens() : [] };
    }
    case 'gguf':
      return ggufSource(file, bytes, config, semantics, options);
  }
}

const llama3Ranks = 128_000;

/** tiktoken files do not name their pattern; how many ranks they have tells the published ones apart. */
function splitOf(ranks: number): SplitName {
  if (ranks > 190_000) return 'o200k';
  return ranks === 151_643 ? 'qwen2' : 'llama3';
}

/** The special tokens of Llama-3, which its code adds to the 128,000 ranks (meta-llama/llama-models, `tokenizer.py`). */
function llama3Tokens(): AddedToken[] {
  const named: Readonly<Record<number, string>> = {
    0: 'begin_of_text',
    1: 'end_of_text',
    6: 'start_header_id',
    7: 'end_header_id',
    9: 'eot_id',
  };
  let reserved = 0;
  return Array.from({ length: 256 }, (_, i) => {
    const name = named[i] ?? `reserved_special_token_${reserved++}`;
    return { ...plainToken(llama3Ranks + i, `<|${name}|>`, true), normalized: false };
  });
}

function assemble(
  source: Source,
  kind: Kind,
  files: TokenizerFiles,
  config: TokenizerConfig,
  semantics: Semantics,
  options: LoadOptions,
): Tokenizer {
  const { vocabulary } = source.model;
  const decoder = fromDecoder(config);
  const byId = fromIds(files, config);
  if (decoder.length > 0) checkAgreement(decoder, byId);
  const own = distinct(kind, 'added tokens', source.addedTokens);
  const listed = decoder.length > 0 ? decoder : byId;
  // The fast classes take the file's own tokens and put the configuration's over them; the slow ones know one list.
  const given = semantics === 'fast' || listed.length === 0 ? [...own, ...listed] : listed;
  const added = collectAdded(given, config, vocabulary, options);

  const idOf = (content: string | undefined): number | undefined => {
    if (content === undefined) return undefined;
    const known = added.byContent(content)?.id ?? vocabulary.find(content);
    return known < 0 ? undefined : known;
  };
  const special = new Set<number>();
  for (const content of [...Object.values(config.special), ...config.additional]) special.add(idOf(content)!);
  const additional = new Set(config.additional.map((content) => idOf(content)!));
  const inner = new Set([...special].filter((id) => !additional.has(id) || id < vocabulary.count));
  const skipped = new Set(special);
  // The slow classes go by the list of special tokens alone, where there is one.
  const byFlag = semantics === 'fast' || !config.known;
  for (const token of added.list) if (byFlag && token.special) skipped.add(token.id);

  const bosId =
    idOf(config.special.bos) ??
    source.bosId ??
    (kind === 'tiktoken' ? added.byContent('<|begin_of_text|>')?.id : undefined);
  const eosId =
    idOf(config.special.eos) ??
    source.eosId ??
    (kind === 'tiktoken' ? added.byContent('<|end_of_text|>')?.id : undefined);
  return new ModelTokenizer({
    model: source.model,
    semantics,
    encode: source.encode,
    decode: { ...source.decode, cleanUp: config.cleanUp },
    frame: frameOf(source, config, bosId, eosId),
    bos: options.bos,
    eos: options.eos,
    added,
    special: skipped,
    inner,
    bosId,
    eosId,
    padId: idOf(config.special.pad) ?? source.padId,
    unknownId: idOf(config.special.unk) ?? source.unknownId,
  });
}

/** What stands around a sequence: the file's own template, or what the class makes of `add_bos_token` and `add_eos_token`. */
function frameOf(
  source: Source,
  { addBos, addEos, className }: TokenizerConfig,
  bosId: number | undefined,
  eosId: number | undefined,
): Frame {
  const fixed = source.semantics === 'fast' && source.frame !== noFrame && className !== 'LlamaTokenizer';
  if (className === '' || fixed) return source.frame;
  const bos = addBos && bosId !== undefined ? [bosId] : [];
  const eos = addEos && eosId !== undefined ? [eosId] : [];
  return { before: bos, between: className === 'InternLM2Tokenizer' ? [] : [...eos, ...bos], after: eos };
}

function missing(files: TokenizerFiles): TokenizerError {
  const names = Object.keys(files);
  return new TokenizerError(
    'file-missing',
    `Expected tokenizer.model, tokenizer.json, merges.txt (with or without vocab.json), *.tiktoken or *.gguf, got ${names.join(', ') || 'no file'}. ` +
      'Add one of them.',
    { expected: ['tokenizer.model', 'tokenizer.json', 'merges.txt', '*.tiktoken', '*.gguf'], found: names },
  );
}
