import { TableSplitter } from './table-splitter.js';

/** Separators that tables come with. */
export const separators = [',', ';', '\t', '|'] as const;

/** Index behind the first line end outside quotes; -1 when there is none yet. */
export function firstRowEnd(text: string): number {
  let quoted = false;
  for (let index = 0; index < text.length; index++) {
    const code = text.charCodeAt(index);
    if (code === 34) quoted = !quoted;
    else if (!quoted && (code === 10 || code === 13)) return index + 1;
  }
  return -1;
}

/**
 * The separator of a table, from its header: the one that brings out the most of the names looked for, then the one
 * that gives the most cells. A header that has none has one column.
 */
export function separatorOf(header: string, names: ReadonlySet<string>): string {
  let best: { separator: string; known: number; cells: number } = { separator: ',', known: -1, cells: 0 };
  for (const separator of separators) {
    const splitter = new TableSplitter(separator);
    const [row] = [...splitter.push(header), ...splitter.end()];
    const cells = row?.cells ?? [];
    const known = cells.filter((cell) => names.has(columnName(cell))).length;
    if (known > best.known || (known === best.known && cells.length > best.cells)) {
      best = { separator, known, cells: cells.length };
    }
  }
  return best.separator;
}

/** A header cell as a name: without blanks around it (no-break ones too), a line break in it a blank, in NFC. */
export function columnName(cell: string): string {
  return cell.trim().replaceAll(/\s+/g, ' ').normalize('NFC');
}
