/**
 * Runs build steps, only those whose inputs changed.
 *
 * @typedef {{ command: string, args: string[], cwd?: string, env?: Record<string, string> } | (() => Promise<void>)} Step
 * @typedef {{ name: string, inputs: string[], needs?: Task[], outputs: string[], steps: Step[] }} Task
 */
import { spawn } from 'node:child_process';
import { createHash } from 'node:crypto';
import { existsSync, mkdirSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { availableParallelism } from 'node:os';
import { dirname, join } from 'node:path';

/**
 * Runs `tasks`, each after those it needs, and remembers in `folder` what they were made from.
 * Throws with the failing command and what it said. Returns the names of the tasks that had to run.
 * @param {string} folder
 * @param {Task[]} tasks
 * @param {string} salt changes when the tools do
 * @returns {Promise<string[]>}
 */
export async function runTasks(folder, tasks, salt) {
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
    for (const step of task.steps) await (typeof step === 'function' ? step() : execute(task, step));
    stamps.put(task, key);
    ran.push(task.name);
  };
  await Promise.all(tasks.map(done));
  return ran;
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
 * @returns {Promise<void>}
 */
function execute(task, { command, args, cwd, env }) {
  return new Promise((resolve, reject) => {
    const child = spawn(command, args, {
      ...(cwd && { cwd }),
      env: { ...process.env, ...env },
      stdio: ['ignore', 'pipe', 'pipe'],
    });
    let said = '';
    for (const stream of [child.stdout, child.stderr])
      stream.setEncoding('utf8').on('data', (text) => (said += text));
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

const LOCK_STALE_MS = 600_000;

/**
 * Does `work` while no other process does the same in `folder`.
 * @template T
 * @param {string} folder
 * @param {() => Promise<T>} work
 * @returns {Promise<T>}
 */
export async function alone(folder, work) {
  mkdirSync(folder, { recursive: true });
  const lock = join(folder, 'lock');
  while (!takeLock(lock)) await new Promise((go) => setTimeout(go, 100));
  try {
    return await work();
  } finally {
    rmSync(lock, { force: true });
  }
}

/** @param {string} lock */
function takeLock(lock) {
  try {
    writeFileSync(lock, String(process.pid), { flag: 'wx' });
    return true;
  } catch (error) {
    if (/** @type {NodeJS.ErrnoException} */ (error).code !== 'EEXIST') throw error;
    if (abandoned(lock)) rmSync(lock, { force: true });
    return false;
  }
}

/** @param {string} lock */
function abandoned(lock) {
  try {
    const holder = Number(readFileSync(lock, 'utf8'));
    if (holder > 0) process.kill(holder, 0);
    return Date.now() - statSync(lock).mtimeMs > LOCK_STALE_MS;
  } catch (error) {
    return /** @type {NodeJS.ErrnoException} */ (error).code === 'ESRCH';
  }
}
