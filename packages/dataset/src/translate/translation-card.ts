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
  readonly failures: Readonly<Record<string, number>>;
  /** Samples that were quarantined for it. */
  readonly quarantined: Readonly<Record<string, number>>;
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

/** What a translation is called on its card. */
export type CardFacts = Pick<TranslationCard, 'translator' | 'from' | 'to' | 'names' | 'glossaryTerms'>;

/** Counts a card is made of: plain JSON, and sums of them are counts again. */
export interface CardCounts {
  readonly samples: TranslationCard['samples'];
  readonly segments: number;
  readonly acceptedAfterRepairs: readonly number[];
  readonly mendedReplies: number;
  readonly failures: Readonly<Record<string, number>>;
  readonly quarantined: Readonly<Record<string, number>>;
  readonly protectedSpans: Readonly<Record<string, number>>;
  /** Length ratios in bins of 0.05, by number of the bin. */
  readonly ratios: Readonly<Record<string, number>>;
  readonly usage: Spending;
}

/** Counts while samples come. */
export class CardCounter {
  readonly #samples = { read: 0, translated: 0, copied: 0, quarantined: 0 };
  #segments = 0;
  #mended = 0;
  readonly #accepted: number[] = [];
  readonly #failures = new Map<string, number>();
  readonly #quarantined = new Map<string, number>();
  readonly #spans = new Map<string, number>();
  readonly #ratios = new Map<string, number>();
  readonly #usage = { calls: 0, inputTokens: 0, outputTokens: 0, money: 0 };

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
    increase(this.#ratios, String(Math.floor(ratio / BIN)));
  }

  used(inputTokens: number, outputTokens: number, money: number): void {
    this.#usage.calls++;
    this.#usage.inputTokens += inputTokens;
    this.#usage.outputTokens += outputTokens;
    this.#usage.money += money;
  }

  counts(): CardCounts {
    return {
      samples: { ...this.#samples },
      segments: this.#segments,
      acceptedAfterRepairs: [...this.#accepted],
      mendedReplies: this.#mended,
      failures: sorted(this.#failures),
      quarantined: sorted(this.#quarantined),
      protectedSpans: sorted(this.#spans),
      ratios: sorted(this.#ratios),
      usage: { ...this.#usage },
    };
  }
}

/** Counts of several translations together: of the shards of a plan. */
export function sumCounts(list: readonly CardCounts[]): CardCounts {
  const total = (pick: (counts: CardCounts) => number) => list.reduce((sum, counts) => sum + pick(counts), 0);
  const merged = (pick: (counts: CardCounts) => Readonly<Record<string, number>>) => {
    const map = new Map<string, number>();
    for (const counts of list) {
      for (const [name, count] of Object.entries(pick(counts))) map.set(name, (map.get(name) ?? 0) + count);
    }
    return sorted(map);
  };
  const repairs = Math.max(0, ...list.map(({ acceptedAfterRepairs }) => acceptedAfterRepairs.length));
  return {
    samples: {
      read: total(({ samples }) => samples.read),
      translated: total(({ samples }) => samples.translated),
      copied: total(({ samples }) => samples.copied),
      quarantined: total(({ samples }) => samples.quarantined),
    },
    segments: total(({ segments }) => segments),
    acceptedAfterRepairs: Array.from({ length: repairs }, (_, at) =>
      total(({ acceptedAfterRepairs }) => acceptedAfterRepairs[at] ?? 0),
    ),
    mendedReplies: total(({ mendedReplies }) => mendedReplies),
    failures: merged(({ failures }) => failures),
    quarantined: merged(({ quarantined }) => quarantined),
    protectedSpans: merged(({ protectedSpans }) => protectedSpans),
    ratios: merged(({ ratios }) => ratios),
    usage: {
      calls: total(({ usage }) => usage.calls),
      inputTokens: total(({ usage }) => usage.inputTokens),
      outputTokens: total(({ usage }) => usage.outputTokens),
      money: total(({ usage }) => usage.money),
    },
  };
}

export function translationCard(facts: CardFacts, { ratios, usage, ...counts }: CardCounts): TranslationCard {
  const lengthRatio = quantiles(ratios);
  return {
    promptVersion,
    ...facts,
    ...counts,
    ...(lengthRatio !== undefined && { lengthRatio }),
    usage: { ...usage, money: Math.round(usage.money * 1e6) / 1e6 },
  };
}

function quantiles(ratios: Readonly<Record<string, number>>): TranslationCard['lengthRatio'] {
  const bins = Object.entries(ratios)
    .map(([bin, count]) => [Number(bin), count] as const)
    .sort(([left], [right]) => left - right);
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

function increase(map: Map<string, number>, key: string): void {
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
