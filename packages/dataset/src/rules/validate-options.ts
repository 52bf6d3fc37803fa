import type { Problem } from '../sample/problem.js';
import type { ByteSource } from '../source/byte-source.js';
import type { BudgetOptions } from './budget.js';
import type { Finding } from './finding.js';
import type { RuleCounts } from './findings.js';
import type { ImageInspector } from './image-port.js';
import type { RowRules } from './row-checker.js';
import type { RuleCode } from './rule-table.js';

/**
 * What becomes of rows with errors. `strict`: they are reported. `quarantine`: they are handed out apart. `repair`: what the listed
 * fixes can mend is mended first, the rest is handed out apart.
 */
export type ValidateMode = 'strict' | 'quarantine' | 'repair';

export interface ValidateOptions extends RowRules {
  /** `strict` by default. */
  readonly mode?: ValidateMode | undefined;
  /** Rules whose repair may be applied in mode `repair`; none by default. */
  readonly fixes?: readonly RuleCode[] | undefined;
  /** Looks at image files of inputs that bring no inspector; without it only paths and declared sizes are checked. */
  readonly images?: ImageInspector | undefined;
  /** Folder that repairs cut off from absolute paths, for inputs that bring none. */
  readonly root?: string | undefined;
  /** Counts tokens of each row with the real tokenizer and tile rule. */
  readonly budget?: BudgetOptions | undefined;
  /** Stops after this many errors; 0, the default, for no limit. */
  readonly maxErrors?: number | undefined;
  /** Findings of each rule that are given in full; the others are counted. 1000. */
  readonly perRule?: number | undefined;
  /** Longest line that is read, bytes; 16 MiB. */
  readonly maxLineBytes?: number | undefined;
  /** Images looked at at once; 8. */
  readonly concurrency?: number | undefined;
  readonly signal?: AbortSignal | undefined;
  readonly onProgress?: ((progress: ValidateProgress) => void) | undefined;
}

/** Where images of an input are. */
interface InputImages {
  readonly images?: ImageInspector | undefined;
  readonly root?: string | undefined;
}

/** A file of InternVL JSON Lines with what belongs to it. */
export interface LinesInput extends InputImages {
  readonly source: ByteSource;
  /** Rows it should have, as `length` of a meta file says. */
  readonly length?: number | undefined;
}

/** A row of another format as the text of an InternVL row, with what its reader has to say. */
export interface SourceRow {
  /** Line, row or entry, counted from 1. */
  readonly line: number;
  /** JSON of an InternVL row; undefined where the reader could make none. */
  readonly text?: string | undefined;
  readonly problems: readonly Problem[];
}

/** Rows that a reader gives: elements of a JSON list, samples of any other format. */
export interface RowsInput extends InputImages {
  readonly file: string;
  readonly rows: AsyncIterable<SourceRow>;
}

/** A tar whose headers are looked at before anything unpacks it. */
export interface ArchiveInput {
  readonly archive: ByteSource;
  /** Its rows, which are read only where nothing was wrong with it. */
  readonly content?: RowsInput | undefined;
}

/** Something that is wrong before any row is read, in a meta file for instance. */
export interface ProblemInput {
  readonly problem: Pick<Finding, 'code' | 'file' | 'line' | 'pointer' | 'message' | 'excerpt' | 'facts'>;
}

export type ValidateInput = ByteSource | LinesInput | RowsInput | ArchiveInput | ProblemInput;

export interface ValidateProgress {
  readonly status: 'validating';
  readonly file: string;
  /** Bytes read, as stored or unpacked, whichever the source gives. */
  readonly loaded: number;
  /** Bytes in all, where known. */
  readonly total: number | undefined;
}

/** What comes out while a file is read. Rows come in modes `quarantine` and `repair` only. */
export type ValidateEvent =
  | { readonly type: 'finding'; readonly finding: Finding }
  | {
      readonly type: 'row';
      readonly file: string;
      readonly line: number;
      /** `bad` rows have at least one error that is left. */
      readonly state: 'sound' | 'repaired' | 'bad';
      /** The line to write: as it was read, byte for byte, unless repaired. */
      readonly text: string;
      /** The bytes of a bad line that is not UTF-8, of which `text` is a lossy view. */
      readonly raw?: Uint8Array;
      /** True for a line too long, of which `text` is the start. */
      readonly cut?: true;
      /** Codes of what is left, for `bad` rows. */
      readonly codes: readonly RuleCode[];
    };

export interface ValidateSummary {
  /** No errors are left. */
  readonly ok: boolean;
  readonly files: readonly FileSummary[];
  readonly rows: number;
  /** Rows with at least one error that is left. */
  readonly badRows: number;
  readonly repairedRows: number;
  readonly errors: number;
  readonly warnings: number;
  readonly notes: number;
  /** Findings that `repair` mended; they are not in `errors`, `warnings` and `notes`. */
  readonly repairs: number;
  /** How often each rule was broken, mended ones included. */
  readonly counts: RuleCounts;
  /** True where `maxErrors` ended the work. */
  readonly stopped: boolean;
}

export interface FileSummary {
  readonly file: string;
  readonly rows: number;
  readonly errors: number;
  readonly warnings: number;
}
