import { bytes, choice, type GrammarNode, literal, optional, repeat, sequence } from '../node.js';

/** Bounds of a number; absent ones are open. */
export interface Bounds {
  readonly least?: Bound | undefined;
  readonly most?: Bound | undefined;
}

export interface Bound {
  readonly value: number;
  /** Whether the value itself is out. */
  readonly exclusive: boolean;
}

/** Digits behind the point that a bound may have. */
export const boundDigits = 6;
/** Open bounds stop here: beyond, whole numbers of doubles have gaps. */
const furthest = BigInt(Number.MAX_SAFE_INTEGER);
const digit = bytes(0x30, 0x39);
const zero = literal('0');
const none = choice();

/** Whole numbers within bounds. */
export function wholeNumbers({ least, most }: Bounds): GrammarNode {
  const from = least === undefined ? -furthest : cut(Math.ceil(least.value), least, 1);
  const to = most === undefined ? furthest : cut(Math.floor(most.value), most, -1);
  const negative = from < 0n ? sequence(literal('-'), decimals(to < 0n ? -to : 1n, -from, 0)) : none;
  return choice(to < 0n ? none : decimals(from < 0n ? 0n : from, to, 0), negative);
}

/** The whole number of a bound, one further where it is out itself. */
function cut(rounded: number, { value, exclusive }: Bound, inwards: 1 | -1): bigint {
  const limited = BigInt(Math.max(-Number.MAX_SAFE_INTEGER, Math.min(Number.MAX_SAFE_INTEGER, rounded)));
  return exclusive && rounded === value ? limited + BigInt(inwards) : limited;
}

/** Decimal numbers within bounds, without exponents. Bounds have at most `boundDigits` digits behind the point. */
export function decimalNumbers({ least, most }: Bounds): GrammarNode {
  const places = Math.max(placesOf(least), placesOf(most));
  const scale = 10n ** BigInt(places);
  const low = least === undefined ? -furthest * scale : scaled(least.value, places);
  const high = most === undefined ? furthest * scale : scaled(most.value, places);
  const lowOut = least?.exclusive ?? false;
  const highOut = most?.exclusive ?? false;
  const zeroOut = { value: 0n, out: false };
  const positive =
    high < 0n
      ? none
      : magnitudes(low < 0n ? zeroOut : { value: low, out: lowOut }, { value: high, out: highOut }, places);
  const negative =
    low >= 0n
      ? none
      : sequence(
          literal('-'),
          magnitudes(
            high >= 0n ? zeroBut(high, highOut) : { value: -high, out: highOut },
            { value: -low, out: lowOut },
            places,
          ),
        );
  return choice(positive, negative);
}

interface Edge {
  readonly value: bigint;
  readonly out: boolean;
}

/** Minus zero is zero: out where zero is. */
function zeroBut(high: bigint, out: boolean): Edge {
  return { value: 0n, out: high === 0n && out };
}

/** Numbers of 0 or more from `low` to `high`, both in units of the last of `places`. */
function magnitudes(low: Edge, high: Edge, places: number): GrammarNode {
  const options: GrammarNode[] = [];
  for (let shown = 0; shown < places; shown++) {
    const unit = 10n ** BigInt(places - shown);
    const from = low.out ? low.value / unit + 1n : (low.value + unit - 1n) / unit;
    const to = high.out ? (high.value + unit - 1n) / unit - 1n : high.value / unit;
    options.push(decimals(from, to, shown));
  }
  const from = low.out ? low.value + 1n : low.value;
  options.push(sequence(decimals(from, high.value - 1n, places), tail(places, repeat(digit, 1, 10))));
  if (!high.out && from <= high.value)
    options.push(sequence(decimals(high.value, high.value, places), tail(places, repeat(zero, 1, 10))));
  if (low.out && low.value < high.value) {
    const more = sequence(repeat(zero, 0, 9), bytes(0x31, 0x39), repeat(digit, 0, 6));
    options.push(
      sequence(decimals(low.value, low.value, places), places === 0 ? sequence(literal('.'), more) : more),
    );
  }
  return choice(...options);
}

/** Further digits, or none. */
function tail(places: number, digits: GrammarNode): GrammarNode {
  return optional(places === 0 ? sequence(literal('.'), digits) : digits);
}

/** Whole numbers of 0 or more from `from` to `to`, written with a point in front of the last `places` digits. */
function decimals(from: bigint, to: bigint, places: number): GrammarNode {
  const options: GrammarNode[] = [];
  for (let length = places + 1; from <= to && length <= String(to).length + places + 1; length++) {
    const lowest = length === places + 1 ? 0n : 10n ** BigInt(length - 1);
    const highest = 10n ** BigInt(length) - 1n;
    const low = from > lowest ? from : lowest;
    const high = to < highest ? to : highest;
    if (low > high) continue;
    options.push(digits(String(low).padStart(length, '0'), String(high).padStart(length, '0'), places));
  }
  return choice(...options);
}

/** Digits from `low` to `high`, which are of one length, with a point in front of the last `places`. */
function digits(low: string, high: string, places: number): GrammarNode {
  const point = low.length === places && places > 0 ? [literal('.')] : [];
  if (low === '') return sequence();
  const rest = low.length - 1;
  const inner = point.length > 0 ? 0 : places;
  const from = low.charCodeAt(0);
  const to = high.charCodeAt(0);
  const lowRest = low.slice(1);
  const highRest = high.slice(1);
  if (from === to) return sequence(...point, bytes(from, from), digits(lowRest, highRest, inner));
  const lowest = lowRest === '0'.repeat(rest);
  const highest = highRest === '9'.repeat(rest);
  const first = lowest ? from : from + 1;
  const last = highest ? to : to - 1;
  return sequence(
    ...point,
    choice(
      lowest ? none : sequence(bytes(from, from), digits(lowRest, '9'.repeat(rest), inner)),
      first <= last ? sequence(bytes(first, last), digits('0'.repeat(rest), '9'.repeat(rest), inner)) : none,
      highest ? none : sequence(bytes(to, to), digits('0'.repeat(rest), highRest, inner)),
    ),
  );
}

function placesOf(bound: Bound | undefined): number {
  return bound === undefined ? 0 : (String(bound.value).split('.')[1]?.length ?? 0);
}

function scaled(value: number, places: number): bigint {
  const limited = Math.max(-Number.MAX_SAFE_INTEGER, Math.min(Number.MAX_SAFE_INTEGER, value));
  const [whole = '0', fraction = ''] = String(Math.abs(limited)).split('.');
  const size = BigInt(whole + fraction.padEnd(places, '0'));
  return limited < 0 ? -size : size;
}

/** Whether a bound can be written out exactly. */
export function writable(value: number): boolean {
  return (
    Math.abs(value) >= Number.MAX_SAFE_INTEGER ||
    new RegExp(`^-?\\d+(\\.\\d{1,${boundDigits}})?$`).test(String(value))
  );
}
