import { type Say, say } from './language.js';

type Attribute = string | boolean | undefined | Say;
type Listeners = { readonly [E in keyof HTMLElementEventMap]?: (event: HTMLElementEventMap[E]) => void };

/** What an element is made with: attributes (a sentence in both languages where one is given), and listeners in `on`. */
export type Attributes = { readonly [name: string]: Attribute | Listeners } & {
  readonly on?: Listeners;
  /** The text content, in both languages. */
  readonly text?: Say;
};

/** Makes an element: `element('button', { type: 'button', text: (w) => w.send, on: { click } })`. */
export function element<K extends keyof HTMLElementTagNameMap>(
  tag: K,
  attributes: Attributes = {},
  ...children: readonly (Node | string)[]
): HTMLElementTagNameMap[K] {
  const made = document.createElement(tag);
  write(made, attributes);
  made.append(...children);
  return made;
}

const SVG = 'http://www.w3.org/2000/svg';

/** The same for drawings. */
export function svg<K extends keyof SVGElementTagNameMap>(
  tag: K,
  attributes: Attributes = {},
  ...children: readonly (Node | string)[]
): SVGElementTagNameMap[K] {
  const made = document.createElementNS(SVG, tag);
  write(made, attributes);
  made.append(...children);
  return made;
}

function write(made: Element, { on = {}, text, ...attributes }: Attributes): void {
  if (text) say(made, text);
  for (const [name, value] of Object.entries(attributes)) {
    if (typeof value === 'function') say(made, value, name);
    else if (typeof value === 'string') made.setAttribute(name, value);
    else if (value === true) made.setAttribute(name, '');
  }
  for (const [type, listener] of Object.entries(on)) made.addEventListener(type, listener as EventListener);
}

/** An id that no other element has, to join a label and what it labels. */
export function uniqueId(name: string): string {
  return `${name}-${crypto.randomUUID()}`;
}
