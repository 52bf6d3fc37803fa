import type { Pairing } from './pair-fields.js';

/** What a rich table's row says besides its texts; empty cells are left out. */
export interface PairFacts {
  readonly id?: string;
  /** A path or an address; a list when the cell holds several, separated by `;`. */
  readonly image?: string | readonly string[];
  readonly task?: string;
  readonly source?: string;
  readonly split?: string;
  readonly license?: string;
}

/** The founding pair: an English question with its Chinese answer. A rich table adds its facts. */
export interface Pair extends PairFacts {
  readonly english_question: string;
  readonly chinese_answer: string;
}

/** A pair in one of the four directions, as `pairing` says. */
export type DirectedPair = PairFacts &
  (
    | { readonly pairing: 'en-zh'; readonly english_question: string; readonly chinese_answer: string }
    | { readonly pairing: 'en-en'; readonly english_question: string; readonly english_answer: string }
    | { readonly pairing: 'zh-zh'; readonly chinese_question: string; readonly chinese_answer: string }
    | { readonly pairing: 'zh-en'; readonly chinese_question: string; readonly english_answer: string }
  );

/** What `pairs` returns when it has given all. */
export interface PairsSummary {
  /** Rows below the header, blank lines not counted. */
  readonly rows: number;
  /** Pairs given. */
  readonly pairs: number;
  /** Rows that have a problem and gave no pair. */
  readonly skipped: number;
  /** Problems of severity `error`. */
  readonly errors: number;
  /** Pairs given for each direction, and rows that had no cells for it while another direction had. */
  readonly directions: Readonly<
    Partial<Record<Pairing, { readonly pairs: number; readonly without: number }>>
  >;
}
