import type { JsonValue } from '../sample/json.js';
import type { Severity } from '../sample/problem.js';
import type { RuleCode } from './rule-table.js';

/** One thing that is wrong, and where. */
export interface Finding {
  readonly code: RuleCode;
  readonly severity: Severity;
  readonly file: string;
  /** Counted from 1; 0 where the file as a whole is meant. In a JSON array, Parquet or a tar: the row or entry. */
  readonly line: number;
  /** JSON pointer (RFC 6901) into the row; empty for the row itself. */
  readonly pointer: string;
  /** What was expected and what came. */
  readonly message: string;
  /** The place itself, cut to 120 characters. */
  readonly excerpt: string;
  /** What to do. */
  readonly fix: string;
  /** Sizes, counts, names: what the sentence says as data. */
  readonly facts: Facts;
  /** Set where `repair` mended it; a mended finding no longer counts. */
  readonly repaired?: true;
}

export type Facts = Readonly<Record<string, JsonValue>>;

/** Where rules put what they find in one row. */
export interface FindingSink {
  /**
   * @param pointer JSON pointer of the value
   * @param message what was expected and what came
   * @param excerpt text around the place; control characters in it are made visible
   */
  add(code: RuleCode, pointer: string, message: string, excerpt: string, facts?: Facts): void;
}

const EXCERPT = 120;
const plain = /^[ -~]*$/;

/** At most 120 characters around an offset, never half a surrogate pair, with nothing in it that a terminal would act on. */
export function excerptAt(text: string, at = 0): string {
  return text.length <= EXCERPT && plain.test(text) ? text : lineExcerpt(text, at);
}

/** The same as a string of its own: a slice would keep the whole block that a line was cut from in memory. */
export function lineExcerpt(text: string, at = 0): string {
  const from = Math.max(0, Math.min(at - 40, text.length - EXCERPT));
  const units = Array.from({ length: Math.min(EXCERPT, text.length - from) }, (_, index) =>
    text.charCodeAt(from + index),
  );
  const visible = String.fromCharCode(...units)
    .replace(/[\ud800-\udfff]/gu, '\ufffd')
    .replace(
      /[\p{Cc}\u200b-\u200f\u2028-\u202e\u2060-\u2069\ufeff]/gu,
      (character) => `\\u${character.charCodeAt(0).toString(16).padStart(4, '0')}`,
    );
  return `${from > 0 ? '…' : ''}${visible}${from + EXCERPT < text.length ? '…' : ''}`;
}
