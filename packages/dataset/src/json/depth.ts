import type { JsonValue } from '../sample/json.js';

/** True when lists and objects are nested deeper than `most`. Never recurses further than that. */
export function tooDeep(value: JsonValue, most: number): boolean {
  if (typeof value !== 'object' || value === null) return false;
  if (most === 0) return true;
  if (Array.isArray(value)) {
    for (const item of value) if (typeof item === 'object' && tooDeep(item, most - 1)) return true;
    return false;
  }
  for (const item of Object.values(value)) {
    if (typeof item === 'object' && tooDeep(item, most - 1)) return true;
  }
  return false;
}
