/**
 * Runs build steps, only those whose inputs changed.
 *
 * @typedef {{ command: string, args: string[], cwd?: string, env?: Record<string, string> } | (() => Promise<void>)} Step
 * @typedef {{ name: string, inputs: string[], needs?: Task[], outputs: string[], steps: Step[] }} Task
 */
import { spawn } from 'node:child_process';
import { createHash } from 'node:crypto';
import { existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { availableParallelism } from 'node:os';
import { dirname, join } from 'node:path';
import { holding } from '../../setup/alone.js';

/**
 * Runs `tasks`, each after those it needs, and remembers in `folder` what they were made from.
 * Throws with the failing command and what it said. Returns the names of the tasks that had to run.
 * @param {string} folder
 * @param {Task[]} tasks
 * @param {string} salt changes when the tools do
 * @param {number} lock held by each command too, so that one which outlives us disturbs nobody
 * @returns {Promise<string[]>}
 */
export async function runTasks(folder, tasks, salt, lock) {
  refuseSharedOutputs(tasks);
  const stamps = new Stamps(join(folder, 'stamps'), salt);
  /** @type {Map<Task, Promise<void>>} */
  const begun = new Map();
  /** @type {string[]} */
  const ran = [];
  const free = limit(availableParallelism());
  /** @param {Task} task @returns {Promise<void>} */
  const done = (task) => {
    const promise =
      begun.get(task) ?? Promise.all((task.needs ?? []).map(done)).then(() => free(() => run(task)));
    begun.set(task, promise);
    return promise;
  };
  /** @param {Task} task */
  const run = async (task) => {
    const key = stamps.key(task);
    if (stamps.holds(task, key)) return;
    for (const output of task.outputs) mkdirSync(dirname(output), { recursive: true });
    for (const step of task.steps) await (typeof step === 'function' ? step() : execute(task, step, lock));
    stamps.put(task, key);
    ran.push(task.name);
  };
  await Promise.all(tasks.map(done));
  return ran;
}

/**
 * Tasks run side by side: two that write one file would take it from under each other.
 * @param {Task[]} tasks
 */
function refuseSharedOutputs(tasks) {
  /** @type {Map<string, Task>} */
  const makers = new Map();
  for (const task of new Set(tasks)) {
    for (const output of task.outputs) {
      const other = makers.get(output);
      if (other) throw new Error(`${output} is made by two tasks: ${other.name} and ${task.name}`);
      makers.set(output, task);
    }
  }
}

/** Which inputs each task last succeeded with: a small file of its own for each. */
class Stamps {
  /** @param {string} folder @param {string} salt */
  constructor(folder, salt) {
    this.folder = folder;
    this.salt = salt;
    /** @type {Map<Task | string, string>} */
    this.keys = new Map();
    mkdirSync(folder, { recursive: true });
  }

  /** @param {Task} task @returns {string} */
  key(task) {
    const hash = createHash('sha256').update(this.salt);
    for (const step of task.steps) hash.update(typeof step === 'function' ? 'code' : JSON.stringify(step));
    for (const input of task.inputs) hash.update(this.content(input));
    for (const needed of task.needs ?? []) hash.update(this.keys.get(needed) ?? '');
    const key = hash.digest('hex');
    this.keys.set(task, key);
    return key;
  }

  /** @param {string} file @returns {string} */
  content(file) {
    const known = this.keys.get(file) ?? createHash('sha256').update(readFileSync(file)).digest('hex');
    this.keys.set(file, known);
    return known;
  }

  /** @param {Task} task */
  path(task) {
    return join(this.folder, task.name.replaceAll('/', '_'));
  }

  /** @param {Task} task @param {string} key */
  holds(task, key) {
    const path = this.path(task);
    return (
      existsSync(path) && readFileSync(path, 'utf8') === key && task.outputs.every((file) => existsSync(file))
    );
  }

  /** @param {Task} task @param {string} key */
  put(task, key) {
    writeFileSync(this.path(task), key);
  }
}

/**
 * @param {Task} task
 * @param {Exclude<Step, Function>} step
 * @param {number} lock
 * @returns {Promise<void>}
 */
function execute(task, { command, args, cwd, env }, lock) {
  return new Promise((resolve, reject) => {
    const child = spawn(command, args, {
      ...(cwd && { cwd }),
      env: { ...process.env, ...env },
      stdio: holding(lock),
    });
    let said = '';
    for (const stream of [child.stdout, child.stderr])
      stream?.setEncoding('utf8').on('data', (text) => (said += text));
    child.once('error', reject);
    child.once('close', (code) =>
      code === 0
        ? resolve()
        : reject(new Error(`${task.name}: \`${[command, ...args].join(' ')}\` failed:\n${said.trimEnd()}`)),
    );
  });
}

/**
 * At most `most` at a time.
 * @param {number} most
 */
function limit(most) {
  let busy = 0;
  /** @type {(() => void)[]} */
  const waiting = [];
  /** @param {() => Promise<void>} work */
  return async (work) => {
    if (busy >= most) await new Promise((/** @type {(value?: unknown) => void} */ go) => waiting.push(go));
    busy++;
    try {
      await work();
    } finally {
      busy--;
      waiting.shift()?.();
    }
  };
}
