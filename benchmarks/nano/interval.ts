/** How many of the asked questions were answered rightly. */
export interface Count {
  readonly right: number;
  readonly asked: number;
}

export function countOf(answers: readonly { readonly right: boolean }[]): Count {
  return { right: answers.filter(({ right }) => right).length, asked: answers.length };
}

/** 95 % confidence interval of a share, Wilson's: it stays within 0 and 1 and is right for few questions too. */
export function interval({ right, asked }: Count): readonly [low: number, high: number] {
  if (asked === 0) return [0, 1];
  const z = 1.959964;
  const share = right / asked;
  const middle = share + (z * z) / (2 * asked);
  const half = z * Math.sqrt((share * (1 - share)) / asked + (z * z) / (4 * asked * asked));
  const whole = 1 + (z * z) / asked;
  return [Math.max(0, (middle - half) / whole), Math.min(1, (middle + half) / whole)];
}

/** `'83 % (77–88)'`. */
export function shown(count: Count): string {
  if (count.asked === 0) return '';
  const [low, high] = interval(count).map((each) => Math.round(each * 100));
  return `${Math.round((count.right / count.asked) * 100)} % (${low}–${high})`;
}
