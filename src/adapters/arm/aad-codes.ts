import type { CauseKind } from '../../domain/verdict.ts'

export interface AadMeaning {
  kind: CauseKind
  says: string
  next: string
}

const NEW_SECRET =
  'make a new one (az ad app credential reset --id <client-id> --append) and store its value, not its id'
const SIGN_IN_AGAIN = 'sign in again (az login) as the account that runs this runner'
const INTERACTION =
  'a person would have to take part, which a workflow cannot: use an application (auth-type oidc or secret) or a managed identity'
const OTHER_CLOUD = 'check tenant-id and the input environment: the tenant may be of another cloud'
const CLOCK = 'set the clock of this runner by NTP'

/** Meanings by code. */
const MEANINGS: readonly (readonly [codes: readonly number[], kind: CauseKind, says: string, next: string])[] = [
  [[7000215, 70002], 'auth', 'the client secret is wrong', NEW_SECRET],
  [[7000222], 'auth', 'the client secret has expired', NEW_SECRET],
  [[7000216, 7000218], 'auth', 'a secret or assertion is required and none was taken', NEW_SECRET],
  [
    [700016, 700011],
    'auth',
    'the application is not in this tenant',
    'check client-id and tenant-id; an application of another tenant needs an enterprise application here (az ad sp create --id <client-id>)',
  ],
  [[7000112, 70001], 'auth', 'the application is disabled', 'enable its enterprise application in Microsoft Entra ID'],
  [[7000229], 'auth', 'the application has no service principal in this tenant', 'az ad sp create --id <client-id>'],
  [[90002], 'auth', 'the tenant does not exist in this cloud', 'check tenant-id and the input environment'],
  [[900021, 900023], 'auth', 'tenant-id is neither an id nor a domain name', 'check tenant-id'],
  [[90038, 900382, 900432, 900439], 'auth', 'the tenant is of another cloud than this sign-in service', OTHER_CLOUD],
  [[500011, 650057], 'auth', 'the tenant does not know the resource for which a token was asked', OTHER_CLOUD],
  [[50034, 51004, 50014], 'auth', 'the account does not exist in this tenant', 'check the account and tenant-id'],
  [
    [50020, 90072],
    'auth',
    'the account is of another tenant and no guest in this one',
    'check the account and tenant-id',
  ],
  [[50053], 'auth', 'the account is locked', 'see the sign-in logs of the tenant for the reason'],
  [[50057], 'auth', 'the account is disabled', 'enable it in Microsoft Entra ID'],
  [[50126], 'auth', 'user name or password is wrong', SIGN_IN_AGAIN],
  [[50055, 50144], 'auth', 'the password of the account has expired', SIGN_IN_AGAIN],
  [
    [50132, 50133, 50173, 70008, 70043, 700082, 700084],
    'auth',
    'the sign-in that was kept has ended or was revoked',
    SIGN_IN_AGAIN,
  ],
  [[50072, 50074, 50076, 50078, 50079, 50158, 53004], 'auth', 'a second factor is asked for', INTERACTION],
  [[65001], 'auth', 'nobody has consented to the application', 'let an administrator grant consent'],
  [
    [50105],
    'auth',
    'the application lets in only who is assigned to it, and this account is not',
    'assign the account to its enterprise application',
  ],
  [
    [53003, 530032, 530035, 50131],
    'auth',
    'a conditional access or security policy refuses the sign-in',
    'let the policy except this workload identity or the address of this runner',
  ],
  [[53000, 53001, 50097], 'auth', 'a conditional access policy asks for a managed device', INTERACTION],
  [
    [50002, 500021, 500022],
    'auth',
    'a proxy on the way from this runner allows sign-ins to other tenants alone',
    'let the tenant restrictions of that proxy allow this tenant',
  ],
  [[700024, 500133], 'auth', 'the ID token is not valid at this time', CLOCK],
  [
    [50012, 700027, 900384],
    'auth',
    'the signature of the ID token was not accepted',
    "check the issuer: it must be GitHub's, and reachable for Microsoft Entra ID",
  ],
  [
    [700222, 700226, 700229],
    'auth',
    'a token of Microsoft Entra ID itself was presented where one of GitHub belongs',
    'check the input audience',
  ],
  [[90033, 90006, 90012, 90024, 50033], 'server-error', 'the service is busy', 'run it again later'],
  [[90055, 50196], 'throttled', 'too many sign-ins', 'run it again later'],
]

/** https://learn.microsoft.com/entra/identity-platform/reference-error-codes. The only table of its kind. */
export const AAD_CODES: ReadonlyMap<number, AadMeaning> = new Map(
  MEANINGS.flatMap(([codes, kind, says, next]) => codes.map((code) => [code, { kind, says, next }] as const)),
)
