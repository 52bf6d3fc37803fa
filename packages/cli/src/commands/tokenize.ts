import { createInterface } from 'node:readline';
import { text as readText } from 'node:stream/consumers';
import { InternVLError } from '@internvl/backend';
import { type Encoding, loadTokenizer, type Tokenizer } from '@internvl/tokenizer';
import { formats } from '@internvl/tokenizer/formats';
import { defineCommand } from '../command.js';
import { modelArgument } from '../input/model.js';
import { tokenizerFiles } from '../input/tokenizer-files.js';
import { globalOptions, streamingOption } from '../options/common-options.js';
import { usageError } from '../options/usage-error.js';

const options = {
  text: { type: 'string', value: 'TEXT', help: 'The text; with --decode, the ids. Default: standard input.' },
  decode: { type: 'boolean', help: 'The way back: ids, as numbers or a JSON list, to text.' },
  'skip-special': { type: 'boolean', help: 'Leave out special tokens when decoding.' },
  'added-tokens': {
    type: 'string',
    value: 'parse|text',
    help: 'Whether <|im_end|> and its kin in the text are the tokens they look like. Default: parse, as in the reference.',
  },
  semantics: {
    type: 'string',
    value: 'slow|fast',
    help: "Whose rules: the slow Python classes or the fast library. Default: the checkpoint's.",
  },
  bos: { type: 'boolean', help: "Put the begin-of-sequence id in front. Default: the checkpoint's rule." },
  'no-bos': { type: 'boolean', help: 'Do not.' },
  ...globalOptions,
  ...streamingOption,
  jsonl: {
    type: 'boolean',
    help: 'Read one {"text"} or {"ids"} per line from standard input, answer line by line.',
  },
} as const;

/** One line of work. */
type Work = { readonly text: string } | { readonly ids: readonly number[] };

export const tokenize = defineCommand({
  usage: 'tokenize MODEL [--text TEXT]',
  summary:
    'Turns text into ids, or back. MODEL may also be a folder with tokenizer files alone, or one tokenizer file.',
  options,
  async run({ options, positionals, surroundings, output, signal }) {
    const decode = options.flag('decode');
    const [model, ...ids] = positionals;
    if (ids.length > 0 && !decode) {
      throw usageError(`Expected one MODEL, got also '${ids.join(' ')}'; put the text behind --text.`);
    }
    if (options.flag('bos') && options.flag('no-bos'))
      throw usageError('Expected --bos or --no-bos, got both.');
    const addedTokens = options.choice('added-tokens', ['parse', 'text']);
    const semantics = options.choice('semantics', ['slow', 'fast']);
    const bos = options.flag('bos') ? true : options.flag('no-bos') ? false : undefined;
    const path = modelArgument(model === undefined ? [] : [model], 'tokenize');
    const files = await tokenizerFiles(path, surroundings, output);
    const tokenizer = loadTokenizer(files, { semantics, formats });
    const answer = (work: Work) =>
      'ids' in work
        ? { text: tokenizer.decode(work.ids, { skipSpecialTokens: options.flag('skip-special') }) }
        : plain(tokenizer.encode(work.text, { addedTokens, bos }));

    if (output.format === 'jsonl') {
      const lines = createInterface({
        input: surroundings.stdin,
        crlfDelay: Number.POSITIVE_INFINITY,
        signal,
      });
      let number = 0;
      for await (const line of lines) {
        signal.throwIfAborted();
        number++;
        if (line.trim() !== '') output.event(answer(readWork(line, number)));
      }
      signal.throwIfAborted();
      return 0;
    }
    const given =
      ids.length > 0 ? ids.join(' ') : (options.text('text') ?? (await readText(surroundings.stdin)));
    const work: Work = decode ? { ids: readIds(given) } : { text: given };
    const document = answer(work);
    output.result(document, 'text' in document ? document.text : table(document, tokenizer));
    return 0;
  },
});

function plain({ ids, tokens, offsets }: Encoding) {
  return { ids, tokens, offsets };
}

/** `1 2 3`, `1,2,3` or `[1, 2, 3]`. */
function readIds(text: string): readonly number[] {
  const words = text
    .replace(/^\s*\[|\]\s*$/g, '')
    .split(/[\s,]+/)
    .filter((word) => word !== '');
  const wrong = words.find((word) => !/^\d+$/.test(word));
  if (wrong !== undefined) {
    throw usageError(`Expected ids as whole numbers, got '${wrong}'; write them as 1 2 3.`, { value: wrong });
  }
  return words.map(Number);
}

function readWork(line: string, number: number): Work {
  let data: unknown;
  try {
    data = JSON.parse(line);
  } catch (cause) {
    throw invalidLine(number, 'no JSON', cause);
  }
  if (typeof data === 'object' && data !== null) {
    if ('text' in data && typeof data.text === 'string') return { text: data.text };
    if ('ids' in data && isIds(data.ids)) return { ids: data.ids };
  }
  throw invalidLine(number, line.length > 60 ? `${line.slice(0, 60)}…` : line);
}

function isIds(value: unknown): value is readonly number[] {
  return Array.isArray(value) && value.every((id) => Number.isInteger(id) && id >= 0);
}

function invalidLine(line: number, came: string, cause?: unknown): InternVLError {
  return new InternVLError(
    'line-invalid',
    `Expected {"text": "…"} or {"ids": [1, 2]} in line ${line}, got ${came}; mend the line.`,
    { line, came },
    { cause },
  );
}

function table({ ids, tokens }: Pick<Encoding, 'ids' | 'tokens'>, tokenizer: Tokenizer): string {
  const rows = ids.map(
    (id, index) =>
      `${String(id).padStart(8)}  ${tokens[index]}${tokenizer.isSpecial(id) ? '  (special)' : ''}`,
  );
  return [...rows, `${ids.length} tokens`].join('\n');
}
