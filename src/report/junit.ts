import type { Account, Check, CheckState } from './account.ts';

/** The element inside a test case that says how it went; nothing for one that passed. */
const ELEMENTS: Record<CheckState, string | undefined> = {
  passed: undefined,
  failed: 'failure',
  broken: 'error',
  skipped: 'skipped',
};

/** The account as JUnit XML: a suite for each of its suites, a test case for each check. */
export function renderJunit({ title, checks }: Account): string {
  const suites = [...new Set(checks.map(({ suite }) => suite))];
  return [
    '<?xml version="1.0" encoding="UTF-8"?>',
    `<testsuites${attributes({ name: title, ...totals(checks) })}>`,
    ...suites.flatMap((suite) =>
      suiteLines(
        suite,
        checks.filter((check) => check.suite === suite),
      ),
    ),
    '</testsuites>',
    '',
  ].join('\n');
}

function suiteLines(suite: string, checks: Check[]): string[] {
  const skipped = String(checks.filter(({ state }) => state === 'skipped').length);
  return [
    `  <testsuite${attributes({ name: suite, ...totals(checks), skipped })}>`,
    ...checks.flatMap(caseLines),
    '  </testsuite>',
  ];
}

function totals(checks: readonly Check[]): Record<string, string> {
  const having = (state: CheckState) => String(checks.filter((check) => check.state === state).length);
  return { tests: String(checks.length), failures: having('failed'), errors: having('broken') };
}

function caseLines({ suite, name, state, verdict, summary, text }: Check): string[] {
  const element = ELEMENTS[state];
  const said =
    element === undefined
      ? `<system-out>${escapeXml(text)}</system-out>`
      : `<${element}${attributes({ type: verdict, message: summary })}>${escapeXml(text)}</${element}>`;
  return [`    <testcase${attributes({ name, classname: suite })}>`, `      ${said}`, '    </testcase>'];
}

function attributes(values: Record<string, string>): string {
  return Object.entries(values)
    .map(([name, value]) => ` ${name}="${escapeXml(value).replaceAll('\n', '&#10;')}"`)
    .join('');
}

/** What XML 1.0 has no way to write. */
const IMPOSSIBLE =
  // biome-ignore lint/suspicious/noControlCharactersInRegex: these are what we look for
  /[\x00-\x08\x0b\x0c\x0e-\x1f\ufffe\uffff]|\p{Surrogate}/gu;

const ENTITIES: Record<string, string> = {
  '&': '&amp;',
  '<': '&lt;',
  '>': '&gt;',
  '"': '&quot;',
  '\t': '&#9;',
  '\r': '&#13;',
};

/** Text from outside as XML text or attribute; what XML cannot hold becomes U+FFFD. */
export function escapeXml(text: string): string {
  return text.replace(IMPOSSIBLE, '\ufffd').replace(/[&<>"\t\r]/g, (character) => ENTITIES[character] ?? '');
}
