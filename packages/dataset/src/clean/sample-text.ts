import type { Part, Role, Sample } from '../sample/sample.js';

/** The words of parts: text, references and opaque spans; placeholders and boxes are left out. */
export function partsText(parts: readonly Part[]): string {
  return parts
    .map((part) => (part.type === 'text' || part.type === 'ref' || part.type === 'opaque' ? part.text : ' '))
    .join('');
}

/** The words of a sample, turn by turn, one per line; of one role alone where it is named. */
export function sampleText({ turns }: Sample, role?: Role): string {
  return turns
    .filter((turn) => role === undefined || turn.role === role)
    .map(({ parts }) => partsText(parts))
    .join('\n');
}
