import type { Attestation, Manifest, Waiver } from '../domain/manifest.ts'
import type { Removed } from '../domain/report.ts'
import type { Plan } from '../plan/plan.ts'

/** Attestations and waivers that hold on the trusted ref, and stand here no more for a check that is still asked. */
export function removedVouchers(trusted: Manifest, here: Manifest, plan: Plan, now: number): Removed[] {
  const asked = new Set(plan.checks.map(({ check, subject }) => `${check.meta.id} ${subject.name}`))
  const lost = (kind: 'attestation' | 'waiver', all: readonly Voucher[], others: readonly Voucher[]): Removed[] =>
    all
      .filter(({ expires }) => Date.parse(expires) > now)
      .flatMap(({ check, subjects, location }) => {
        const same = others.filter((other) => other.check === check)
        const facts = { kind, manifest: trusted.name, location, check }
        if (subjects.length === 0) return same.length === 0 && isAsked(plan, check) ? [facts] : []
        return subjects
          .filter((name) => asked.has(`${check} ${name}`) && !same.some((other) => covers(other, name)))
          .map((name) => ({ ...facts, name }))
      })
  return [
    ...lost('attestation', trusted.attestations, here.attestations),
    ...lost('waiver', trusted.waivers, here.waivers),
  ]
}

type Voucher = Attestation | Waiver

function covers({ subjects }: Voucher, name: string): boolean {
  return subjects.length === 0 || subjects.includes(name)
}

function isAsked({ checks }: Plan, id: string): boolean {
  return checks.some(({ check }) => check.meta.id === id)
}
