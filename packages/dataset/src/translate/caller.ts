import { DatasetError } from '../error.js';
import { AbortFan } from './abort-fan.js';
import type { AdaptiveLimit } from './adaptive-limit.js';
import { backoffMs } from './backoff.js';
import type { Budget } from './budget.js';
import { CallError } from './call-error.js';
import { callKey } from './call-key.js';
import type { CallLog } from './call-log.js';
import type { Clock } from './clock.js';
import type { CallUsage, Completion, Translator, TranslatorRequest } from './translator.js';

export interface CallerOptions {
  readonly translator: Translator;
  readonly log: CallLog;
  readonly budget: Budget;
  readonly limit: AdaptiveLimit;
  readonly clock: Clock;
  readonly random: () => number;
  /** Tries of one call before the endpoint counts as down. */
  readonly attempts: number;
  readonly signal: AbortSignal;
}

/** What happened on the way, for progress. */
export interface CallCounts {
  /** Calls that this run paid for. */
  readonly paid: number;
  /** Calls that were in the log. */
  readonly cached: number;
  /** Tries that gave nothing. */
  readonly failed: number;
}

/** An answered call, with what it cost. */
export interface AnsweredCall {
  readonly key: string;
  readonly completion: Completion;
  readonly usage: CallUsage;
}

/** Refusals in a row, with no answer ever, that say the request form itself is not what the server takes. */
const HOPELESS_REFUSALS = 8;

/**
 * Answers requests from the log, else by calling; whatever comes is in the log before it is looked at. The same request
 * asked twice at once is one call.
 */
export class Caller {
  readonly #options: CallerOptions;
  readonly #inFlight = new Map<string, Promise<AnsweredCall>>();
  #counts = { paid: 0, cached: 0, failed: 0 };
  #answered = false;
  #refusals = 0;
  readonly #halt = new AbortController();
  /** Ends waiting, not calls. */
  readonly #waitSignal: AbortSignal;
  readonly #waits: AbortFan;
  readonly #calls: AbortFan;

  constructor(options: CallerOptions) {
    this.#options = options;
    this.#waitSignal = AbortSignal.any([options.signal, this.#halt.signal]);
    this.#waits = new AbortFan(this.#waitSignal);
    this.#calls = new AbortFan(options.signal);
  }

  get counts(): CallCounts {
    return { ...this.#counts };
  }

  /** Lets calls that are under way end, and no other begin. */
  stop(reason: unknown): void {
    this.#halt.abort(reason);
  }

  /**
   * @throws `request-refused` for this request alone; `endpoint-busy`, `endpoint-failed`, `endpoint-fatal`,
   *   `budget-exhausted` and errors of the log for all; `signal.reason` when aborted
   */
  async call(request: TranslatorRequest): Promise<AnsweredCall> {
    const key = await callKey(this.#options.translator.id, request);
    const running = this.#inFlight.get(key);
    if (running !== undefined) return running;
    const call = this.#answer(key, request).finally(() => this.#inFlight.delete(key));
    this.#inFlight.set(key, call);
    return call;
  }

  async #answer(key: string, request: TranslatorRequest): Promise<AnsweredCall> {
    const { log } = this.#options;
    const logged = await log.get(key);
    if (logged !== undefined) {
      const answered = this.#read(key, logged, request);
      if (!(answered instanceof DatasetError)) {
        this.#counts.cached++;
        return answered;
      }
    }
    return this.#pay(key, request);
  }

  async #pay(key: string, request: TranslatorRequest): Promise<AnsweredCall> {
    const { attempts, clock, random, limit } = this.#options;
    for (let attempt = 1; ; attempt++) {
      const outcome = await this.#try(key, request);
      if (!(outcome instanceof DatasetError)) return outcome;
      this.#counts.failed++;
      const wait = backoffMs(
        attempt,
        outcome instanceof CallError ? outcome.retryAfterMs : undefined,
        random,
      );
      if (attempt >= attempts) throw this.#down(outcome, attempt);
      if (outcome instanceof CallError && outcome.retryAfterMs !== undefined) limit.pause(wait);
      else await this.#waiting((signal) => clock.sleep(wait, signal));
    }
  }

  /** One try: the answer, or why another one is worth it. */
  async #try(key: string, request: TranslatorRequest): Promise<AnsweredCall | DatasetError> {
    const { translator, log, budget, limit, signal } = this.#options;
    const most = mostUsage(request);
    const slot = await this.#waiting((wait) => limit.acquire(wait));
    let outcome: 'done' | 'busy' | 'failed' = 'failed';
    try {
      await budget.reserve(most);
      let usage: CallUsage | undefined;
      try {
        this.#waitSignal.throwIfAborted();
        const raw = await this.#send(request);
        await log.put({ key, translator: translator.id, raw });
        const answered = this.#read(key, raw, request);
        if (answered instanceof DatasetError) return answered;
        outcome = 'done';
        usage = answered.usage;
        this.#counts.paid++;
        this.#answered = true;
        return answered;
      } finally {
        budget.settle(most, usage);
      }
    } catch (error) {
      if (signal.aborted) throw signal.reason;
      if (!(error instanceof CallError)) throw error;
      if (error.kind === 'refused') this.#refuse(error);
      if (error.kind === 'fatal' || error.kind === 'refused') throw error;
      if (error.kind === 'busy') outcome = 'busy';
      return error;
    } finally {
      slot.release(outcome);
    }
  }

  async #waiting<Result>(wait: (signal: AbortSignal) => Promise<Result>): Promise<Result> {
    const { signal, release } = this.#waits.fork();
    try {
      return await wait(signal);
    } finally {
      release();
    }
  }

  async #send(request: TranslatorRequest): Promise<string> {
    const { signal, release } = this.#calls.fork();
    try {
      return await this.#options.translator.call(request, { signal });
    } finally {
      release();
    }
  }

  #read(key: string, raw: string, request: TranslatorRequest): AnsweredCall | DatasetError {
    try {
      const completion = this.#options.translator.read(raw);
      return { key, completion, usage: completion.usage ?? guessedUsage(request, completion) };
    } catch (error) {
      if (DatasetError.is(error, 'response-unreadable')) return error;
      throw error;
    }
  }

  /** A server that refuses everything from the start has something against the form, not the content. */
  #refuse(error: CallError): void {
    this.#refusals++;
    if (this.#answered || this.#refusals < HOPELESS_REFUSALS) return;
    throw new CallError(
      'fatal',
      `${error.message} The first ${this.#refusals} requests were all refused.`,
      error.facts,
      {
        cause: error,
      },
    );
  }

  #down(error: DatasetError, attempts: number): DatasetError {
    return new DatasetError(
      error.code,
      `${error.message} That was try ${attempts} of ${attempts}; run again later, every answer so far is kept.`,
      { ...error.facts, attempts },
      { cause: error },
    );
  }
}

/** No tokenizer makes more tokens than a text has bytes; a template adds a few to each message. */
export function mostUsage({ messages, maxTokens }: TranslatorRequest): CallUsage {
  const encoder = new TextEncoder();
  const inputTokens = messages.reduce((sum, { content }) => sum + encoder.encode(content).length + 16, 0);
  return { inputTokens, outputTokens: maxTokens };
}

/** For servers that don't count: about three bytes to a token. */
function guessedUsage(request: TranslatorRequest, { text }: Completion): CallUsage {
  const encoder = new TextEncoder();
  return {
    inputTokens: Math.ceil(mostUsage(request).inputTokens / 3),
    outputTokens: Math.ceil(encoder.encode(text).length / 3),
  };
}
