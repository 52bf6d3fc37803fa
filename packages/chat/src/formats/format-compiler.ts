import { InternVLError, untilAborted } from '@internvl/backend';
import type { ConstraintFactory } from '@internvl/llm';
import {
  constrain,
  jsonSchemaGrammar,
  parseGrammar,
  readTokenVocabulary,
  type TokenVocabulary,
  tokenVocabulary,
} from '@internvl/llm/grammar';
import type { Tokenizer } from '@internvl/tokenizer';
import { breath } from '../breath.js';
import type { ResponseFormat } from '../response-format.js';

/** Formats that are kept, with what they know of the vocabulary. */
const MOST_FORMATS = 8;

/** Turns response formats into constraints on the tokens of a model. */
export interface FormatCompiler {
  /**
   * Gets ready for a format. The first one needs the vocabulary, which is read a little at a time, so that nothing else
   * waits for it.
   *
   * @throws `schema-unsupported`, `grammar-invalid`, `invalid-option`, `signal.reason`
   */
  prepare(format: ResponseFormat, signal?: AbortSignal): Promise<void>;
  /**
   * The constraint of a format, at once, prepared or not; the same format again costs nothing.
   *
   * @throws `schema-unsupported`, `grammar-invalid`, `invalid-option`
   */
  constraint(format: ResponseFormat): ConstraintFactory;
}

/** A compiler for a tokenizer. It reads the vocabulary when the first format comes. */
export function formatCompiler(tokenizer: Pick<Tokenizer, 'tokenBytes' | 'vocabularySize'>): FormatCompiler {
  const { tokenBytes, vocabularySize } = tokenizer;
  let vocabulary: TokenVocabulary | undefined;
  let reading: Promise<void> | undefined;
  /** By what was asked for, the latest last. */
  const known = new Map<string, ConstraintFactory>();
  const read = async () => {
    try {
      const whole = await readTokenVocabulary(tokenBytes, vocabularySize, { pause: breath });
      vocabulary ??= whole;
    } finally {
      reading = undefined;
    }
  };
  const remember = (key: string, made: ConstraintFactory) => {
    known.delete(key);
    known.set(key, made);
    if (known.size > MOST_FORMATS) known.delete(known.keys().next().value!);
    return made;
  };
  return {
    async prepare(format, signal) {
      const key = textOf(format);
      if (known.has(key)) return;
      const grammar = grammarOf(format);
      if (!vocabulary) {
        reading ??= read();
        await untilAborted(reading, signal, () => {});
      }
      remember(key, constrain(grammar, vocabulary!));
    },
    constraint(format) {
      const key = textOf(format);
      const made = known.get(key);
      if (made) return remember(key, made);
      const grammar = grammarOf(format);
      vocabulary ??= tokenVocabulary(tokenBytes, vocabularySize);
      return remember(key, constrain(grammar, vocabulary));
    },
  };
}

/**
 * Refuses a format that cannot be kept to, before any model is loaded.
 *
 * @throws as `FormatCompiler.constraint`
 */
export function assertFormat(format: ResponseFormat): void {
  grammarOf(format);
}

function grammarOf(format: ResponseFormat) {
  switch (format.type) {
    case 'json':
      return jsonSchemaGrammar(format.schema);
    case 'grammar':
      return parseGrammar(format.grammar);
    default:
      throw new InternVLError(
        'invalid-option',
        `Expected responseFormat of type json or grammar, got ${JSON.stringify(format)}; pass one of them.`,
        { option: 'responseFormat', value: format },
      );
  }
}

/** @throws `invalid-option` for what is no plain data, or nests without end */
function textOf(format: ResponseFormat): string {
  try {
    return JSON.stringify(format);
  } catch (cause) {
    throw new InternVLError(
      'invalid-option',
      'Expected responseFormat as plain data, got something that is no JSON; pass what JSON.parse could give.',
      { option: 'responseFormat' },
      { cause },
    );
  }
}
