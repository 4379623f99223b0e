/** A Slurm cluster of its own on this machine: munged, slurmctld and several slurmd, on free ports, in a temporary folder. */

import { type ChildProcess, execFile, execFileSync, spawn, spawnSync } from 'node:child_process';
import { randomBytes } from 'node:crypto';
import { existsSync, mkdirSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:net';
import { hostname } from 'node:os';
import { delimiter, join } from 'node:path';
import { promisify } from 'node:util';

const run = promisify(execFile);

/** Daemons lie where only root's shell looks. */
const PATH = [process.env.PATH, '/usr/sbin', '/usr/local/sbin'].join(delimiter);
const PROGRAMS = ['sbatch', 'scontrol', 'squeue', 'scancel', 'slurmctld', 'slurmd', 'munged'];

/** Why no cluster can be started here; undefined where one can. */
export function whyNoSlurm(): string | undefined {
  const missing = PROGRAMS.filter(
    (name) => spawnSync('sh', ['-c', `command -v ${name}`], { env: { ...process.env, PATH } }).status !== 0,
  );
  if (missing.length > 0) return `Slurm is not installed: no ${missing.join(', ')}`;
  if (process.getuid?.() !== 0) return 'only root may start the daemons of Slurm';
  return undefined;
}

/** A job as squeue shows it. */
export interface QueuedJob {
  /** `12`, or `12_3` for a task of an array. */
  id: string;
  state: string;
  node: string;
}

export class SlurmCluster {
  readonly folder: string;
  readonly nodes: readonly string[];
  /** Variables with which the commands of Slurm find this cluster and no other. */
  readonly env: Record<string, string>;
  readonly #daemons = new Map<string, ChildProcess>();

  private constructor(folder: string, nodes: readonly string[]) {
    this.folder = folder;
    this.nodes = nodes;
    this.env = { PATH, SLURM_CONF: join(folder, 'slurm.conf') };
  }

  /** Starts a cluster of nodes with one core each, and waits until all are idle. @throws Error with the daemons' last words. */
  static async start(folder: string, nodes: readonly string[]): Promise<SlurmCluster> {
    const cluster = new SlurmCluster(folder, nodes);
    const ports = await freePorts(1 + nodes.length);
    mkdirSync(join(folder, 'munge'), { mode: 0o711 });
    for (const name of ['state', ...nodes.map((node) => `spool.${node}`)]) mkdirSync(join(folder, name));
    writeFileSync(join(folder, 'munge', 'key'), randomBytes(128), { mode: 0o600 });
    writeFileSync(join(folder, 'slurm.conf'), configuration(folder, nodes, ports));
    writeFileSync(join(folder, 'cgroup.conf'), cgroups(folder));
    const munge = (name: string) => join(folder, 'munge', name);
    cluster.#spawn('munged', [
      '--foreground',
      '--force',
      `--socket=${munge('socket')}`,
      `--key-file=${munge('key')}`,
      `--pid-file=${munge('pid')}`,
      `--log-file=${munge('log')}`,
      `--seed-file=${munge('seed')}`,
    ]);
    await cluster.#until('munged listens', () => existsSync(munge('socket')));
    cluster.#spawn('slurmctld', ['-D', '-i']);
    for (const node of nodes) cluster.startNode(node);
    await cluster.#until('all nodes are idle', () =>
      nodes.every((node) => cluster.nodeState(node) === 'idle'),
    );
    return cluster;
  }

  /** Starts one node's daemon. */
  startNode(node: string): void {
    this.#spawn('slurmd', ['-D', '-N', node], node);
  }

  /** `idle`, `allocated`, `down`, …; empty where the controller does not answer. */
  nodeState(node: string): string {
    const { stdout } = spawnSync('sinfo', ['-h', '-N', '-n', node, '-o', '%T'], {
      env: { ...process.env, ...this.env },
      encoding: 'utf8',
    });
    return stdout.trim();
  }

  /** Jobs that have not ended. */
  async queue(): Promise<QueuedJob[]> {
    const { stdout } = await run('squeue', ['-h', '-r', '-o', '%i %T %N'], {
      env: { ...process.env, ...this.env },
    });
    return stdout
      .split('\n')
      .filter((line) => line !== '')
      .map((line) => {
        const [id, state, node] = line.split(' ') as [string, string, string];
        return { id, state, node };
      });
  }

  /** A command of Slurm. */
  command(name: 'scancel' | 'scontrol', args: readonly string[]): void {
    execFileSync(name, args, { env: { ...process.env, ...this.env }, stdio: 'pipe' });
  }

  /** Waits until no job is left. */
  async drained(seconds = 120): Promise<void> {
    await this.#until('no job is left', async () => (await this.queue()).length === 0, seconds);
  }

  /** Ends a node as a loss of power would: its daemon and all processes of its jobs, without a word to anybody. */
  kill(node: string): void {
    this.#daemons.get(node)?.kill('SIGKILL');
    this.#daemons.delete(node);
    for (const pid of this.#jobProcesses(node)) killNow(pid);
  }

  /** Ends everything. */
  async stop(): Promise<void> {
    for (const node of this.nodes) this.kill(node);
    const ended = [...this.#daemons.values()].map(
      (child) => child.exitCode ?? child.signalCode ?? new Promise((resolve) => child.once('exit', resolve)),
    );
    for (const child of this.#daemons.values()) child.kill('SIGKILL');
    await Promise.all(ended);
  }

  /** Waits for a condition. @throws Error with what the daemons said last. */
  async #until(what: string, condition: () => boolean | Promise<boolean>, seconds = 60): Promise<void> {
    const end = Date.now() + 1000 * seconds;
    while (!(await condition())) {
      if (Date.now() > end) throw new Error(`not within ${seconds} s: ${what}\n${this.#words()}`);
      await new Promise((resolve) => setTimeout(resolve, 50));
    }
  }

  #spawn(program: string, args: readonly string[], name = program): void {
    const child = spawn(program, args, { env: { ...process.env, ...this.env }, stdio: 'ignore' });
    child.on('error', () => {}); // told by the wait that follows
    this.#daemons.set(name, child);
  }

  /** The batch scripts of a node, which are known by its spool, with their parents (slurmstepd) and all descendants. */
  #jobProcesses(node: string): number[] {
    const all = processes();
    const scripts = all.filter(({ command }) => command.includes(`${join(this.folder, `spool.${node}`)}/`));
    const found = new Set(scripts.flatMap(({ pid, parent }) => (parent > 1 ? [parent, pid] : [pid])));
    for (let size = 0; size !== found.size; ) {
      size = found.size;
      for (const { pid, parent } of all) if (found.has(parent)) found.add(pid);
    }
    return [...found];
  }

  #words(): string {
    const logs = readdirSync(this.folder).filter((name) => name.endsWith('.log'));
    return logs
      .map((name) => `${name}:\n${readFileSync(join(this.folder, name), 'utf8').slice(-1500)}`)
      .join('\n');
  }
}

function killNow(pid: number): void {
  try {
    process.kill(pid, 'SIGKILL');
  } catch {
    // It has ended by itself.
  }
}

/** All processes of this machine, from /proc. */
function processes(): { pid: number; parent: number; command: string }[] {
  return readdirSync('/proc')
    .filter((name) => /^\d+$/.test(name))
    .flatMap((name) => {
      try {
        const stat = readFileSync(`/proc/${name}/stat`, 'utf8');
        const parent = Number(stat.slice(stat.lastIndexOf(')') + 2).split(' ')[1]);
        return [{ pid: Number(name), parent, command: readFileSync(`/proc/${name}/cmdline`, 'utf8') }];
      } catch {
        return []; // ended while we looked
      }
    });
}

async function freePorts(count: number): Promise<number[]> {
  const servers = Array.from({ length: count }, () => createServer());
  const ports = await Promise.all(
    servers.map(
      (server) =>
        new Promise<number>((resolve, reject) => {
          server.once('error', reject);
          server.listen(0, '127.0.0.1', () => resolve((server.address() as { port: number }).port));
        }),
    ),
  );
  await Promise.all(servers.map((server) => new Promise((resolve) => server.close(resolve))));
  return ports;
}

/** Short times, so that what a cluster notices in minutes is noticed in seconds. */
function configuration(
  folder: string,
  nodes: readonly string[],
  [control, ...ports]: readonly number[],
): string {
  const host = hostname().split('.')[0];
  const at = (name: string) => join(folder, name);
  return `ClusterName=test
SlurmctldHost=${host}(127.0.0.1)
SlurmUser=root
SlurmdUser=root
AuthType=auth/munge
CredType=cred/munge
AuthInfo=socket=${at('munge/socket')},cred_expire=5
SlurmctldPort=${control}
StateSaveLocation=${at('state')}
SlurmctldPidFile=${at('slurmctld.pid')}
SlurmdPidFile=${at('slurmd.%n.pid')}
SlurmdSpoolDir=${at('spool.%n')}
SlurmctldLogFile=${at('slurmctld.log')}
SlurmdLogFile=${at('slurmd.%n.log')}
ProctrackType=proctrack/linuxproc
SelectType=select/cons_tres
SelectTypeParameters=CR_CPU
MpiDefault=none
ReturnToService=2
SlurmdTimeout=6
SlurmctldTimeout=10
KillWait=10
MinJobAge=300
SchedulerType=sched/builtin
SchedulerParameters=batch_sched_delay=1,sched_interval=1
${nodes.map((node, k) => `NodeName=${node} NodeHostname=${host} NodeAddr=127.0.0.1 Port=${ports[k]} CPUs=1`).join('\n')}
PartitionName=all Nodes=ALL Default=YES MaxTime=INFINITE State=UP
`;
}

/** No cgroups: a container has none to give. Older versions cannot say so, and are shown an empty folder of version 1. */
function cgroups(folder: string): string {
  const said = spawnSync('slurmd', ['-V'], { env: { ...process.env, PATH }, encoding: 'utf8' }).stdout;
  const [, year = '0'] = /(\d+)\.\d+/.exec(said) ?? [];
  if (Number(year) >= 23) return 'CgroupPlugin=disabled\n';
  mkdirSync(join(folder, 'cgroup'));
  return `CgroupPlugin=cgroup/v1\nCgroupAutomount=no\nCgroupMountpoint=${join(folder, 'cgroup')}\n`;
}
