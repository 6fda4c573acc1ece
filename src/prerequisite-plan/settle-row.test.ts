import { describe, expect, it } from '@jest/globals'
import type { RowFinding } from './judge-rows.ts'
import type { PlanRowEntry, RowState } from './plan.ts'
import { settleRow } from './settle-row.ts'

const OWN = 'dms-preflight-P12-007'
const nowhere = { kind: 'list', items: [], start: 0, end: 0 } as const

function settle(finding: RowFinding, status: RowState['status'], basis: string, ...acceptedEvidence: string[]): string {
  const row: PlanRowEntry = {
    ...{ id: 'P12-007', title: 't', requirementType: 'conditional', blocking: true },
    ...{ status, basis, acceptedEvidence, node: nowhere, evidence: nowhere },
  }
  const { state, record } = settleRow(row, finding, (id) => id !== 'EV-reported')
  return `${state.status} ${state.basis} [${state.acceptedEvidence.join()}] ${record}`
}

const TYPED = 'typed_answer:source_permissions'
const UNASKED = 'not_assessed:source_permissions'
const OURS = `verified_evidence:${OWN}`

describe('a row after a run', () => {
  it.each<[string, string, string]>([
    ['unknown', settle('failed', 'unknown', UNASKED), 'missing known_missing:dms_preflight [] removed'],
    ['confirmed by us', settle('failed', 'confirmed', OURS, OWN), 'missing known_missing:dms_preflight [] removed'],
    [
      'confirmed by others: their evidence stays to be seen',
      settle('failed', 'confirmed', 'verified_evidence:EV-1', 'EV-1', OWN),
      'missing known_missing:dms_preflight [EV-1] removed',
    ],
    ['missing already', settle('failed', 'missing', 'known_missing:x'), 'missing known_missing:x [] removed'],
    [
      'not applicable',
      settle('failed', 'not_applicable', 'applicability_false:x'),
      'missing known_missing:dms_preflight [] removed',
    ],
  ])('that fails and was %s', (_, settled, expected) => {
    expect(settled).toBe(expected)
  })

  it.each<[string, string, string]>([
    ['unknown', settle('proven', 'unknown', UNASKED), `confirmed ${OURS} [${OWN}] verified`],
    ['missing', settle('proven', 'missing', 'known_missing:x'), `confirmed ${OURS} [${OWN}] verified`],
    ['reported', settle('proven', 'reported', TYPED, 'EV-1'), `confirmed ${OURS} [EV-1,${OWN}] verified`],
    ['confirmed by a word', settle('proven', 'confirmed', TYPED), `confirmed ${OURS} [${OWN}] verified`],
    [
      'confirmed by others',
      settle('proven', 'confirmed', 'verified_evidence:EV-1', 'EV-1'),
      `confirmed verified_evidence:EV-1 [EV-1,${OWN}] verified`,
    ],
    ['confirmed by us', settle('proven', 'confirmed', OURS, OWN, 'EV-1'), `confirmed ${OURS} [${OWN},EV-1] verified`],
  ])('that is proven and was %s', (_, settled, expected) => {
    expect(settled).toBe(expected)
  })

  it.each<[string, string, string]>([
    ['unknown', settle('partly', 'unknown', UNASKED), `reported typed_answer:dms_preflight [${OWN}] reported`],
    ['reported', settle('partly', 'reported', TYPED), `reported ${TYPED} [${OWN}] reported`],
    ['confirmed by a word', settle('partly', 'confirmed', TYPED), `confirmed ${TYPED} [${OWN}] reported`],
    [
      'confirmed by others',
      settle('partly', 'confirmed', 'verified_evidence:EV-1', 'EV-1'),
      `confirmed verified_evidence:EV-1 [EV-1,${OWN}] reported`,
    ],
    [
      'confirmed by us alone',
      settle('partly', 'confirmed', OURS, OWN),
      `reported typed_answer:dms_preflight [${OWN}] reported`,
    ],
    [
      'confirmed by us beside a report of others',
      settle('partly', 'confirmed', OURS, OWN, 'EV-reported'),
      `reported typed_answer:dms_preflight [${OWN},EV-reported] reported`,
    ],
    [
      'confirmed by us beside others',
      settle('partly', 'confirmed', OURS, OWN, 'EV-1'),
      `confirmed verified_evidence:EV-1 [${OWN},EV-1] reported`,
    ],
    ['missing by others', settle('partly', 'missing', 'known_missing:x'), 'missing known_missing:x [] kept'],
    [
      'missing by us',
      settle('partly', 'missing', 'known_missing:dms_preflight'),
      `reported typed_answer:dms_preflight [${OWN}] reported`,
    ],
    [
      'not applicable',
      settle('partly', 'not_applicable', 'applicability_false:x'),
      'not_applicable applicability_false:x [] kept',
    ],
  ])('that is proven in part and was %s', (_, settled, expected) => {
    expect(settled).toBe(expected)
  })

  it.each<[string, string, string]>([
    [
      'unknown',
      settle('not-applicable', 'unknown', UNASKED),
      'not_applicable applicability_false:dms_preflight [] removed',
    ],
    [
      'confirmed by us',
      settle('not-applicable', 'confirmed', OURS, OWN),
      'not_applicable applicability_false:dms_preflight [] removed',
    ],
    ['confirmed by a word', settle('not-applicable', 'confirmed', TYPED), `confirmed ${TYPED} [] kept`],
    ['missing by others', settle('not-applicable', 'missing', 'known_missing:x'), 'missing known_missing:x [] kept'],
    [
      'not applicable',
      settle('not-applicable', 'not_applicable', 'applicability_false:x'),
      'not_applicable applicability_false:x [] kept',
    ],
  ])('that does not apply and was %s', (_, settled, expected) => {
    expect(settled).toBe(expected)
  })

  it('that is open is left, with the evidence of an earlier run', () => {
    expect(settle('open', 'confirmed', OURS, OWN)).toBe(`confirmed ${OURS} [${OWN}] kept`)
    expect(settle('open', 'missing', 'known_missing:x')).toBe('missing known_missing:x [] kept')
  })
})
