/** How a run was made: in words, as a command to repeat it, and as the manifest itself. */

import type { Manifest } from '../../../results/manifest.ts';
import { analysisPhrase } from '../../format.ts';
import { repeatCommand } from '../../repeat-command.ts';
import { runFacts } from '../../run-facts.ts';
import type { PageRun } from '../columns.ts';
import { html, type Markup, type Part } from '../markup.ts';
import { type Section, section, table } from '../parts.ts';

/** The section, a part per run. */
export function provenanceSection(runs: readonly PageRun[], license: string): Section {
  return section(
    'made',
    runs.length > 1 ? 'How they were made' : 'How it was made',
    html`${runs.map((run, k) => html`${runs.length > 1 && html`<h3>${run.name}</h3>`}${runPart(run, k)}`)}
<h3>Licence and source of the examples</h3>
<p>${license}</p>`,
  );
}

function runPart({ stored, summary, model }: PageRun, place: number): Markup {
  const { manifest } = stored;
  const { identity, about, numerics, sessions, version } = manifest;
  const command = repeatCommand(manifest, summary.analysis);
  const facts: [string, Part][] = [
    ['Run', `${identity.task.name}, identity ${manifest.identityHash}`],
    [
      'Task',
      `${about.task.title}, version ${identity.task.version}, ${identity.task.count} examples, sha256 ${identity.task.hash}`,
    ],
    [
      'Models and trials',
      runFacts(
        manifest,
        model.scorers.map(({ name }) => name),
      ),
    ],
    ['Scores', analysisPhrase(summary.analysis)],
    ['Software', `winoscope ${version}; numbers computed by winoscope ${summary.version}`],
    ...numerics.map(({ device, dtype, onnxruntime, cpu, arch }, k): [string, Part] => [
      numerics.length > 1 ? `Computed on (${k + 1})` : 'Computed on',
      `${device}, ${dtype}, onnxruntime ${onnxruntime}, ${cpu} (${arch})`,
    ]),
    ...(sessions.length > 0
      ? [['Sessions', `${sessions.length}; the first began ${sessions[0]!.started}`] as [string, Part]]
      : []),
    ...Object.entries(identity.scorers).flatMap(([name, scorer]): [string, Part][] =>
      scorer.kind === 'diffusion' && scorer.noise !== ''
        ? [[`Noise of ${name}`, `sha256 ${scorer.noise}`]]
        : [],
    ),
    ...about.warnings.map((warning): [string, Part] => ['Warning', warning]),
  ];
  const id = `command-${place}`;
  return html`<p>This command makes the run again where its models and its task are:</p>
<div class="command"><pre tabindex="0" aria-label="Command"><code id="${id}">${unbroken(command)}</code></pre><button type="button" class="copy" data-copy="${id}">Copy</button></div>
<dl class="facts">${facts.map(([name, value]) => html`<div><dt>${name}</dt><dd>${value}</dd></div>`)}</dl>
${files(manifest)}
<details class="numbers"><summary>The whole manifest (run.json)</summary><pre class="manifest" tabindex="0" aria-label="Manifest">${lines(withoutHost(manifest))}</pre></details>`;
}

/** Flags and short words stay whole where the line breaks; the text is the same. */
function unbroken(command: string): Markup {
  const words = command.split(' ');
  return html`${words.map((word, k) => html`${k > 0 && ' '}${word.length < 40 ? html`<span>${word}</span>` : word}`)}`;
}

/** Names of machines are nobody's business once a page is passed on. */
function withoutHost(manifest: Manifest): string {
  const sessions = manifest.sessions.map(({ host: _, ...session }) => session);
  return JSON.stringify({ ...manifest, sessions }, null, 2);
}

function files({ identity }: Manifest): Markup | false {
  const rows = Object.entries(identity.scorers).flatMap(([name, scorer]) => {
    if (scorer.kind === 'imported') return [[`${name}: scores`, scorer.file]];
    return Object.entries(scorer.files).map(([file, hash]) => [`${name}: ${file}`, hash]);
  });
  if (rows.length === 0) return false;
  return html`<details class="numbers"><summary>Files of the models and their sha256</summary>${table({
    caption: 'Files of the models and their sha256',
    head: ['file', 'sha256'],
    rows: rows.map(([file, hash]) => [file, html`<code>${hash}</code>`]),
    words: [1],
  })}</details>`;
}

/** Text whose lines are its own: within data a break would be shown as a sign. */
function lines(text: string): Markup[] {
  return text.split('\n').map(
    (line) => html`${line}
`,
  );
}
