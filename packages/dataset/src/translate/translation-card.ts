import type { Spending } from './budget.js';
import type { CheckCode } from './checks/check.js';
import { promptVersion } from './prompt.js';

/** Why a translation was not accepted: a quality check, or the reply as a whole. */
export type FailureCode = CheckCode | 'reply' | 'cut-off' | 'filtered' | 'request-refused';

/** What a translation did, counted. The same for a run that was never disturbed and for one that was resumed. */
export interface TranslationCard {
  readonly promptVersion: string;
  /** `Translator.id`. */
  readonly translator: string;
  readonly from: string;
  readonly to: string;
  readonly names: string;
  readonly glossaryTerms: number;
  readonly samples: {
    readonly read: number;
    readonly translated: number;
    /** Nothing to translate, or in the target language already. */
    readonly copied: number;
    readonly quarantined: number;
  };
  readonly segments: number;
  /** Accepted at the first answer, after one repair, after two, … */
  readonly acceptedAfterRepairs: readonly number[];
  /** Replies whose JSON had to be mended. */
  readonly mendedReplies: number;
  /** Answers that failed a check, by check. */
  readonly failures: Readonly<Partial<Record<FailureCode, number>>>;
  /** Samples that were quarantined for it. */
  readonly quarantined: Readonly<Partial<Record<FailureCode, number>>>;
  /** Protected spans by kind. */
  readonly protectedSpans: Readonly<Record<string, number>>;
  /** Target units per source unit of accepted segments of eight units or more. */
  readonly lengthRatio?: {
    readonly p5: number;
    readonly p50: number;
    readonly p95: number;
    readonly count: number;
  };
  /** Responses that the result rests on; each counted once, whichever run paid for it. */
  readonly usage: Spending;
}

const BIN = 0.05;

/** Counts while samples come; `card` is what it came to. */
export class CardCounter {
  readonly #facts: Pick<TranslationCard, 'translator' | 'from' | 'to' | 'names' | 'glossaryTerms'>;
  readonly #samples = { read: 0, translated: 0, copied: 0, quarantined: 0 };
  #segments = 0;
  #mended = 0;
  readonly #accepted: number[] = [];
  readonly #failures = new Map<FailureCode, number>();
  readonly #quarantined = new Map<FailureCode, number>();
  readonly #spans = new Map<string, number>();
  readonly #ratios = new Map<number, number>();
  readonly #usage = { calls: 0, inputTokens: 0, outputTokens: 0, money: 0 };

  constructor(facts: Pick<TranslationCard, 'translator' | 'from' | 'to' | 'names' | 'glossaryTerms'>) {
    this.#facts = facts;
  }

  sample(kind: 'translated' | 'copied' | 'quarantined'): void {
    this.#samples.read++;
    this.#samples[kind]++;
  }

  segments(count: number, kinds: readonly string[]): void {
    this.#segments += count;
    for (const kind of kinds) increase(this.#spans, kind);
  }

  accepted(repairs: number): void {
    while (this.#accepted.length <= repairs) this.#accepted.push(0);
    this.#accepted[repairs]!++;
  }

  mended(): void {
    this.#mended++;
  }

  failed(codes: Iterable<FailureCode>): void {
    for (const code of new Set(codes)) increase(this.#failures, code);
  }

  quarantined(codes: Iterable<FailureCode>): void {
    for (const code of new Set(codes)) increase(this.#quarantined, code);
  }

  ratio(ratio: number): void {
    increase(this.#ratios, Math.floor(ratio / BIN));
  }

  used(inputTokens: number, outputTokens: number, money: number): void {
    this.#usage.calls++;
    this.#usage.inputTokens += inputTokens;
    this.#usage.outputTokens += outputTokens;
    this.#usage.money += money;
  }

  card(): TranslationCard {
    const ratio = this.#quantiles();
    return {
      promptVersion,
      ...this.#facts,
      samples: { ...this.#samples },
      segments: this.#segments,
      acceptedAfterRepairs: [...this.#accepted],
      mendedReplies: this.#mended,
      failures: sorted(this.#failures),
      quarantined: sorted(this.#quarantined),
      protectedSpans: sorted(this.#spans),
      ...(ratio !== undefined && { lengthRatio: ratio }),
      usage: { ...this.#usage, money: Math.round(this.#usage.money * 1e6) / 1e6 },
    };
  }

  #quantiles(): TranslationCard['lengthRatio'] {
    const bins = [...this.#ratios].sort(([left], [right]) => left - right);
    const count = bins.reduce((sum, [, here]) => sum + here, 0);
    if (count === 0) return undefined;
    const at = (share: number) => {
      let seen = 0;
      for (const [bin, here] of bins) {
        seen += here;
        if (seen >= share * count) return Math.round((bin + 0.5) * BIN * 1000) / 1000;
      }
      return 0;
    };
    return { p5: at(0.05), p50: at(0.5), p95: at(0.95), count };
  }
}

function increase<Key>(map: Map<Key, number>, key: Key): void {
  map.set(key, (map.get(key) ?? 0) + 1);
}

function sorted(map: ReadonlyMap<string, number>): Record<string, number> {
  return Object.fromEntries([...map].sort(([left], [right]) => (left < right ? -1 : 1)));
}

/** The card as Markdown, for people. */
export function translationCardMarkdown(card: TranslationCard): string {
  const { samples, usage, lengthRatio } = card;
  const share = (count: number) =>
    samples.read === 0 ? '–' : `${((100 * count) / samples.read).toFixed(1)} %`;
  const rows = (counts: Readonly<Record<string, number>>) =>
    Object.entries(counts).map(([name, count]) => `| ${name} | ${count} |`);
  const lines = [
    `# Translation ${card.from} → ${card.to}`,
    '',
    '| | |',
    '| --- | --- |',
    `| translator | \`${card.translator}\` |`,
    `| prompt | ${card.promptVersion}, names: ${card.names}, ${card.glossaryTerms} glossary terms |`,
    `| samples read | ${samples.read} |`,
    `| translated | ${samples.translated} (${share(samples.translated)}) |`,
    `| copied as they are | ${samples.copied} (${share(samples.copied)}) |`,
    `| quarantined | ${samples.quarantined} (${share(samples.quarantined)}) |`,
    `| segments | ${card.segments} |`,
    `| accepted after 0, 1, … repairs | ${card.acceptedAfterRepairs.join(', ') || '–'} |`,
    `| replies with mended JSON | ${card.mendedReplies} |`,
    `| calls, tokens in, tokens out | ${usage.calls}, ${usage.inputTokens}, ${usage.outputTokens} |`,
    `| cost | ${usage.money === 0 ? 'not priced' : usage.money} |`,
    lengthRatio === undefined
      ? '| length ratio | – |'
      : `| length ratio, 5th, 50th, 95th percentile of ${lengthRatio.count} | ${lengthRatio.p5}, ${lengthRatio.p50}, ${lengthRatio.p95} |`,
  ];
  const sections: (readonly [string, Readonly<Record<string, number>>])[] = [
    ['Answers that failed a check', card.failures],
    ['Samples quarantined for it', card.quarantined],
    ['Protected spans', card.protectedSpans],
  ];
  for (const [title, counts] of sections) {
    if (Object.keys(counts).length === 0) continue;
    lines.push('', `## ${title}`, '', '| | count |', '| --- | ---: |', ...rows(counts));
  }
  return `${lines.join('\n')}\n`;
}
