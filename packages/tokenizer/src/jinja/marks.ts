/**
 * Marks around untrusted text that survive rendering, so that what a template made can be told from what was put in. They are
 * noncharacters with a number that no text of the conversation holds.
 */
export class Marks {
  readonly #open: string;
  readonly #close: string;
  readonly #image: string;
  readonly pattern: RegExp;

  constructor(texts: readonly string[]) {
    let nonce = 0;
    while (texts.some((text) => text.includes(`\ufdd0${nonce}:`))) nonce++;
    this.#open = `\ufdd0${nonce}:o`;
    this.#close = `\ufdd0${nonce}:c`;
    this.#image = `\ufdd0${nonce}:i`;
    this.pattern = new RegExp(`\ufdd0${nonce}:([oci])(\\d+)\ufdd1`, 'g');
  }

  /** A text between its marks. */
  around(text: string, index: number): string {
    return `${this.#open}${index}\ufdd1${text}${this.#close}${index}\ufdd1`;
  }

  /** A mark in the place of an image or a video. */
  image(index: number): string {
    return `${this.#image}${index}\ufdd1`;
  }
}

/** A stretch of what was rendered: of the template itself, of text part `index`, or the place of image `index`. */
export type Rendered =
  | { readonly kind: 'template'; readonly text: string }
  | { readonly kind: 'text'; readonly text: string; readonly index: number }
  | { readonly kind: 'image'; readonly index: number };

/** Cuts a rendering at its marks; undefined where they do not pair up because the template cut a text open. */
export function cutAtMarks(rendered: string, pattern: RegExp): Rendered[] | undefined {
  const found: Rendered[] = [];
  let at = 0;
  let open: number | undefined;
  for (const match of rendered.matchAll(pattern)) {
    const kind = match[1]!;
    const index = Number(match[2]);
    const text = rendered.slice(at, match.index);
    at = match.index + match[0].length;
    if (kind === 'c' ? open !== index : open !== undefined) return undefined;
    if (kind === 'c') {
      found.push({ kind: 'text', text, index });
      open = undefined;
      continue;
    }
    found.push({ kind: 'template', text });
    if (kind === 'o') open = index;
    else found.push({ kind: 'image', index });
  }
  if (open !== undefined) return undefined;
  found.push({ kind: 'template', text: rendered.slice(at) });
  return found;
}
