/** One row of a table; a cell is quoted where it holds the separator, a quote, a line end or outer blanks. */
export function csvRow(cells: readonly string[], separator: string): string {
  return `${cells
    .map((cell) =>
      cell.includes(separator) || /["\r\n]|^\s|\s$/.test(cell) ? `"${cell.replaceAll('"', '""')}"` : cell,
    )
    .join(separator)}\n`;
}
