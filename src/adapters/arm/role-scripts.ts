import type { Script } from '../../domain/observed.ts'
import { isHeldByReader } from './read-actions.ts'
import { quoteShell } from './shell.ts'

export interface MissingRole {
  action: string
  scope: string
  /** Object or application id that gets the role. */
  assignee: string
}

/** The smallest role that holds the action at the scope: the built-in Reader for a read, else one made for it alone. */
export function roleScripts({ action, scope: asked, assignee }: MissingRole): Script[] {
  const scope = assignableScope(asked)
  const assign = (role: string): string =>
    `az role assignment create --assignee ${quoteShell(assignee)} --role ${quoteShell(role)} --scope ${quoteShell(scope)}`
  if (isHeldByReader(action)) return [{ language: 'bash', code: assign('Reader') }]
  const role = `dms-preflight ${action.split('/').slice(-2, -1).join('')}`
  const definition = JSON.stringify({
    Name: role,
    IsCustom: true,
    Description: 'One read of dms-preflight that Azure offers as POST, so that the role Reader lacks it',
    Actions: [action],
    AssignableScopes: [/^\/subscriptions\/[^/]+/i.exec(scope)?.[0] ?? scope],
  })
  const define = `az role definition create --role-definition ${quoteShell(definition)}`
  return [{ language: 'bash', code: `${define}\n${assign(role)}` }]
}

/**
 * A resource, its group or its subscription: what a role can be assigned at. A list below a resource, an action on it
 * and what stands below a subscription alone are none.
 */
export function assignableScope(path: string): string {
  const [, above = path, segments] =
    /^(\/subscriptions\/[^/]+\/resourceGroups\/[^/]+\/providers\/[^/]+)\/(.+?)\/?$/i.exec(path) ?? []
  if (segments === undefined) return /^\/subscriptions\/[^/]+(?:\/resourceGroups\/[^/]+)?/i.exec(path)?.[0] ?? path
  const names = segments.replace(/\/providers\/.*$/i, '').split('/')
  const whole = names.slice(0, names.length - (names.length % 2))
  return whole.length === 0 ? assignableScope(above.replace(/\/providers\/.*$/i, '')) : `${above}/${whole.join('/')}`
}
