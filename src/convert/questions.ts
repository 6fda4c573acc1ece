import type { OpenQuestion } from '../domain/conversion.ts'

type Question = Pick<OpenQuestion, 'key' | 'text' | 'isRequired'>

/** Why a key of the classic service is left out; phrases that follow it. */
export const WHY = {
  service: 'is asked again: the service of today is another resource, a Microsoft.DataMigration/sqlMigrationServices',
  subnet: 'is left out: the service of today stands in no subnet; its integration runtime stands on hosts of yours',
  'nsg-ports': 'is left out: there is no subnet of the service whose security group could be asked',
  flows: 'is left out: there is no subnet of the service whose security group could be asked',
  egress: 'is left out: these were addresses of the classic service, and its successor comes from those of the runtime',
  assistant: 'is left out: Data Migration Assistant was retired on 2025-07-16; an assessment report says what counts',
} as const

export const SERVICE: Readonly<Record<'id' | 'hosts' | 'egress', Question>> & { lines: readonly string[] } = {
  id: {
    key: 'dms.service',
    text: 'the id of the Microsoft.DataMigration/sqlMigrationServices that will run the migration, or its name with `azure`',
    isRequired: true,
  },
  hosts: {
    key: 'dms.runtime-hosts',
    text: 'the hosts of its self-hosted integration runtime, the place from which network paths count; none is needed where the backups lie in the container already',
    isRequired: false,
  },
  egress: {
    key: 'dms.egress',
    text: 'the public addresses under which the hosts of the runtime appear, if any',
    isRequired: false,
  },
  lines: [
    'TODO: the id of the Microsoft.DataMigration/sqlMigrationServices that will run the migration.',
    'Beside it, if it has a self-hosted integration runtime: `runtime-hosts: [shir01.corp.example]`.',
  ],
}

export const RUNTIME_VERSION: Question = {
  key: 'tools.integration-runtime.version',
  text: 'the version of the integration runtime; Azure does not tell it, so it counts as a statement of yours',
  isRequired: false,
}

export const SCHEMA: Question & { lines: readonly string[] } = {
  key: 'dms.schema-migration',
  text: 'true where the service shall also make the tables on the target; left out: they are there already',
  isRequired: false,
  lines: ['`schema-migration: true` if the service shall also make the tables on the target.'],
}

export const MIGRATION: Question & { lines: readonly string[] } = {
  key: 'migration',
  text: 'offline (writes stop when the migration starts) or online (they stop at the cutover); left out: offline',
  isRequired: false,
  lines: ['TODO: `migration: online` if writes shall stop at the cutover only; without it the migration is offline.'],
}

export const CONTAINER: Omit<Question, 'key'> & { lines: readonly string[] } = {
  text: 'the id of its storage account, without which nothing that only Azure can tell of it is proved',
  isRequired: false,
  lines: ['TODO: `resource`, the id of the storage account: the service of today restores the backups from there.'],
}
