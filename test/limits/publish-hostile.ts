// The action's entry in the limits suite: everything after the checks, with a report that no server had to make.
import { createGitHubPort } from '../../src/adapters/github/github-port.ts'
import { Secret } from '../../src/domain/secret.ts'
import { readContext } from '../../src/inputs/context.ts'
import { readInputs } from '../../src/inputs/inputs.ts'
import { createKnownSecrets } from '../../src/run/known-secrets.ts'
import { publish } from '../../src/run/publish.ts'
import { readFileSync } from 'node:fs'
import { hostileReport, laterReport, readyBefore } from './hostile-report.ts'

const { env } = process
const read = readInputs(env)
if (!read.ok) throw new Error(JSON.stringify(read.problems))
const { inputs } = read
const context = readContext(env, readFileSync(env['GITHUB_EVENT_PATH'] ?? '', 'utf8'))
delete env['GITHUB_EVENT_PATH']
const known = createKnownSecrets(env)
known.learn([new Secret('LIMITS_PASSWORD', env['LIMITS_PASSWORD'] ?? '')])
const { apiUrl, repository } = context
const signal = AbortSignal.timeout(60_000)
const github = createGitHubPort({ token: inputs.githubToken, apiUrl, repository, timeoutMs: 20_000, signal })
const reports = { first: hostileReport, later: laterReport, ready: readyBefore }
process.exitCode = await publish({
  report: reports[env['LIMITS_REPORT'] as keyof typeof reports](),
  context,
  inputs,
  github,
  workflow: 'Preflight',
  redact: known.redactText,
  redactForeign: known.redactForeign,
})
