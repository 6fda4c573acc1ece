/** Whether a server of that collation takes two names of databases for one; unknown collations are taken for usual ones. */
export function isSameName(left: string, right: string, collation: string | null): boolean {
  return left === right || fold(left, collation ?? '') === fold(right, collation ?? '')
}

/** `_BIN` compares as it stands; `_CI`, `_AI` and no `_WS` leave letter case, accents and width aside. */
function fold(name: string, collation: string): string {
  if (/_BIN2?\b/i.test(collation)) return name
  const narrow = /_WS(?:_|$)/i.test(collation) ? name : name.normalize('NFKC')
  const plain = /_AI(?:_|$)/i.test(collation)
    ? narrow.normalize('NFD').replaceAll(/\p{Mn}/gu, '')
    : narrow.normalize('NFC')
  return /_CS(?:_|$)/i.test(collation) ? plain : plain.toLowerCase()
}
