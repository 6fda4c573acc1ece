// Keeps the lab of .github/workflows/e2e.yml standing: two stories on fixed ports, until the process is ended.
// `--out FOLDER` gets `env`, lines for GITHUB_ENV, as soon as everything answers.
import { mkdirSync, writeFileSync } from 'node:fs'
import path from 'node:path'
import { parseArgs } from 'node:util'
import { setStage } from '../lab/stage.ts'
import { readyStory } from '../lab/stories/ready.ts'
import { salesStory } from '../lab/stories/sales.ts'
import { WORKFLOW_PORTS } from '../lab/workflow-lab.ts'

const { values } = parseArgs({ options: { out: { type: 'string' } } })
if (values.out === undefined) {
  console.error('usage: node tools/start.mjs tools/lab.ts --out FOLDER')
  process.exit(2)
}
const failing = await setStage(salesStory({ fixed: false }), { ports: WORKFLOW_PORTS.failing })
const passing = await setStage(readyStory(), { ports: WORKFLOW_PORTS.passing })
mkdirSync(values.out, { recursive: true })
const authorities = path.resolve(values.out, 'authorities.pem')
writeFileSync(authorities, `${failing.authority}\n${passing.authority}\n`)
const { clientId, tenantId, clientSecret } = failing.azureState
const environment = {
  ...failing.story.secrets,
  NODE_EXTRA_CA_CERTS: authorities,
  LAB_CLIENT_ID: clientId,
  LAB_TENANT_ID: tenantId,
  LAB_CLIENT_SECRET: clientSecret,
}
const lines = Object.entries(environment).map(([name, value]) => `${name}=${value}\n`)
writeFileSync(path.join(values.out, 'env'), lines.join(''))
console.log('The lab is up.')
