import type { Invocation, Log, ReportingDescriptor } from 'sarif';
import type { FindingCode, Run } from '../../model/index.ts';
import type { Account, Check, NamedRun } from '../account.ts';
import { outcomeText } from '../outcome-text.ts';
import { printable, wellFormed } from '../printable.ts';
import { type Rule, readRule } from '../rule.ts';
import { encoded, plain, SOURCE_ROOT } from './location.ts';
import { resultOf } from './result.ts';

export interface SarifOptions {
  version: string;
  /** The folder of the findings' pages. */
  docs: string;
  /** Files below it are named relative to it. */
  cwd: string;
}

/** The account as SARIF 2.1.0, the format of code-scanning services; ends with a newline. */
export function renderSarif(account: Account, { version, docs, cwd }: SarifOptions): string {
  const codes = [...new Set(account.groups.map(({ finding }) => finding.code))].sort();
  const log: Log = {
    $schema: 'https://json.schemastore.org/sarif-2.1.0.json',
    version: '2.1.0',
    runs: [
      {
        tool: {
          driver: {
            name: 'crossfree',
            version,
            semanticVersion: version,
            rules: codes.map((code) => ruleOf(readRule(code, docs))),
          },
        },
        columnKind: 'utf16CodeUnits',
        originalUriBaseIds: { [SOURCE_ROOT]: { uri: `file://${encoded(cwd).replace(/\/?$/, '/')}` } },
        invocations: invocationsOf(account),
        results: account.groups.map((group) => resultOf(group, codes.indexOf(group.finding.code), cwd)),
      },
    ],
  };
  return `${JSON.stringify(log, undefined, 2)}\n`;
}

/** How certain a code's findings are in general, in the words of code-scanning services. */
const SEVERITY: Partial<Record<FindingCode, string>> = { CF001: '7.0', CF004: '7.0' };

function ruleOf({ code, kind, summary, proves, markdown }: Rule): ReportingDescriptor {
  return {
    id: code,
    name: pascal(kind),
    shortDescription: { text: plain(summary) },
    fullDescription: { text: plain(proves) },
    help: { text: markdown, markdown },
    defaultConfiguration: { level: 'error' },
    properties: {
      tags: ['memory', 'correctness', 'security'],
      precision: 'very-high',
      'security-severity': SEVERITY[code] ?? '8.0',
    },
  };
}

/** `cross-free` as `CrossFree`. */
function pascal(kind: string): string {
  return kind.replace(/(^|-)(\w)/g, (_all, _dash, letter: string) => letter.toUpperCase());
}

/** What was run; where the result is not made of runs, what was checked. */
function invocationsOf({ runs, checks, gaps }: Account): Invocation[] {
  const notifications = gaps.map(({ module, reason, remedy }) => ({
    level: 'warning' as const,
    message: { text: plain(printable(`Not observed: ${module ?? 'the run'}: ${reason}; ${remedy}`)) },
  }));
  const invocations = runs.length > 0 ? runs.map(invocationOf) : checks.map(checkedInvocation);
  const [first, ...others] = invocations.length > 0 ? invocations : [{ executionSuccessful: true }];
  return [
    {
      ...(first as Invocation),
      ...(notifications.length > 0 && { toolExecutionNotifications: notifications }),
    },
    ...others,
  ];
}

function invocationOf({ name, run }: NamedRun): Invocation {
  const { outcome, verdict, coverage } = run;
  return {
    executionSuccessful: verdict !== 'unobservable',
    commandLine: wellFormed(run.command.join(' ')),
    arguments: run.command.slice(1).map(wellFormed),
    ...exitOf(run),
    properties: { name, verdict, coverage, outcome: outcomeText(outcome) },
  };
}

function exitOf({ outcome }: Run): Partial<Invocation> {
  if (outcome.kind === 'exit') return { exitCode: outcome.code };
  if (outcome.kind === 'signal') return { exitSignalName: outcome.signal };
  return { exitCodeDescription: outcomeText(outcome) };
}

function checkedInvocation({ suite, name, state, verdict, summary }: Check): Invocation {
  return {
    executionSuccessful: state === 'passed' || state === 'failed',
    commandLine: `${suite} ${name}`,
    properties: { verdict, summary },
  };
}
