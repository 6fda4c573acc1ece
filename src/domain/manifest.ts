/** Where a value stands in a file: 1-based line and column, path relative to the workspace with forward slashes. */
export interface Location {
  path: string
  line: number
  column: number
}

export const SCENARIOS = [
  'sql-server-to-azure-sql-database',
  'sql-server-to-azure-sql-managed-instance',
  'sql-server-to-sql-server-on-azure-vm',
] as const
export type Scenario = (typeof SCENARIOS)[number]

export const GENERATIONS = ['classic', 'modern'] as const
export type Generation = (typeof GENERATIONS)[number]

/** `offline`: writes stop when the migration starts. `online` (modern only): they stop at the cutover. */
export const MIGRATIONS = ['offline', 'online'] as const
export type Migration = (typeof MIGRATIONS)[number]

/** The name of an environment variable that holds a secret; the manifest never holds the value itself. */
export interface SecretRef {
  secret: string
}

/** `host`, `host,port` or `host\instance`, as in a connection string. `text` is what the manifest says. */
export interface ServerName {
  text: string
  host: string
  port?: number
  instance?: string
}

export interface SqlLogin {
  kind: 'sql'
  user: string
  password: SecretRef
}
export interface WindowsLogin {
  kind: 'windows'
  /** `DOMAIN\user` or `user@domain`. */
  user: string
  password: SecretRef
}
/** The run's own Azure identity. */
export interface EntraLogin {
  kind: 'entra'
}
export type Login = SqlLogin | WindowsLogin | EntraLogin

export interface TlsSettings {
  /** `on`: TLS inside TDS, refused when the server has none. `strict`: TLS before TDS (TDS 8.0), always verified. `off`: the manifest's owner wants none. */
  encrypt: 'on' | 'strict' | 'off'
  /** A PEM file of certificate authorities, relative to the workspace, used beside the runner's own. */
  ca?: string
  /** The name that the certificate must carry, when it is not the host's. */
  serverName?: string
  /** `sha256:` and 64 lower-case hex digits: the one certificate that is taken, whatever its issuer and names. */
  pin?: string
  /** Encrypt, but take any certificate: the report says so. */
  trustServerCertificate: boolean
}

/** A source database, its name on the target and the target it goes to. */
export interface DatabaseMapping {
  name: string
  as: string
  target: string
  /** Modern: its folder in the container; absent: named as the database. */
  folder?: string
  location: Location
}

export interface Source {
  name: string
  server: ServerName
  login: Login
  /** The login that DMS will use, when it is not `login`: its rights are read from the catalog views. */
  dmsLogin?: string
  tls: TlsSettings
  databases: readonly DatabaseMapping[]
  share?: string
  location: Location
}

export interface Target {
  name: string
  /** Full ARM id as written or completed from `azure`. */
  resourceId: string
  endpoint?: ServerName
  login: Login
  tls: TlsSettings
  location: Location
}

export interface Share {
  name: string
  /** UNC path, `\\host\share\folder`. */
  path: string
  host: string
  port: number
  login: Login
  location: Location
}

export interface Container {
  name: string
  url?: string
  /** Absent (modern only): the run's Azure identity looks. */
  sas?: SecretRef
  resourceId?: string
  location: Location
}

/** A further flow that the security group of the DMS subnet must let through; the direction is seen from the subnet. */
export interface DeclaredFlow {
  name: string
  direction: 'inbound' | 'outbound'
  /** `any`: tcp and udp. */
  protocol: 'tcp' | 'udp' | 'any'
  /** Destination ports: first and last of each range, both included. */
  ports: readonly (readonly [first: number, last: number])[]
  /** An address, a CIDR prefix or a service tag, as the manifest writes it. */
  peer: string
  location: Location
}

export interface Dms {
  subnetId?: string
  serviceId?: string
  egress: readonly string[]
  /** `seed`: the ports listed in 2018; `current`: 443 alone. */
  nsgPorts: 'seed' | 'current'
  flows: readonly DeclaredFlow[]
  /** Hosts of the integration runtime (modern): the place that counts for network paths. */
  runtimeHosts: readonly string[]
  /** Modern, to Azure SQL Database: the service also makes the tables on the target. */
  schemaMigration: boolean
  location: Location
}

/** A person's word that turns `manual` into `attested` until `expires` (exclusive, ISO 8601 instant). */
export interface Attestation {
  check: string
  /** Empty: the check has one subject only. */
  subjects: readonly string[]
  by: string
  on?: string
  expires: string
  evidence?: string
  /** Of the evidence for which it was given; another one voids it. */
  fingerprint?: string
  location: Location
}

/** A person's decision that turns `fail` into `waived` until `expires` (exclusive, ISO 8601 instant). */
export interface Waiver {
  check: string
  subjects: readonly string[]
  by: string
  reason: string
  expires: string
  fingerprint?: string
  location: Location
}

/** One migration wave as it stands after `extends`, `defaults` and short forms are applied. Plain JSON, no secret values. */
export interface Manifest {
  path: string
  /** Every file that the manifest is made of or points to (extends, ca, assessment report), itself first. */
  files: readonly string[]
  name: string
  scenario: Scenario
  generation: Generation
  /** Always `offline` for `classic`. */
  migration: Migration
  cutover?: { start: string; durationMs: number }
  dms: Dms
  sources: readonly Source[]
  targets: readonly Target[]
  shares: readonly Share[]
  containers: readonly Container[]
  tools: {
    dataMigrationAssistant?: { version: string; location: Location }
    /** Modern: the version of the self-hosted integration runtime, as stated by a person; Azure does not tell it. */
    integrationRuntime?: { version: string; location: Location }
    assessment?: { report: string; maxAgeMs?: number; location: Location }
  }
  attestations: readonly Attestation[]
  waivers: readonly Waiver[]
  location: Location
}

/** A problem of a manifest or an input: what stands where, what was expected, and the nearest right name. */
export interface Problem {
  location?: Location
  message: string
}
