/** Tags of a text and where they stand, reused from text to text. */
export interface Tags {
  images: number;
  videos: number;
  /** Offset of the first `<image>` or `<video>`; -1 for none. */
  placeholder: number;
  /** Control tokens that the text spells: first offset by token. */
  readonly special: Map<string, number>;
  /** Contents of `<box>` and `<quad>` with their offsets. */
  readonly boxes: { readonly quad: boolean; readonly content: string; readonly at: number }[];
  /** The first tag that is not closed, or closes nothing. */
  unbalanced: { readonly tag: string; readonly at: number } | undefined;
}

/** Finds tags and control tokens of texts. */
export interface TagFinder {
  /** Overwritten by the next call. */
  find(text: string): Tags;
}

const pairedTag = /<(\/?)(ref|box|quad|img)>/y;

/** Control tokens of the tokenizers of all InternVL families, by their shape. */
const commonTokens = String.raw`<\|[\w.\-]{1,40}\|>|</?s>|<unk>|<pad>|</?img>|<IMG_CONTEXT>`;

/** Tokens that data may hold on purpose. */
const allowed = new Set(['<ref>', '</ref>', '<box>', '</box>', '<quad>', '</quad>', '<image>', '<video>']);

/**
 * @param tokens contents of the added tokens and reserved pieces of the tokenizer at hand, besides the known ones
 * @returns a finder with an answer of its own; make one and use it for many texts.
 */
export function tagFinder(tokens: readonly string[] = []): TagFinder {
  const extra = tokens.filter((token) => token !== '' && !allowed.has(token));
  const spelled = extra.map((token) => token.replaceAll(/[\\^$.*+?()[\]{}|/-]/g, '\\$&'));
  const atLess = new RegExp(
    [commonTokens, ...spelled.filter((token) => token.startsWith('<'))].join('|'),
    'y',
  );
  const others = spelled.filter((token) => !token.startsWith('<'));
  const elsewhere = others.length > 0 ? new RegExp(others.join('|'), 'g') : undefined;
  const tags: Tags = {
    images: 0,
    videos: 0,
    placeholder: -1,
    special: new Map(),
    boxes: [],
    unbalanced: undefined,
  };

  const reset = (): void => {
    tags.images = 0;
    tags.videos = 0;
    tags.placeholder = -1;
    tags.special.clear();
    tags.boxes.length = 0;
    tags.unbalanced = undefined;
  };

  return {
    find(text) {
      reset();
      const open: { readonly name: string; readonly at: number; readonly end: number }[] = [];
      for (let at = text.indexOf('<'); at >= 0; at = text.indexOf('<', at + 1)) {
        if (text.startsWith('<image>', at)) tags.images++;
        else if (text.startsWith('<video>', at)) tags.videos++;
        else {
          pairedTag.lastIndex = at;
          const paired = pairedTag.exec(text);
          if (paired !== null) pair(text, paired, open, tags);
          atLess.lastIndex = at;
          const special = atLess.exec(text)?.[0];
          if (special !== undefined && !tags.special.has(special)) tags.special.set(special, at);
          continue;
        }
        if (tags.placeholder < 0) tags.placeholder = at;
      }
      const left = open[0];
      if (left !== undefined) tags.unbalanced ??= { tag: `<${left.name}>`, at: left.at };
      if (elsewhere !== undefined) {
        for (const match of text.matchAll(elsewhere)) {
          if (!tags.special.has(match[0])) tags.special.set(match[0], match.index);
        }
      }
      return tags;
    },
  };
}

function pair(
  text: string,
  match: RegExpExecArray,
  open: { readonly name: string; readonly at: number; readonly end: number }[],
  tags: Tags,
): void {
  const [tag, slash, name = ''] = match;
  const at = match.index;
  if (slash === '') {
    const inside = open.at(-1);
    if (inside !== undefined) tags.unbalanced ??= { tag: `<${inside.name}>`, at: inside.at };
    open.push({ name, at, end: at + tag.length });
    return;
  }
  const start = open.pop();
  if (start?.name !== name) {
    tags.unbalanced ??= { tag, at };
    return;
  }
  if (name === 'box' || name === 'quad') {
    tags.boxes.push({ quad: name === 'quad', content: text.slice(start.end, at), at: start.end });
  }
}
