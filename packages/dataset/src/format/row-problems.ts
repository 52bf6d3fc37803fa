import { excerptOf, type Place, type Problem, type Severity } from '../sample/problem.js';

/** Collects the problems of one row. */
export class RowProblems {
  readonly list: Problem[] = [];
  readonly #place: Place;

  constructor(place: Place) {
    this.#place = place;
  }

  /** @param pointer JSON pointer into the row */
  add(severity: Severity, code: string, message: string, pointer?: string, excerpt?: string): void {
    this.list.push({
      code,
      severity,
      message,
      place: pointer === undefined ? this.#place : { ...this.#place, pointer },
      ...(excerpt !== undefined && { excerpt: excerptOf(excerpt) }),
    });
  }

  error(code: string, message: string, pointer?: string, excerpt?: string): void {
    this.add('error', code, message, pointer, excerpt);
  }

  warning(code: string, message: string, pointer?: string, excerpt?: string): void {
    this.add('warning', code, message, pointer, excerpt);
  }

  get failed(): boolean {
    return this.list.some(({ severity }) => severity === 'error');
  }
}
