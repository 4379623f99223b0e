/** All commands with their flags, as one tree of commander's: what the command line understands. */

import { Command } from 'commander';
import { packageVersion } from '../hub/package-root.ts';
import { addAnalyzeCommand } from './analyze-command.ts';
import { addAuditCommand } from './audit-command.ts';
import { addCalibrateCommand } from './calibrate-command.ts';
import { addCompareCommand } from './compare-command.ts';
import { addDoctorCommand } from './doctor-command.ts';
import { addExportCommand } from './export-command.ts';
import { addFitWeightsCommand } from './fit-weights-command.ts';
import { addGenerateCommand } from './generate-command.ts';
import { addImportCommand } from './import-command.ts';
import { addMergeCommand } from './merge-command.ts';
import { addPairCommand } from './pair-command.ts';
import { addPaperCommand } from './paper-command.ts';
import { addPullCommand } from './pull-command.ts';
import { addReportCommand } from './report-command.ts';
import { addRobustnessCommand } from './robustness-command.ts';
import { addScoreCommand } from './score-command.ts';
import { addSubmitCommand } from './submit-command.ts';
import { addTaskCommand } from './task-command.ts';
import { addVerifyCommand } from './verify-command.ts';
import { addViewCommand } from './view-command.ts';

/**
 * The program, ready to parse; it exits by throwing CommanderError.
 * @param usageSentence puts commander's complaint into words of our own.
 */
export function buildProgram(usageSentence: (text: string) => string): Command {
  const program = new Command('winoscope')
    .description('Measures how well image-text models understand composition.')
    .version(packageVersion(), '-V, --version')
    .exitOverride()
    .configureOutput({ outputError: (text, write) => write(usageSentence(text)) })
    .addHelpText(
      'after',
      '\nWithout a GPU, an account or a download:\n  winoscope score                 score the embedded probe with the embedded models\n  winoscope task new my-probe     make a probe of your own\n  winoscope pair a.png b.png --caption "a red circle left of a blue star" --caption "a blue star left of a red circle"',
    );
  addScoreCommand(program);
  addViewCommand(program);
  addPairCommand(program);
  addTaskCommand(program);
  addGenerateCommand(program);
  addReportCommand(program);
  addMergeCommand(program);
  addSubmitCommand(program);
  addAnalyzeCommand(program);
  addCompareCommand(program);
  addRobustnessCommand(program);
  addImportCommand(program);
  addExportCommand(program);
  addCalibrateCommand(program);
  addDoctorCommand(program);
  addVerifyCommand(program);
  addAuditCommand(program);
  addPaperCommand(program);
  addPullCommand(program);
  addFitWeightsCommand(program);
  for (const command of program.commands) command.exitOverride().copyInheritedSettings(program);
  return program;
}
