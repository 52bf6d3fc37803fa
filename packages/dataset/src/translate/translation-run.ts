import { DatasetError } from '../error.js';
import { languageIdentifier } from '../language/identify-language.js';
import type { Sample, Turn } from '../sample/sample.js';
import { AdaptiveLimit } from './adaptive-limit.js';
import { Budget, priceOf } from './budget.js';
import { CallError } from './call-error.js';
import { type AnsweredCall, Caller, mostUsage } from './caller.js';
import type { CheckCode } from './checks/check.js';
import { checkSegments } from './checks/check-segments.js';
import { primaryTag } from './checks/scripts.js';
import { lengthBandOf, unitsOf } from './checks/units.js';
import { systemClock } from './clock.js';
import { type MaskedSegment, maskSample } from './mask.js';
import { parseReply } from './parse-reply.js';
import { answerSchema, repairMessages, systemPrompt, translationMessages } from './prompt.js';
import { optionalKinds, type SpanKind } from './protect.js';
import type {
  TranslateOptions,
  TranslationFailure,
  TranslationProgress,
  TranslationResult,
} from './translate-options.js';
import { CardCounter } from './translation-card.js';
import type { ChatMessage, Translator, TranslatorRequest } from './translator.js';
import { unmask, wordsOf } from './unmask.js';

/** Counts a result; called in order of the samples, so that the card is the same in every run. */
export type Settled = () => TranslationResult;

/** One translation under way: what its samples share. */
export class TranslationRun {
  readonly counter = new CardCounter();
  readonly #options: TranslateOptions;
  readonly #from: string;
  readonly #kinds: ReadonlySet<SpanKind>;
  readonly #skip: ReadonlySet<CheckCode>;
  readonly #identify: ReturnType<typeof languageIdentifier>;
  readonly #leave = new AbortController();
  readonly #limit: AdaptiveLimit;
  readonly #budget: Budget;
  readonly #caller: Caller;
  readonly #counts = { translated: 0, copied: 0, quarantined: 0 };
  /** Instructions by source language. */
  readonly #prompts = new Map<string, string>();
  /** Calls that the card has counted. */
  readonly #counted = new Set<string>();

  constructor(options: TranslateOptions) {
    const {
      translator,
      log,
      signal,
      clock = systemClock(),
      random = Math.random,
      concurrency = 16,
    } = options;
    const { attempts = 8, budget = {}, price, from = 'en' } = options;
    atLeast('concurrency', concurrency, 1);
    atLeast('attempts', attempts, 1);
    atLeast('repairs', options.repairs ?? 0, 0);
    this.#options = options;
    this.#from = from;
    const always: SpanKind[] = ['mark', 'image', 'video', 'box', 'quad', 'tag'];
    this.#kinds = new Set<SpanKind>([...always, ...(options.protect ?? optionalKinds)]);
    this.#skip = new Set(options.skipChecks);
    this.#identify = languageIdentifier(options.identify);
    const most = Math.max(1, Math.min(concurrency, translator.concurrency ?? concurrency));
    this.#limit = new AdaptiveLimit({ initial: Math.min(4, most), most }, clock);
    this.#budget = new Budget(budget, price, clock);
    this.#caller = new Caller({
      translator,
      log,
      budget: this.#budget,
      limit: this.#limit,
      clock,
      random,
      attempts,
      signal: signal === undefined ? this.#leave.signal : AbortSignal.any([signal, this.#leave.signal]),
    });
  }

  /** Limits in tokens and money hold over all runs with the same log. */
  async countEarlierCalls(): Promise<void> {
    const { translator, log, budget } = this.#options;
    if (budget?.tokens === undefined && budget?.money === undefined) return;
    for await (const { raw } of log.calls(translator.id)) {
      const usage = readUsage(translator, raw);
      if (usage !== undefined) this.#budget.count(usage);
    }
  }

  stop(reason: unknown): void {
    this.#caller.stop(reason);
  }

  abort(): void {
    this.#leave.abort();
  }

  progress(samples: number): TranslationProgress {
    return {
      samples,
      ...this.#counts,
      calls: this.#caller.counts,
      spent: this.#budget.spent,
      concurrency: this.#limit.current,
    };
  }

  async translate(sample: Sample, index: number): Promise<Settled> {
    const { to, verbatim = isRead } = this.#options;
    if (sample.lang !== undefined && primaryTag(sample.lang) === primaryTag(to))
      return this.#copied(sample, index);
    const segments = maskSample(sample, { kinds: this.#kinds, verbatim });
    if (segments.length === 0) return this.#copied(sample, index);
    return this.#ask(sample, index, segments);
  }

  #copied(sample: Sample, index: number): Settled {
    return () => {
      this.counter.sample('copied');
      this.#counts.copied++;
      return { type: 'copied', index, sample };
    };
  }

  async #ask(sample: Sample, index: number, segments: readonly MaskedSegment[]): Promise<Settled> {
    const { repairs = 2 } = this.#options;
    const from = sample.lang ?? this.#from;
    const roles = sample.turns.map(({ role }) => role);
    let messages = translationMessages(segments, roles, this.#systemPrompt(from));
    let maxTokens = this.#options.maxTokens ?? roomFor(segments);
    const calls: AnsweredCall[] = [];
    const failed: TranslationFailure[][] = [];
    let mended = 0;
    for (let repair = 0; ; repair++) {
      const call = await this.#call({ messages, maxTokens, schema: answerSchema });
      let failures: TranslationFailure[];
      let texts: readonly string[] | undefined;
      if (call instanceof CallError) failures = [{ check: 'request-refused', message: call.message }];
      else {
        calls.push(call);
        const { text, finishReason } = call.completion;
        const reply = parseReply(text, segments.length);
        if (finishReason === 'filtered') {
          failures = [{ check: 'filtered', message: 'the server withheld the answer' }];
        } else if (finishReason === 'length') {
          failures = [{ check: 'cut-off', message: 'the answer was cut off; answer with the JSON alone' }];
          maxTokens *= 2;
        } else if (!reply.ok) failures = [{ check: 'reply', message: reply.reason }];
        else {
          if (reply.mended) mended++;
          texts = reply.texts;
          failures = this.#check(segments, texts, from);
        }
      }
      if (failures.length === 0 && texts !== undefined) {
        return this.#accepted(sample, index, segments, texts, { calls, failed, mended });
      }
      failed.push(failures);
      const hopeless = failures.some(({ check }) => check === 'request-refused' || check === 'filtered');
      if (hopeless || repair >= repairs) {
        return this.#quarantined(sample, index, segments, { calls, failed, mended });
      }
      const answer = calls.at(-1)!.completion.text;
      messages = repairMessages(messages, answer, complaintsOf(failures, segments));
    }
  }

  #systemPrompt(from: string): string {
    const known = this.#prompts.get(from);
    if (known !== undefined) return known;
    const { to, names = 'keep', glossary = {} } = this.#options;
    const prompt = systemPrompt({ from, to, names, glossary });
    this.#prompts.set(from, prompt);
    return prompt;
  }

  async #call(request: TranslatorRequest): Promise<AnsweredCall | CallError> {
    try {
      return await this.#caller.call(request);
    } catch (error) {
      if (error instanceof CallError && error.kind === 'refused') return error;
      throw error;
    }
  }

  #check(segments: readonly MaskedSegment[], texts: readonly string[], from: string): TranslationFailure[] {
    const { to, lengthBand = lengthBandOf(from, to) } = this.#options;
    return checkSegments(segments, texts, {
      from,
      to,
      lengthBand,
      identify: this.#identify,
      skip: this.#skip,
    });
  }

  #accepted(
    sample: Sample,
    index: number,
    segments: readonly MaskedSegment[],
    texts: readonly string[],
    history: History,
  ): Settled {
    const turns = [...sample.turns];
    segments.forEach((segment, at) => {
      const turn = turns[segment.turnIndex]!;
      turns[segment.turnIndex] = { ...turn, parts: unmask(texts[at]!, segment) };
    });
    const repairs = history.failed.length;
    return () => {
      this.counter.sample('translated');
      this.counter.accepted(repairs);
      this.#count(segments, history);
      segments.forEach((segment, at) => {
        const source = unitsOf(wordsOf(segment.text)).length;
        if (source >= 8) this.counter.ratio(unitsOf(wordsOf(texts[at]!)).length / source);
      });
      this.#counts.translated++;
      return { type: 'translated', index, sample: { ...sample, lang: this.#options.to, turns }, repairs };
    };
  }

  #quarantined(sample: Sample, index: number, segments: readonly MaskedSegment[], history: History): Settled {
    const failures = history.failed.at(-1)!;
    const answer = history.calls.at(-1)?.completion.text;
    return () => {
      this.counter.sample('quarantined');
      this.counter.quarantined(failures.map(({ check }) => check));
      this.#count(segments, history);
      this.#counts.quarantined++;
      return { type: 'quarantined', index, sample, failures, ...(answer !== undefined && { answer }) };
    };
  }

  #count(segments: readonly MaskedSegment[], { calls, failed, mended }: History): void {
    this.counter.segments(
      segments.length,
      segments.flatMap(({ marks }) =>
        marks.map(({ kind, part }) => (part?.type === 'opaque' ? part.kind : kind)),
      ),
    );
    for (const failures of failed) this.counter.failed(failures.map(({ check }) => check));
    for (let times = 0; times < mended; times++) this.counter.mended();
    for (const { key, usage } of calls) {
      if (this.#counted.has(key)) continue;
      this.#counted.add(key);
      this.counter.used(usage.inputTokens, usage.outputTokens, priceOf(usage, this.#options.price));
    }
  }
}

interface History {
  readonly calls: readonly AnsweredCall[];
  readonly failed: readonly (readonly TranslationFailure[])[];
  readonly mended: number;
}

/** What is read off an image word by word must stay what stands there. */
function isRead({ role }: Turn, { task }: Sample): boolean {
  return role === 'assistant' && /^ocr\b/i.test(task ?? '');
}

function readUsage(translator: Translator, raw: string) {
  try {
    return translator.read(raw).usage;
  } catch (error) {
    if (DatasetError.is(error, 'response-unreadable')) return undefined;
    throw error;
  }
}

function roomFor(segments: readonly MaskedSegment[]): number {
  const messages = segments.map(({ text }): ChatMessage => ({ role: 'user', content: text }));
  return Math.max(256, 2 * mostUsage({ messages, maxTokens: 0, schema: {} }).inputTokens);
}

function complaintsOf(failures: readonly TranslationFailure[], segments: readonly MaskedSegment[]): string[] {
  return failures.map(({ check, turnIndex, message }) => {
    const at = segments.findIndex((segment) => segment.turnIndex === turnIndex);
    return at < 0 ? `${check}: ${message}` : `segment ${at + 1}, ${check}: ${message}`;
  });
}

function atLeast(name: string, value: number, least: number): void {
  if (Number.isInteger(value) && value >= least) return;
  throw new DatasetError(
    'invalid-option',
    `Expected ${name} as a whole number from ${least} up, got ${value}; pass such a number.`,
    { [name]: value },
  );
}
