import * as z from 'zod'
import { parseContainerUrl } from '../domain/container-url.ts'
import { problemOfIdForm, STORAGE_ID, TARGET_ID } from './azure-id.ts'
import { databaseName, filePath, name, Password, problemOf, prose } from './schema-fields.ts'
import { port, strictMap, text, yesOrNo } from './schema-parts.ts'
import { parseServerName, problemOfHost } from './server-name.ts'
import { parseUncPath } from './unc-path.ts'

const LONGEST_ACCOUNT = 500

const WINDOWS_FORM = 'must be a Windows account: DOMAIN\\user, plain or in single quotes, or user@domain'

function windowsAccount(description: string) {
  return text(WINDOWS_FORM, { description, examples: ['CORP\\dms-upload'] }, (value) =>
    isWindowsAccount(value) && value.length <= LONGEST_ACCOUNT ? undefined : WINDOWS_FORM,
  )
}

function isWindowsAccount(value: string): boolean {
  return /^[^\\@\s/]+\\[^\\/]+$|^[^\\@\s]+@[^\\@\s]+$/.test(value)
}

export const SqlServerLogin = strictMap(
  {
    user: prose('the name of a SQL login', 'A SQL login.', ['dms']).optional(),
    windows: windowsAccount('A Windows account, for a SQL Server in a domain.').optional(),
    entra: z
      .literal(true, { error: 'must be true, or left out' })
      .meta({ description: "true: the run's own Azure identity, without a password." })
      .optional(),
    password: Password.optional(),
  },
  {
    holdsSecrets: true,
    description:
      'The account that DMS will use; the same account proves its own rights. One of `user`, `windows` and `entra`.',
  },
)

const WindowsLogin = strictMap(
  {
    windows: windowsAccount('A Windows account.'),
    password: Password,
  },
  {
    holdsSecrets: true,
    held: { entra: 'a share takes `windows` and `password`' },
    description: 'The Windows account that opens the share.',
  },
)

const PIN_FORM = 'must be "sha256:" and the 64 hexadecimal digits of the fingerprint, colons between them or not'

/** The fingerprint in the form `sha256:` and 64 lower-case digits; undefined when it is none. */
export function parsePin(value: string): string | undefined {
  const digits = /^sha256:([0-9a-f]{64}|[0-9a-f]{2}(?::[0-9a-f]{2}){31})$/i.exec(value)?.[1]
  return digits === undefined ? undefined : `sha256:${digits.replaceAll(':', '').toLowerCase()}`
}

export const Tls = strictMap(
  {
    encrypt: z
      .union([z.boolean(), z.literal('strict')], { error: 'must be true, strict or false' })
      .meta({
        description:
          'Default true: encrypted, or refused before any credential is sent. strict: TLS before TDS (TDS 8.0).',
      })
      .optional(),
    ca: filePath('A PEM file of certificate authorities, relative to the workspace, used beside the known ones.', [
      'certs/root.pem',
    ]).optional(),
    'server-name': text(
      'must be a host name',
      { description: "The name that the certificate must carry, when it is not the host's." },
      (value) => problemOfHost(value, 'a host name'),
    ).optional(),
    pin: text(
      PIN_FORM,
      {
        description: 'SHA-256 fingerprint of the one certificate that is taken, whatever its issuer and name.',
        examples: ['sha256:3f1c...'],
      },
      (value) => (parsePin(value) === undefined ? PIN_FORM : undefined),
    ).optional(),
    'trust-server-certificate': yesOrNo(
      'Default false. true: encrypted, but any certificate is taken; the report says so.',
    ).optional(),
  },
  { description: 'How the connection is protected.' },
)

const FOLDER_FORM = 'must be the name of one folder, without slashes: the service takes no folders in folders'

const Database = strictMap(
  {
    name: databaseName('The database on the source.'),
    as: databaseName('Its name on the target; default: the same.').optional(),
    target: name('The entry of `targets` that it goes to; default: that of the source.').optional(),
    folder: text(
      FOLDER_FORM,
      {
        description:
          'Modern, backups in a container: the folder of its backups there, one for each database; default: the name of the database.',
        examples: ['erp-sales'],
      },
      (value) =>
        /^[^/\\]{1,200}$/.test(value) && value.trim() === value && !/^\.+$/.test(value) ? undefined : FOLDER_FORM,
    ).optional(),
  },
  { description: 'A database with another name on the target, or another target than its source has.' },
)

const DATABASES_FORM = 'must be a list of databases: names, or { name, as, target }'

const Databases = z
  .array(
    z.union([databaseName('The database on the source and on the target.'), Database], {
      error: 'must be the name of a database, or { name, as, target }',
    }),
    {
      error: ({ input }) =>
        isAllDatabases(input) ? `is not supported yet as { all: true }; it ${DATABASES_FORM}` : DATABASES_FORM,
    },
  )
  .min(1, { error: `${DATABASES_FORM}; it has none` })
  .meta({ description: 'The databases that move.' })

function isAllDatabases(input: unknown): boolean {
  return typeof input === 'object' && input !== null && !Array.isArray(input) && 'all' in input
}

const DMS_LOGIN_FORM = 'must be the name of a login: a SQL login, DOMAIN\\user or user@domain'

export const DmsLogin = text(
  DMS_LOGIN_FORM,
  {
    description: 'The login that DMS will use, when it is not `login`: its rights are read from the catalog views.',
    examples: ['CORP\\svc-dms'],
  },
  // Backslash and slash have no place in the name of a SQL login.
  (value) =>
    value.trim() === value && value.length <= 128 && (isWindowsAccount(value) || !/[\\/]/.test(value))
      ? undefined
      : DMS_LOGIN_FORM,
)

const SERVER_FORM = 'must be `host`, `host,port` or `host\\instance`'

export const Source = strictMap(
  {
    name: name("Unique; the subject's name in the report.", ['sales']),
    server: text(
      SERVER_FORM,
      {
        description: '`host`, `host,port` or `host\\instance`, as in a connection string.',
        examples: ['sql01.corp.example\\SALES'],
      },
      (value) => problemOf(parseServerName(value, { instance: true })),
    ),
    login: SqlServerLogin.optional(),
    'dms-login': DmsLogin.optional(),
    tls: Tls.optional(),
    databases: Databases,
    target: name('The entry of `targets` that its databases go to; default: `default`, or the only one.').optional(),
    share: name('The entry of `shares` for its backups; default: `default`, or the only one.').optional(),
  },
  { description: 'A SQL Server whose databases move.' },
)

export const Target = strictMap(
  {
    resource: text(
      'must be the Azure resource id of the server',
      {
        description:
          'Resource id of the logical server, managed instance or SQL virtual machine, or short `servers/<name>`, `managedInstances/<name>`, `sqlVirtualMachines/<name>` with `azure`.',
      },
      (value) => problemOfIdForm(value, TARGET_ID),
    ),
    endpoint: text(
      'must be `host` or `host,port`',
      {
        description: '`host` or `host,port`; default: the name that Azure tells.',
        examples: ['sqlsales.database.windows.net'],
      },
      (value) => problemOf(parseServerName(value, { instance: false })),
    ).optional(),
    login: SqlServerLogin.optional(),
    tls: Tls.optional(),
  },
  { description: 'A logical server of Azure SQL Database, a managed instance, or SQL Server on an Azure VM.' },
)

export const Share = strictMap(
  {
    path: text(
      'must be `\\\\host\\share`',
      { description: 'UNC path of the share or a folder in it.', examples: ['\\\\fs01.corp.example\\dms-backup'] },
      (value) => problemOf(parseUncPath(value)),
    ),
    port: port('Default 445.').optional(),
    login: WindowsLogin,
  },
  { description: 'A network share for backups.' },
)

const CONTAINER_FORM = 'must be https://<account>.blob.<suffix>/<container>, without a query: the SAS belongs in `sas`'

export const Container = strictMap(
  {
    url: text(
      CONTAINER_FORM,
      { description: 'URL of the blob container; may be left out when `sas` holds a full SAS URI.' },
      (value) => (parseContainerUrl(value) === undefined ? CONTAINER_FORM : undefined),
    ).optional(),
    sas: Password.meta({
      description:
        'The environment variable that holds the SAS (its query, or the full SAS URI), as "${NAME}". Required for classic; modern without it: the Azure identity of the run looks, and `url` is required.',
      pattern: '^\\$\\{[A-Z][A-Z0-9_]*\\}$',
      examples: ['${BACKUP_SAS}'],
    }).optional(),
    resource: text(
      'must be the Azure resource id of the storage account',
      { description: 'Resource id of the storage account, or short `storageAccounts/<name>` with `azure`.' },
      (value) => problemOfIdForm(value, STORAGE_ID),
    ).optional(),
  },
  { holdsSecrets: true, description: 'A blob container for backups.' },
)
