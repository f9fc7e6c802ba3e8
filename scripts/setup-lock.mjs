// One process at a time, across the processes of one machine. The lock is a folder that holds its owner's name.
import { mkdirSync, readdirSync, readFileSync, renameSync, rmSync, statSync, utimesSync, writeFileSync } from "node:fs";
import { join } from "node:path";

const POLL_MS = 100;
const HEARTBEAT_MS = 2_000;
/** A process id may live on in another process or belong to another container, so an owner that is silent for long counts as dead too. */
const SILENCE_MAX_MS = 60_000;
const PATIENCE_MS = 3_000;

/**
 * Runs `work` while no other process does so under the same folder; waits for its turn, and takes over from an owner that died.
 *
 * @template T
 * @param {string} folder where the lock lies; made if missing
 * @param {() => Promise<T>} work
 * @returns {Promise<T>}
 */
export async function holdingLock(folder, work) {
  const lock = join(folder, "lock");
  const self = `${process.pid}-${Date.now()}`;
  await acquire(folder, lock, self);
  const heartbeat = setInterval(() => touch(lock), HEARTBEAT_MS);
  try {
    return await work();
  } finally {
    clearInterval(heartbeat);
    release(folder, lock, self);
  }
}

async function acquire(folder, lock, self) {
  for (let waitedMs = 0; !tryToTake(folder, lock, self); waitedMs += POLL_MS) {
    const owner = ownerOf(lock);
    if (owner !== undefined && isDead(owner, lock) && bury(folder, lock, owner)) continue;
    if (waitedMs === PATIENCE_MS) say(`Waiting for another process${owner ? ` (${pidOf(owner)})` : ""} to install or build ...`);
    await new Promise((resume) => setTimeout(resume, POLL_MS));
  }
}

/** By renaming a folder that already names its owner: a lock is never seen without one, and one that is held cannot be replaced. */
function tryToTake(folder, lock, self) {
  const claim = join(folder, `claim-${self}`);
  mkdirSync(claim, { recursive: true });
  writeFileSync(join(claim, "owner"), self);
  if (renamed(claim, lock)) return true;
  rmSync(claim, { recursive: true });
  return false;
}

/**
 * Moves a dead owner's lock aside under the owner's name. It lies there until the next owner has finished, so that a second finder of
 * the same death cannot take the new lock for the dead one's: its rename fails.
 */
function bury(folder, lock, owner) {
  return renamed(lock, join(folder, `dead-${owner}`));
}

function release(folder, lock, self) {
  for (const name of readdirSync(folder)) if (name.startsWith("dead-")) rmSync(join(folder, name), { recursive: true });
  if (ownerOf(lock) !== self) return; // Taken from us after a long suspension.
  const spent = join(folder, `spent-${self}`);
  renameSync(lock, spent);
  rmSync(spent, { recursive: true });
}

function renamed(from, to) {
  try {
    renameSync(from, to);
    return true;
  } catch (error) {
    // Something lies there already, or another process was quicker.
    if (["ENOTEMPTY", "EEXIST", "ENOENT"].includes(error.code)) return false;
    throw error;
  }
}

function ownerOf(lock) {
  try {
    return readFileSync(join(lock, "owner"), "utf8");
  } catch {
    return undefined; // Released in this moment.
  }
}

/** An owner is written as its process id and the moment it came, so that no two are ever named alike. */
function pidOf(owner) {
  return Number.parseInt(owner, 10);
}

function isDead(owner, lock) {
  const pid = pidOf(owner);
  if (pid === process.pid) return true; // An earlier process had our number; we hold nothing yet.
  try {
    process.kill(pid, 0);
    return Date.now() - statSync(lock).mtimeMs > SILENCE_MAX_MS;
  } catch (error) {
    return error.code === "ESRCH";
  }
}

function say(line) {
  process.stderr.write(`${line}\n`);
}

function touch(lock) {
  try {
    utimesSync(lock, new Date(), new Date());
  } catch {
    // Taken from us after a long suspension; the work under way is worth finishing all the same.
  }
}
