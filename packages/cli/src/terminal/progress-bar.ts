import type { OutputStream } from './surroundings.js';

const REDRAW_MS = 80;
const WIDTH = 24;

/** One line on a terminal that redraws itself; silent on anything that is not a terminal. */
export class ProgressBar {
  readonly #stream: OutputStream;
  readonly #now: () => number;
  #shown = false;
  #drawnAt = Number.NEGATIVE_INFINITY;

  constructor(stream: OutputStream, now: () => number = () => performance.now()) {
    this.#stream = stream;
    this.#now = now;
  }

  /** `total` of 0 means unknown: then only the label and `loaded` show. */
  show(label: string, loaded: number, total: number, unit: 'bytes' | 'pieces'): void {
    if (this.#stream.isTTY !== true) return;
    if (this.#now() - this.#drawnAt < REDRAW_MS) return;
    this.#drawnAt = this.#now();
    this.#shown = true;
    this.#stream.write(`\r\u001b[2K${progressLine(label, loaded, total, unit)}`);
  }

  /** Takes the line away, before anything else is written. */
  clear(): void {
    if (!this.#shown) return;
    this.#shown = false;
    this.#drawnAt = Number.NEGATIVE_INFINITY;
    this.#stream.write('\r\u001b[2K');
  }
}

/** `downloading model.safetensors  ████░░░░  1.2 of 1.9 GB`. */
export function progressLine(label: string, loaded: number, total: number, unit: 'bytes' | 'pieces'): string {
  const amount = (value: number) => (unit === 'bytes' ? formatBytes(value) : String(value));
  if (total <= 0) return `${label}  ${amount(loaded)}`;
  const filled = Math.round(Math.min(1, loaded / total) * WIDTH);
  return `${label}  ${'█'.repeat(filled)}${'░'.repeat(WIDTH - filled)}  ${amount(loaded)} of ${amount(total)}`;
}

/** Decimal units: `1.9 GB`, `13.4 MB`, `5 kB`, `12 B`. */
export function formatBytes(bytes: number): string {
  const units = ['B', 'kB', 'MB', 'GB', 'TB'];
  let value = bytes;
  let index = 0;
  while (value >= 1000 && index < units.length - 1) {
    value /= 1000;
    index++;
  }
  return `${index === 0 ? value : value.toFixed(1)} ${units[index]}`;
}
