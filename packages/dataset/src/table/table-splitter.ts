/** Something wrong with the form of a row. */
export interface RowFault {
  readonly code: 'quote-unclosed' | 'quote-misplaced' | 'cell-too-long';
  /** Which cell, from 0. */
  readonly cellIndex: number;
  readonly message: string;
}

/** One row of a table, the header being the first. */
export interface TableRow {
  readonly cells: readonly string[];
  /** As a spreadsheet numbers rows: the header is 1, blank lines count. */
  readonly row: number;
  /** Line of the text in which the row begins; differs from `row` behind quoted line breaks. */
  readonly line: number;
  readonly fault?: RowFault;
}

const QUOTE = 34;
const LF = 10;
const CR = 13;

type State = 'start' | 'plain' | 'quoted' | 'quote' | 'after';

/**
 * Splits text into rows and cells, piece by piece (RFC 4180, and what spreadsheets write): LF, CRLF and CR end a row
 * outside quotes, a doubled quote inside quotes is one, a quote inside an unquoted cell is itself, blanks behind a
 * closing quote are passed over. Blank lines are no rows.
 */
export class TableSplitter {
  readonly #separator: number;
  readonly #mostCharacters: number;
  #state: State = 'start';
  #cells: string[] = [];
  #cell = '';
  #row = 1;
  #rowLine: number;
  #line: number;
  #quoteLine = 0;
  #skipLf = false;
  #quotedRow = false;
  #fault: RowFault | undefined;

  /** @param mostCharacters of one cell; longer ones make a fault and are not kept */
  constructor(separator: string, { mostCharacters = 2 ** 24, line = 1 } = {}) {
    this.#separator = separator.charCodeAt(0);
    this.#mostCharacters = mostCharacters;
    this.#line = line;
    this.#rowLine = line;
  }

  /** The rows that end in this piece. */
  push(text: string): TableRow[] {
    const rows: TableRow[] = [];
    const separator = this.#separator;
    let index = 0;
    if (this.#skipLf && text !== '') {
      if (text.charCodeAt(0) === LF) index = 1;
      this.#skipLf = false;
    }
    while (index < text.length) {
      if (this.#state === 'quoted') {
        const end = text.indexOf('"', index);
        const piece = text.slice(index, end < 0 ? undefined : end);
        this.#append(piece);
        this.#countLines(piece);
        if (end < 0) break;
        index = end + 1;
        this.#state = 'quote';
        continue;
      }
      const code = text.charCodeAt(index);
      if (this.#state === 'start') {
        if (code === QUOTE) {
          this.#state = 'quoted';
          this.#quotedRow = true;
          this.#quoteLine = this.#line;
          index++;
          continue;
        }
        this.#state = 'plain';
      } else if (this.#state === 'quote') {
        if (code === QUOTE) {
          this.#append('"');
          this.#state = 'quoted';
          index++;
          continue;
        }
        this.#state = 'after';
      }
      let end = index;
      let stop = 0;
      for (; end < text.length; end++) {
        stop = text.charCodeAt(end);
        if (stop === separator || stop === LF || stop === CR) break;
      }
      if (end > index) this.#plainPiece(text.slice(index, end));
      if (end === text.length) break;
      index = end + 1;
      this.#endCell();
      if (stop === separator) continue;
      if (stop === CR) {
        if (index === text.length) this.#skipLf = true;
        else if (text.charCodeAt(index) === LF) index++;
      }
      this.#line++;
      this.#endRow(rows);
    }
    return rows;
  }

  /** The last row, where the text does not end with a line end. */
  end(): TableRow[] {
    const rows: TableRow[] = [];
    if (this.#state === 'quoted') {
      this.#faulty(
        'quote-unclosed',
        `Expected a closing quote for the one opened in line ${this.#quoteLine}, got the end of the file; the file is cut, or a quote was not doubled.`,
      );
    }
    if (this.#state !== 'start' || this.#cells.length > 0) {
      this.#endCell();
      this.#endRow(rows);
    }
    return rows;
  }

  #plainPiece(piece: string): void {
    if (this.#state !== 'after') {
      this.#append(piece);
    } else if (piece.trim() !== '') {
      this.#faulty(
        'quote-misplaced',
        `Expected a separator behind a closing quote, got '${piece.slice(0, 40)}'; double the quotes inside the cell.`,
      );
    }
  }

  #append(piece: string): void {
    if (this.#cell.length + piece.length <= this.#mostCharacters) {
      this.#cell += piece;
      return;
    }
    this.#faulty(
      'cell-too-long',
      `Expected at most ${this.#mostCharacters} characters in a cell, got more; a quote before line ${this.#line + 1} may be unclosed.`,
    );
    this.#cell = '';
  }

  #faulty(code: RowFault['code'], message: string): void {
    this.#fault ??= { code, cellIndex: this.#cells.length, message };
  }

  #countLines(piece: string): void {
    for (let at = piece.indexOf('\n'); at >= 0; at = piece.indexOf('\n', at + 1)) this.#line++;
  }

  #endCell(): void {
    this.#cells.push(this.#cell);
    this.#cell = '';
    this.#state = 'start';
  }

  #endRow(rows: TableRow[]): void {
    const cells = this.#cells;
    const blank = cells.length === 1 && cells[0] === '' && !this.#quotedRow;
    if (!blank) {
      const place = { cells, row: this.#row, line: this.#rowLine };
      rows.push(this.#fault === undefined ? place : { ...place, fault: this.#fault });
    }
    this.#cells = [];
    this.#fault = undefined;
    this.#quotedRow = false;
    this.#row++;
    this.#rowLine = this.#line;
  }
}
