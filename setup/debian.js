import { spawnSync } from 'node:child_process';
import { createInterface } from 'node:readline/promises';
import { findCommand } from './presence.js';

/**
 * Installs packages as far as this user may: root does it and says so, a person with sudo at a
 * terminal is asked first, anybody else is told the line to run. What then is missing is no error
 * here: whoever needs it says so.
 * @param {import('./packages.js').DebianPackage[]} missing
 * @param {(text: string) => void} say
 */
export async function installDebianPackages(missing, say) {
  const names = missing.map(({ name }) => name);
  for (const { name, use } of missing) say(`missing: ${name} (${use})`);
  if (!findCommand('apt-get')) {
    say(`apt-get is not here; install what corresponds to: ${names.join(' ')}`);
    return;
  }
  const isRoot = process.getuid?.() === 0;
  if (!isRoot && !(findCommand('sudo') && (await agrees(names)))) {
    say(`to install: sudo apt-get install -y ${names.join(' ')}`);
    say('going on with what can run without');
    return;
  }
  say(`installing with apt-get: ${names.join(' ')}`);
  const prefix = isRoot ? [] : ['sudo'];
  // an old list names versions that are no longer served
  apt([...prefix, 'apt-get', 'update', '-qq'], say);
  if (apt([...prefix, 'apt-get', 'install', '-y', '-qq', '--no-install-recommends', ...names], say)) return;
  // one unknown name makes apt-get install nothing: try them one by one
  for (const name of names) {
    apt([...prefix, 'apt-get', 'install', '-y', '-qq', '--no-install-recommends', name], say);
  }
}

/**
 * @param {string[]} command
 * @param {(text: string) => void} say
 * @returns {boolean} whether it succeeded
 */
function apt(command, say) {
  const [program = '', ...args] = command;
  const { status } = spawnSync(program, args, {
    stdio: ['inherit', 2, 2],
    env: { ...process.env, DEBIAN_FRONTEND: 'noninteractive' },
  });
  if (status !== 0) say(`\`${command.join(' ')}\` failed; going on with what can run without`);
  return status === 0;
}

/**
 * Asks the person at the terminal; nobody there means no.
 * @param {string[]} names
 */
async function agrees(names) {
  if (!process.stdin.isTTY || !process.stderr.isTTY) return false;
  const dialogue = createInterface({ input: process.stdin, output: process.stderr });
  const answer = await dialogue.question(`setup: install ${names.join(' ')} with sudo apt-get? [Y/n] `);
  dialogue.close();
  return /^(y|yes|)$/i.test(answer.trim());
}
