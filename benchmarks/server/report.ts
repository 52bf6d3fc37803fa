import { markdownTable } from '../rivals/docs-section.js';
import type { Ends } from './load.js';

/** What the load test measured; a part that was not run is absent. */
export interface LoadReport {
  readonly machine: string;
  readonly backend: string;
  readonly mixed?: MixedReport | undefined;
  readonly throughput?: ThroughputReport | undefined;
  readonly memory?: readonly MemorySample[] | undefined;
}

export interface MixedReport extends Omit<Ends, 'firstTokenMs'> {
  readonly clients: number;
  readonly requests: number;
  /** How many may wait. */
  readonly waiting: number;
  readonly seconds: number;
  readonly firstTokenMs: { readonly median: number; readonly p95: number };
}

export interface ThroughputReport {
  readonly requests: number;
  readonly tokensEach: number;
  readonly rates: readonly { readonly clients: number; readonly tokensPerSecond: number }[];
  readonly ratioAt16: number;
}

export interface MemorySample {
  readonly requests: number;
  readonly rssMiB: number;
  readonly heapMiB: number;
  readonly externalMiB: number;
}

/** The section of a page. */
export function reportLines(
  { machine, backend, mixed, throughput, memory }: LoadReport,
  wrong: readonly string[],
): string[] {
  const rows: [string, string][] = [];
  if (mixed) {
    const { clients, requests, seconds, crossed, answeredAsAlone, lost } = mixed;
    rows.push(
      [
        `${clients} streaming clients, ${requests} requests, images and text mixed`,
        `${seconds} s; ${answeredAsAlone} of ${answeredAsAlone + crossed.length} answers as the same request alone, ${lost} lost`,
      ],
      ['of these left midway; malformed and refused', `${mixed.leftMidway}; ${mixed.refusedMalformed}`],
      [
        `most waiting, where ${mixed.waiting} may`,
        `${mixed.mostWaiting}; ${mixed.toldToComeAgain} times a client was told to come again`,
      ],
      [
        'time to the first text, waiting included',
        `median ${mixed.firstTokenMs.median} ms, 95 of 100 within ${mixed.firstTokenMs.p95} ms`,
      ],
    );
  }
  if (throughput) {
    const { rates, requests, tokensEach, ratioAt16 } = throughput;
    rows.push([
      `${requests} answers of ${tokensEach} tokens: ${rates.map(({ clients }) => clients).join(', ')} clients`,
      `${rates.map(({ tokensPerSecond }) => tokensPerSecond).join(', ')} tokens/s: ${ratioAt16} times at 16`,
    ]);
  }
  const [, , early] = memory ?? [];
  const last = memory?.at(-1);
  if (early && last) {
    rows.push([
      `memory over ${last.requests} further requests of that mixture`,
      `${early.rssMiB} MiB resident after ${early.requests}, ${last.rssMiB} after ${last.requests}; ${early.heapMiB} and ${last.heapMiB} MiB of heap`,
    ]);
  }
  return [
    `${machine}; ${backend}.`,
    '',
    ...markdownTable(['', ''], rows),
    ...wrong.flatMap((sentence) => ['', `**Wrong:** ${sentence}.`]),
  ];
}
