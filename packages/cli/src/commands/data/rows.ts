import {
  croissant,
  type DataCardFacts,
  dataCard,
  describePlace,
  type Lineage,
  lineageName,
  lineageText,
  type Problem,
} from '@internvl/dataset';
import { writeFile } from '@internvl/dataset/node';
import type { Output } from '../../terminal/output.js';

/** Tells a problem on standard error, and as an event with `--jsonl`. */
export function tellProblem(problem: Problem, output: Output): void {
  output.event({ problem });
  output.note(problemLine(problem));
}

/** `data.csv: row 5 (line 7), column "Chinese Answers": Expected text, … [cell-empty]` */
export function problemLine({ code, severity, message, place, excerpt }: Problem): string {
  const shown = excerpt === undefined || excerpt === '' ? '' : ` It reads: ${excerpt}`;
  const level = severity === 'error' ? '' : `${severity}: `;
  return `${describePlace(place)}: ${level}${message}${shown} [${code}]`.replaceAll('\0', '\\0');
}

/** Writes the lineage beside the output, and the cards where they are asked for. */
export async function writeLineage(
  lineage: Lineage,
  beside: string,
  card: DataCardFacts | undefined,
  signal: AbortSignal,
): Promise<readonly string[]> {
  const encoder = new TextEncoder();
  const files = [[lineageName(beside), lineageText(lineage)]];
  if (card !== undefined) {
    files.push([`${beside}.md`, dataCard(card, lineage)]);
    files.push([`${beside}.croissant.json`, `${JSON.stringify(croissant(card, lineage), null, 2)}\n`]);
  }
  for (const [path = '', text] of files)
    await writeFile(path, [encoder.encode(text)], { compression: 'none', signal });
  return files.map(([path = '']) => path);
}

/** What was made, for people. */
export function lineageWords({ outputs, counts }: Lineage, files: readonly string[]): string {
  const lines = outputs.map(({ name, samples, bytes }) => `${name}: ${samples} samples, ${bytes} bytes`);
  const boxes = Object.entries(counts.boxes).map(([convention, count]) => `${count} as ${convention}`);
  if (boxes.length > 0) lines.push(`boxes in the source: ${boxes.join(', ')}`);
  const problems = Object.entries(counts.problems).map(([code, count]) => `${code} ${count}`);
  if (problems.length > 0) lines.push(`problems: ${problems.join(', ')}`);
  return [...lines, ...files].join('\n');
}
