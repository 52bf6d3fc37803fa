import { excerptOf, type Problem } from '../sample/problem.js';
import type { TableRow } from '../table/table-splitter.js';
import type { PairColumns } from './pair-columns.js';
import { directions } from './pair-fields.js';

/** What keeps a row from being a pair; one problem for each cell concerned. */
export function pairRowProblems(
  row: TableRow,
  file: string,
  { pairings, needed, checked, columns, header }: PairColumns,
): readonly Problem[] {
  const { cells, fault } = row;
  const problems: Problem[] = [];
  const add = (code: string, index: number, message: string, excerpt?: string) => {
    problems.push({
      code,
      severity: 'error',
      message,
      place: { file, row: row.row, line: row.line, column: header[index] || `column ${index + 1}` },
      ...(excerpt !== undefined && { excerpt: excerptOf(excerpt) }),
    });
  };
  if (fault !== undefined) {
    add(fault.code, fault.cellIndex, fault.message, cells[fault.cellIndex]);
    return problems;
  }
  const extra = cells.findIndex((cell, index) => index >= header.length && cell.trim() !== '');
  if (extra >= 0) {
    add(
      'row-too-wide',
      extra,
      `Expected ${header.length} cells as in the header, got ${cells.length}; put quotes around a cell that holds the separator.`,
      cells[extra],
    );
    return problems;
  }
  if (cells.length < header.length) {
    add(
      'cell-missing',
      cells.length,
      `Expected ${header.length} cells as in the header, got ${cells.length}; the row, or the file, is cut.`,
      cells.at(-1),
    );
    return problems;
  }
  const usable = pairings.some((one) => {
    const { question, answer } = directions[one];
    return !isEmpty(cells, columns[question]?.index) && !isEmpty(cells, columns[answer]?.index);
  });
  if (!usable) {
    for (const { index } of needed) {
      if (isEmpty(cells, index)) add('cell-empty', index, 'Expected text, got an empty cell; fill it in.');
    }
  }
  for (const { index } of checked) {
    const cell = cells[index] ?? '';
    if (cell.includes('\uFFFD')) {
      add(
        'text-damaged',
        index,
        'Expected whole characters, got bytes that are none (they show as \uFFFD); export the table again.',
        cell,
      );
    }
    if (cell.includes('\0')) {
      add('character-nul', index, 'Expected text, got a NUL character; remove it.', cell);
    }
  }
  return problems;
}

/** True where there is no cell, or nothing but blanks in it. */
export function isEmpty(cells: readonly string[], index: number | undefined): boolean {
  return index === undefined || (cells[index] ?? '').trim() === '';
}
