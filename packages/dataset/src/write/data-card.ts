import { fileName, type Lineage } from './lineage.js';
import type { Counts } from './tally.js';

/** What a person says of a data set; all else is counted. */
export interface DataCardFacts {
  readonly name: string;
  readonly description?: string | undefined;
  /** SPDX identifier, or the words of it. */
  readonly license?: string | undefined;
  readonly url?: string | undefined;
  /** `internvl`, `parquet`, … of the files. */
  readonly fileFormat: string;
}

/** A data card in Markdown, with the front matter that hubs read. Nothing in it is guessed. */
export function dataCard(
  { name, description, license, url, fileFormat }: DataCardFacts,
  lineage: Lineage,
): string {
  const { counts, inputs, outputs, step, tool, seed, options } = lineage;
  const languages = Object.keys(counts.languages).filter((one) => one !== '');
  const front = [
    '---',
    `pretty_name: ${JSON.stringify(name)}`,
    ...(license === undefined ? [] : [`license: ${JSON.stringify(license.toLowerCase())}`]),
    ...(languages.length === 0 ? [] : ['language:', ...languages.map((one) => `- ${one}`)]),
    '---',
  ];
  const own = Object.entries(counts.licenses).filter(([one]) => one !== '');
  const sections = [
    front.join('\n'),
    `# ${name}`,
    ...(description === undefined ? [] : [description]),
    ...(url === undefined ? [] : [`Home: <${url}>`]),
    `${counts.samples} samples, ${counts.turns} turns, ${counts.images} images, in the format \`${fileFormat}\`.`,
    table('Languages', counts.languages),
    table('Tasks', counts.tasks),
    table('Sources', counts.sources),
    table('Splits', counts.splits),
    table('Box conventions of the sources', counts.boxes),
    '## License',
    [
      license === undefined ? 'None is stated for the whole.' : `The whole: ${license}.`,
      own.length === 0
        ? 'No sample states one of its own.'
        : `Samples state: ${own.map(([one, count]) => `${one} (${count})`).join(', ')}${counts.licenses[''] ? `; ${counts.licenses['']} state none` : ''}.`,
    ].join(' '),
    '## Files',
    rows(
      ['file', 'samples', 'bytes', 'SHA-256'],
      outputs.map(({ name: file, samples, bytes, sha256 }) => [fileName(file), samples, bytes, sha256]),
    ),
    '## Where it comes from',
    `Made by \`${step}\` of ${tool.name} ${tool.version}${seed === undefined ? '' : `, seed ${seed}`}, with the options \`${JSON.stringify(options)}\`, from:`,
    rows(
      ['file', 'bytes', 'SHA-256'],
      inputs.map(({ name: file, bytes, sha256 }) => [fileName(file), bytes, sha256]),
    ),
    ...(Object.keys(counts.problems).length === 0
      ? []
      : [table('Problems found on the way', counts.problems)]),
  ];
  return `${sections.filter((section) => section !== '').join('\n\n')}\n`;
}

function table(title: string, counts: Counts): string {
  const entries = Object.entries(counts);
  if (entries.length === 0 || (entries.length === 1 && entries[0]?.[0] === '')) return '';
  return `## ${title}\n\n${rows(
    ['', 'count'],
    entries.map(([name, count]) => [name === '' ? '(not said)' : name, count]),
  )}`;
}

function rows(header: readonly string[], body: readonly (readonly (string | number)[])[]): string {
  const line = (cells: readonly (string | number)[]) =>
    `| ${cells.map((cell) => String(cell).replaceAll('|', '\\|').replaceAll(/\s+/g, ' ')).join(' | ')} |`;
  return [line(header), `|${' --- |'.repeat(header.length)}`, ...body.map(line)].join('\n');
}
