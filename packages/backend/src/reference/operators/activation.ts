import type { Attributes, Operator } from '../operator.js';
import { float32 } from '../value.js';

/** `1 / (1 + e^-x)`. */
export const sigmoid: Operator = () => elementwise((x) => 1 / (1 + Math.exp(-x)));

/** `x · sigmoid(alpha · x)`; SiLU when `alpha` is 1. */
export const quickGelu: Operator = (attributes) => {
  const alpha = attributes.float('alpha', 1.702);
  return elementwise((x) => x / (1 + Math.exp(-alpha * x)));
};

/** `x · Φ(x)`, exact or by its `tanh` approximation (Hendrycks and Gimpel, arXiv 1606.08415). */
export const gelu: Operator = (attributes) => {
  const approximate = approximation(attributes);
  if (approximate === 'tanh') {
    const slope = Math.sqrt(2 / Math.PI);
    return elementwise((x) => (x / 2) * (1 + Math.tanh(slope * (x + 0.044715 * x ** 3))));
  }
  return elementwise((x) => (x / 2) * (1 + erf(x / Math.SQRT2)));
};

function approximation(attributes: Attributes): string {
  const given = attributes.string('approximate', 'none');
  if (given === 'none' || given === 'tanh') return given;
  throw attributes.unsupported('approximate = none or tanh', given);
}

function elementwise(compute: (x: number) => number): ReturnType<Operator> {
  return (inputs) => {
    const { dims, data } = inputs.float32(0);
    return [float32(dims, data.map(compute))];
  };
}

/**
 * The error function, to about 1e-15. Source: Abramowitz and Stegun 7.1.6, the series without alternating signs;
 * beyond 6 the result differs from 1 by less than float64 can tell.
 */
export function erf(x: number): number {
  if (Math.abs(x) > 6) return Math.sign(x);
  let term = x;
  let sum = x;
  for (let n = 1; Math.abs(term) > Math.abs(sum) * 1e-17; n++) {
    term *= (2 * x * x) / (2 * n + 1);
    sum += term;
  }
  return (2 / Math.sqrt(Math.PI)) * Math.exp(-x * x) * sum;
}
