/** Every file that the action ever writes into the report directory, and so deletes there before it writes. */
export const REPORT_FILES = ['report.json', 'report.md', 'junit.xml', 'report.sarif'] as const
export type ReportFile = (typeof REPORT_FILES)[number]
