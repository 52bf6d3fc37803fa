/** Probabilities of scores, `[vocabulary]`, rounded to float32; -Infinity gives 0. */
export function softmax(scores: Float32Array): Float32Array {
  const top = maximum(scores);
  const powers = new Float32Array(scores.length);
  let sum = 0;
  for (let index = 0; index < scores.length; index++) {
    const power = Math.exp(scores[index]! - top);
    powers[index] = power;
    sum += power;
  }
  for (let index = 0; index < powers.length; index++) powers[index] = powers[index]! / sum;
  return powers;
}

/** Natural logarithm of the sum of the exponentials: `score - logSumExp(scores)` is a log-probability. */
export function logSumExp(scores: Float32Array): number {
  const top = maximum(scores);
  let sum = 0;
  for (let index = 0; index < scores.length; index++) sum += Math.exp(scores[index]! - top);
  return top + Math.log(sum);
}

function maximum(scores: Float32Array): number {
  let top = Number.NEGATIVE_INFINITY;
  for (let index = 0; index < scores.length; index++) if (scores[index]! > top) top = scores[index]!;
  return top;
}
