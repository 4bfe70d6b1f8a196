import { columnsOf, fit, neutralise } from './terminal-text.ts'

export interface Column<Row> {
  readonly title: string
  readonly align?: 'left' | 'right'
  readonly maxColumns?: number
  readonly cell: (row: Row) => string
}

/** Lines of a table, each column as wide as its widest cell. */
export function drawTable<Row>(columns: readonly Column<Row>[], rows: readonly Row[]): string[] {
  const cells = rows.map((row) => columns.map((column) => neutralise(column.cell(row))))
  const widths = columns.map((column, index) => {
    const widest = Math.max(column.title.length, ...cells.map((line) => columnsOf(line[index]!)))
    return Math.min(widest, column.maxColumns ?? Infinity)
  })
  const draw = (line: readonly string[]): string =>
    line
      .map((text, index) => fit(text, widths[index]!, columns[index]!.align))
      .join('  ')
      .trimEnd()
  return [draw(columns.map((column) => column.title)), ...cells.map(draw)]
}

/** Lines of names and values, the values under each other. */
export function drawPairs(pairs: readonly (readonly [string, string])[]): string[] {
  const width = Math.max(...pairs.map(([name]) => columnsOf(name)))
  return pairs.map(([name, value]) => `${fit(name, width)}  ${neutralise(value)}`)
}
