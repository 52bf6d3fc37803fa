import { unreadable } from '../error.js';

export type Json = Readonly<Record<string, unknown>>;

/** Text of a file that has to be UTF-8. */
export function textOf(file: string, bytes: Uint8Array): string {
  try {
    return new TextDecoder('utf-8', { fatal: true }).decode(bytes);
  } catch {
    throw unreadable(file, 'text', 'UTF-8');
  }
}

/** The object that a JSON text is. */
export function parseJson(file: string, text: string): Json {
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch (cause) {
    throw unreadable(file, 'text', 'JSON', String(cause));
  }
  return objectOf(file, 'text', value);
}

/** The object that a JSON file holds; an empty one where there is no file. */
export function jsonOf(file: string, bytes: Uint8Array | undefined): Json {
  return bytes ? parseJson(file, textOf(file, bytes)) : {};
}

export function isJson(value: unknown): value is Json {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

/** A value that has to be an object. */
export function objectOf(file: string, place: string, value: unknown): Json {
  if (isJson(value)) return value;
  throw unreadable(file, place, 'an object', value);
}
