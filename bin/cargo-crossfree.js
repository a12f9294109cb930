#!/usr/bin/env node
// What `cargo crossfree test` starts: cargo itself, with crossfree as the runner of what it builds.
import { spawnSync } from 'node:child_process';
import { constants } from 'node:os';
import { fileURLToPath } from 'node:url';

/** cargo's own, with crossfree as their runner. */
const RUN = ['test', 'run', 'bench'];
/** crossfree's own, of what cargo builds: of a `cargo run`, or with --test, --bench or --lib of a `cargo test`. */
const SEARCH = ['matrix', 'forget', 'trace'];
/** Options of cargo that ask for the programs of `cargo test`. */
const OF_TESTS = /^--(test|tests|lib|bench|benches|doc|all-targets)(=|$)/;

const crossfree = fileURLToPath(new URL('crossfree.js', import.meta.url));
// cargo passes its own subcommand's name on
const [command, ...rest] = process.argv.slice(process.argv[2] === 'crossfree' ? 3 : 2);

/**
 * cargo, with this in front of every program that it starts.
 * @param {string[]} runner as a list: a variable would be split where a path has a blank
 * @param {string[]} args
 */
function cargo(runner, args) {
  const config = `target.x86_64-unknown-linux-gnu.runner=${JSON.stringify(runner)}`;
  const program = process.env.CARGO ?? 'cargo';
  const { status, signal, error } = spawnSync(program, ['--config', config, ...args], { stdio: 'inherit' });
  if (error) process.stderr.write(`cargo-crossfree: ${program} cannot be started: ${error.message}\n`);
  process.exitCode = status ?? (signal ? 128 + constants.signals[signal] : 127);
}

/**
 * `matrix [OPTIONS OF CROSSFREE] [-- OPTIONS OF CARGO [-- ARGS]]`
 * @param {string} search
 * @param {string[]} args
 */
function searched(search, args) {
  const split = args.indexOf('--');
  const own = split < 0 ? args : args.slice(0, split);
  const cargos = split < 0 ? [] : args.slice(split + 1);
  const end = cargos.indexOf('--');
  const asked = end < 0 ? cargos : cargos.slice(0, end);
  const subcommand = asked.some((word) => OF_TESTS.test(word)) ? 'test' : 'run';
  cargo([process.execPath, crossfree, search, ...own, '--'], [subcommand, ...cargos]);
}

if (command !== undefined && RUN.includes(command)) {
  cargo([process.execPath, crossfree, 'run', '--'], [command, ...rest]);
} else if (command !== undefined && SEARCH.includes(command)) {
  searched(command, rest);
} else {
  const came = command === undefined ? 'none' : `\`${command}\``;
  const known = [...RUN, ...SEARCH].join('`, `');
  process.stderr.write(`cargo-crossfree: expects \`${known}\`, but got ${came}\n`);
  process.exitCode = 2;
}
