/** Every input that works, and its default; the same as in action.yml (a test compares them). */
export const INPUT_DEFAULTS = {
  manifest: '.github/dms-preflight.yml',
  mode: 'check',
  'client-id': '',
  'tenant-id': '',
  'subscription-id': '',
  'client-secret': '',
  audience: '',
  'auth-type': 'auto',
  environment: 'azurecloud',
  'github-token': '',
  'trusted-ref': '',
  'allowed-hosts': '',
  vantage: 'auto',
  'fail-on': 'undetermined',
  comment: 'always',
  title: '',
  disclose: 'auto',
  'report-directory': 'dms-preflight-report',
  timeout: '30s',
  deadline: '15m',
  'max-parallel': '64',
  'allow-writes': 'false',
  'probe-through-runtime': 'false',
  receipt: '',
  'receipt-key': '',
  'receipt-max-age': '24h',
  'tracking-issue': 'false',
  'prerequisite-plan': '',
  from: '',
} as const

export type InputName = keyof typeof INPUT_DEFAULTS

/** Inputs that a later version takes, and the value that asks for nothing. */
export const HELD_INPUTS: Readonly<Record<string, string>> = {
  shard: '',
  reports: 'dms-preflight-reports/**/report.json',
}
