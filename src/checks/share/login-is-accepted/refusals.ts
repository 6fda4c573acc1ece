import type { Remediation } from '../../../domain/report.ts'
import { isDomainUser, quotePowerShell, type StatusFact } from '../../share-place.ts'

/** They speak of the hour and of the machine that the login came from, not of the credentials. */
const ABOUT_RUNNER: ReadonlySet<string> = new Set(['STATUS_INVALID_LOGON_HOURS', 'STATUS_INVALID_WORKSTATION'])

export function isAboutRunner({ name }: StatusFact): boolean {
  return ABOUT_RUNNER.has(name)
}

const ADVICE: Readonly<Partial<Record<string, string>>> = {
  STATUS_ACCOUNT_DISABLED: 'Have the account enabled.',
  STATUS_ACCOUNT_EXPIRED: 'Have the end of the account moved beyond the cutover.',
  STATUS_ACCOUNT_LOCKED_OUT:
    'Find out who uses a wrong password before it is unlocked, or it will be locked again; then have it unlocked.',
  STATUS_PASSWORD_EXPIRED: 'Set a new password and put it into the secret.',
  STATUS_PASSWORD_MUST_CHANGE: 'Set a password that need not be changed at the next logon, and put it into the secret.',
  STATUS_LOGON_TYPE_NOT_GRANTED:
    'Give the account the right "Access this computer from the network" on the file server, and look that no policy denies it.',
  STATUS_AUTHENTICATION_FIREWALL_FAILED:
    'Give the account "Allowed to authenticate" on the computer object of the file server.',
}

/** What to do about a refusal of the account. */
export function explainStatus({ name }: StatusFact, account: string): Remediation {
  const text =
    ADVICE[name] ??
    'Correct the user or the secret of the share. The Security log of the file server (event 4625) tells the true reason in its sub status.'
  const user = account.replace(/^.*\\/, '').replace(/@.*$/, '')
  const form = isDomainUser(account) ? '' : ` Write the user as DOMAIN\\user: DMS takes no other form.`
  return {
    text: `${text}${form} The password is not tried again in this run.`,
    scripts: [
      {
        language: 'powershell',
        code: `# with the module ActiveDirectory; of a local account: Get-LocalUser on the file server\nGet-ADUser -Identity ${quotePowerShell(user)} -Properties Enabled, LockedOut, PasswordExpired, PasswordLastSet, AccountExpirationDate`,
      },
    ],
  }
}
