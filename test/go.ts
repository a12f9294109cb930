import { spawn } from 'node:child_process';
import { join } from 'node:path';
import { alone } from '../setup/alone.js';
import { packageRoot } from '../src/plan/installation.ts';

/** Where Go's cache is empty, much of Go's own library is compiled first: for minutes on a machine that is busy. */
export const GO_PATIENCE_MS = 900_000;

/** Does `work` while no other test has Go compile: two at once would each compile the same. */
export function withGo<T>(work: () => Promise<T>): Promise<T> {
  return alone(join(packageRoot(), 'build/go.lock'), work);
}

/** Has Go make one of its own tools, which newer versions do when it is first asked for. Nothing without Go. */
export function goTool(name: string): Promise<void> {
  return withGo(
    () =>
      new Promise((done) => {
        const child = spawn('go', ['tool', name, '-h'], { stdio: 'ignore' });
        child.once('error', () => done()); // the test says that it is skipped
        child.once('close', () => done());
      }),
  );
}
