import type { Cell, Column, Reply, SqlType } from '../tds/model.ts'

export function flag(value: boolean): number {
  return value ? 1 : 0
}

export function row(...cells: readonly [Column, Cell][]): Reply {
  return { sets: [{ columns: cells.map(([column]) => column), rows: [cells.map(([, cell]) => cell)] }] }
}

/** As CONNECTIONPROPERTY gives a port: two bytes with a sign. */
export function signedPort(port: number): number {
  return port < 32_768 ? port : port - 65_536
}

export function text(name: string): Column {
  return { name, type: 'nvarchar' satisfies SqlType, length: 128 }
}

export function int(name: string): Column {
  return { name, type: 'int' }
}

export function table(columns: readonly Column[], rows: readonly (readonly Cell[])[]): Reply {
  return { sets: [{ columns, rows }] }
}
