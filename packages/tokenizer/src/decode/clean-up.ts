/** Changes text that comes in portions. */
export interface TextFilter {
  push(text: string): string;
  /** What was held back; the filter is as new afterwards. */
  end(): string;
}

/** Replaces a pattern wherever it occurs, also across portions; holds back only what may become the pattern. */
class Replacement implements TextFilter {
  readonly #pattern: string;
  readonly #by: string;
  #held = '';

  constructor(pattern: string, by: string) {
    this.#pattern = pattern;
    this.#by = by;
  }

  push(text: string): string {
    const pattern = this.#pattern;
    const parts = (this.#held + text).split(pattern);
    const last = parts[parts.length - 1]!;
    let held = Math.min(last.length, pattern.length - 1);
    while (!pattern.startsWith(last.slice(last.length - held))) held--;
    parts[parts.length - 1] = last.slice(0, last.length - held);
    this.#held = last.slice(last.length - held);
    return parts.join(this.#by);
  }

  end(): string {
    const held = this.#held;
    this.#held = '';
    return held;
  }
}

/** `clean_up_tokenization` of Hugging Face: ten replacements, one after the other. */
export class CleanUp implements TextFilter {
  readonly #steps = [
    [' .', '.'],
    [' ?', '?'],
    [' !', '!'],
    [' ,', ','],
    [" ' ", "'"],
    [" n't", "n't"],
    [" 'm", "'m"],
    [" 's", "'s"],
    [" 've", "'ve"],
    [" 're", "'re"],
  ].map(([pattern, by]) => new Replacement(pattern!, by!));

  push(text: string): string {
    return this.#steps.reduce((passed, step) => step.push(passed), text);
  }

  end(): string {
    return this.#steps.reduce((passed, step) => step.push(passed) + step.end(), '');
  }
}
