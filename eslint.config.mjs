import js from '@eslint/js'
import { createTypeScriptImportResolver } from 'eslint-import-resolver-typescript'
import importX from 'eslint-plugin-import-x'
import ts from 'typescript-eslint'

const SDKS = [
  '@azure/*',
  '@actions/*',
  'mssql',
  'tedious',
  'node:net',
  'node:tls',
  'node:dgram',
  'node:dns',
  'node:dns/*',
  'node:fs',
  'node:fs/*',
  'node:http',
  'node:https',
  'node:child_process',
  'node:os',
]
const rooms = [
  'domain',
  'ports',
  'checks',
  'plan',
  'engine',
  'manifest',
  'inputs',
  'report',
  'render',
  'trust',
  'receipt',
  'scope',
  'prerequisite-plan',
  'convert',
  'init',
  'adapters',
  'sinks',
]
/** Which rooms a room may look into; everything points toward `domain`. */
const MAY_SEE = {
  domain: [],
  ports: ['domain'],
  checks: ['domain', 'ports'],
  plan: ['domain', 'checks'],
  engine: ['domain', 'ports', 'checks', 'plan'],
  manifest: ['domain'],
  inputs: ['domain'],
  report: ['domain', 'checks'],
  render: ['domain', 'report'],
  trust: ['domain', 'ports', 'inputs'],
  receipt: ['domain'],
  scope: ['domain', 'checks', 'plan'],
  'prerequisite-plan': ['domain', 'checks', 'plan', 'receipt'],
  convert: ['domain', 'manifest'],
  init: ['domain', 'ports', 'manifest'],
  adapters: ['domain', 'ports', 'receipt'],
  sinks: ['domain', 'ports', 'report', 'render'],
}
const zones = rooms.flatMap((room) => [
  ...rooms
    .filter((other) => other !== room && !MAY_SEE[room].includes(other))
    .map((other) => ({
      target: `./src/${room}`,
      from: `./src/${other}`,
      message: `src/${room} may only see ${MAY_SEE[room].join(', ') || 'itself'}.`,
    })),
  { target: `./src/${room}`, from: './src/main.ts' },
  { target: `./src/${room}`, from: './src/run.ts' },
  { target: `./src/${room}`, from: './src/run' },
])
/** The story of a run gets its adapters as parameters. */
zones.push({ target: ['./src/run', './src/run.ts'], from: './src/adapters' })

export default ts.config(
  { ignores: ['dist/**', 'build/**', 'coverage/**', 'demo-output/**', '**/*.mjs', '**/*.generated.ts'] },
  js.configs.recommended,
  ts.configs.strictTypeChecked,
  {
    plugins: { 'import-x': importX },
    settings: { 'import-x/resolver-next': [createTypeScriptImportResolver({ project: './tsconfig.json' })] },
    languageOptions: { parserOptions: { projectService: true, tsconfigRootDir: import.meta.dirname } },
    rules: {
      '@typescript-eslint/restrict-template-expressions': ['error', { allowNumber: true }],
      '@typescript-eslint/switch-exhaustiveness-check': 'error',
      '@typescript-eslint/consistent-type-imports': 'error',
      '@typescript-eslint/no-confusing-void-expression': ['error', { ignoreArrowShorthand: true }],
      'import-x/no-cycle': 'error',
      'import-x/no-restricted-paths': [
        'error',
        {
          basePath: import.meta.dirname,
          zones: [
            ...zones,
            { target: './src', from: './lab' },
            { target: './src', from: './test' },
            { target: './src', from: './tools' },
          ],
        },
      ],
      'max-lines': ['error', { max: 300 }],
      'no-control-regex': 'off',
    },
  },
  {
    files: [
      'src/{domain,ports,checks,plan,engine,manifest,inputs,report,render,trust,receipt,scope}/**/*.ts',
      'src/{prerequisite-plan,convert,init}/**/*.ts',
    ],
    ignores: ['**/*.test.ts'],
    rules: {
      'no-restricted-imports': [
        'error',
        { patterns: [{ group: SDKS, message: 'IO and SDKs belong to src/adapters and src/sinks.' }] },
      ],
    },
  },
  {
    // Tests may look into the lab and into every room: they put the parts together.
    files: ['**/*.test.ts'],
    rules: {
      'import-x/no-restricted-paths': 'off',
      '@typescript-eslint/no-non-null-assertion': 'off',
      'max-lines': 'off',
    },
  },
)
