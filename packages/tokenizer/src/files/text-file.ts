import { unreadable } from '../error.js';

/** Text of a file that has to be UTF-8. */
export function textOf(file: string, bytes: Uint8Array): string {
  try {
    return new TextDecoder('utf-8', { fatal: true }).decode(bytes);
  } catch {
    throw unreadable(file, 'text', 'expected UTF-8, got other bytes');
  }
}

export type Json = Readonly<Record<string, unknown>>;

/** The object a JSON file holds. */
export function jsonOf(file: string, bytes: Uint8Array): Json {
  const text = textOf(file, bytes);
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch (cause) {
    const said = cause instanceof Error ? cause.message : String(cause);
    const at = /position (\d+)/.exec(said)?.[1];
    throw unreadable(file, at ? `character ${at}` : 'JSON', `expected JSON, got: ${said.slice(0, 120)}`, {
      ...(at ? { offset: Number(at) } : {}),
      size: bytes.length,
      ...(text.startsWith('version https://git-lfs') ? { pointer: 'git-lfs' } : {}),
    });
  }
  if (!isJson(value)) throw unreadable(file, 'JSON', `expected an object, got ${kindOf(value)}`);
  return value;
}

export function isJson(value: unknown): value is Json {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

/** What a value is, for a sentence. */
export function kindOf(value: unknown): string {
  return value === null ? 'null' : Array.isArray(value) ? 'a list' : `a ${typeof value}`;
}

/** A list of ids by token, checked: whole numbers from 0 on, no id twice. */
export function idsOf(file: string, place: string, table: unknown): [token: string, id: number][] {
  if (!isJson(table))
    throw unreadable(file, place, `expected an object of ids by token, got ${kindOf(table)}`);
  const entries: [string, number][] = [];
  const seen = new Set<number>();
  for (const [token, id] of Object.entries(table)) {
    if (typeof id !== 'number' || !Number.isInteger(id) || id < 0 || id >= 2 ** 24) {
      throw unreadable(
        file,
        `${place} ${JSON.stringify(token)}`,
        `expected an id from 0 to 16777215, got ${id}`,
        { token, id },
      );
    }
    if (seen.has(id))
      throw unreadable(file, `${place} ${JSON.stringify(token)}`, `id ${id} is given twice`, { token, id });
    seen.add(id);
    entries.push([token, id]);
  }
  return entries;
}
