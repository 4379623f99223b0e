/** The commands of the pages, in their order, each with what is done about it. */

import { type Block, blocks, type Page, spans } from './markdown.ts';
import { NO_COMMANDS, RULES, type Rule } from './rules.ts';

export interface ShownCommand {
  file: string;
  line: number;
  /** As the page has it. */
  shown: string;
  /** The same with `winoscope` for npm's way of calling it. */
  command: string;
  /** A program that the command runs, to be written to its file first. */
  module?: string;
  /** Undefined: nobody said what to do with it. */
  rule: Rule | undefined;
}

/** How a line begins that a shell would run. */
const STARTS =
  /^(?:\$ |winoscope |npm |npx |node |pip |optimum-cli |export |kubectl |torchrun |for |python |sbatch |rsync |hf |[A-Z][A-Z_]+=\S+ \S)/;
/** In sentences: a whole command, with something to do it to and nothing left open. */
const OPEN = /[…[\]|<>]|\b[A-Z]{3,}\b(?![-\w.]*=)|ORG\/NAME/;

/** Commands of a page, and the blocks that nobody can tell to be a command or something else. */
export function commandsIn(page: Page): { commands: ShownCommand[]; unknown: Block[]; others: number } {
  const commands: ShownCommand[] = [];
  const unknown: Block[] = [];
  let others = 0;
  for (const block of blocks(page)) {
    const [first = ''] = block.lines;
    if (/^import \{[^}]*\} from 'winoscope'/.test(block.lines.join(' '))) {
      const shown = shownAs(block, first);
      const command = 'node ./block.mjs';
      commands.push({ ...shown, command, module: block.lines.join('\n'), rule: ruleFor(command) });
    } else if (block.language === 'ts' || block.language === 'json') others++;
    else if (STARTS.test(first)) commands.push(...linesOf(block));
    else if (NO_COMMANDS.some(({ match }) => match.test(first.trimStart()))) others++;
    else unknown.push(block);
  }
  for (const { file, line, code } of spans(page)) {
    const isNamed =
      /^winoscope(?: [a-z-]+){0,2}$/.test(code) && !/^winoscope (?:score|task) [a-z]/.test(code);
    const isSyntax = /^winoscope(?: \S+)*$/.test(code) && OPEN.test(code);
    if (!STARTS.test(code) || isNamed || isSyntax || OPEN.test(code.replace(/^[A-Z_]+=\S+ /, ''))) continue;
    if (!/^(?:sbatch|hf)$/.test(code)) commands.push(shownAs({ file, line }, code));
  }
  commands.sort((a, b) => a.line - b.line);
  return { commands, unknown, others };
}

function linesOf({ file, line, language, lines }: Block): ShownCommand[] {
  const found: ShownCommand[] = [];
  let goesOn = false;
  for (const [index, text] of lines.entries()) {
    // In a console everything but what follows the prompt is output.
    if (text.trim() === '' || (language === 'console' && !text.startsWith('$ '))) continue;
    if (goesOn) {
      const last = found.pop()!;
      found.push(shownAs(last, `${last.shown} ${text.trim()}`.replace(/\s*\\$/, '')));
    } else found.push(shownAs({ file, line: line + index }, text.replace(/^\$ /, '').replace(/\s*\\$/, '')));
    goesOn = text.endsWith('\\');
  }
  return found;
}

function shownAs({ file, line }: { file: string; line: number }, shown: string): ShownCommand {
  const command = shown
    .replaceAll(/npm run (?:--silent )?winoscope --(?=\s)/g, 'winoscope')
    .replace(/\s+#\s.*$/, '')
    .trim();
  return { file, line, shown: shown.trim(), command, rule: ruleFor(command) };
}

function ruleFor(command: string): Rule | undefined {
  return RULES.find(({ match }) => match.test(command));
}
