import { GENERATIONS } from '../../../domain/manifest.ts'
import { seen } from '../../../domain/observed.ts'
import { parseResourceId } from '../../../domain/resource-id.ts'
import { azScript, groupOptions } from '../../azure-cli.ts'
import { defineCheck, type Judgement } from '../../define.ts'
import { boundText } from '../../foreign-text.ts'
import { targetDatabaseSubjects, type TargetDatabaseSpec } from '../../subjects.ts'

type Evidence =
  | {
      there: 'neither' | 'server'
      missing: 'resource' | 'parent' | 'resource-group'
      message: string
      serverState?: string
    }
  | { there: 'both'; serverState?: string; status?: string; sku?: string; maxSizeBytes?: number }

/** Microsoft.Sql DatabaseStatus: what no migration can write to. All others but Online pass by themselves or on login. */
const UNUSABLE = [
  'offline',
  'disabled',
  'inaccessible',
  'suspect',
  'emergencymode',
  'shutdown',
  'stopped',
  'offlinesecondary',
  'recoverypending',
]

export default defineCheck<TargetDatabaseSpec, Evidence, 'arm'>({
  meta: {
    id: 'target/sql-database-exists',
    ref: 'DMSP-034',
    title: 'The target Azure SQL database exists and is online',
    team: 'azure',
    scenarios: ['sql-server-to-azure-sql-database'],
    generations: GENERATIONS,
    severity: 'required',
    needs: [{ id: 'azure/sign-in-works' }],
    disprovedBy: ['not-there'],
    vantage: 'control-plane',
    verdicts: ['pass', 'fail', 'unknown'],
    why: 'DMS copies data into a database that is already there: it creates neither the server nor the database.',
    source: {
      title: 'Overview of prerequisites for using the Azure Database Migration Service',
      url: 'https://learn.microsoft.com/azure/dms/pre-reqs',
      verified: '2026-11-22',
      rows: ['D1', 'COM-003'],
    },
    remedy: 'Create the Azure SQL logical server and the database under the name that the manifest gives it.',
  },
  uses: ['arm'],
  subjects: targetDatabaseSubjects,
  observe: async ({ arm }, { spec }) => {
    const { resourceId } = spec.target
    const server = await arm.sqlServer(resourceId)
    if (!server.ok) return server
    if (!server.value.found) {
      const { missing, message } = server.value
      return seen<Evidence>({ there: 'neither', missing, message: boundText(message) })
    }
    const { state } = server.value.value
    const serverState = state === undefined ? {} : { serverState: state }
    const database = await arm.sqlDatabase(`${resourceId}/databases/${spec.database}`)
    if (!database.ok) return database
    if (!database.value.found) {
      const { missing, message } = database.value
      return seen<Evidence>({ there: 'server', missing, message: boundText(message), ...serverState })
    }
    const { status, sku, maxSizeBytes } = database.value.value
    return seen<Evidence>({
      there: 'both',
      ...serverState,
      ...(status === undefined ? {} : { status }),
      ...(sku === undefined ? {} : { sku }),
      ...(maxSizeBytes === undefined ? {} : { maxSizeBytes }),
    })
  },
  judge: (evidence, { spec }) => (evidence.there === 'both' ? judgeStatus(evidence, spec) : missing(evidence, spec)),
})

function judgeStatus(
  { status, serverState, sku }: Extract<Evidence, { there: 'both' }>,
  spec: TargetDatabaseSpec,
): Judgement {
  const name = describe(spec)
  const expected = expectedOf(spec)
  if (serverState?.toLowerCase() === 'disabled') {
    const actual = `the server ${serverName(spec)} is Disabled`
    const text = 'Enable the server again: look at its state and at the state of the subscription in the portal.'
    return {
      verdict: 'fail',
      proof: 'direct',
      summary: `${name} cannot be used: ${actual}`,
      expected,
      actual,
      remediation: { text, scripts: [] },
    }
  }
  if (status === undefined) {
    const message = `Azure gave no status for ${name}`
    return { verdict: 'unknown', proof: 'direct', summary: message, expected, cause: { kind: 'insufficient', message } }
  }
  const shown = boundText(status, 60)
  const actual = `${name} is ${shown}${sku === undefined ? '' : ` (${boundText(sku, 60)})`}`
  if (status.toLowerCase() === 'online' && serverState?.toLowerCase() !== 'ready') {
    const told = serverState === undefined ? 'Azure gave no state' : `the state is ${boundText(serverState, 60)}`
    const message = `${actual}, but for its server ${serverName(spec)} ${told}`
    return { verdict: 'unknown', proof: 'direct', summary: message, expected, cause: { kind: 'insufficient', message } }
  }
  if (status.toLowerCase() === 'online') return { verdict: 'pass', proof: 'direct', summary: actual, expected, actual }
  if (UNUSABLE.includes(status.toLowerCase())) {
    const text = 'Bring the database online; the activity log of the database says why it is not.'
    return {
      verdict: 'fail',
      proof: 'direct',
      summary: `${actual}, not Online`,
      expected,
      actual,
      remediation: { text, scripts: [showScript(spec)] },
    }
  }
  const message = `${actual}: that status may pass, and does not prove a usable database`
  const text =
    'Wait until the database is Online; a paused serverless database comes back with the next login. Then run this again.'
  return {
    verdict: 'unknown',
    proof: 'direct',
    summary: message,
    expected,
    cause: { kind: 'insufficient', message },
    remediation: { text, scripts: [showScript(spec)] },
  }
}

function missing(
  { there, missing: what, message }: Exclude<Evidence, { there: 'both' }>,
  spec: TargetDatabaseSpec,
): Judgement {
  const gap =
    what === 'resource-group'
      ? 'its resource group is not there'
      : there === 'neither'
        ? `there is no server ${serverName(spec)}`
        : 'the server has no such database'
  const actual = `${gap} (${message})`
  const create = azScript('az sql db create', {
    ...serverOptions(spec),
    '--name': spec.database,
    '--service-objective': '<SERVICE-OBJECTIVE>',
  })
  const server = azScript('az sql server create', {
    ...groupOptions(spec.target.resourceId),
    '--name': serverName(spec),
    '--location': '<REGION>',
    '--admin-user': '<ADMIN>',
    '--admin-password': '<PASSWORD>',
  })
  return {
    verdict: 'fail',
    proof: 'direct',
    summary: `${describe(spec)} is not there: ${gap}`,
    expected: expectedOf(spec),
    actual,
    remediation: {
      text: 'Create it (SQL DB Contributor on the server is enough for the database), or correct the name in the manifest.',
      scripts: there === 'neither' ? [server, create] : [create],
    },
  }
}

function describe(spec: TargetDatabaseSpec): string {
  return `Database ${spec.database} on ${serverName(spec)}`
}

function expectedOf(spec: TargetDatabaseSpec): string {
  return `database ${spec.database} exists on server ${serverName(spec)} with status Online`
}

function serverName({ target }: TargetDatabaseSpec): string {
  return parseResourceId(target.resourceId)?.name ?? target.name
}

function serverOptions(spec: TargetDatabaseSpec): Record<string, string> {
  return { ...groupOptions(spec.target.resourceId), '--server': serverName(spec) }
}

function showScript(spec: TargetDatabaseSpec): ReturnType<typeof azScript> {
  return azScript('az sql db show', { ...serverOptions(spec), '--name': spec.database, '--query': 'status' })
}
