import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { gunzipSync } from 'node:zlib';
import type { TokenizerFiles } from '../load-options.js';

const root = new URL('../../../../', import.meta.url);

/** The folder with the full sets of reference data beside the repository; undefined where it is absent. */
export function sharedFolder(): string | undefined {
  const folder = process.env.INTERNVL_SHARED ?? fileURLToPath(new URL('../shared/', root));
  return existsSync(folder) ? `${folder.replace(/\/$/, '')}/` : undefined;
}

/** Path of a fixture: `checkpoints/v2-1b`, `tokenizers/ties`. */
export function fixture(name: string): string {
  return fileURLToPath(new URL(`fixtures/${name}`, root));
}

/** Tokenizer files of a fixture, compressed ones unpacked. */
export function fixtureFiles(name: string): Record<string, Uint8Array> {
  return folderFiles(fixture(name));
}

/** Tokenizer files of a folder, compressed ones unpacked. */
export function folderFiles(folder: string): Record<string, Uint8Array> {
  const files: Record<string, Uint8Array> = {};
  for (const file of readdirSync(folder)) {
    if (!/^(tokenizer|special_tokens_map|added_tokens|merges|vocab|chat_template)/.test(file)) continue;
    const bytes = readFileSync(`${folder}/${file}`);
    files[file.replace(/\.gz$/, '')] = new Uint8Array(file.endsWith('.gz') ? gunzipSync(bytes) : bytes);
  }
  return files;
}

/** A JSON fixture. */
export function readJson<T>(name: string): T {
  return JSON.parse(readFileSync(fixture(name), 'utf8'));
}

/** A file with this text, or this value as JSON, in it. */
export function fileOf(content: unknown): Uint8Array {
  return new TextEncoder().encode(typeof content === 'string' ? content : JSON.stringify(content));
}

/** Some files with one of them changed as text. */
export function edited(
  files: TokenizerFiles,
  name: string,
  change: (text: string) => string,
): TokenizerFiles {
  return { ...files, [name]: fileOf(change(new TextDecoder().decode(files[name]))) };
}
