/** What a protected span is. */
export type SpanKind =
  | 'image'
  | 'video'
  | 'ref'
  | 'box'
  | 'quad'
  | 'tag'
  | 'latex'
  | 'code'
  | 'url'
  | 'email'
  | 'file'
  | 'option'
  | 'quantity'
  | 'quoted'
  | 'verbatim'
  | 'mark';

/** Kinds that a caller may choose to leave to the translator; tags and regions are always protected. */
export const optionalKinds = [
  'latex',
  'code',
  'url',
  'email',
  'file',
  'option',
  'quantity',
  'quoted',
] as const satisfies readonly SpanKind[];

export type OptionalKind = (typeof optionalKinds)[number];

/** A piece of a text that a translator must not touch. */
export interface Span {
  readonly kind: SpanKind;
  /** Offsets in UTF-16 units. */
  readonly start: number;
  readonly end: number;
}

interface Rule {
  readonly kind: SpanKind;
  /** What to look for; where there is a group `keep`, only that is protected. */
  readonly pattern: RegExp;
}

const units =
  'km/h|m/s|mph|rpm|fps|dpi|kWh|mAh|km²|cm²|m²|m³|km|cm|mm|nm|μm|µm|m|kg|mg|lbs?|oz|g|mL|ml|L|GB|MB|KB|kB|TB|Mbps|Gbps|Hz|kHz|MHz|GHz|kW|MW|kcal|cal|kPa|psi|°C|°F|℃|℉|°|%|‰|px|ms|sec|min|hp|ft|Ω|dB|V|W';

const extensions =
  'jpe?g|png|gif|webp|bmp|tiff?|svg|pdf|docx?|xlsx?|pptx?|csv|tsv|jsonl?|ya?ml|xml|html?|txt|md|py|[jt]sx?|mjs|cpp|java|go|rs|sh|zip|tar|gz|parquet|safetensors|onnx|mp[34]|wav|avi|mov|exe';

/** Words before a quotation that say it is what stands in the image. */
const cues =
  'says?|said|reads?|reading|label(?:l?ed|s)?|titled?|written|writing|words?|texts?|signs?|logos?|captions?|headings?|headline|spells?|printed|displays?|showing|inscription|写着|写有|标有|标着|印有|印着|标题[为是]?|文字[为是]?|字样|显示[为着]?|内容[为是]';

/** Earlier rules win where two claim the same characters. Every pattern is bounded, so that no text makes it slow. */
const rules: readonly Rule[] = [
  { kind: 'mark', pattern: /[⟦⟧]+/g },
  { kind: 'code', pattern: /```[\s\S]*?(?:```|$)/g },
  { kind: 'box', pattern: /<box>[^<]{0,4000}<\/box>/g },
  { kind: 'quad', pattern: /<quad>[^<]{0,4000}<\/quad>/g },
  { kind: 'image', pattern: /<image>/g },
  { kind: 'video', pattern: /<video>/g },
  { kind: 'latex', pattern: /\$\$[^$]{1,2000}\$\$/g },
  { kind: 'latex', pattern: /\\begin\{([a-zA-Z]{1,20}\*?)\}[\s\S]{0,4000}?\\end\{\1\}/g },
  { kind: 'latex', pattern: /\\\([\s\S]{1,1000}?\\\)|\\\[[\s\S]{1,2000}?\\\]/g },
  { kind: 'latex', pattern: /\$(?![\s$])(?:\\.|[^$\\\n]){0,400}?[^$\\\s]\$(?![\d$])/g },
  { kind: 'code', pattern: /`[^`\n]{1,400}`/g },
  {
    kind: 'url',
    pattern:
      /\b(?:https?|ftp):\/\/[^\s<>"'“”‘’，。；、！？（）【】「」《》⟦⟧]{1,2000}|\bwww\.[\w-]{1,200}\.[^\s<>"'，。；、！？）]{1,1000}/g,
  },
  { kind: 'email', pattern: /\b[\w.+-]{1,64}@[\w-]{1,100}(?:\.[\w-]{1,60}){1,6}/g },
  {
    kind: 'tag',
    pattern: /<\|[\w-]{1,40}\|>|<\/?[A-Za-z][\w-]{0,40}(?: [\w-]{1,40}="[^"<>]{0,400}"){0,8} ?\/?>/g,
  },
  { kind: 'tag', pattern: /\b(?:Image-|Frame-?)\d{1,4}(?=[:：])/g },
  {
    kind: 'quoted',
    pattern: new RegExp(
      `(?:${cues})[^"“”‘’「」『』«»⟦⟧\\n]{0,24}?(?:"(?<a>[^"\\n]{1,200})"|“(?<b>[^”\\n]{1,200})”|「(?<c>[^」\\n]{1,200})」|『(?<d>[^』\\n]{1,200})』|‘(?<e>[^’\\n]{1,200})’|(?<=[\\s:：,，])'(?<f>[^'\\n]{1,200})'(?![A-Za-z])|«(?<g>[^»\\n]{1,200})»)`,
      'gid',
    ),
  },
  {
    kind: 'quoted',
    pattern:
      /(?:“(?<a>[^”\n]{1,200})”|"(?<b>[^"\n]{1,200})"|「(?<c>[^」\n]{1,200})」)(?=的?(?:字样|标志|标识|标语|文字))/dg,
  },
  {
    kind: 'file',
    pattern: new RegExp(
      `(?<![\\w/\\\\.])(?:[A-Za-z]:\\\\|~?/|\\.{1,2}/)?(?:[\\w.-]{1,100}[/\\\\]){0,20}[\\w-][\\w.-]{0,120}\\.(?:${extensions})\\b(?!\\.\\w)`,
      'gi',
    ),
  },
  { kind: 'file', pattern: /(?<![\w/.])(?:~|\.{1,2})?(?:\/[\w.-]{1,100}){2,20}\/?/g },
  { kind: 'option', pattern: /(?:^|\n)[ \t]*(?<a>\(?[A-H](?:[.)）、:：]))(?=\s|\p{L}|⟦|$)/dgu },
  { kind: 'quantity', pattern: /(?:[$€£¥￥]|US\$|RMB ?)\d{1,20}(?:[.,]\d{1,20}){0,8}(?: ?(?:k|M|bn)\b)?/g },
  {
    kind: 'quantity',
    pattern: new RegExp(
      `(?<![\\w.])[-+±−]?\\d{1,20}(?:[.,]\\d{1,20}){0,8}[ \\u00a0]?(?:${units})(?![A-Za-z\\d²³])`,
      'g',
    ),
  },
];

const inlineOption = /(?<=^|[\s(（])(?<a>\(?(?<letter>[A-H])[.)）、])(?=\s|\p{Script=Han})/dgu;
const answerLetter = /^\s*(?<a>\(?[A-H]\)?)[.。]?\s*$/du;

/**
 * The spans of a text that must come out of a translation as they went in, in order and without overlap: tags and
 * regions, formulas, code, addresses, file names, option letters, numbers with units, and quoted text that stands in
 * the image ("the sign says 'STOP'").
 */
export function protectedSpans(text: string, kinds: ReadonlySet<SpanKind>): Span[] {
  const found: Span[] = [];
  for (const { kind, pattern } of rules) {
    if (!kinds.has(kind)) continue;
    for (const match of text.matchAll(pattern)) add(found, text, kind, match);
  }
  if (kinds.has('option')) addOptions(found, text);
  return found.sort((left, right) => left.start - right.start);
}

/** Letters of choices in running text count when there are several, from A on; a lone letter when it is all there is. */
function addOptions(found: Span[], text: string): void {
  const alone = answerLetter.exec(text);
  if (alone !== null) add(found, text, 'option', alone);
  const matches = [...text.matchAll(inlineOption)];
  const letters = new Set(matches.map(({ groups }) => groups?.letter));
  if (letters.size < 2 || !letters.has('A')) return;
  for (const match of matches) add(found, text, 'option', match, 'a');
}

function add(found: Span[], text: string, kind: SpanKind, match: RegExpExecArray, only?: string): void {
  const [from, to] = place(match, only);
  const end = kind === 'url' ? to - trailing(text.slice(from, to)) : to;
  if (end <= from || found.some((span) => span.start < end && from < span.end)) return;
  found.push({ kind, start: from, end });
}

function place(match: RegExpExecArray, only?: string): readonly [number, number] {
  const groups = match.indices?.groups;
  if (groups !== undefined) {
    for (const [name, range] of Object.entries(groups)) {
      if (range !== undefined && (only === undefined || name === only)) return range;
    }
  }
  return [match.index, match.index + match[0].length];
}

/** Characters at the end of an address that belong to the sentence around it. */
function trailing(url: string): number {
  const unbalanced = url.includes('(') ? '' : ')';
  let count = 0;
  while (count < url.length && `.,;:!?]}*${unbalanced}`.includes(url[url.length - 1 - count]!)) count++;
  return count;
}
