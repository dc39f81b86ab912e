/** A number with a comma for its point; `1,234` may have one between thousands, and is not looked at. */
const DECIMAL_COMMA = /^[+-]?(?!0*[1-9]\d{0,2}(?:,\d{3})+$)\d+,\d+(?:[eE][+-]?\d+)?$/;
const EITHER = /^[+-]?\d+,\d{3}$/;

/**
 * Whether a cell is a number as spreadsheets of many languages write it, such as `0,25`.
 *
 * @param cell All of a cell.
 * @returns Whether it plainly is one.
 */
export function isDecimalComma(cell: string): boolean {
  return DECIMAL_COMMA.test(cell.trim());
}

/**
 * Whether the comma of a cell stands between thousands or before decimals, as in `1,234`, and only other
 * cells tell.
 *
 * @param cell All of a cell.
 * @returns Whether it is such a number.
 */
export function mayBeDecimalComma(cell: string): boolean {
  return EITHER.test(cell.trim());
}

/**
 * How to write points for decimal commas.
 *
 * @param delimiter What separates the cells.
 * @returns A line that does it.
 */
export function decimalPoints(delimiter: string): string {
  return delimiter === ","
    ? String.raw`write points: sed 's/"\([^",]*\),\([^",]*\)"/"\1.\2"/g' FILE | rankme`
    : "write points: tr , . < FILE | rankme";
}
