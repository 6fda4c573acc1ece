import type { Cell, Column, Reply, SqlType } from '../tds/model.ts'

export function flag(value: boolean): number {
  return value ? 1 : 0
}

export function row(...cells: readonly [Column, Cell][]): Reply {
  return { sets: [{ columns: cells.map(([column]) => column), rows: [cells.map(([, cell]) => cell)] }] }
}

export function text(name: string): Column {
  return { name, type: 'nvarchar' satisfies SqlType, length: 128 }
}

export function int(name: string): Column {
  return { name, type: 'int' }
}
