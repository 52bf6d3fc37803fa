import type { ImageSize } from '../boxes/convention.js';
import type { BoxStyle } from '../boxes/spell.js';
import { isJsonList, isJsonObject, type JsonObject, type JsonValue } from '../sample/json.js';
import type { ImageRef, Part, Role, Sample, Turn } from '../sample/sample.js';
import { parseText } from '../tags/parse-text.js';
import { spellParts } from '../tags/spell-parts.js';
import type { ReadFormatOptions } from './format.js';
import type { RowProblems } from './row-problems.js';

/** How a family of formats writes its turns. */
export interface TurnNames {
  /** Key of the list: `conversations`, `messages`. */
  readonly list: string;
  readonly role: string;
  readonly text: string;
  readonly roles: Readonly<Record<Role, string>>;
  /** Other names of roles that are read. */
  readonly aliases: Readonly<Record<string, Role>>;
}

export const gptNames: TurnNames = {
  list: 'conversations',
  role: 'from',
  text: 'value',
  roles: { system: 'system', user: 'human', assistant: 'gpt' },
  aliases: {
    human: 'user',
    gpt: 'assistant',
    system: 'system',
    user: 'user',
    assistant: 'assistant',
    bot: 'assistant',
    chatgpt: 'assistant',
  },
};

export const messageNames: TurnNames = {
  list: 'messages',
  role: 'role',
  text: 'content',
  roles: { system: 'system', user: 'user', assistant: 'assistant' },
  aliases: { ...gptNames.aliases, developer: 'system' },
};

/** Where placeholders are images. */
export interface PlaceholderRules {
  /** Only the first `<image>` is the image, and it is put in front of the first user turn where none is (InternVL, one image). */
  readonly single: boolean;
  /** Only in user turns (InternVL's 2.5 template). */
  readonly userOnly: boolean;
  readonly bareBoxes?: boolean;
}

/** The turns of a row, or undefined when there is a problem of severity `error`. */
export function readTurns(
  row: JsonObject,
  names: TurnNames,
  images: readonly ImageRef[],
  rules: PlaceholderRules,
  { boxes, roles = {} }: ReadFormatOptions,
  problems: RowProblems,
): readonly Turn[] | undefined {
  const list = row[names.list];
  if (!isJsonList(list) || list.length === 0) {
    problems.error(
      'conversations-missing',
      `Expected a list of turns in ${names.list}, got ${list === undefined ? 'none' : JSON.stringify(list).slice(0, 40)}; is this the right format?`,
      `/${names.list}`,
    );
    return undefined;
  }
  const most = rules.single ? Math.min(1, images.length) : images.length;
  let used = 0;
  let literal = 0;
  const size = sizeOf(images);
  const turns: Turn[] = [];
  for (const [index, item] of list.entries()) {
    const pointer = `/${names.list}/${index}`;
    const said = isJsonObject(item) ? item[names.role] : undefined;
    const text = isJsonObject(item) ? item[names.text] : undefined;
    const role = typeof said === 'string' ? (own(roles, said) ?? own(names.aliases, said)) : undefined;
    if (role === undefined) {
      problems.error(
        'role-unknown',
        `Expected ${names.role} as one of ${Object.keys(names.aliases).join(', ')}, got ${JSON.stringify(said ?? null)}; map it with roles.`,
        `${pointer}/${names.role}`,
      );
      continue;
    }
    if (typeof text !== 'string') {
      problems.error(
        'text-missing',
        `Expected text in ${names.text}, got ${text === undefined ? 'none' : JSON.stringify(text).slice(0, 40)}; fill it in.`,
        `${pointer}/${names.text}`,
      );
      continue;
    }
    const takes = role === 'user' || !rules.userOnly;
    const parts = parseText(text, {
      boxes,
      size,
      bareBoxes: rules.bareBoxes,
      nextImage: () => {
        if (takes && used < most) return used++;
        if (takes) literal++;
        return undefined;
      },
      onBadBox: (excerpt, reason) =>
        problems.warning(
          reason === 'size-unknown' ? 'box-size-unknown' : 'box-unreadable',
          reason === 'size-unknown'
            ? "Expected the image's width and height beside boxes in pixels, got none; the box stays text."
            : 'Expected four numbers in a box, got something else; the box stays text.',
          `${pointer}/${names.text}`,
          excerpt,
        ),
    });
    turns.push({ role, parts });
  }
  if (problems.failed) return undefined;
  if (literal > 0) {
    problems.warning(
      'placeholder-extra',
      `Expected at most ${most} <image> for ${images.length} images, got ${most + literal}; the others stay text.`,
      `/${names.list}`,
    );
  }
  if (rules.single && images.length === 1 && used === 0) return withImage(turns);
  if (used < images.length) {
    problems.warning(
      'placeholder-missing',
      `Expected an <image> for each of ${images.length} images, got ${used}; a model sees no more than those.`,
      `/${names.list}`,
    );
  }
  return turns;
}

/** As the loader does: `<image>` and a line end in front of the first user turn. */
function withImage(turns: readonly Turn[]): readonly Turn[] {
  const first = turns.findIndex(({ role }) => role === 'user');
  const image: Part = { type: 'image', imageIndex: 0 };
  return turns.map((turn, index) => {
    if (index !== first) return turn;
    const [head, ...rest] = turn.parts;
    const parts: readonly Part[] =
      head?.type === 'text'
        ? [image, { type: 'text', text: `\n${head.text}` }, ...rest]
        : [image, { type: 'text', text: '\n' }, ...turn.parts];
    return { ...turn, parts };
  });
}

/** The turns of a sample as a format writes them. */
export function writeTurns(
  sample: Sample,
  names: TurnNames,
  {
    boxes,
    bare = false,
    onBadBox,
  }: { readonly boxes?: BoxStyle | undefined; readonly bare?: boolean; readonly onBadBox?: () => void },
): JsonValue[] {
  const size = sizeOf(sample.images);
  return sample.turns.map(({ role, parts }) => ({
    [names.role]: names.roles[role],
    [names.text]: spellParts(parts, { ...boxes, size, bare, onBadBox }),
  }));
}

/** The size boxes refer to: that of the one image, or of all where they agree. */
export function sizeOf(images: readonly ImageRef[]): ImageSize | undefined {
  const [first] = images;
  if (first?.width === undefined || first.height === undefined) return undefined;
  const { width, height } = first;
  return images.every((image) => image.width === width && image.height === height)
    ? { width, height }
    : undefined;
}

/** Images in the order their placeholders stand in the turns, and those that have none. */
export function placeholders(sample: Sample): {
  readonly order: readonly number[];
  readonly literal: number;
} {
  const order: number[] = [];
  let literal = 0;
  for (const { role, parts } of sample.turns) {
    for (const part of parts) {
      if (part.type === 'image') order.push(part.imageIndex);
      else if (part.type === 'text' && role === 'user' && part.text.includes('<image>')) literal++;
    }
  }
  return { order, literal };
}

function own<T>(record: Readonly<Record<string, T>>, key: string): T | undefined {
  return Object.hasOwn(record, key) ? record[key] : undefined;
}
