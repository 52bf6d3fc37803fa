import type { ImageInput, Turn } from '../turn.js';

/** An image that nano was asked about, and what the reference answered. */
export interface NanoSample {
  readonly file: string;
  readonly turns: readonly {
    readonly question: string;
    readonly tiles: number;
    readonly ids: readonly number[];
    readonly response: string;
    readonly smallest_gap: number;
  }[];
}

/** The nano checkpoint as the test server serves it. */
export const nanoModel = { checkpoint: { baseUrl: '/models/nano' }, precision: 'fp32' } as const;

/** Where it runs: one thread of WASM. */
export const onWasm = { devices: ['wasm'], threads: 1 } as const;

export async function nanoSamples(): Promise<readonly NanoSample[]> {
  return (await fetch('/models/nano/samples/samples.json')).json();
}

export async function nanoImage(file: string): Promise<Blob> {
  return (await fetch(`/models/nano/samples/${file}`)).blob();
}

/** A question about an image. */
export function asked(image: ImageInput, text: string): readonly Turn[] {
  return [
    {
      role: 'user',
      parts: [
        { type: 'image', image },
        { type: 'text', text },
      ],
    },
  ];
}

/** A fresh worker. */
export function startWorker(): Worker {
  return new Worker(new URL('./web-worker.ts', import.meta.url), { type: 'module' });
}
