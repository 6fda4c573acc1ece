import type { Remediation } from '../../../domain/report.ts'
import { decideAccess, groupsAmong, type Decision } from '../../../domain/role-assignments.ts'
import type { Script } from '../../../domain/observed.ts'
import { azScript, quoteBash } from '../../azure-cli.ts'
import type { Judgement } from '../../define.ts'
import { boundText } from '../../foreign-text.ts'
import { unknownByGap } from '../../gap-fact.ts'
import { BLOB_READ, type ContainerFact, type Evidence, type IdentityFact } from './read-access.ts'

const ROLE = 'Storage Blob Data Reader'
const NOT_KNOWN = 'Whether the instance may read the backups under its own identity is not known'
type Read = Exclude<ContainerFact, { gap: object }>
type Held = Extract<IdentityFact, { principalId: string }>

export function judgeAccess(evidence: Evidence, target: string): Judgement {
  if (!evidence.applies) {
    return { verdict: 'not-applicable', summary: `No backups for ${target} are read from a container` }
  }
  const { identity, containers, instanceId } = evidence
  const names = containers.map(({ where }) => where).join(', ')
  const expected = `an identity of ${target} has ${ROLE} at ${names}, where its managed identity is chosen to read the backups`
  if (identity.kind === 'none') return withoutIdentity({ target, expected, instanceId, containers })
  if (identity.kind === 'unnamed') {
    const message = `Azure does not tell the object id of ${identity.id}, the primary identity of ${target}`
    return undecided(message, expected)
  }
  const who = `${describe(identity)} of ${target}`
  const decisions = containers.map((container) => ({
    container,
    decision: 'gap' in container ? undefined : decide(identity, container),
  }))
  const refused = decisions.filter(
    ({ decision }) => decision?.standing === 'not-granted' || decision?.standing === 'denied',
  )
  if (refused.length > 0) return refusal({ who, identity, expected, refused })
  for (const { container, decision } of decisions) {
    if ('gap' in container) {
      return unknownByGap(container.gap, `${NOT_KNOWN}: ${container.gap.message}`, expected)
    }
    if (decision?.standing !== 'granted') {
      const by = decision?.by.join(', ') ?? ''
      const message = `whether ${who} may read ${container.where} depends on ${by}, which is not decided here`
      return undecided(message, expected)
    }
  }
  return permission(who, expected, decisions)
}

function decide({ principalId }: Held, { assignments, definitions, denies, scope }: Read): Decision {
  // Groups without a role at the container are not among them, and may be those of a deny assignment.
  const holder = { principalId, groupIds: groupsAmong(assignments, principalId), knowsGroups: false }
  return decideAccess({ holder, assignments, definitions, denies }, { action: BLOB_READ, plane: 'data', scope })
}

type Decided = { container: ContainerFact; decision: Decision | undefined }

function permission(who: string, expected: string, decisions: readonly Decided[]): Judgement {
  const unread = decisions
    .flatMap(({ container }) => ('gap' in container ? [] : [container.deniesUnread]))
    .find(Boolean)
  const granted = decisions.map(({ container, decision }) => `${container.where} by ${decision?.by.join(', ') ?? ''}`)
  const actual = `${who} may read ${granted.join('; ')}`
  return {
    verdict: 'pass',
    proof: unread === undefined || unread === null ? 'direct' : 'proxy',
    summary: unread === undefined || unread === null ? actual : `${actual}; deny assignments are not read: ${unread}`,
    expected,
    actual,
  }
}

function refusal(found: { who: string; identity: Held; expected: string; refused: readonly Decided[] }): Judgement {
  const { who, identity, expected, refused } = found
  const parts = refused.map(({ container, decision }) =>
    decision?.standing === 'denied'
      ? `${container.where}, which the deny assignment ${decision.by.join(', ')} takes from it`
      : container.where,
  )
  const actual = `${who} may not read ${parts.join('; ')}`
  const lacking = refused.filter(({ decision }) => decision?.standing === 'not-granted')
  const scripts = lacking.map(({ container }) =>
    azScript('az role assignment create', {
      '--assignee-object-id': identity.principalId,
      '--assignee-principal-type': 'ServicePrincipal',
      '--role': ROLE,
      '--scope': container.scope,
    }),
  )
  const denied =
    lacking.length < refused.length
      ? ' A deny assignment goes before every role: it is changed where it comes from, such as a deployment stack.'
      : ''
  return { verdict: 'fail', proof: 'direct', summary: actual, expected, actual, remediation: remedy(scripts, denied) }
}

function withoutIdentity(found: {
  target: string
  expected: string
  instanceId: string
  containers: readonly ContainerFact[]
}): Judgement {
  const { target, expected, instanceId, containers } = found
  const id = quoteBash(instanceId)
  const scopes = containers.filter((container) => !('gap' in container)).map(({ scope }) => scope)
  const code = [
    `az sql mi update --ids ${id} --assign-identity`,
    `principal=$(az sql mi show --ids ${id} --query identity.principalId --output tsv)`,
    ...(scopes.length === 0 ? ['<ID-OF-THE-CONTAINER>'] : scopes).map(
      (scope) =>
        `az role assignment create --assignee-object-id "$principal" --assignee-principal-type ServicePrincipal \\\n  --role '${ROLE}' --scope ${quoteBash(scope)}`,
    ),
  ].join('\n')
  const actual = `${target} has no identity of its own`
  return {
    verdict: 'fail',
    proof: 'direct',
    summary: `${actual}, under which it could read the backups`,
    expected,
    actual,
    remediation: remedy([{ language: 'bash', code }], ''),
  }
}

function remedy(scripts: Script[], more: string): Remediation {
  return {
    text: `Give the identity of the instance ${ROLE} at the container. It is needed only where the migration reads the backups under the managed identity, as the Azure portal offers it; with a key of the storage account it is not.${more}`,
    scripts,
  }
}

function undecided(text: string, expected: string): Judgement {
  const message = boundText(text)
  const summary = `${NOT_KNOWN}: ${message}`
  return { verdict: 'unknown', proof: 'direct', summary, expected, cause: { kind: 'insufficient', message } }
}

function describe({ kind, principalId }: Held): string {
  return `the ${kind === 'primary' ? 'primary user-assigned' : 'system-assigned'} identity (object ${principalId})`
}
