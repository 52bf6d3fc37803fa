import { randomBytes } from 'node:crypto';

/** A name beside `path` that no other program has, nor another call in this one: to be renamed onto `path` when it is whole. */
export function temporaryName(path: string): string {
  return `${path}.${process.pid}-${randomBytes(4).toString('hex')}`;
}
