import { parse } from 'yaml'
import { isHeldByReader, READ_ACTIONS } from '../src/adapters/arm/read-actions.ts'
import type { Check } from '../src/checks/define.ts'
import { lifespanCell, lifespanSentence } from '../src/checks/lifespan.ts'

interface ActionFile {
  inputs: Record<string, { description: string; default?: string; required?: boolean }>
  outputs: Record<string, { description: string }>
}

/** README tables by the name of their marker. */
export function renderActionTables(actionYml: string): Map<string, string> {
  const action = parse(actionYml) as ActionFile
  const inputs = Object.entries(action.inputs).map(
    ([name, { description, default: value }]) =>
      `| \`${name}\` | ${value ? `\`${value}\`` : ''} | ${cell(description)} |`,
  )
  const outputs = Object.entries(action.outputs).map(
    ([name, { description }]) => `| \`${name}\` | ${cell(description)} |`,
  )
  return new Map([
    ['inputs', ['| Input | Default | Meaning |', '| --- | --- | --- |', ...inputs].join('\n')],
    ['outputs', ['| Output | Meaning |', '| --- | --- |', ...outputs].join('\n')],
  ])
}

/** Every control-plane action that the program can take, once, in the order of the alphabet. */
export function readActions(): { action: string; scopes: string[] }[] {
  const scopes = new Map<string, Set<string>>()
  for (const { scope, actions } of Object.values(READ_ACTIONS)) {
    for (const action of actions) scopes.set(action, (scopes.get(action) ?? new Set()).add(scope))
  }
  return [...scopes]
    .map(([action, at]) => ({ action, scopes: [...at].sort() }))
    .sort((a, b) => (a.action.toLowerCase() < b.action.toLowerCase() ? -1 : 1))
}

/** The least role, for `az role definition create --role-definition`. */
export function renderRole(): string {
  const role = {
    Name: 'DMS preflight reader',
    IsCustom: true,
    Description: 'Everything that dms-preflight reads of Azure, and nothing else',
    Actions: readActions().map(({ action }) => action),
    NotActions: [],
    DataActions: [],
    NotDataActions: [],
    AssignableScopes: ['/subscriptions/<subscription id>'],
  }
  return `${JSON.stringify(role, null, 2)}\n`
}

export function renderActionScopes(): string {
  const rows = readActions().map(
    ({ action, scopes }) => `| \`${action}\` | ${scopes.join(', ')} | ${isHeldByReader(action) ? 'yes' : 'no'} |`,
  )
  return ['| Action | Needed at | In Reader |', '| --- | --- | --- |', ...rows].join('\n')
}

export function renderCatalogueTable(checks: readonly Check[]): string {
  const rows = checks.map(({ meta }) => {
    const severity = typeof meta.severity === 'function' ? 'depends' : meta.severity
    return `| ${meta.ref} | [\`${meta.id}\`](${meta.id}.md) | ${cell(meta.title)} | ${severity} | ${lifespanCell(meta)} | ${meta.source.rows.join(', ')} |`
  })
  return [
    '# Checks',
    '',
    'Every prerequisite that the gate proves, in the order of the report. Generated from the catalogue.',
    'The last column names the row of the [list of prerequisites](../prerequisites.md) that a check stands for; checks without one are foundations that carry root causes.',
    '',
    '| Ref | Check | Title | Severity | Holds | Row |',
    '| --- | --- | --- | --- | --- | --- |',
    ...rows,
    '',
  ].join('\n')
}

export function renderCheckPage({ meta, uses }: Check): string {
  const needs = meta.needs.map(({ id, any }) => `- \`${id}\`${any === true ? ' (one passing subject is enough)' : ''}`)
  return [
    `# ${meta.title}`,
    '',
    `\`${meta.id}\` · ${meta.ref} · team: ${meta.team} · ${typeof meta.severity === 'function' ? 'severity depends on the manifest' : meta.severity}`,
    '',
    meta.why,
    '',
    '## What to do when it does not hold',
    '',
    meta.remedy,
    '',
    '## How it is proved',
    '',
    `- Seen through: ${uses.length === 0 ? 'nothing (only a person can tell)' : uses.map((port) => `\`${port}\``).join(', ')}`,
    `- The place that counts: ${placeThatCounts(meta)}`,
    `- Verdicts it can give: ${meta.verdicts.map((verdict) => `\`${verdict}\``).join(', ')}`,
    ...(meta.disprovedBy === undefined
      ? []
      : [
          `- Answers that decide although nothing was reached: ${meta.disprovedBy.map((name) => `\`${name}\``).join(', ')}`,
        ]),
    ...(needs.length === 0 ? [] : ['', 'It is `blocked` until these hold:', '', ...needs]),
    '',
    '## Source',
    '',
    `[${meta.source.title}](${meta.source.url}), verified ${meta.source.verified}. ${lifespanSentence(meta)}`,
    '',
  ].join('\n')
}

const VANTAGES: Record<Exclude<Check['meta']['vantage'], 'network-path'>, string> = {
  server: "anywhere: it is the server's own answer",
  'control-plane': 'anywhere: it is the answer of Azure Resource Manager',
  repository: 'the repository',
  person: 'a person who can look',
}

/** Each generation takes its own way to the servers. */
function placeThatCounts({ vantage, generations, scenarios }: Check['meta']): string {
  if (vantage !== 'network-path') return VANTAGES[vantage]
  const takesBackups = scenarios.some((scenario) => scenario !== 'sql-server-to-azure-sql-database')
  const modern = takesBackups
    ? 'a host of the integration runtime, and this runner where no part of the service takes the way'
    : 'a host of the integration runtime'
  const places = [
    ...(generations.includes('classic') ? [`${generations.length > 1 ? 'classic: ' : ''}the DMS subnet`] : []),
    ...(generations.includes('modern')
      ? [`${generations.length > 1 ? 'modern: ' : ''}${modern} ([vantage.md](../vantage.md))`]
      : []),
  ]
  const elsewhere = 'from anywhere else a path that fails is `unknown` and one that passes is a proxy proof'
  return `${places.join('; ')}; ${elsewhere}`
}

function cell(text: string): string {
  return text
    .trim()
    .replaceAll(/\s*\n\s*/g, ' ')
    .replaceAll('|', '\\|')
}
