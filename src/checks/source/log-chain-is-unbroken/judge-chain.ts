import type { Script } from '../../../domain/observed.ts'
import type { Judgement } from '../../define.ts'
import { quoteIdentifier } from '../../quote-identifier.ts'
import { describeMention, FLAW_WORDS } from '../../recorded-backups.ts'
import type { SourceDatabaseSpec } from '../../subjects.ts'
import type { ChainFact, Evidence, FlawedMention } from './evidence.ts'

type Gap = Extract<ChainFact, { is: 'gap' }>
type Whole = Extract<ChainFact, { is: 'whole' }>

/** The history is msdb's word of what was written; that the files are still there is not in it. Pure. */
export function judgeChain(evidence: Evidence, { database }: SourceDatabaseSpec): Judgement {
  const { chain, host, port } = evidence
  const what = `The database ${database.name} on ${host}:${String(port)}`
  const expected = `a full backup of ${database.name} and every log backup since, as msdb remembers them`
  if (chain.is === 'whole') {
    const actual = describeWhole(chain)
    return { verdict: 'pass', proof: 'proxy', summary: `${what}: ${actual}`, expected, actual }
  }
  const actual = describeFault(chain)
  const doubt = chain.is === 'not-started' ? undefined : doubtOf(evidence)
  if (doubt !== undefined) {
    const message = `${what}: ${actual}; ${doubt.says}`
    return {
      verdict: 'unknown',
      proof: 'proxy',
      summary: message,
      expected,
      cause: { kind: 'insufficient', message },
      remediation: { text: doubt.advice, scripts: [] },
    }
  }
  return {
    verdict: 'fail',
    proof: 'direct',
    summary: `${what}: ${actual}`,
    expected,
    actual,
    remediation: { text: adviceOf(chain), scripts: [scriptOf(chain, database.name)] },
  }
}

function describeWhole({ full, last, differentials, logs }: Whole): string {
  const begins = full === null ? 'a full backup' : describeMention(full)
  if (logs === 0 && differentials === 0) {
    return `${begins} is there, and the next log backup goes on from it; no log backup was made since`
  }
  const more = differentials === 0 ? '' : `${String(differentials)} differential and `
  const end = last === null ? '' : `, the last of ${last.finished ?? 'an unknown time'} (up to LSN ${last.lastLsn})`
  return `${begins} is followed by ${more}${String(logs)} log ${logs === 1 ? 'backup' : 'backups'} without a gap${end}`
}

function describeFault(chain: Exclude<ChainFact, { is: 'whole' }>): string {
  switch (chain.is) {
    case 'no-full':
      return 'msdb remembers no full backup of it'
    case 'not-started':
      return 'no log backup of it can be made: it is in the recovery model SIMPLE, or was and has had no full backup since (last_log_backup_lsn is NULL)'
    case 'no-usable-full':
      return `no full backup of it can be restored from a file; of the newest, ${describeMention(chain.newest)}: ${flawText(chain.newest)}`
    case 'gap':
      return describeGap(chain)
  }
}

function describeGap({ from, to, before, after, lost, lostInAll }: Gap): string {
  const first = before === null ? 'no usable backup' : describeMention(before)
  const second = after === null ? 'where the next log backup begins' : describeMention(after)
  const range = from === null ? `before LSN ${to}` : `from LSN ${from} to ${to}`
  const [worst] = lost
  const gap = `between ${first} and ${second} the log ${range} is in no backup that can be restored`
  if (worst === undefined) {
    return `${gap}: msdb remembers none, so it was deleted from the history, or made by another server`
  }
  const more = lostInAll === 1 ? '' : ` (and ${String(lostInAll - 1)} more)`
  return `${gap}; of ${describeMention(worst)}${more}: ${flawText(worst)}`
}

function flawText({ flaw, software }: FlawedMention): string {
  const isForeign = software !== null && software !== '' && !/^microsoft sql server$/i.test(software)
  return `${FLAW_WORDS[flaw]}${isForeign ? ` (${software})` : ''}`
}

/** Why a fault of the history need not be one of the backups. */
function doubtOf({
  isReplica,
  isCut,
  incomplete,
  nextLogFrom,
  chain,
}: Evidence): { says: string; advice: string } | undefined {
  if (isReplica) {
    return {
      says: 'it is in an availability group, and what other replicas backed up stands in their msdb alone',
      advice: 'Look at the backup history of every replica, or let this one alone make the backups.',
    }
  }
  if (isCut) {
    return {
      says: 'the history since is longer than is read here',
      advice: 'Take a full backup to a file: the chain is then followed from there.',
    }
  }
  const advice = 'Take a full backup to a file, and log backups from then on.'
  if (incomplete > 0) return { says: `${String(incomplete)} rows of the history have no log sequence numbers`, advice }
  // The server says itself that its log goes on from a backup: where one lies that msdb has forgotten, nobody was asked.
  if (chain.is === 'no-full' && nextLogFrom !== null) {
    return {
      says: `the log goes on from one all the same (last_log_backup_lsn ${nextLogFrom}), so its history was deleted, or made by another server`,
      advice,
    }
  }
  const isForgotten = chain.is === 'gap' && chain.lostInAll === 0
  return isForgotten ? { says: 'whether somebody has it still, the history does not tell', advice } : undefined
}

function adviceOf(chain: Exclude<ChainFact, { is: 'whole' }>): string {
  const isForeign = chain.is === 'gap' && chain.lost.some(({ flaw }) => flaw === 'virtual' || flaw === 'snapshot')
  const begin = 'Begin a new chain: a full backup to a file of its own, then log backups, each to a new file.'
  if (isForeign) {
    return `Let one program alone back up the log until the cutover: switch the log backups of the other one off for this database. ${begin}`
  }
  return chain.is === 'not-started' ? `Set the recovery model to FULL. ${begin}` : begin
}

function scriptOf({ is }: ChainFact, name: string): Script {
  const database = quoteIdentifier(name)
  const full = is === 'not-started' ? [`ALTER DATABASE ${database} SET RECOVERY FULL;`] : []
  return {
    language: 'tsql',
    code: [
      ...full,
      `BACKUP DATABASE ${database} TO DISK = N'<path of a new file>' WITH CHECKSUM, COMPRESSION;`,
      `BACKUP LOG ${database} TO DISK = N'<path of another new file>' WITH CHECKSUM, COMPRESSION;`,
    ].join('\n'),
  }
}
