/** Memory for pixel values, 2.4 MB for a tile of 448 pixels, used again and again. */
export class TileBuffers {
  readonly #numbers: number;
  readonly #most: number;
  readonly #free: Float32Array<ArrayBuffer>[] = [];

  /** `numbers` in each; at most `most` are kept while nobody uses them: as many calls may run side by side without new ones. */
  constructor(numbers: number, most = 2) {
    this.#numbers = numbers;
    this.#most = most;
  }

  /** A buffer; what is in it is anybody's. */
  take(): Float32Array<ArrayBuffer> {
    return this.#free.pop() ?? new Float32Array(this.#numbers);
  }

  /** Gives a buffer back that nothing reads any more. */
  give(buffer: Float32Array<ArrayBuffer>): void {
    if (this.#free.length < this.#most) this.#free.push(buffer);
  }
}
