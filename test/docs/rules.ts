/**
 * What is done about each command that a page shows: run as it stands or with small limits, only held to the flags that
 * there are, or nothing, since it is no command. Each kind of the latter two gives its reason. The first rule that fits
 * counts; a command that fits none is a mistake of whoever wrote it down, and `npm run docs` fails.
 */

export type Rule =
  | {
      match: RegExp;
      how: 'run';
      /** The line that is run instead, and what is said of the change. */
      instead?: (line: string) => string;
      note?: string;
      /** Exit codes other than 0 that are right here. */
      codes?: readonly number[];
      /** A program that has to be on the machine; without it the command is not run, and the table says so. */
      needs?: 'python' | 'pyarrow' | 'pillow';
    }
  | { match: RegExp; how: 'parse'; why: string };

const short = ' --limit 2 --timesteps 2';
/** Flags go before what a shell reads: a comment, a pipe, a redirection. */
const adding = (flags: string) => (line: string) =>
  line.replace(/\s*(?:\s#.*|>.*)?$/, (end) => `${flags}${end}`);
const onCpu = (line: string) => line.replaceAll('--device cuda', '--device cpu');

export const RULES: readonly Rule[] = [
  // What no machine without accounts, accelerators or clusters can do.
  {
    match: /^(?:pip|optimum-cli) /,
    how: 'parse',
    why: 'installs Python packages, or exports a checkpoint of the Hub',
  },
  { match: /^python docs\/export_transformer\.py /, how: 'parse', why: 'exports a checkpoint of the Hub' },
  { match: /^hf auth login/, how: 'parse', why: 'needs an account' },
  {
    match: /^export HF_TOKEN=/,
    how: 'parse',
    why: 'needs an account; the Hub on loopback gets a token of its own',
  },
  {
    match: /^(?:sbatch|kubectl) /,
    how: 'parse',
    why: 'needs a cluster (test/e2e/slurm.test.ts starts a Slurm)',
  },
  { match: /^torchrun /, how: 'parse', why: 'needs torchrun and several GPUs' },
  { match: /^(?:for .*ssh|rsync) /, how: 'parse', why: 'needs several machines' },
  { match: /^ONNXRUNTIME_NODE_INSTALL=/, how: 'parse', why: 'downloads CUDA libraries' },
  { match: /score imagenet /, how: 'parse', why: 'needs ImageNet, and models that know its classes' },
  { match: /^WINOSCOPE_DATA=/, how: 'parse', why: 'needs files of published benchmarks' },
  // Parts of this repository's own upkeep.
  {
    match: /^npm ci && npm start$/,
    how: 'run',
    instead: () => 'winoscope score --limit 2 --timesteps 2',
    note: 'what npm start calls, with --limit 2 --timesteps 2; npm ci asks the registry',
  },
  {
    match: /^npm (?:ci|install|pack|link)\b/,
    how: 'parse',
    why: 'asks the registry (npm run packed tries it)',
  },
  { match: /^npx winoscope score$/, how: 'parse', why: 'needs the packed package (npm run packed tries it)' },
  {
    match:
      /^npm (?:test|run (?:check|format|pictures|packed|matrix|licences|simulate|bench|faults|fuzz|docs))$|^npm run (?:bench -- --part|fuzz -- --seed)/,
    how: 'parse',
    why: 'upkeep of minutes to hours, run by hand; its script and flags are there',
  },
  {
    match: /^npx vitest run |^WINOSCOPE_UPDATE_GOLDENS=/,
    how: 'parse',
    why: 'part of npm test; its files are there',
  },
  { match: /^npm run fuzz -- --only NAME/, how: 'parse', why: 'NAME, S and K are those of a finding' },
  {
    match: /^npm run simulate -- /,
    how: 'parse',
    why: 'takes runs of hundreds of trials a pair; flags are there',
  },
  {
    match: /^node test\/support\/serve-hub\.ts /,
    how: 'parse',
    why: 'serves until it is ended (the Hub of npm run docs is the same)',
  },
  {
    match: /^npm run fuzz -- --runs/,
    how: 'run',
    instead: (line) => line.replace(/--runs \d+/, '--runs 20'),
    note: '20 inputs',
  },
  {
    match: /^npm run faults -- /,
    how: 'run',
    instead: (line) => line.replace(/--rounds \d+/, '--rounds 1'),
    note: 'one round',
  },
  { match: /^node (?:test\/stats\/figures\.ts|-e 0)/, how: 'run' },
  { match: /^python docs\/read_run\.py /, how: 'run', needs: 'pyarrow' },
  {
    match: /^python fixtures\/tiny-world\/make_probe\.py /,
    how: 'run',
    needs: 'pillow',
    instead: (line) => line.replace(/--count \d+/, '--count 14'),
    note: '14 examples',
  },
  {
    match: /^winoscope task check my-probe --clip/,
    how: 'run',
    codes: [2],
    note: 'finds that the embedded CLIP, in place of ORG/NAME, knows no dogs: exit code 2',
  },
  {
    match: /^winoscope score DIR .*--out RUN/,
    how: 'run',
    instead: (line) => `rm -rf RUN && ${line} --limit 2 --timesteps 4`,
    note: 'into a new folder, with --limit 2 --timesteps 4',
  },
  { match: /^node \.\/block\.mjs$/, how: 'run', note: 'as a module beside a run' },
  // Winoscope itself.
  {
    match: /^winoscope score .*--external "blip=python /,
    how: 'run',
    needs: 'python',
    instead: (line) => `${line}${short} --force`,
    note: 'with --limit 2 --timesteps 2, and a program that counts letters in place of BLIP',
  },
  { match: /^winoscope task new my-probe/, how: 'run', instead: (line) => `rm -rf my-probe && ${line}` },
  {
    match: /^winoscope report runs\/my-probe-…/,
    how: 'run',
    instead: () => 'winoscope report runs/my-probe-*',
  },
  {
    match: /^winoscope task filter drawn --run/,
    how: 'run',
    instead: (line) => line.replace('runs/RUN', '$(ls -td runs/drawn-* | head -1)'),
    note: 'the run of the line before',
  },
  {
    match: /^winoscope task filter drawn --review/,
    how: 'run',
    instead: (line) => `rm -rf kept && sed -i 's/^?/y/' review.tsv && ${line}`,
    note: 'every example marked y',
  },
  {
    match: /^winoscope score drawn/,
    how: 'run',
    instead: (line) => `${line} --timesteps 2`,
    note: 'with --timesteps 2',
  },
  {
    match: /^winoscope submit slurm /,
    how: 'run',
    instead: (line) =>
      onCpu(line).replace('slurm ', line.includes('--dry-run') ? 'slurm ' : 'slurm --dry-run '),
    note: 'with --dry-run, for the CPU: no cluster',
  },
  {
    match: /^winoscope merge from-node1 /,
    how: 'run',
    instead: (line) => `rm -rf runs/mine && ${line}`,
    note: 'into a new folder',
  },
  { match: /^winoscope verify/, how: 'run', codes: [3], note: 'on made-up score files: exit code 3' },
  { match: /^winoscope view/, how: 'run', note: 'without a terminal (test/e2e has one)' },
  { match: /^winoscope (?:--help|--version|score --help)/, how: 'run' },
  {
    match: /^winoscope score imagefolder .*--stop stages/,
    how: 'run',
    instead: (line) => `${line} --limit 2 --keep 1 --samples 2 --force`,
    note: 'pictures of the tiny world, with --limit 2 --keep 1 --samples 2 --force',
  },
  {
    match: /^winoscope score .*--stop stages/,
    how: 'run',
    instead: (line) => adding(' --limit 1 --force')(line).replace(/--samples \S+/, '--samples 2,4'),
    note: 'with --limit 1 and --samples 2,4',
  },
  {
    match: /^winoscope score .*--repeats \d+/,
    how: 'run',
    instead: (line) => adding(' --limit 12 --timesteps 4')(line).replace(/--limit 40/, ''),
    note: 'with --limit 12 --timesteps 4',
  },
  {
    match: /^winoscope score .*--dry-run/,
    how: 'run',
    instead: onCpu,
    note: 'on the embedded models, on the CPU',
  },
  {
    match: /^winoscope score .*--preset/,
    how: 'run',
    instead: adding(' --dry-run --force'),
    note: 'with --dry-run: thousands of evaluations per example',
  },
  {
    match: /^winoscope score .*--shard 1\/3/,
    how: 'run',
    instead: (line) => {
      const [command] = line.split(' # ');
      return [1, 2, 3]
        .map((i) => `${command!.trim().replace('1/3', `${i}/3`)} --limit 3 --timesteps 2`)
        .join(' && ');
    },
    note: 'all three shards, with --limit 3 --timesteps 2',
  },
  {
    match: /^winoscope score(?: |$)/,
    how: 'run',
    instead: (line) => adding(`${short} --force`)(onCpu(line)),
    note: 'with --limit 2 --timesteps 2; stand-ins for what the reader has, --force since the embedded models know no other words',
  },
  {
    match: /^winoscope generate /,
    how: 'run',
    instead: (line) =>
      `rm -rf drawn && ${line.replace(/--images-per-caption \d+/, '--images-per-caption 2')} --steps 10 --force${line.includes('--task') ? ' --limit 8' : ''}`,
    note: 'with --steps 10, two images a caption, --limit 8 of a task',
  },
  {
    match: /^winoscope paper/,
    how: 'parse',
    why: 'trains nothing but scores for minutes (test/cli has its short form)',
  },
  {
    match:
      /^winoscope fit-weights|^winoscope calibrate|^winoscope report .*--(?:confidence|probabilities|weighting)/,
    how: 'run',
    note: 'on small runs',
  },
  {
    match: /^winoscope import /,
    how: 'run',
    note: 'on made-up scores',
  },
  { match: /^winoscope /, how: 'run' },
];

/** Blocks that hold no command, by how they begin, or by their language. */
export const NO_COMMANDS: readonly { match: RegExp; what: string }[] = [
  { match: /^(?:\{|<svg)/, what: 'JSON' },
  { match: /^(?:import (?:\w+, )?(?:json|onnx|pyarrow)| {3,4}def )/, what: 'Python' },
  { match: /^import \{/, what: 'JavaScript' },
  { match: /^FROM /, what: 'a Dockerfile' },
  { match: /^id,image/, what: 'CSV' },
  { match: /^(?:fields|name|license):/, what: 'YAML' },
  { match: /^(?:my-probe|runs\/\S+)\/$/, what: 'a list of files' },
  { match: /^(?:diffusion {4}|Not above chance|tiny-world: |timesteps {2}|trials {2})/, what: 'output' },
  { match: /^errors, stats →/, what: 'an order of folders' },
  { match: /[=√Σ≤∏]|\bP\(|θ/, what: 'a formula' },
];
