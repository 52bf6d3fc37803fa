import { isJsonList, isJsonObject, type JsonValue } from '../sample/json.js';

/** A reply that could be read, and whether it had to be mended for that. */
export type ParsedReply =
  | { readonly ok: true; readonly texts: readonly string[]; readonly mended: boolean }
  | { readonly ok: false; readonly reason: string };

/**
 * The translations of a reply, in order of their segments. Fences, words around the JSON, trailing commas, bare line
 * breaks in strings and lone backslashes are mended; a missing, doubled or foreign segment is not.
 *
 * @param count how many segments there are
 */
export function parseReply(text: string, count: number): ParsedReply {
  const read = readJson(text);
  if (read === undefined) {
    // Small models forget the format; with a single segment there is no doubt what is meant.
    const plain = text.trim();
    if (count === 1 && plain !== '' && !/^[[{`]/.test(plain))
      return { ok: true, texts: [plain], mended: true };
    return { ok: false, reason: 'the answer is not the JSON that was asked for' };
  }
  const texts = textsOf(read.value, count);
  if (typeof texts === 'string') return { ok: false, reason: texts };
  return { ok: true, texts, mended: read.mended };
}

function readJson(text: string): { value: JsonValue; mended: boolean } | undefined {
  const whole = parse(text);
  if (whole !== undefined) return { value: whole, mended: false };
  const body = bodyOf(text);
  if (body === undefined) return undefined;
  const value = parse(body) ?? parse(mend(body));
  return value === undefined ? undefined : { value, mended: true };
}

function parse(text: string): JsonValue | undefined {
  try {
    const value: JsonValue = JSON.parse(text);
    return typeof value === 'object' && value !== null ? value : undefined;
  } catch {
    return undefined;
  }
}

/** From the first brace or bracket to the last that closes it, reasoning before it left out. */
function bodyOf(text: string): string | undefined {
  const thought = text.lastIndexOf('</think>');
  const said = thought < 0 ? text : text.slice(thought + '</think>'.length);
  const start = said.search(/[[{]/);
  if (start < 0) return undefined;
  const end = said.lastIndexOf(said[start] === '{' ? '}' : ']');
  return end > start ? said.slice(start, end + 1) : undefined;
}

/** Walks strings and mends what JSON forbids in them; drops commas before a closing bracket. */
function mend(text: string): string {
  let out = '';
  let inside = false;
  for (let at = 0; at < text.length; at++) {
    const character = text[at]!;
    if (!inside) {
      if (character === '"') inside = true;
      if (character === ',' && /^\s*[\]}]/.test(text.slice(at + 1, at + 200))) continue;
      out += character;
    } else if (character === '\\') {
      const next = text[at + 1] ?? '';
      const known = /["\\/bfnrt]/.test(next) || /^u[0-9a-fA-F]{4}/.test(text.slice(at + 1, at + 6));
      out += known ? character + next : '\\\\';
      if (known) at++;
    } else if (character === '"' && !/^\s*(?:[,:\]}]|$)/.test(text.slice(at + 1, at + 200))) {
      // A quotation mark in the middle of a string.
      out += '\\"';
    } else {
      if (character === '"') inside = false;
      out += character < ' ' ? JSON.stringify(character).slice(1, -1) : character;
    }
  }
  return out;
}

/** The texts, or what is wrong. */
function textsOf(value: JsonValue, count: number): string[] | string {
  const entries = entriesOf(value);
  if (entries === undefined) return 'the answer has no list of segments';
  const texts = new Map<number, string>();
  for (const [id, text] of entries) {
    if (!Number.isInteger(id) || id < 1 || id > count) return `segment ${id} does not belong here`;
    if (texts.has(id)) return `segment ${id} is there twice`;
    texts.set(id, text);
  }
  const missing = Array.from({ length: count }, (_, index) => index + 1).filter((id) => !texts.has(id));
  if (missing.length > 0) return `segments ${missing.join(', ')} are missing`;
  return Array.from({ length: count }, (_, index) => texts.get(index + 1)!);
}

function entriesOf(value: JsonValue): [number, string][] | undefined {
  const list = isJsonList(value)
    ? value
    : isJsonObject(value)
      ? (value.segments ?? value.translations ?? value)
      : undefined;
  if (isJsonList(list)) {
    const entries = list.map((entry, index): [number, string] | undefined => {
      if (typeof entry === 'string') return [index + 1, entry];
      if (!isJsonObject(entry)) return undefined;
      const text = entry.text ?? entry.translation;
      return typeof text === 'string' ? [Number(entry.id ?? index + 1), text] : undefined;
    });
    return entries.every((entry) => entry !== undefined) ? entries : undefined;
  }
  if (!isJsonObject(list)) return undefined;
  const entries = Object.entries(list).map(([id, text]): [number, string] | undefined =>
    typeof text === 'string' ? [Number(id), text] : undefined,
  );
  return entries.length > 0 && entries.every((entry) => entry !== undefined) ? entries : undefined;
}
