import type { ServerPrincipalRow } from './statements/server-principals.ts'

/** Not the server's own: service accounts, `##...##` of certificates, and built-in groups exist on every server anew. */
export function isOfPeople({ name, type }: Pick<ServerPrincipalRow, 'name' | 'type'>): boolean {
  if (!['S', 'U', 'G', 'E', 'X'].includes(type)) return false
  return !/^(?:NT AUTHORITY|NT SERVICE|BUILTIN)\\|^##.*##$|^sa$/i.test(name)
}
