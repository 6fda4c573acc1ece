import type { Script } from '../../../domain/observed.ts'
import { azScript } from '../../azure-cli.ts'
import { REQUIRED } from './actions.ts'

const ROLE = 'Azure Database Migration Contributor'
const FILE = 'dms-contributor.json'

/** The role that Microsoft's prerequisites print, as `az role definition create` takes it, and its assignment. */
export function roleScripts(scopes: readonly string[]): Script[] {
  const subscriptions = [...new Set(scopes.map(subscriptionOf))]
  const role = {
    Name: ROLE,
    IsCustom: true,
    Description: 'Creates and runs Azure Database Migration Service (classic), its projects and tasks.',
    Actions: REQUIRED.map(({ action }) => action),
    NotActions: [],
    AssignableScopes: subscriptions,
  }
  const definition = [
    `cat > ${FILE} <<'JSON'`,
    JSON.stringify(role, undefined, 2),
    'JSON',
    `az role definition create --role-definition ${FILE}`,
  ]
  return [
    { language: 'bash', code: definition.join('\n') },
    ...subscriptions.map((scope) =>
      azScript('az role assignment create', {
        '--assignee': '<WHO-CREATES-AND-RUNS-DMS>',
        '--role': ROLE,
        '--scope': scope,
      }),
    ),
  ]
}

function subscriptionOf(scope: string): string {
  return scope.split('/').slice(0, 3).join('/').toLowerCase()
}
