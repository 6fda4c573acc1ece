/** What a number says of a backup that SQL Server could not make or read back. */
export interface BackupError {
  /** `fail`: the server's word that it cannot; `unknown`: it says nothing of the rights on the share. */
  verdict: 'fail' | 'unknown'
  says: string
  /** Of `unknown`: why nothing was seen. */
  kind?: 'forbidden' | 'server-error' | 'unreachable' | 'throttled' | 'timeout' | 'unsupported'
  missing?: string
  advice?: string
  /** The file is no backup, although it was written. */
  isSpoilt?: true
}

const DENIED =
  'Give that account Change in the permissions of the share and Modify in those of the folder: both must let it in.'
const REFUSED_ACCOUNT =
  'The file server does not know the account under which SQL Server comes: put the host into the domain, or run the service as an account that the file server knows.'
const NO_WAY =
  'Let SQL Server itself reach the file server: name resolution and TCP 445 from its host (Test-NetConnection there), and the same path as in the manifest.'
const NO_PLACE = 'Look from the host of SQL Server whether the path leads to the same share and folder.'
const NO_SPACE = 'Make room on the volume of the share, or raise the quota of the account.'
const fail = (says: string, advice: string): BackupError => ({ verdict: 'fail', says, advice })
const passing = (says: string, kind: NonNullable<BackupError['kind']> = 'server-error'): BackupError => ({
  verdict: 'unknown',
  says,
  kind,
  missing: 'another try: this passes by itself, so run the gate again',
})

/** Errors of Windows within a message of SQL Server (MS-ERREF 2.2). What is not here decides nothing. */
const OS_ERRORS: ReadonlyMap<number, BackupError> = new Map([
  [5, fail('access is denied', DENIED)],
  [65, fail('network access is denied', DENIED)],
  [19, fail('the volume is write-protected', 'Let the share and its volume be written to.')],
  [86, fail('the password is wrong for the file server', REFUSED_ACCOUNT)],
  [1272, fail('the policy of the host forbids to go to a file server as a guest', REFUSED_ACCOUNT)],
  [1326, fail('the file server does not accept the account', REFUSED_ACCOUNT)],
  [1327, fail('a restriction keeps the account from logging in at the file server', REFUSED_ACCOUNT)],
  [1328, fail('the account may not log in at this hour', REFUSED_ACCOUNT)],
  [1329, fail('the account may not log in from this machine', REFUSED_ACCOUNT)],
  [1330, fail('the password of the account has expired', 'Set a new password for the account of the service.')],
  [1331, fail('the account is disabled', 'Have the account of the service enabled.')],
  [1385, fail('the account lacks "Access this computer from the network"', 'Give it that right on the file server.')],
  [1907, fail('the password of the account must be changed', 'Set a new password for the account of the service.')],
  [1909, fail('the account is locked out', 'Find out who uses a wrong password, then have the account unlocked.')],
  [53, fail('the file server was not found from there', NO_WAY)],
  [51, fail('the file server does not answer from there', NO_WAY)],
  [1231, fail('the file server cannot be reached from there', NO_WAY)],
  [1232, fail('the file server cannot be reached from there', NO_WAY)],
  [67, fail('there is no share of that name, seen from there', NO_PLACE)],
  [2, fail('there is no such path, seen from there', NO_PLACE)],
  [3, fail('a folder of the path is not there, seen from there', NO_PLACE)],
  [123, fail('the path is not a valid one there', NO_PLACE)],
  [161, fail('the path is not a valid one there', NO_PLACE)],
  [206, fail('the path is too long there', 'Choose a shorter path for the share.')],
  [39, fail('the volume is full', NO_SPACE)],
  [112, fail('the volume is full', NO_SPACE)],
  [1295, fail('the quota of the account is used up', NO_SPACE)],
  [1816, fail('the quota of the account is used up', NO_SPACE)],
  [32, passing('another program has the file open')],
  [33, passing('another program has locked the file')],
  [54, passing('the network is busy', 'throttled')],
  [56, passing('the network has reached its limit of commands', 'throttled')],
  [59, passing('an unexpected error of the network', 'unreachable')],
  [64, passing('the share went away meanwhile', 'unreachable')],
  [71, passing('the file server takes no more connections', 'throttled')],
  [121, passing('the file server did not answer in time', 'timeout')],
  [1311, passing('no logon server could be reached')],
  [1450, passing('the host lacks resources')],
  [1460, passing('the file server did not answer in time', 'timeout')],
])

const NO_BACKUP_RIGHT: BackupError = {
  verdict: 'unknown',
  kind: 'forbidden',
  says: 'the login may not make the backup',
  missing: 'BACKUP DATABASE on model (a user in model that is a member of db_backupoperator), or sysadmin',
}
const NO_READ_RIGHT: BackupError = {
  verdict: 'unknown',
  kind: 'forbidden',
  says: 'the login may not read the backup',
  missing: 'CREATE DATABASE (RESTORE HEADERONLY asks for it)',
}
const TORN: BackupError = {
  ...fail(
    'what was read back is not the backup that was written',
    'Look what changes files on the volume, such as a virus scanner or a failing disk.',
  ),
  isSpoilt: true,
}

/** Numbers of sys.messages that tell enough by themselves. */
const NUMBERS: ReadonlyMap<number, BackupError> = new Map([
  [3023, passing('another backup of model is under way')],
  [3041, passing('it ended without a reason')],
  [3241, TORN],
  [3242, TORN],
  [3243, TORN],
  [3246, TORN],
  [3247, TORN],
  [3189, TORN],
  [3257, fail('the volume is full', NO_SPACE)],
])
/** Permission denied: 262 in a database, 229 on an object, 297 and 300 on the server, 916 to enter, 3110 to restore. */
const PERMISSIONS: ReadonlySet<number> = new Set([229, 262, 297, 300, 916, 3110, 15_247])

export interface ServerMessage {
  number: number
  message: string
}

/** Messages with an error of the operating system: cannot open, write failed, read failed, I/O error, attempting an operation. */
const WITH_OS_ERROR: ReadonlySet<number> = new Set([3201, 3202, 3203, 3271, 3634, 3636, 5123, 5133, 18_204, 18_210])

/** The error of the operating system that messages repeat, whatever their language: a number before a bracket. */
export function osErrorOf(messages: readonly ServerMessage[], file: string): number | null {
  for (const { message } of messages.filter(({ number }) => WITH_OS_ERROR.has(number))) {
    const found = /(?<![\w-])(\d{1,5})\s?\(/.exec(message.replaceAll(file, ''))?.[1]
    if (found !== undefined) return Number(found)
  }
  return null
}

/** What the answer to a backup (`at: 'backup'`) or to reading it back says. The first message that is known decides. */
export function explainBackupError(
  { messages, osError }: { messages: readonly ServerMessage[]; osError: number | null },
  at: 'backup' | 'read-back',
): BackupError {
  const known = osError === null ? undefined : OS_ERRORS.get(osError)
  if (known !== undefined) return known
  for (const { number } of messages) {
    if (PERMISSIONS.has(number)) return at === 'backup' ? NO_BACKUP_RIGHT : NO_READ_RIGHT
    const own = NUMBERS.get(number)
    if (own !== undefined) return own
  }
  const what = at === 'backup' ? 'the backup could not be made' : 'the backup could not be read back'
  return { verdict: 'unknown', kind: 'server-error', says: what }
}
