export interface Memo {
  /** The same promise for the same key: what was asked once in a run is not asked again, failures included. */
  once<T>(key: string, make: () => Promise<T>): Promise<T>
}

/** A memory for one run. The caller keeps keys of different types apart. */
export function createMemo(): Memo {
  const answers = new Map<string, Promise<unknown>>()
  return {
    once<T>(key: string, make: () => Promise<T>): Promise<T> {
      const known = answers.get(key)
      if (known !== undefined) return known as Promise<T>
      const answer = make()
      answers.set(key, answer)
      return answer
    },
  }
}
