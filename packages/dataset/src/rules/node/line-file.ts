import { randomUUID } from 'node:crypto';
import { type FileHandle, mkdir, open, rename, rm } from 'node:fs/promises';
import { dirname } from 'node:path';

const PIECE = 1 << 18;

/** A file of lines that appears under its name when it is whole; until then, what was there before stays. */
export class LineFile {
  readonly #path: string;
  readonly #temporary: string;
  readonly #file: FileHandle;
  #pending: string[] = [];
  #length = 0;

  private constructor(path: string, temporary: string, file: FileHandle) {
    this.#path = path;
    this.#temporary = temporary;
    this.#file = file;
  }

  static async open(path: string): Promise<LineFile> {
    await mkdir(dirname(path), { recursive: true });
    const temporary = `${path}.${randomUUID()}.part`;
    return new LineFile(path, temporary, await open(temporary, 'wx'));
  }

  /** @returns a promise where the disk is to be waited for */
  write(line: string): Promise<void> | undefined {
    this.#pending.push(line);
    this.#length += line.length;
    return this.#length < PIECE ? undefined : this.#flush();
  }

  /** Gives the file its name. */
  async finish(): Promise<void> {
    await this.#flush();
    await this.#file.sync();
    await this.#file.close();
    await rename(this.#temporary, this.#path);
  }

  /** Leaves nothing behind. */
  async discard(): Promise<void> {
    await this.#file.close().catch(() => undefined);
    await rm(this.#temporary, { force: true });
  }

  async #flush(): Promise<void> {
    if (this.#pending.length === 0) return;
    const text = `${this.#pending.join('\n')}\n`;
    this.#pending = [];
    this.#length = 0;
    await this.#file.writeFile(text);
  }
}
