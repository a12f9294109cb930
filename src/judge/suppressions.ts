import type { Finding } from '../model/index.ts';

/** A rule that hides findings; all its conditions must hold. */
export interface Suppression {
  /** `file:line`, and the line's text. */
  place: string;
  text: string;
  code?: string;
  /** Patterns; each must fit some frame of the birth or the death stack. */
  functions: RegExp[];
  modules: RegExp[];
}

const KEYS = ['code', 'function', 'module'] as const;

/**
 * Reads a suppressions file: one rule a line, `#` begins a comment line. A rule is made of conditions
 * `code=CF001`, `function=PATTERN`, `module=PATTERN`; `*` in a pattern stands for any text, a pattern with
 * white space is written in double quotes. Throws an error that begins with `file:line` on anything else.
 */
export function parseSuppressions(text: string, fileName: string): Suppression[] {
  return text.split(/\r?\n/).flatMap((line, index) => {
    const rule = line.trim();
    if (rule === '' || rule.startsWith('#')) return [];
    return [parseRule(rule, `${fileName}:${index + 1}`)];
  });
}

function parseRule(rule: string, place: string): Suppression {
  const suppression: Suppression = { place, text: rule, functions: [], modules: [] };
  for (const [word] of rule.matchAll(/(?:[^\s"]|"[^"]*(?:"|$))+/g)) {
    const [, key, quoted, plain] = /^([^\s="]+)=(?:"([^"]*)"|([^"]*))$/.exec(word) ?? [];
    const value = quoted ?? plain;
    if (key === undefined || !(KEYS as readonly string[]).includes(key)) {
      throw new Error(`${place}: expected \`code=\`, \`function=\` or \`module=\`, but got \`${word}\``);
    }
    if (value === undefined || value === '') {
      throw new Error(`${place}: expected a value after \`${key}=\`, but got none`);
    }
    if (key === 'code') {
      if (!/^CF0\d\d$/.test(value))
        throw new Error(`${place}: expected a code such as CF001, but got \`${value}\``);
      if (suppression.code !== undefined) throw new Error(`${place}: expected one \`code=\`, but got two`);
      suppression.code = value;
    } else if (key === 'function') suppression.functions.push(pattern(value));
    else suppression.modules.push(pattern(value));
  }
  return suppression;
}

function pattern(glob: string): RegExp {
  const parts = glob.split('*').map((part) => part.replace(/[\\^$.|?+()[\]{}]/g, '\\$&'));
  return new RegExp(`^${parts.join('.*')}$`, 's');
}

/** Takes out what the rules hide, and says which of them hid nothing. */
export function suppress(
  findings: readonly Finding[],
  suppressions: readonly Suppression[],
): { kept: Finding[]; suppressed: { count: number; unused: string[] } } {
  const used = new Set<Suppression>();
  const kept = findings.filter((finding) => {
    const rules = suppressions.filter((rule) => matches(rule, finding));
    for (const rule of rules) used.add(rule);
    return rules.length === 0;
  });
  const unused = suppressions.filter((rule) => !used.has(rule)).map((rule) => `${rule.place}: ${rule.text}`);
  return { kept, suppressed: { count: findings.length - kept.length, unused } };
}

function matches({ code, functions, modules }: Suppression, finding: Finding): boolean {
  if (code !== undefined && code !== finding.code) return false;
  const frames = [...(finding.birth?.stack ?? []), ...(finding.death?.stack ?? [])];
  const names = frames.flatMap((frame) => frame.function ?? []);
  const paths = frames.flatMap((frame) => frame.module ?? []);
  return (
    functions.every((wanted) => names.some((name) => wanted.test(name))) &&
    modules.every((wanted) =>
      paths.some((path) => wanted.test(path) || wanted.test(path.slice(path.lastIndexOf('/') + 1))),
    )
  );
}
