import { readdirSync } from 'node:fs';
import { join } from 'node:path';
import type { Trusted } from '../run/trusted-file.ts';
import { answerTo, type Inspector } from './answer.ts';
import { TendedLedger } from './tended.ts';

/** How often we look, milliseconds: a process that asks waits for so long. */
const SOON_MS = 2;
const TURN_MS = 5;
/** The start of a run, in which most call sites are met for the first time. */
const START_TURNS = 50;
/** A ledger into which nothing is written and whose process is gone is looked at once in so many turns. */
const IDLE_TURNS = 40;

/**
 * Does for the observed processes what they must not ask of the kernel themselves, since a sandbox may forbid
 * it: makes their ledgers grow before they are full, and answers their questions.
 */
export class Keeper {
  readonly #directory: string;
  readonly #trusted: Trusted;
  readonly #inspector: Inspector;
  readonly #ledgers = new Map<string, TendedLedger>();
  #timer: NodeJS.Timeout | undefined;
  #turn = 0;

  /** `directory`: where the ledgers appear; `trusted`: whose, more of whom may become known. */
  constructor(directory: string, trusted: Trusted, inspector: Inspector = {}) {
    this.#directory = directory;
    this.#trusted = trusted;
    this.#inspector = inspector;
    this.#schedule();
  }

  stop(): void {
    clearTimeout(this.#timer);
    for (const ledger of this.#ledgers.values()) ledger.close();
    this.#ledgers.clear();
  }

  #schedule(): void {
    this.#timer = setTimeout(
      () => {
        this.#turn++;
        this.#find();
        for (const ledger of this.#ledgers.values()) this.#tend(ledger);
        this.#schedule();
      },
      this.#turn < START_TURNS ? SOON_MS : TURN_MS,
    );
    this.#timer.unref();
  }

  #find(): void {
    let names: string[];
    try {
      names = readdirSync(this.#directory);
    } catch {
      return; // the program took the directory away
    }
    for (const name of names)
      if (name.endsWith('.ledger') && !this.#ledgers.has(name))
        this.#ledgers.set(name, new TendedLedger(join(this.#directory, name), this.#trusted));
  }

  #tend(ledger: TendedLedger): void {
    if (ledger.quietTurns > IDLE_TURNS && this.#turn % IDLE_TURNS !== 0) return;
    try {
      const question = ledger.tend();
      if (question) ledger.answer(answerTo(question, ledger.path, this.#inspector));
    } catch {
      ledger.close(); // a full disk, or a file that was taken away: what has no room is dropped and counted
    }
  }
}
