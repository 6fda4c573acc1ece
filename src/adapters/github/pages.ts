import { seen, type Observed } from '../../domain/observed.ts'
import type { GitHubAnswer } from './request.ts'

/** https://docs.github.com/rest/using-the-rest-api/using-pagination-in-the-rest-api: no page is larger. */
export const PAGE_SIZE = 100
/** Far fewer than what GitHub's secondary limits allow at once. */
const PAGES_AT_ONCE = 4

export interface Page<T> {
  items: readonly T[]
  /** Number of the last page, as the answer says. */
  last: number
}

/**
 * Number of the last page of a list. Only the number is taken from the answer, never its address; without one the list
 * goes on for one page at a time as long as there is a next one.
 */
export function lastPageOf({ headers }: GitHubAnswer, page: number): number {
  const links = String(headers['link'] ?? '').split(',')
  const last = links.find((link) => /rel="?last"?/.test(link))
  const number = Number(/[?&]page=(\d{1,7})(?!\d)/.exec(last ?? '')?.[1] ?? page)
  const hasNext = links.some((link) => /rel="?next"?/.test(link))
  return Math.max(number, hasNext ? page + 1 : page)
}

export interface Search<T> {
  read: (page: number) => Promise<Observed<Page<T>>>
  isWanted: (item: T) => boolean
  from: number
  mostPages: number
}

export interface Found<T> {
  items: readonly T[]
  lastPage: number
  complete: boolean
}

/**
 * Reads pages in their order, a few at once, until one of them holds a wanted item. Where there are more pages than
 * allowed, half of them are the first and half the last: what we made is as old as our first run, or young.
 */
export async function searchPages<T>({ read, isWanted, from, mostPages }: Search<T>): Promise<Observed<Found<T>>> {
  let lastPage = from
  let next = from
  let reads = 0
  let complete = true
  const half = Math.ceil(mostPages / 2)
  while (next <= lastPage && reads < mostPages) {
    // The first page tells how many there are.
    const count = Math.min(
      reads === 0 ? 1 : PAGES_AT_ONCE,
      lastPage - next + 1,
      (reads < half ? half : mostPages) - reads,
    )
    const numbers = Array.from({ length: count }, (_, at) => next + at)
    const answers = await Promise.all(numbers.map(read))
    const items: T[] = []
    for (const answer of answers) {
      if (!answer.ok) return answer
      lastPage = Math.max(lastPage, answer.value.last)
      items.push(...answer.value.items.filter(isWanted))
    }
    if (items.length > 0) return seen({ items, lastPage, complete: true })
    reads += count
    next += count
    const left = mostPages - reads
    if (complete && reads >= half && lastPage - next + 1 > left) {
      complete = false
      next = lastPage - left + 1
    }
  }
  return seen({ items: [], lastPage, complete: complete && next > lastPage })
}
