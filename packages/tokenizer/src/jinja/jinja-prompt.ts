import { Template } from '@huggingface/jinja';
import { TokenizerError } from '../error.js';
import { PromptSegments, textMode } from '../prompt/prompt-segments.js';
import type { Prompt, PromptPart, PromptText } from '../prompt/prompt-spec.js';
import { stripSpaces } from '../text/white-space.js';
import type { AddedTokensMode, Tokenizer } from '../tokenizer-spec.js';
import { cutAtMarks, Marks, type Rendered } from './marks.js';

export interface JinjaTurn {
  /** As the template knows it: `system`, `user`, `assistant`, `tool`. */
  readonly role: string;
  readonly parts: readonly PromptPart[];
}

export interface JinjaPromptOptions {
  /** Visual tokens of one tile: 256 for 448-pixel tiles. */
  readonly tokensPerTile: number;
  /** Throw `reserved-text` where a text spells an added token it may not hold, `<image>`, or a reserved piece. */
  readonly strict?: boolean | undefined;
  /** Open an assistant turn behind the last turn (`add_generation_prompt`): true by default. */
  readonly open?: boolean | undefined;
  /** The tokenizer's rule by default, but never twice where the template writes the token itself. */
  readonly bos?: boolean | undefined;
  /** Further variables of the template, such as `tools` or `enable_thinking`. */
  readonly variables?: Readonly<Record<string, unknown>> | undefined;
}

/**
 * The prompt of a conversation by the checkpoint's own chat template, as Hugging Face's processor makes it: each image placeholder
 * that the template writes becomes `<img>`, slots, `</img>`; each video placeholder a line per frame. Text of the turns cannot
 * become a control token: it is followed through the template by marks, not searched for afterwards.
 *
 * @param template Jinja source, see `chatTemplateOf`
 * @returns ids `[tokens]`; `stopId` is undefined, `generation_config.json` names the end tokens of these checkpoints
 * @throws `template-unknown` when the template fails; `images-exceed-slots`, `slots-exceed-images` when it writes another number of
 * placeholders than there are images; `reserved-text` with `strict`, or when the template takes a text apart that holds control
 * tokens; `invalid-option` as `buildPrompt`.
 */
export function jinjaPrompt(
  tokenizer: Tokenizer,
  template: string,
  turns: readonly JinjaTurn[],
  { tokensPerTile, strict = false, open = true, bos, variables = {} }: JinjaPromptOptions,
): Prompt {
  const texts = turns.flatMap((turn) =>
    turn.parts.filter((part) => part.type === 'text').map((part) => ({ part, role: turn.role })),
  );
  const images = turns.flatMap((turn) => turn.parts.filter((part) => part.type !== 'text'));
  const special = (id: number | undefined): string => (id === undefined ? '' : (tokenizer.token(id) ?? ''));
  const bosText = special(tokenizer.bosId);
  const compiled = compile(template);
  // A template that never looks at the type of content takes strings alone.
  const asList = /\[\s*['"]type['"]\s*\]|\.type\b/.test(template);
  const render = (wrap: (text: string, index: number) => string, image: (index: number) => string): string =>
    run(compiled, {
      bos_token: bosText,
      eos_token: special(tokenizer.eosId),
      pad_token: special(tokenizer.padId),
      unk_token: special(tokenizer.unknownId),
      ...variables,
      messages: messagesOf(turns, asList, wrap, image),
      add_generation_prompt: open,
    });

  const marks = new Marks(texts.map(({ part }) => part.text));
  const image = (index: number): string => marks.image(index);
  const plain = render((text) => text, image);
  const rendered = tracked(plain, marks, render, image);
  const segments = new PromptSegments(tokenizer, { tokensPerTile, strict });
  const modeOf = (index: number): AddedTokensMode => {
    const { part, role } = texts[index]!;
    return part.addedTokens ?? textMode(tokenizer, role === 'user' || role === 'tool' ? 'user' : 'assistant');
  };
  const pieces = rendered ?? untracked(plain, tokenizer, texts, marks);
  let shown = 0;
  const place = (part: PromptPart | undefined): void => {
    shown++;
    if (part?.type === 'image') segments.image(part.tiles);
    else if (part?.type === 'video') segments.video(part.frames);
  };
  for (const piece of pieces) {
    if (piece.kind === 'text') segments.untrusted(piece.text, modeOf(piece.index));
    else if (piece.kind === 'image') place(images[piece.index]);
    else {
      for (const [index, text] of piece.text.split(placeholder).entries()) {
        if (index > 0) place(images[shown]);
        segments.trusted(text);
      }
    }
  }
  if (shown !== images.length) throw miscounted(shown, images.length);
  const written = bosText !== '' && plain.startsWith(bosText);
  return { ...segments.encode(bos ?? (written ? false : undefined)), stopId: undefined };
}

/** What published templates write for an image or a video. */
const placeholder = /<img><IMG_CONTEXT><\/img>|<IMG_CONTEXT>|<image>|<video>/;

/** The rendering cut into template and texts, if the marks left no trace in how it came out. */
function tracked(
  plain: string,
  marks: Marks,
  render: (wrap: (text: string, index: number) => string, image: (index: number) => string) => string,
  image: (index: number) => string,
): Rendered[] | undefined {
  const asIs = (text: string): string => text;
  // Many templates trim what they are given, which marks would hide from them; then the text is trimmed before.
  for (const change of [asIs, stripSpaces]) {
    const pieces = cutAtMarks(
      render((text, index) => marks.around(change(text), index), image),
      marks.pattern,
    );
    const text = pieces
      ?.map((piece) => (piece.kind === 'image' ? marks.image(piece.index) : piece.text))
      .join('');
    if (text === plain) return pieces;
  }
  return undefined;
}

/** A rendering in which the texts cannot be told from the template is safe only where no text could become a control token. */
function untracked(
  plain: string,
  tokenizer: Tokenizer,
  texts: readonly { readonly part: PromptText }[],
  marks: Marks,
): Rendered[] {
  const guarded = new PromptSegments(tokenizer, { tokensPerTile: 1, strict: true });
  for (const { part } of texts) guarded.untrusted(part.text, 'text');
  return cutAtMarks(plain, marks.pattern) ?? [{ kind: 'template', text: plain }];
}

function messagesOf(
  turns: readonly JinjaTurn[],
  asList: boolean,
  wrap: (text: string, index: number) => string,
  image: (index: number) => string,
): unknown[] {
  let texts = 0;
  let images = 0;
  return turns.map(({ role, parts }) => {
    const content = parts.map((part) => {
      if (part.type === 'text') return { type: 'text', text: wrap(part.text, texts++) };
      const text = image(images++);
      return asList ? { type: part.type } : { type: 'text', text };
    });
    return { role, content: asList ? content : content.map((item) => item.text ?? '').join('') };
  });
}

function compile(template: string): Template {
  try {
    return new Template(template);
  } catch (cause) {
    throw failed(cause);
  }
}

function run(template: Template, variables: Record<string, unknown>): string {
  try {
    return template.render(variables);
  } catch (cause) {
    throw failed(cause);
  }
}

function failed(cause: unknown): TokenizerError {
  const reason = cause instanceof Error ? cause.message : String(cause);
  return new TokenizerError(
    'template-unknown',
    `The chat template cannot be rendered: ${reason}. Use a built-in conversation template, or turns of roles this one knows.`,
    { reason },
    { cause },
  );
}

function miscounted(placeholders: number, images: number): TokenizerError {
  return new TokenizerError(
    placeholders < images ? 'images-exceed-slots' : 'slots-exceed-images',
    `Expected the chat template to write ${images} image placeholders, got ${placeholders}. Put images into user turns.`,
    { placeholders, images },
  );
}
