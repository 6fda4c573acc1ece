/** Whether a collation takes two names for one; unknown collations are taken for usual ones. */
export function isSameName(left: string, right: string, collation: string | null): boolean {
  return left === right || foldName(left, collation) === foldName(right, collation)
}

/**
 * What two names have in common that a collation takes for one: `_BIN` compares as it stands; `_CI`, `_AI` and no `_WS`
 * leave letter case, accents and width aside.
 */
export function foldName(name: string, collation: string | null): string {
  const rules = collation ?? ''
  if (/_BIN2?\b/i.test(rules)) return name
  const narrow = /_WS(?:_|$)/i.test(rules) ? name : name.normalize('NFKC')
  const plain = /_AI(?:_|$)/i.test(rules) ? narrow.normalize('NFD').replaceAll(/\p{Mn}/gu, '') : narrow.normalize('NFC')
  return /_CS(?:_|$)/i.test(rules) ? plain : plain.toLowerCase()
}
