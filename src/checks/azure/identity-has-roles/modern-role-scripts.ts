import type { Manifest, Scenario } from '../../../domain/manifest.ts'
import type { Script } from '../../../domain/observed.ts'
import { parseResourceId } from '../../../domain/resource-id.ts'
import { azScript } from '../../azure-cli.ts'
import { actionsOf, BLOB_READ, MIGRATION_ROLES } from './modern-actions.ts'
import type { Finding, PlaceFact } from './read-modern.ts'

const FILE = 'dms-migration-role.json'

/** The role with just the actions of Microsoft's, and its assignments, led by what is missing now. */
export function modernRoleScripts(
  manifest: Pick<Manifest, 'scenario'>,
  places: readonly PlaceFact[],
  findings: readonly Pick<Finding, 'where' | 'lacking'>[],
): Script[] {
  const role = leastRole(manifest.scenario, places)
  const missing = findings.flatMap(({ where, lacking }) => [
    `# Missing now at ${where}:`,
    ...lacking.map(
      ({ action, deniedBy }) => `#   ${action}${deniedBy.length === 0 ? '' : ` (denied: ${deniedBy.join(', ')})`}`,
    ),
  ])
  const definition = [
    ...missing,
    `cat > ${FILE} <<'JSON'`,
    JSON.stringify(role, undefined, 2),
    'JSON',
    `az role definition create --role-definition ${FILE}`,
  ]
  return [
    { language: 'bash', code: definition.join('\n') },
    ...assignedAt(places).map((scope) =>
      azScript('az role assignment create', {
        '--assignee': '<WHO-STARTS-THE-MIGRATION>',
        '--role': role.Name,
        '--scope': scope,
      }),
    ),
  ]
}

/** As `az role definition create` takes it. */
export function leastRole(scenario: Scenario, places: readonly PlaceFact[]): { Name: string; Actions: string[] } {
  const role = MIGRATION_ROLES[scenario]
  const groups = assignedAt(places).map(groupOf)
  return {
    Name: role.name,
    ...{ IsCustom: true, Description: `What a migration by Azure Database Migration Service takes (${role.dated}).` },
    Actions: actionsOf(role),
    ...{
      NotActions: [],
      DataActions: places.some(({ place }) => place === 'container') ? [BLOB_READ] : [],
      NotDataActions: [],
      AssignableScopes: [...new Map(groups.map((group) => [group.toLowerCase(), group])).values()],
    },
  }
}

/** The group of the service takes in the service, the account its containers. */
function assignedAt(places: readonly PlaceFact[]): string[] {
  const scopes = places
    .filter(({ place }) => ['target', 'service-group', 'storage'].includes(place))
    .map(({ scope }) => scope)
  return [...new Set(scopes)].filter((scope) => scope !== '')
}

function groupOf(scope: string): string {
  const id = parseResourceId(scope)
  return id === undefined ? scope : `/subscriptions/${id.subscription}/resourceGroups/${id.resourceGroup}`
}
