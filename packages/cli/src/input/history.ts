import { readFile } from 'node:fs/promises';
import { InternVLError } from '@internvl/backend';

/** A part as `--history` files and `/save` have it; paths are what the command line would take. */
export type WrittenPart =
  | { readonly type: 'text'; readonly text: string }
  | { readonly type: 'image'; readonly path: string }
  /** Several images that share one placeholder. */
  | { readonly type: 'image'; readonly paths: readonly string[] }
  | { readonly type: 'video'; readonly paths: readonly string[] };

/** A turn as files have it. */
export interface WrittenTurn {
  readonly role: 'user' | 'assistant';
  readonly parts: readonly WrittenPart[];
}

/**
 * Reads a `--history` file: `[{"role", "parts": [{"type": "text", "text"} | {"type": "image", "path"}]}]`.
 *
 * @throws `file-missing`, `history-invalid`
 */
export async function readHistory(file: string): Promise<readonly WrittenTurn[]> {
  const text = await readFile(file, 'utf8');
  let data: unknown;
  try {
    data = JSON.parse(text);
  } catch (cause) {
    throw invalid(file, 'JSON', cause instanceof Error ? cause.message : 'something else');
  }
  if (!Array.isArray(data)) throw invalid(file, 'a list of turns', kind(data));
  return data.map((turn, index) => readTurn(turn, `turn ${index}`, file));
}

function readTurn(turn: unknown, where: string, file: string): WrittenTurn {
  if (!isObject(turn)) throw invalid(file, `${where} as {"role", "parts"}`, kind(turn));
  const { role, parts } = turn;
  if (role !== 'user' && role !== 'assistant') {
    throw invalid(file, `"role" of ${where} as "user" or "assistant"`, JSON.stringify(role) ?? 'none');
  }
  if (!Array.isArray(parts)) throw invalid(file, `"parts" of ${where} as a list`, kind(parts));
  return { role, parts: parts.map((part, index) => readPart(part, `part ${index} of ${where}`, file)) };
}

function readPart(part: unknown, where: string, file: string): WrittenPart {
  if (!isObject(part)) throw invalid(file, `${where} as {"type", …}`, kind(part));
  const { type, text, path, paths } = part;
  if (type === 'text' && typeof text === 'string') return { type, text };
  if (type === 'image' && typeof path === 'string') return { type, path };
  if (type === 'image' && isTexts(paths)) return { type, paths };
  if (type === 'video' && isTexts(paths)) return { type, paths };
  throw invalid(
    file,
    `${where} as {"type":"text","text"}, {"type":"image","path"}, {"type":"image","paths"} or {"type":"video","paths"}`,
    JSON.stringify(part),
  );
}

function isObject(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

function isTexts(value: unknown): value is readonly string[] {
  return Array.isArray(value) && value.length > 0 && value.every((entry) => typeof entry === 'string');
}

function kind(value: unknown): string {
  if (value === null || value === undefined) return 'none';
  return Array.isArray(value) ? 'a list' : `a ${typeof value}`;
}

function invalid(file: string, expected: string, came: string): InternVLError {
  return new InternVLError(
    'history-invalid',
    `Expected ${expected} in ${file}, got ${came}; mend the file.`,
    {
      file,
      expected,
      came,
    },
  );
}
