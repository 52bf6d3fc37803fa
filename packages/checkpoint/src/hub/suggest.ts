/** Published checkpoints of the family, for suggestions. */
const published = [
  'OpenGVLab/InternVL-Chat-V1-2',
  'OpenGVLab/InternVL-Chat-V1-5',
  'OpenGVLab/Mini-InternVL-Chat-2B-V1-5',
  'OpenGVLab/Mini-InternVL-Chat-4B-V1-5',
  ...['1B', '2B', '4B', '8B', '26B', '40B', 'Llama3-76B'].map((size) => `OpenGVLab/InternVL2-${size}`),
  ...['1B', '2B', '4B', '8B', '26B', '38B', '78B'].map((size) => `OpenGVLab/InternVL2_5-${size}`),
  ...['1B', '2B', '8B', '9B', '14B', '38B', '78B'].flatMap((size) => [
    `OpenGVLab/InternVL3-${size}`,
    `OpenGVLab/InternVL3-${size}-hf`,
  ]),
  ...['1B', '2B', '4B', '8B', '14B', '38B', '30B-A3B', '241B-A28B'].flatMap((size) => [
    `OpenGVLab/InternVL3_5-${size}`,
    `OpenGVLab/InternVL3_5-${size}-HF`,
  ]),
  'OpenGVLab/InternViT-300M-448px',
  'OpenGVLab/InternViT-300M-448px-V2_5',
  'OpenGVLab/InternViT-6B-448px-V1-5',
  'OpenGVLab/InternViT-6B-448px-V2_5',
] as const;

/** The published id that is closest in spelling, owner and case aside. */
export function suggestId(wanted: string): string {
  const plain = (id: string) => (id.split('/').at(-1) ?? id).toLowerCase();
  const distances = published.map((id) => ({ id, distance: editDistance(plain(wanted), plain(id)) }));
  return distances.reduce((best, candidate) => (candidate.distance < best.distance ? candidate : best)).id;
}

/** Levenshtein distance. */
function editDistance(a: string, b: string): number {
  let row = Array.from({ length: b.length + 1 }, (_, index) => index);
  for (let i = 1; i <= a.length; i++) {
    const next = [i];
    for (let j = 1; j <= b.length; j++) {
      const substitution = row[j - 1]! + (a[i - 1] === b[j - 1] ? 0 : 1);
      next.push(Math.min(substitution, row[j]! + 1, next[j - 1]! + 1));
    }
    row = next;
  }
  return row[b.length]!;
}
