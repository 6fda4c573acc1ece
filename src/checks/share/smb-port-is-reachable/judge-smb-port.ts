import type { Generation } from '../../../domain/manifest.ts'
import type { Script } from '../../../domain/observed.ts'
import type { Remediation } from '../../../domain/report.ts'
import type { Cause } from '../../../domain/verdict.ts'
import type { Judgement } from '../../define.ts'
import { judgePath, proofOf } from '../../network-path.ts'
import { describeStatus } from '../../share-place.ts'
import type { Evidence, NsgAnswer, SmbFact } from './evidence.ts'

/** From where the backups are fetched, and who knows names there. */
const RUNTIME_HOST = 'the host of the integration runtime'
const PLACES: Readonly<Record<Generation, { from: string; runs: string; names: string; resolver: string }>> = {
  classic: {
    from: 'where DMS runs',
    runs: 'the DMS subnet',
    names: 'the DNS servers of the DMS network',
    resolver: 'the DNS servers of the DMS virtual network',
  },
  modern: { from: RUNTIME_HOST, runs: RUNTIME_HOST, names: RUNTIME_HOST, resolver: RUNTIME_HOST },
}

const ANOTHER_SERVICE = 'Look what listens on this port of the file server, and whether a firewall on the way answers.'

/** The connect decides about the way; an answer that is no SMB 2 decides nothing (contract, section 5). Pure. */
export function judgeSmbPort(evidence: Evidence, generation: Generation): Judgement {
  const { host, port, nsg } = evidence
  const place = PLACES[generation]
  const expected = `TCP ${String(port)} of ${host} answers SMB 2 or 3 from ${place.from}`
  const note = nsg === null ? '' : `; ${describeNsg(nsg, host, port)}`
  if (evidence.state === 'no-name') {
    const message = `The runner finds no address for ${host} (${evidence.message})`
    return {
      verdict: 'unknown',
      proof: 'proxy',
      summary: `${message}, so TCP ${String(port)} was not tried; ${place.names} may know the name${note}`,
      expected,
      cause: { kind: 'dns', message },
      remediation: {
        text: `Check the spelling of the share's path; then let ${place.resolver} resolve ${host}, or write an address in its place.`,
        scripts: scriptsFor(host, `Resolve-DnsName -Name ${host}`),
      },
    }
  }
  const judgement = judgePath(evidence, { expected, remediation: remediationOf(host, port, place.runs) })
  const withNote = { ...judgement, summary: `${judgement.summary}${note}` }
  const { smb, vantage } = evidence
  if (judgement.verdict !== 'pass' || smb === undefined) return withNote
  if (smb.outcome === 'answered') {
    const actual = `${judgement.actual}; ${describeDialect(smb)}`
    return { ...judgement, summary: `${judgement.summary}; ${describeDialect(smb)}${note}`, actual }
  }
  const { cause, advice } = explain(smb)
  return {
    verdict: 'unknown',
    proof: proofOf(vantage),
    summary: `TCP ${String(port)} of ${evidence.to} is open from ${evidence.from}, and SMB 2 does not answer: ${cause.message}${note}`,
    expected,
    cause,
    remediation: { text: advice, scripts: [] },
  }
}

function explain(smb: Exclude<SmbFact, { outcome: 'answered' }>): { cause: Cause; advice: string } {
  switch (smb.outcome) {
    case 'refused':
      return {
        cause: { kind: 'unsupported', message: `the server refuses every dialect: ${describeStatus(smb.status)}` },
        advice: 'Let the file server speak SMB 2 or 3.',
      }
    case 'unseen':
      return { cause: { kind: smb.kind, message: smb.message }, advice: ANOTHER_SERVICE }
    case 'no-smb2':
      return explainOther(smb)
  }
}

function explainOther({ reason, message }: Extract<SmbFact, { outcome: 'no-smb2' }>): { cause: Cause; advice: string } {
  switch (reason) {
    case 'closed':
      return {
        cause: { kind: 'reset', message },
        advice:
          'The server ended the connection at the first message: it speaks SMB 1 only, does not admit the address of this runner, or is another service.',
      }
    case 'smb1':
      return { cause: { kind: 'unsupported', message }, advice: 'Let the file server speak SMB 2 or 3.' }
    case 'session-refused':
    case 'not-smb':
      return { cause: { kind: 'protocol', message }, advice: ANOTHER_SERVICE }
  }
}

function describeDialect(smb: Extract<SmbFact, { outcome: 'answered' }>): string {
  const signing = smb.signingRequired ? 'signing required' : 'signing offered'
  return `SMB ${smb.dialect}, ${signing}, ${smb.encrypts ? 'can encrypt' : 'cannot encrypt'}`
}

function describeNsg(nsg: NsgAnswer, host: string, port: number): string {
  const flow = `TCP ${String(port)} to ${host}`
  if (!nsg.read) return `what the security group of the DMS subnet says of ${flow} was not read (${nsg.why})`
  if (nsg.nsg === null) return `the DMS subnet ${nsg.subnet} has no security group that could deny ${flow}`
  const rules = nsg.decidingRules.length === 0 ? '' : ` (${nsg.decidingRules.join(', ')})`
  switch (nsg.answer) {
    case 'allowed':
      return `the security group ${nsg.nsg} of ${nsg.subnet} allows ${flow}${rules}`
    case 'depends':
      return `whether the security group ${nsg.nsg} of ${nsg.subnet} allows ${flow} is not known${rules}: network/nsg-allows-dms-ports says why`
    case 'denied':
    case 'partial':
      return `the security group ${nsg.nsg} of ${nsg.subnet} denies ${flow}${rules}: network/nsg-allows-dms-ports says what to change`
  }
}

function remediationOf(host: string, port: number, runs: string): Remediation {
  return {
    text: `On the file server: does the Server service run, and does Windows Firewall let TCP ${String(port)} in from ${runs}; on the way: does the firewall appliance let ${runs} through.`,
    scripts: [
      ...scriptsFor(host, `Test-NetConnection -ComputerName ${host} -Port ${String(port)}`),
      {
        language: 'powershell',
        code: `# on the file server, as administrator: what is there\nGet-Service -Name LanmanServer\nGet-NetFirewallPortFilter -Protocol TCP | Where-Object LocalPort -eq ${String(port)} | Get-NetFirewallRule`,
      },
    ],
  }
}

/** A host goes into a shell script only when a shell reads nothing else in it. */
function scriptsFor(host: string, code: string): Script[] {
  return /^[\w.:-]+$/.test(host) ? [{ language: 'powershell', code }] : []
}
