// Readers of the report's files as others have them: libxml2 and an XSD for JUnit, the official schema for SARIF.
import { readFileSync } from 'node:fs'
import { createRequire } from 'node:module'
import Ajv04Module from 'ajv-draft-04'
import addFormats from 'ajv-formats'
import { XMLParser } from 'fast-xml-parser'
import { validateXML } from 'xmllint-wasm'

const XSD = readFileSync(new URL('junit.xsd', import.meta.url), 'utf8')
const require = createRequire(import.meta.url)

const ajv = new Ajv04Module.default({ allErrors: true, strict: false, unicodeRegExp: false })
addFormats.default(ajv)
const isSarif = ajv.compile(
  JSON.parse(
    readFileSync(require.resolve('@microsoft/jest-sarif/lib/schemas/sarif-2.1.0-rtm.5.json'), 'utf8'),
  ) as object,
)

/** What libxml2 has against the text: that it is no XML, or not what the schema asks for. */
export async function junitFaults(xml: string): Promise<string[]> {
  const { errors } = await validateXML({
    xml: [{ fileName: 'junit.xml', contents: xml }],
    schema: [{ fileName: 'junit.xsd', contents: XSD }],
    // 64 KiB each: 5,000 checks need more than the default of 32 MiB.
    initialMemoryPages: 4_096,
    maxMemoryPages: 16_384,
  })
  return errors.map(({ message, loc }) => `${loc?.lineNumber ?? '?'}: ${message}`)
}

export interface JunitCase {
  name: string
  classname: string
  file?: string
  line?: number
  time: number
  outcome: 'passed' | 'failure' | 'error' | 'skipped'
  message?: string
  text?: string
}

export interface JunitSuite {
  name: string
  tests: number
  failures: number
  errors: number
  skipped: number
  cases: JunitCase[]
}

type Raw = Readonly<Record<string, unknown>>

const textAt = (raw: Raw, key: string): string => (typeof raw[key] === 'string' ? raw[key] : '')

export function readJunit(xml: string): JunitSuite[] {
  const parser = new XMLParser({
    ignoreAttributes: false,
    attributeNamePrefix: '',
    parseAttributeValue: false,
    parseTagValue: false,
    trimValues: false,
    htmlEntities: true,
    processEntities: { enabled: true, maxTotalExpansions: 1e9, maxExpandedLength: 1e9 },
    isArray: (tag) => tag === 'testsuite' || tag === 'testcase',
  })
  const { testsuites } = parser.parse(xml) as { testsuites: { testsuite?: Raw[] } }
  return (testsuites.testsuite ?? []).map((suite) => ({
    name: String(suite['name']),
    tests: Number(suite['tests']),
    failures: Number(suite['failures']),
    errors: Number(suite['errors']),
    skipped: Number(suite['skipped']),
    cases: ((suite['testcase'] ?? []) as Raw[]).map(caseOf),
  }))
}

function caseOf(raw: Raw): JunitCase {
  const outcome = (['failure', 'error', 'skipped'] as const).find((name) => raw[name] !== undefined) ?? 'passed'
  const inner = raw[outcome] as Raw | undefined
  return {
    name: String(raw['name']),
    classname: String(raw['classname']),
    ...(raw['file'] === undefined ? {} : { file: textAt(raw, 'file'), line: Number(raw['line']) }),
    time: Number(raw['time']),
    outcome,
    ...(inner === undefined ? {} : { message: String(inner['message']), text: textAt(inner, '#text') }),
  }
}

export interface SarifResult {
  ruleId: string
  kind: string
  level?: string
  message: { text: string }
  locations: {
    physicalLocation: { artifactLocation: { uri: string }; region: { startLine: number; startColumn: number } }
  }[]
  partialFingerprints: Record<string, string>
  suppressions?: { kind: string; status: string; justification: string }[]
  properties?: Record<string, unknown>
}

export interface SarifRun {
  tool: {
    driver: { rules: { id: string; help: { text: string }; helpUri?: string; properties: { tags: string[] } }[] }
  }
  automationDetails: { id: string }
  invocations: { executionSuccessful: boolean; toolExecutionNotifications: { message: { text: string } }[] }[]
  results: SarifResult[]
  properties: { status: string; leftOut: number; counts: Record<string, number> }
}

/** What the official JSON schema of SARIF 2.1.0 has against the text. */
export function sarifFaults(text: string): string[] {
  isSarif(JSON.parse(text))
  return (isSarif.errors ?? []).map(({ instancePath, message }) => `${instancePath} ${message ?? ''}`)
}

export function readSarif(text: string): SarifRun {
  const { runs } = JSON.parse(text) as { runs: SarifRun[] }
  const [run] = runs
  if (run === undefined) throw new Error('SARIF without a run')
  return run
}
