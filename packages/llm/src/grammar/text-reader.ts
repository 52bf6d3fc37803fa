/** Reads a text from left to right. */
export class TextReader {
  readonly text: string;
  at = 0;

  constructor(text: string) {
    this.text = text;
  }

  get ended(): boolean {
    return this.at >= this.text.length;
  }

  /** Whether `expected` comes next; it is then taken. */
  take(expected: string): boolean {
    if (!this.text.startsWith(expected, this.at)) return false;
    this.at += expected.length;
    return true;
  }

  /** Whether `expected` comes next. */
  sees(expected: string): boolean {
    return this.text.startsWith(expected, this.at);
  }

  /** What a sticky pattern finds here; it is then taken. */
  match(pattern: RegExp): RegExpExecArray | null {
    pattern.lastIndex = this.at;
    const found = pattern.exec(this.text);
    if (found) this.at += found[0].length;
    return found;
  }

  /** The next character as a code point, taken; undefined at the end. */
  character(): number | undefined {
    const code = this.text.codePointAt(this.at);
    if (code !== undefined) this.at += code > 0xffff ? 2 : 1;
    return code;
  }

  /** What is here, for people. */
  get shown(): string {
    return this.ended ? 'the end' : JSON.stringify(this.text.slice(this.at, this.at + 20));
  }
}
