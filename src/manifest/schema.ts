import * as z from 'zod'
import { isPrivateAddress, parseAddress } from '../domain/address.ts'
import { GENERATIONS, MIGRATIONS, SCENARIOS } from '../domain/manifest.ts'
import { isGuid } from '../domain/resource-id.ts'
import { isResourceName, problemOfIdForm, SERVICE_ID, SUBNET_ID } from './azure-id.ts'
import { filePath, instant, name, prose } from './schema-fields.ts'
import { Flow } from './schema-flows.ts'
import { duration, oneOf, strictMap, text, yesOrNo } from './schema-parts.ts'
import { Container, DmsLogin, Share, Source, SqlServerLogin, Target, Tls } from './schema-servers.ts'
import { problemOfHost } from './server-name.ts'

const EGRESS_FORM = 'must be a public IPv4 or IPv6 address'

const Dms = strictMap(
  {
    subnet: text(
      'must be the Azure resource id of a subnet',
      { description: 'Resource id of the subnet of DMS, or short `<vnet>/<subnet>` with `azure`.' },
      (value) => problemOfIdForm(value, SUBNET_ID),
    ).optional(),
    service: text(
      'must be the Azure resource id of the service',
      {
        description:
          'Resource id of the Database Migration Service, or its name with `azure`. Classic: `services`, whose subnet is read from Azure; modern: `sqlMigrationServices`.',
      },
      (value) => problemOfIdForm(value, SERVICE_ID),
    ).optional(),
    egress: z
      .array(
        text(EGRESS_FORM, { description: 'A public address.', examples: ['203.0.113.7'] }, (value) => {
          if (parseAddress(value) === undefined) return `${EGRESS_FORM}, one address without a prefix`
          return isPublicAddress(value) ? undefined : `${EGRESS_FORM}; this one is not public`
        }),
        { error: 'must be a list of public IP addresses' },
      )
      .meta({ description: 'Public addresses under which DMS appears, if any.' })
      .optional(),
    'nsg-ports': oneOf(
      ['seed', 'current'],
      'seed (default): 443, 53, 9354, 445, 12000 as listed in 2018; current: 443 alone.',
    ).optional(),
    flows: z
      .array(Flow, { error: 'must be a list of flows' })
      .meta({ description: 'Further flows that the network security group must let through, one check each.' })
      .optional(),
    'runtime-hosts': z
      .array(
        text(
          'must be a host name or an address',
          { description: 'A host.', examples: ['shir01.corp.example'] },
          (value) => problemOfHost(value, 'a host name or an address'),
        ),
        { error: 'must be a list of hosts' },
      )
      .max(4, { error: 'must be a list of at most 4 hosts: a runtime has no more nodes' })
      .meta({
        description:
          'Modern: the hosts of the self-hosted integration runtime, the place that counts for network paths.',
      })
      .optional(),
    'schema-migration': yesOrNo(
      'Modern, to Azure SQL Database. true: the service also makes the tables on the target; default false: they are there already.',
    ).optional(),
  },
  {
    description: 'The Database Migration Service. Classic: `subnet` or `service` is required; modern: `service`.',
  },
)

function isPublicAddress(address: string): boolean {
  const { family, value } = parseAddress(address) ?? { family: 4, value: 0n }
  const isUnusable = family === 4 ? value < 1n << 24n || value >= 224n << 24n : value === 0n || value >> 120n === 0xffn
  return !isPrivateAddress(address) && !isUnusable
}

const PERSON = prose('the person who answers for it', 'The person who answers for it.', ['@dba-lead'])
const CHECK_ID = prose('the id of a check, like source/tcp-ip-is-enabled', 'Id of a check.')
const EXPIRES = instant('The end: an instant, or a date, which means its end in UTC; at most 366 days away.', [
  '2026-12-20',
])
const SUBJECT_FORM = 'must be the name of a subject, or a list of names'
const Subject = z
  .union(
    [
      prose('the name of a subject', 'A subject as the report names it.'),
      z.array(prose('the name of a subject', 'A subject.')).min(1, { error: SUBJECT_FORM }),
    ],
    {
      error: SUBJECT_FORM,
    },
  )
  .meta({ description: 'The subject or subjects; required where the check has several.' })

const FINGERPRINT_FORM = 'must be a fingerprint as the report prints it, like sha256:3f2a9c1d5e6f7081'
const Fingerprint = text(
  FINGERPRINT_FORM,
  {
    description: 'Of the evidence for which it is given, as the report prints it; with other evidence it is void.',
    pattern: '^sha256:[0-9a-f]{16}$',
    examples: ['sha256:3f2a9c1d5e6f7081'],
  },
  (value) => (/^sha256:[0-9a-f]{16}$/.test(value) ? undefined : FINGERPRINT_FORM),
)

const Attestation = strictMap(
  {
    check: CHECK_ID,
    subject: Subject.optional(),
    by: PERSON,
    on: instant('The day on which the person looked.', ['2026-11-20']).optional(),
    expires: EXPIRES,
    evidence: prose('a text or a link', 'Where the proof is kept.').optional(),
    fingerprint: Fingerprint.optional(),
  },
  { description: "A person's word that turns `manual` into `attested`." },
)

const Waiver = strictMap(
  {
    check: CHECK_ID,
    subject: Subject.optional(),
    reason: prose('a reason', 'Why it may be so.'),
    by: PERSON,
    expires: EXPIRES,
    fingerprint: Fingerprint.optional(),
  },
  { description: "A person's decision that turns `fail` into `waived`." },
)

const VERSION_FORM = 'must be a version in quotes, like "5.8"'

const Tools = strictMap(
  {
    'data-migration-assistant': strictMap(
      {
        version: text(VERSION_FORM, { description: 'The version that is used.', examples: ['5.8'] }, (value) =>
          /^\d{1,6}(\.\d{1,9}){0,3}$/.test(value) ? undefined : VERSION_FORM,
        ),
      },
      { description: 'Data Migration Assistant, as stated by a person.' },
    ).optional(),
    'integration-runtime': strictMap(
      {
        version: text(VERSION_FORM, { description: 'The version that is installed.', examples: ['5.50'] }, (value) =>
          /^\d{1,6}(\.\d{1,9}){0,3}$/.test(value) ? undefined : VERSION_FORM,
        ),
      },
      {
        description:
          'Modern: the self-hosted integration runtime, as stated by a person; Azure does not tell its version.',
      },
    ).optional(),
    assessment: strictMap(
      {
        report: filePath("The assessment's JSON report, relative to the workspace.", ['migration/dma.json']),
        'max-age': duration('How old the report may be.').optional(),
      },
      { description: 'The assessment of the databases.' },
    ).optional(),
  },
  { description: 'Tools and their results.' },
)

const Azure = strictMap(
  {
    subscription: text(
      'must be the id of a subscription, a GUID',
      { description: 'Id of the subscription.' },
      (value) => (isGuid(value) ? undefined : 'must be the id of a subscription, a GUID'),
    ).optional(),
    'resource-group': text(
      'must be the name of a resource group',
      { description: 'Name of the resource group.' },
      (value) => (isResourceName(value) ? undefined : 'must be the name of a resource group'),
    ).optional(),
  },
  { description: 'Completes short resource ids.' },
)

const SourceDefaults = strictMap(
  {
    login: SqlServerLogin.optional(),
    'dms-login': DmsLogin.optional(),
    tls: Tls.optional(),
    target: name('An entry of `targets`.').optional(),
    share: name('An entry of `shares`.').optional(),
  },
  { description: 'What every source has that does not say otherwise.' },
)

function named<Value extends z.ZodType>(value: Value, what: string) {
  return z
    .record(z.string(), value, { error: `must be a map of ${what} by name` })
    .meta({ description: `Several ${what}, by name.` })
}

/** The one definition of the manifest's format: its types, its errors and its JSON schema come from here. */
export const ManifestFile = strictMap({
  version: z.literal(1, { error: 'must be 1' }).meta({ description: "Version of the manifest's format." }),
  extends: text('must be the path of a manifest in the workspace', {
    description: "A manifest whose values stand under this one's: a local file, relative to this one's folder.",
    examples: ['estate.yml'],
  }).optional(),
  name: prose('a text', 'Heading of the report, and the subject of what concerns the whole manifest.', [
    'Sales to Azure SQL Database',
  ]),
  scenario: oneOf(SCENARIOS, 'What moves where; to a SQL Server on an Azure VM only with `generation: modern`.'),
  generation: oneOf(
    GENERATIONS,
    'modern: the service of today (sqlMigrationServices); classic: the prerequisites of 2018, whose service is retired.',
  ),
  migration: oneOf(
    MIGRATIONS,
    'offline (default): writes stop when the migration starts; online: at the cutover (modern only, not to Azure SQL Database).',
  ).optional(),
  cutover: strictMap(
    { start: instant('When it begins.', ['2026-12-05T20:00:00Z']), duration: duration('How long it may take.') },
    { description: 'The window of the migration.' },
  ).optional(),
  azure: Azure.optional(),
  dms: Dms,
  defaults: strictMap({ source: SourceDefaults.optional() }, { description: 'Defaults.' }).optional(),
  sources: z
    .array(Source, { error: 'must be a list of sources' })
    .min(1, { error: 'must hold at least one source' })
    .meta({ description: 'The SQL Servers whose databases move.' }),
  target: Target.optional(),
  targets: named(Target, 'targets').optional(),
  share: Share.optional(),
  shares: named(Share, 'shares').optional(),
  container: Container.optional(),
  containers: named(Container, 'containers').optional(),
  tools: Tools.optional(),
  attestations: z
    .array(Attestation, { error: 'must be a list of attestations' })
    .meta({ description: 'Attestations.' })
    .optional(),
  waivers: z.array(Waiver, { error: 'must be a list of waivers' }).meta({ description: 'Waivers.' }).optional(),
})

export type ManifestFile = z.output<typeof ManifestFile>
