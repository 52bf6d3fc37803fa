import type { WireError } from './wire-error.js';

/** One thing a host can be asked: `input` goes in, `out` comes any number of times, `end` comes once. */
export interface CallTypes {
  readonly input: unknown;
  readonly out: unknown;
  readonly end: unknown;
}

/** What a host can be asked, by method. */
export type Calls<C> = { readonly [M in keyof C]: CallTypes };

/** A call of one method, told apart by `method`. */
export type Call<C extends Calls<C>> = {
  [M in keyof C]: {
    readonly type: 'call';
    readonly id: number;
    readonly method: M;
    readonly input: C[M]['input'];
  };
}[keyof C];

/** Client to host. */
export type FromClient<C extends Calls<C>> =
  | Call<C>
  /** The client took `count` values and has room for as many more. */
  | { readonly type: 'credit'; readonly id: number; readonly count: number }
  /** The client's signal fired, or it left the stream early (`reason` is then undefined). */
  | { readonly type: 'abort'; readonly id: number; readonly reason: unknown }
  /** The last message: the host ends what is under way, frees what it holds and closes its end. */
  | { readonly type: 'close' };

/** Host to client; `id` is that of the call. */
export type FromHost<C extends Calls<C>> =
  /** The last message: all work has ended and everything is freed. */
  | { readonly type: 'closed' }
  | { readonly type: 'value'; readonly id: number; readonly value: C[keyof C]['out'] }
  | { readonly type: 'end'; readonly id: number; readonly value: C[keyof C]['end'] }
  | { readonly type: 'error'; readonly id: number; readonly error: WireError };

/** Values that a host may send ahead of the client's loop. */
export const CREDIT = 16;
