/**
 * Reads what a specimen says of itself, in the comment that it starts with:
 *
 *   expect: CF001 c -> rust                            code, world of birth, world of release
 *   expect: CF003 -> c where=interior offset=8         no block, so no birth
 *   expect: CF004 rust -> rust expected=64/8 actual=32/8   size/alignment, either may be left out
 *   expect: none                                       legal: there is no fault(), only healthy()
 *   unless lto+bump, stripped: unseen; REASON          what is different in builds with these tags
 *   unless lto: open; REASON                           … may be found or not, but nothing else may
 *   born: NAME, died: NAME                             a function on that stack; `fault` unless told
 *   acts: malloc free free                             calls that must still be in fault()'s machine code
 *   acts in NAME: free                                 … or in that function's
 *   faithful: crashes; REASON                          let through, the act ends the program
 *   library: FILE linked|loaded|preloaded|static|dylib [FLAGS…]   a shared object that it needs
 *   with: FILE                                         a further source of the program itself
 *
 * @typedef {{ code: string, allocated?: string, released?: string, details: Record<string, string> }} Expected
 * @typedef {{ tags: string[][], outcome: 'unseen' | 'open' | Expected, reason: string }} Exception
 * @typedef {{ file: string, how: string, flags: string[] }} Library
 * @typedef {{
 *   name: string, group: string, file: string, expected: Expected[], exceptions: Exception[],
 *   born: string, died: string, acts: { within: string, calls: string[] }[], libraries: Library[], sources: string[],
 *   crashes: boolean
 * }} Specimen
 */
import { readdirSync, readFileSync } from 'node:fs';
import { basename, extname, join } from 'node:path';
import { SPECIMENS } from './paths.js';

/** Folder of each group of specimens. */
export const GROUPS = {
  c: 'c',
  cpp: 'cpp',
  rust: 'rust',
  'rust-allocators': 'rust/allocators',
  'rust-libraries': 'rust/libraries',
};

/** What belongs to all of them, or to what they load, and is no specimen. */
const PARTS = /^(main|maker|taker)\.rs$/;

/**
 * Every specimen of a group, by name. Throws with file and line on a header that cannot be meant.
 * @param {keyof typeof GROUPS} group
 * @returns {Specimen[]}
 */
export function readSpecimens(group) {
  const folder = join(SPECIMENS, GROUPS[group]);
  return readdirSync(folder, { withFileTypes: true })
    .filter((entry) => entry.isFile() && /\.(c|cpp|rs)$/.test(entry.name) && !PARTS.test(entry.name))
    .map((entry) => readHeader(group, join(folder, entry.name)))
    .sort((a, b) => (a.name < b.name ? -1 : 1));
}

/**
 * @param {string} group
 * @param {string} file
 * @returns {Specimen}
 */
function readHeader(group, file) {
  /** @type {Specimen} */
  const specimen = {
    name: basename(file, extname(file)),
    group,
    file,
    expected: [],
    exceptions: [],
    born: 'fault',
    died: 'fault',
    acts: [],
    libraries: [],
    sources: [],
    crashes: false,
  };
  let legal = false;
  for (const [index, raw] of readFileSync(file, 'utf8').split('\n').entries()) {
    if (!/^\s*(\/\*|\*|\/\/)/.test(raw)) break;
    const [, key, value = ''] =
      /^\W*(expect|unless [^:]+|born|died|acts(?: in \S+)?|library|with|faithful): (.+)$/.exec(raw) ?? [];
    const [word, ...rest] = (key ?? '').split(' ');
    if (word === 'expect' && value === 'none') legal = true;
    else if (word === 'expect') specimen.expected.push(parseExpected(value, `${file}:${index + 1}`));
    else if (word === 'unless')
      specimen.exceptions.push(parseException(rest.join(' '), value, `${file}:${index + 1}`));
    else if (word === 'born' || word === 'died') specimen[word] = value;
    else if (word === 'acts') specimen.acts.push({ within: rest[1] ?? 'fault', calls: value.split(' ') });
    else if (word === 'with') specimen.sources.push(value);
    else if (word === 'faithful') specimen.crashes = value.startsWith('crashes; ');
    else if (word === 'library') {
      const [name = '', how = '', ...flags] = value.split(' ');
      specimen.libraries.push({ file: name, how, flags });
    }
  }
  if (legal === specimen.expected.length > 0)
    throw new Error(`${file}: one of \`expect: none\` and \`expect: CF…\` is needed`);
  if (!legal && specimen.acts.length === 0) throw new Error(`${file}: \`acts:\` is missing`);
  return specimen;
}

/**
 * @param {string} text
 * @param {string} at
 * @returns {Expected}
 */
function parseExpected(text, at) {
  const match = /^(CF\d{3})(?: (?!->)([^\s=]+))?(?: -> (\S+))?((?: \w+=\S+)*)$/.exec(text);
  if (!match) throw new Error(`${at}: expected e.g. \`CF001 c -> rust\`, got \`${text}\``);
  const [, code = '', allocated, released, details = ''] = match;
  return {
    code,
    ...(allocated && { allocated }),
    ...(released && { released }),
    details: Object.fromEntries(
      details
        .trim()
        .split(' ')
        .filter(Boolean)
        .map((pair) => pair.split('=')),
    ),
  };
}

/**
 * @param {string} when
 * @param {string} text
 * @param {string} at
 * @returns {Exception}
 */
function parseException(when, text, at) {
  const [outcome = '', reason] = text.split('; ');
  if (!reason) throw new Error(`${at}: expected \`unless TAGS: OUTCOME; REASON\``);
  return {
    tags: when.split(/,\s*/).map((all) => all.split('+')),
    outcome: outcome === 'unseen' || outcome === 'open' ? outcome : parseExpected(outcome, at),
    reason,
  };
}
