import { DatasetError } from '../error.js';
import type { Clock } from './clock.js';
import type { CallUsage } from './translator.js';

/** Limits of a translation; those left out don't limit. */
export interface BudgetLimits {
  /** Tokens in and out, of all runs over the same call log. */
  readonly tokens?: number | undefined;
  /** In the currency of the prices, of all runs over the same call log. */
  readonly money?: number | undefined;
  /** Milliseconds of this run. */
  readonly timeMs?: number | undefined;
}

/** Prices of one million tokens, in any currency. */
export interface TokenPrice {
  readonly inputPerMillion: number;
  readonly outputPerMillion: number;
}

/** What was used. */
export interface Spending {
  readonly calls: number;
  readonly inputTokens: number;
  readonly outputTokens: number;
  /** 0 without prices. */
  readonly money: number;
}

/** Price of a call. */
export function priceOf({ inputTokens, outputTokens }: CallUsage, price: TokenPrice | undefined): number {
  if (price === undefined) return 0;
  return (inputTokens * price.inputPerMillion + outputTokens * price.outputPerMillion) / 1e6;
}

interface Waiting {
  readonly most: CallUsage;
  resolve(): void;
  reject(error: unknown): void;
}

/**
 * Keeps spending under its limits. A call reserves the most it can cost before it starts and pays what it did cost
 * when it ends, so the limits hold also with many calls in flight.
 */
export class Budget {
  readonly #limits: BudgetLimits;
  readonly #price: TokenPrice | undefined;
  readonly #clock: Clock;
  readonly #startedAt: number;
  #spent: Spending = { calls: 0, inputTokens: 0, outputTokens: 0, money: 0 };
  #reservedTokens = 0;
  #reservedMoney = 0;
  #inFlight = 0;
  #waiting: Waiting[] = [];

  /** @throws `invalid-option` for a limit in money without prices */
  constructor(limits: BudgetLimits, price: TokenPrice | undefined, clock: Clock) {
    if (limits.money !== undefined && price === undefined) {
      throw new DatasetError(
        'invalid-option',
        `Expected prices with a budget of ${limits.money} in money, got none; pass the prices of a million tokens.`,
        { money: limits.money },
      );
    }
    this.#limits = limits;
    this.#price = price;
    this.#clock = clock;
    this.#startedAt = clock.now();
  }

  get spent(): Spending {
    return this.#spent;
  }

  /** Counts a call that an earlier run paid for. */
  count(usage: CallUsage): void {
    this.#spent = {
      calls: this.#spent.calls + 1,
      inputTokens: this.#spent.inputTokens + usage.inputTokens,
      outputTokens: this.#spent.outputTokens + usage.outputTokens,
      money: this.#spent.money + priceOf(usage, this.#price),
    };
  }

  /**
   * Waits until a call fits that costs at most so many tokens.
   *
   * @throws `budget-exhausted` when it can't fit any more
   */
  async reserve(most: CallUsage): Promise<void> {
    if (this.#waiting.length > 0 || !this.#take(most)) {
      await new Promise<void>((resolve, reject) => {
        this.#waiting.push({ most, resolve, reject });
        this.#serve();
      });
    }
  }

  /** Ends a reservation; without usage the call cost nothing. */
  settle(most: CallUsage, usage: CallUsage | undefined): void {
    this.#inFlight--;
    this.#reservedTokens -= most.inputTokens + most.outputTokens;
    this.#reservedMoney -= priceOf(most, this.#price);
    if (usage !== undefined) this.count(usage);
    this.#serve();
  }

  #serve(): void {
    for (;;) {
      const first = this.#waiting[0];
      if (first === undefined) return;
      if (this.#take(first.most)) {
        this.#waiting.shift();
        first.resolve();
        continue;
      }
      // Calls in flight may cost less than they reserved.
      if (this.#inFlight > 0 && this.#timeLeft()) return;
      const error = this.#exhausted();
      for (const { reject } of this.#waiting.splice(0)) reject(error);
      return;
    }
  }

  #take(most: CallUsage): boolean {
    const { tokens = Number.POSITIVE_INFINITY, money = Number.POSITIVE_INFINITY } = this.#limits;
    const spentTokens = this.#spent.inputTokens + this.#spent.outputTokens;
    const mostTokens = most.inputTokens + most.outputTokens;
    const mostMoney = priceOf(most, this.#price);
    const fits =
      this.#timeLeft() &&
      spentTokens + this.#reservedTokens + mostTokens <= tokens &&
      this.#spent.money + this.#reservedMoney + mostMoney <= money;
    if (!fits) return false;
    this.#inFlight++;
    this.#reservedTokens += mostTokens;
    this.#reservedMoney += mostMoney;
    return true;
  }

  #timeLeft(): boolean {
    return this.#clock.now() - this.#startedAt < (this.#limits.timeMs ?? Number.POSITIVE_INFINITY);
  }

  #exhausted(): DatasetError {
    const { calls, inputTokens, outputTokens, money } = this.#spent;
    const ranOut = this.#timeLeft() ? 'tokens or money' : 'time';
    return new DatasetError(
      'budget-exhausted',
      `Expected the next call to fit into the budget, got no ${ranOut} left after ${calls} calls with ${inputTokens + outputTokens} tokens${money > 0 ? ` for ${money.toFixed(4)}` : ''}; raise the limit and run again, every answer so far is kept.`,
      { limits: this.#limits, calls, inputTokens, outputTokens, money },
    );
  }
}
