import type { LogEntry } from '../server-options.js';
import { Histogram } from './histogram.js';

const SECONDS = [0.01, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 30, 60, 120, 300];

/** What is true at the moment. */
export interface Gauges {
  readonly running: number;
  readonly waiting: number;
  readonly heldBytes: number;
}

/** Counts since the start, in Prometheus' text format. Labels are routes and statuses alone, so their number is bounded. */
export class Metrics {
  readonly #requests = new Map<string, number>();
  readonly #seconds = new Map<string, Histogram>();
  readonly #firstToken = new Histogram(SECONDS);
  readonly #queued = new Histogram(SECONDS);
  readonly #tokens = { prompt: 0, cached: 0, completion: 0 };
  #images = 0;

  add(entry: LogEntry): void {
    const { route, status, totalMs, firstTokenMs, queuedMs } = entry;
    const labels = `route="${route}",status="${status}"`;
    this.#requests.set(labels, (this.#requests.get(labels) ?? 0) + 1);
    const seconds = this.#seconds.get(route) ?? new Histogram(SECONDS);
    this.#seconds.set(route, seconds);
    seconds.observe(totalMs / 1000);
    if (firstTokenMs !== undefined) this.#firstToken.observe(firstTokenMs / 1000);
    if (queuedMs !== undefined) this.#queued.observe(queuedMs / 1000);
    this.#tokens.prompt += entry.inputTokens ?? 0;
    this.#tokens.cached += entry.cachedTokens ?? 0;
    this.#tokens.completion += entry.outputTokens ?? 0;
    this.#images += entry.images ?? 0;
  }

  text({ running, waiting, heldBytes }: Gauges): string {
    return [
      ...family('internvl_requests_total', 'counter', 'Requests that ended.'),
      ...[...this.#requests].map(([labels, count]) => `internvl_requests_total{${labels}} ${count}`),
      ...family('internvl_request_seconds', 'histogram', 'From request to the end of the response.'),
      ...[...this.#seconds].flatMap(([route, seconds]) =>
        seconds.lines('internvl_request_seconds', `route="${route}"`),
      ),
      ...family('internvl_first_token_seconds', 'histogram', 'From request to the first text of an answer.'),
      ...this.#firstToken.lines('internvl_first_token_seconds', ''),
      ...family('internvl_queue_seconds', 'histogram', 'Time that requests waited for their turn.'),
      ...this.#queued.lines('internvl_queue_seconds', ''),
      ...family('internvl_tokens_total', 'counter', 'Tokens read, those of them from a cache, and written.'),
      ...Object.entries(this.#tokens).map(
        ([kind, count]) => `internvl_tokens_total{kind="${kind}"} ${count}`,
      ),
      ...family('internvl_images_total', 'counter', 'Images of requests.'),
      `internvl_images_total ${this.#images}`,
      ...family('internvl_running', 'gauge', 'Answers that are being made.'),
      `internvl_running ${running}`,
      ...family('internvl_waiting', 'gauge', 'Requests that wait for their turn.'),
      `internvl_waiting ${waiting}`,
      ...family('internvl_held_bytes', 'gauge', 'Bytes of bodies and images that requests hold.'),
      `internvl_held_bytes ${heldBytes}`,
      '',
    ].join('\n');
  }
}

function family(name: string, type: string, help: string): string[] {
  return [`# HELP ${name} ${help}`, `# TYPE ${name} ${type}`];
}
