/** A raw response under the key of its call. */
export interface LoggedCall {
  readonly key: string;
  /** `Translator.id` of who answered. */
  readonly translator: string;
  /** The response as it came. */
  readonly raw: string;
}

/** Every response that was ever paid for: a cache, and the log that makes a killed run go on where it was. */
export interface CallLog {
  /** The last response logged under a key. */
  get(key: string): Promise<string | undefined>;
  /**
   * Resolves when the response would survive the end of this process and of this machine.
   *
   * @throws `disk-full`, `call-log-failed`
   */
  put(call: LoggedCall): Promise<void>;
  /** Calls of one translator, each key once. */
  calls(translator: string): AsyncIterable<LoggedCall>;
  /** Idempotent. */
  close(): Promise<void>;
}

/** A log that ends with the process: for tests, and where every call is free. */
export function memoryCallLog(): CallLog {
  const calls = new Map<string, LoggedCall>();
  return {
    async get(key) {
      return calls.get(key)?.raw;
    },
    async put(call) {
      calls.set(call.key, call);
    },
    async *calls(translator) {
      for (const call of [...calls.values()]) if (call.translator === translator) yield call;
    },
    async close() {},
  };
}
