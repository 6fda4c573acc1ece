import type { Change } from '../../../lab/stories/change.ts'
import { ASSESSMENT_PATH, salesReport } from '../../../lab/stories/ready.ts'
import type { Case } from '../expectation.ts'
import { fails, isManual, isUnknown } from '../expectation.ts'
import { elsewhere, ready } from './worlds.ts'

const ASSISTANT = 'tools/data-migration-assistant-is-current'

const stating = (version: string): Change => ({ manifest: { '"5.8"': `"${version}"` } })
const reporting = (text: string): Change => ({ files: { [ASSESSMENT_PATH]: text } })
const reportingOf = (content: Parameters<typeof salesReport>[1]): Change => ({
  files: (ports) => ({ [ASSESSMENT_PATH]: salesReport(ports, content) }),
})

export const TOOLS_CASES: readonly Case[] = [
  {
    world: 'a report that does not show it',
    story: ready(reportingOf({ targetPlatform: 'AzureSqlDatabaseV12', sourcePlatform: 'SqlOnPrem' })),
    expected: [isUnknown(ASSISTANT, 'insufficient', /AzureSqlDatabaseV12.*nothing in it shows the version/)],
  },
  {
    world: 'a report that is none',
    story: ready(reporting('<html>Assessment</html>')),
    expected: [isUnknown(ASSISTANT, 'protocol', /no report of Data Migration Assistant in JSON/)],
  },
  {
    world: 'a report that is not there',
    story: ready({ manifest: { [ASSESSMENT_PATH]: 'migration/none.json' } }),
    expected: [isUnknown(ASSISTANT, 'not-found', /migration\/none\.json is not in the workspace/)],
  },
  {
    world: 'a version that is too old',
    story: elsewhere(stating('3.2.2')),
    expected: [fails(ASSISTANT, /3\.2\.2 is stated in the manifest, older than 3\.3/)],
  },
  {
    world: 'neither a version nor a report',
    story: elsewhere({ editManifest: (text) => text.replace(/^tools: .*\n/m, '') }),
    expected: [isManual(ASSISTANT, /names neither a version .* nor an assessment report/)],
  },
]
