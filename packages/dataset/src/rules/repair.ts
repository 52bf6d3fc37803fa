import { isJsonList, isJsonObject, type JsonObject, type JsonValue } from '../sample/json.js';
import { readBoxes } from './check-boxes.js';
import { unwanted } from './check-characters.js';
import { speakerAliases } from './check-turns.js';
import type { Finding } from './finding.js';

/** Where repairs that need to know the folder learn it from. */
export interface RepairContext {
  /** Folder of the images, as absolute paths spell it. */
  readonly root?: string | undefined;
}

/**
 * Mends what a finding is about, where the rule has a repair.
 *
 * @returns a new row; the same one where there is nothing to do
 */
export function repairRow(row: JsonObject, finding: Finding, { root }: RepairContext): JsonObject {
  switch (finding.code) {
    case 'role-unknown':
      return mapTurns(row, (turn) => {
        const speaker =
          typeof turn.from === 'string' ? speakerAliases.get(turn.from.toLowerCase()) : undefined;
        return speaker === undefined ? turn : { ...turn, from: speaker };
      });
    case 'placeholder-missing':
      return prefixed(row, finding.facts.kind === 'video' ? '<video>\n' : '<image>\n');
    case 'image-path-backslash':
      return mapPath(row, finding.pointer, (path) => path.replaceAll('\\', '/'));
    case 'image-path-absolute':
      return mapPath(row, finding.pointer, (path) => relativeTo(path, root));
    case 'image-path-case':
    case 'image-path-unicode': {
      const { found } = finding.facts;
      return typeof found === 'string' ? mapPath(row, finding.pointer, () => found) : row;
    }
    case 'image-size-differs':
      return resized(row, finding);
    case 'box-order':
      return mapTexts(row, (text) => text.replaceAll(/<box>([^<]*)<\/box>/g, orderedBox));
    case 'control-character':
      return mapTexts(row, (text) =>
        text.replaceAll(/\r\n?/g, '\n').replaceAll(new RegExp(unwanted.source, 'g'), ''),
      );
    case 'digits-full-width':
      return mapTexts(row, (text) =>
        text.replaceAll(/[０-９]/g, (digit) => String.fromCharCode(digit.charCodeAt(0) - 0xff10 + 0x30)),
      );
    default:
      return row;
  }
}

function mapTurns(row: JsonObject, change: (turn: JsonObject, index: number) => JsonObject): JsonObject {
  if (!isJsonList(row.conversations)) return row;
  return {
    ...row,
    conversations: row.conversations.map((turn, index) => (isJsonObject(turn) ? change(turn, index) : turn)),
  };
}

function mapTexts(row: JsonObject, change: (text: string) => string): JsonObject {
  return mapTurns(row, (turn) =>
    typeof turn.value === 'string' ? { ...turn, value: change(turn.value) } : turn,
  );
}

function prefixed(row: JsonObject, placeholder: string): JsonObject {
  const turns = isJsonList(row.conversations) ? row.conversations : [];
  const first = turns.findIndex((turn) => isJsonObject(turn) && turn.from !== 'system');
  return mapTurns(row, (turn, index) =>
    index === first && typeof turn.value === 'string'
      ? { ...turn, value: `${placeholder}${turn.value}` }
      : turn,
  );
}

function mapPath(row: JsonObject, pointer: string, change: (path: string) => string): JsonObject {
  const { image } = row;
  if (typeof image === 'string') return { ...row, image: change(image) };
  if (!isJsonList(image)) return row;
  const index = Number(pointer.split('/').at(-1));
  return {
    ...row,
    image: image.map((path, at) => (at === index && typeof path === 'string' ? change(path) : path)),
  };
}

function relativeTo(path: string, root: string | undefined): string {
  if (root === undefined) return path;
  const folder = root.endsWith('/') ? root : `${root}/`;
  return path.startsWith(folder) ? path.slice(folder.length) : path;
}

function resized(row: JsonObject, { pointer, facts }: Finding): JsonObject {
  const { width, height } = facts;
  if (width === undefined || height === undefined) return row;
  if (!isJsonList(row.image)) return { ...row, width, height };
  const index = Number(pointer.split('/').at(-1));
  const put = (list: JsonValue | undefined, value: JsonValue): JsonValue | undefined =>
    isJsonList(list) ? list.map((item, at) => (at === index ? value : item)) : list;
  const widths = put(row.width_list, width);
  const heights = put(row.height_list, height);
  return {
    ...row,
    ...(widths !== undefined && { width_list: widths }),
    ...(heights !== undefined && { height_list: heights }),
  };
}

function orderedBox(whole: string, content: string): string {
  const rows = readBoxes(content, 4);
  if (rows === undefined) return whole;
  const ordered = rows.map(([x1 = 0, y1 = 0, x2 = 0, y2 = 0]) => [
    Math.min(x1, x2),
    Math.min(y1, y2),
    Math.max(x1, x2),
    Math.max(y1, y2),
  ]);
  return `<box>[${ordered.map((row) => `[${row.join(', ')}]`).join(', ')}]</box>`;
}
