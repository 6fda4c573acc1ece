import { createHash } from 'node:crypto'
import type { Location } from '../domain/manifest.ts'
import type { CheckResult } from '../domain/report.ts'
import { cut, oneLine, plainText, uriOfPath } from './escape.ts'
import { vouchedWords } from './markdown-steps.ts'
import { factOf } from './verdict-notes.ts'
import { plural } from './words.ts'

export type Sarif = Readonly<Record<string, unknown>>

/** One check on one subject that did not simply pass. */
export function resultOf(result: CheckResult, path: string, blocks: number, limit: number): Sarif {
  const { id, ref, subject, location, verdict, proof, cause, vouched, remediation } = result
  const sentences = [
    factOf(result),
    blocks > 0 ? `${plural(blocks, 'check waits', 'checks wait')} for it.` : '',
    remediation?.text ?? '',
  ]
  const message = sentences
    .filter((text) => text !== '')
    .map(sentence)
    .join(' ')
  return {
    ruleId: id,
    ...weightOf(result),
    message: { text: plainText(oneLine(cut(`${subject.name}: ${message}`, limit))) },
    ...physicalPlace(location, [id, subject.kind, subject.name, path]),
    ...(vouched === undefined
      ? {}
      : {
          suppressions: [
            {
              kind: 'external',
              status: 'accepted',
              justification: plainText(oneLine(cut(vouchedWords(vouched), 500))),
            },
          ],
        }),
    properties: {
      ref,
      subject: plainText(oneLine(cut(subject.name, 200))),
      subjectKind: subject.kind,
      verdict,
      proof,
      ...(cause === undefined ? {} : { cause: cause.kind }),
    },
  }
}

/** SARIF lets only a `fail` have a level; code scanning, which reads no kind, then takes the rule's own. */
function weightOf({ verdict, severity }: CheckResult): Sarif {
  switch (verdict) {
    case 'fail':
      return { kind: 'fail', level: severity === 'required' ? 'error' : 'warning' }
    case 'waived':
      return { kind: 'fail', level: 'note' }
    case 'unknown':
    case 'blocked':
      return { kind: 'open' }
    case 'manual':
      return { kind: 'review' }
    case 'attested':
      return { kind: 'review', level: 'none' }
    case 'pass':
      return { kind: 'pass', level: 'none' }
    case 'not-applicable':
      return { kind: 'notApplicable', level: 'none' }
  }
}

function sentence(text: string): string {
  return /[.!?:;…]$/.test(text) ? text : `${text}.`
}

/**
 * Where a result stands, and what it is known by from run to run: neither line nor evidence is part of it.
 * `primaryLocationLineHash` is the only one that code scanning reads; GitHub would make it from the line alone, so that
 * several subjects of one line would become one alert.
 */
export function physicalPlace({ path, line, column }: Location, identity: readonly string[]): Sarif {
  const hash = createHash('sha256').update(JSON.stringify(identity)).digest('hex').slice(0, 32)
  return {
    locations: [
      {
        physicalLocation: {
          artifactLocation: { uri: uriOfPath(path), uriBaseId: '%SRCROOT%' },
          region: { startLine: line, startColumn: column },
        },
      },
    ],
    partialFingerprints: { 'dmsPreflight/v1': hash, primaryLocationLineHash: `${hash}:1` },
  }
}
