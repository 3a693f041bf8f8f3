// Where a rule is explained.
const PAGE = 'https://github.com/airlock-run/airlock/blob/main/docs/audit.md'

/** The rule's section; each has an anchor of its own. */
export const ruleLink = (id: string) => `${PAGE}#${id.toLowerCase()}`
