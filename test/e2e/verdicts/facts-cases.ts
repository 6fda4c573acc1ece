import { ASSESSMENT_PATH, assessmentReport, salesReport } from '../../../lab/stories/ready.ts'
import { isoDay, SALES_PASSWORD } from '../../../lab/stories/sales.ts'
import type { LoginState } from '../../../lab/sql/state.ts'
import type { Change } from '../../../lab/stories/change.ts'
import type { Case } from '../expectation.ts'
import { fails, isBlocked, isManual, isUnknown, passes } from '../expectation.ts'
import { elsewhere, ready } from './worlds.ts'

const VERSION = 'source/version-is-supported'
const INSTANCE = 'source/port-matches-instance'
const READABLE = 'source/database-is-readable'
const LOGINS = 'source/logins-can-be-migrated'
const ASSESSMENT = 'tools/assessment-is-clean'
const ORDERS = { subject: 'sales/Orders' }
const TWO = ['Sales', 'Orders'].map((name) => ({ name }))

function login(more: Partial<LoginState> = {}): LoginState {
  return { user: 'dms', password: SALES_PASSWORD, ...more }
}

function refusing(holding: string): Change {
  const error = { number: 208, state: 1, severity: 16, message: "Invalid object name 'sys.databases'." }
  return { source: { state: { refusesStatements: [{ holding, error }] } } }
}

function aged(maxAge: string): Change {
  return { manifest: { [`report: ${ASSESSMENT_PATH}`]: `report: ${ASSESSMENT_PATH}, max-age: ${maxAge}` } }
}

const BLOCKER = {
  CompatibilityLevel: 'CompatLevel150',
  Category: 'Compatibility',
  Severity: 'Error',
  ChangeCategory: 'MigrationBlocker',
  RuleId: 'Microsoft.Rules.Data.Upgrade.UR00006',
  Title: 'Cross-database references are not supported in Azure SQL Database',
  ImpactedObjects: [{ Name: 'dbo.usp_Totals', ObjectType: 'StoredProcedure' }],
}

export const FACTS_CASES: readonly Case[] = [
  {
    world: 'a source of 2005, another instance than the one named, and nothing encrypted',
    story: ready({
      manifest: {
        'server: localhost,': String.raw`server: localhost\SALES,`,
        '{ ca: certs/root.pem }': '{ encrypt: false }',
      },
      source: { state: { version: [9, 0, 5000] }, certificate: 'none' },
    }),
    expected: [
      fails(VERSION, /is older than SQL Server 2008: version 9\.0\.5000.*SqlVersionOutOfRange/),
      fails(INSTANCE, /is the default instance on SQL01, and the manifest names SALES/),
    ],
  },
  {
    world: 'a source that errs at one statement',
    story: ready(refusing("SERVERPROPERTY('ProductLevel')")),
    expected: [
      ...[VERSION, INSTANCE, READABLE].map((id) => isUnknown(id, 'unsupported', /Query "server-facts".*208/)),
      passes('source/login-has-control-server', /has CONTROL SERVER/),
      passes(LOGINS, /no enabled Windows login/),
    ],
  },
  {
    world: 'a database that is being restored',
    story: ready({ source: { state: { databases: [{ name: 'Sales' }, { name: 'Orders', state: 'RESTORING' }] } } }),
    expected: [
      fails(READABLE, /Orders on .* is RESTORING/, ORDERS),
      passes(READABLE, /ONLINE/, { subject: 'sales/Sales' }),
    ],
  },
  {
    world: 'a login that does not see all databases, nor all logins',
    story: ready({
      source: {
        state: {
          logins: [login({ databases: ['Sales'] }), login({ user: 'app', password: 'An0ther-one!' })],
          databases: TWO,
          viewAnyDatabase: false,
        },
      },
    }),
    expected: [
      isUnknown(READABLE, 'forbidden', /does not see a database Orders .*lacks VIEW ANY DATABASE/, ORDERS),
      isBlocked(LOGINS, 'source/login-has-control-server', { says: /with CONTROL SERVER it does/ }),
    ],
  },
  {
    world: 'a database that is offline, and hidden from a login without CONTROL SERVER',
    story: ready({
      source: {
        state: {
          logins: [login({ databases: ['Sales'] })],
          databases: [{ name: 'Sales' }, { name: 'Orders', state: 'OFFLINE' }],
        },
      },
    }),
    expected: [
      isUnknown(READABLE, 'forbidden', /does not see a database Orders .*not there, or it is OFFLINE/, ORDERS),
      passes(READABLE, /ONLINE/, { subject: 'sales/Sales' }),
    ],
  },
  {
    world: 'a Windows login that applications use',
    story: ready({
      source: {
        state: {
          logins: [
            login({ controlServer: true }),
            { user: String.raw`CORP\svc-web`, kind: 'windows', password: 'An0ther-one!' },
          ],
        },
      },
    }),
    expected: [fails(LOGINS, /1 Windows login or group that will be left behind: CORP\\svc-web/)],
  },
  {
    world: 'an assessment that finds a blocker',
    story: ready({
      files: (ports) => {
        const report = JSON.parse(salesReport(ports)) as { Databases: { AssessmentRecommendations: unknown[] }[] }
        report.Databases[1]?.AssessmentRecommendations.push(BLOCKER)
        return { [ASSESSMENT_PATH]: JSON.stringify(report) }
      },
    }),
    expected: [fails(ASSESSMENT, /Orders of localhost.* has 1 blocker: Cross-database references.*dbo\.usp_Totals/)],
  },
  {
    world: 'an assessment without one of the databases, of a month ago',
    story: ready(aged('7d'), {
      files: (ports) => ({
        [ASSESSMENT_PATH]: assessmentReport({ databases: [[`localhost,${String(ports.sql['source'])}`, 'Sales']] }),
      }),
    }),
    expected: [fails(ASSESSMENT, new RegExp(`of ${isoDay(-8)}.*days old.*it does not cover Orders`))],
  },
  {
    world: 'an assessment that is cut off',
    story: ready({ files: { [ASSESSMENT_PATH]: '{ "Databases": [' } }),
    expected: [isUnknown(ASSESSMENT, 'protocol', /neither a JSON report of Data Migration Assistant nor/)],
  },
  {
    world: 'no assessment',
    story: elsewhere(),
    expected: [isManual(ASSESSMENT, /names no assessment report \(tools\.assessment\.report\)/)],
  },
]
