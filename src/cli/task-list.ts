/** `winoscope task list`. */

import { type CatalogEntry, listTasks } from '../../tasks/catalog.ts';
import { visible } from '../report/format.ts';
import { columns } from '../report/table.ts';
import { printJson } from './output.ts';
import type { TaskListFlags } from './task-command.ts';

/** Carries out `winoscope task list`: reads files, runs nothing. */
export function taskList({ json }: TaskListFlags): void {
  const tasks = listTasks(process.cwd());
  if (json) {
    printJson({ format: 1, tasks });
    return;
  }
  const rows = tasks.map((task) => [
    visible(task.name),
    shapeOf(task),
    task.examples === undefined ? '-' : `${task.examples}`,
    task.checked,
    visible(task.license.length > 24 ? `${task.license.slice(0, 23)}…` : task.license),
    visible(task.about),
  ]);
  const head = ['task', 'images x captions', 'examples', 'checked', 'licence', 'what it asks'];
  process.stdout.write(`${columns([head, ...rows]).join('\n')}\n\n`);
  process.stdout.write(
    'winoscope task show NAME prints one, winoscope score NAME runs it; winoscope task new makes your own.\n',
  );
}

function shapeOf({ shapes }: CatalogEntry): string {
  if (!shapes || shapes.length === 0) return '-';
  return shapes.length <= 2 ? shapes.join(', ') : `${shapes[0]} to ${shapes.at(-1)}`;
}
