import type { JsonValue } from '../sample/json.js';
import type { Tally } from './tally.js';

/** A file as a manifest names it. */
export interface FileDigest {
  readonly name: string;
  /** As stored. */
  readonly bytes: number;
  /** SHA-256 of the bytes as stored, hexadecimal. */
  readonly sha256: string;
}

/** An output, with what is in it. */
export interface OutputDigest extends FileDigest {
  readonly samples: number;
}

/**
 * Where derived files come from: enough to make them again and to tell whether they are what they claim. There is no
 * time in it, so that the same work gives the same bytes.
 */
export interface Lineage {
  readonly format: 'internvl-dataset-lineage/1';
  readonly tool: { readonly name: string; readonly version: string };
  /** `convert`, `split`, … */
  readonly step: string;
  readonly options: Readonly<Record<string, JsonValue>>;
  readonly seed?: number;
  readonly inputs: readonly FileDigest[];
  readonly outputs: readonly OutputDigest[];
  readonly counts: Tally;
}

/** The manifest as text, keys in a fixed order. */
export function lineageText(lineage: Lineage): string {
  return `${JSON.stringify(lineage, null, 2)}\n`;
}

/** The name a file's manifest has beside it. */
export function lineageName(file: string): string {
  return `${file}.lineage.json`;
}

/** A path's last piece: cards lie beside their files. */
export function fileName(path: string): string {
  return path.replace(/^.*[\\/]/, '');
}
