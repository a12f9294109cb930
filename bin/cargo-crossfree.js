#!/usr/bin/env node
// What `cargo crossfree test` starts: cargo itself, with crossfree as the runner of what it builds.
import { spawnSync } from 'node:child_process';
import { constants } from 'node:os';
import { fileURLToPath } from 'node:url';

const COMMANDS = ['test', 'run', 'bench'];
// cargo passes its own subcommand's name on
const [command, ...rest] = process.argv.slice(process.argv[2] === 'crossfree' ? 3 : 2);

if (command === undefined || !COMMANDS.includes(command)) {
  const came = command === undefined ? 'none' : `\`${command}\``;
  process.stderr.write(`cargo-crossfree: expects \`${COMMANDS.join('`, `')}\`, but got ${came}\n`);
  process.exitCode = 2;
} else {
  const runner = [process.execPath, fileURLToPath(new URL('crossfree.js', import.meta.url)), 'run', '--'];
  // as a list: a variable would be split where a path has a blank
  const config = `target.x86_64-unknown-linux-gnu.runner=${JSON.stringify(runner)}`;
  const cargo = process.env.CARGO ?? 'cargo';
  const { status, signal, error } = spawnSync(cargo, ['--config', config, command, ...rest], {
    stdio: 'inherit',
  });
  if (error) process.stderr.write(`cargo-crossfree: ${cargo} cannot be started: ${error.message}\n`);
  process.exitCode = status ?? (signal ? 128 + constants.signals[signal] : 127);
}
