/** The kinds of credential with which a run signs in to Azure. A run picks one and never tries another. */
export const SIGN_IN_KINDS = ['secret', 'oidc', 'cli', 'managed-identity'] as const
export type SignInKind = (typeof SIGN_IN_KINDS)[number]

/** Each kind in words that fit behind "by". */
export const SIGN_IN_WORDS: Readonly<Record<SignInKind, string>> = {
  secret: 'client secret',
  oidc: "GitHub's ID token (OIDC)",
  cli: "the runner's Azure CLI",
  'managed-identity': 'managed identity',
}
