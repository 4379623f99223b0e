/** `--preset`: the flags of a published rule, where they were not given themselves. */

import { type Command, Option } from 'commander';
import { PRESET_NAMES, PRESETS, type Preset, type PresetName } from '../run/presets.ts';

export interface PresetFlags {
  preset?: PresetName;
}

/** What `--preset` does where a model is run. */
const ABOUT =
  'a published rule: sets the flags that follow from it, and any flag given as well wins; see docs/reproduce.md';

/** Adds `--preset` to a command. */
export function addPresetFlag(command: Command, about = ABOUT): Command {
  return command.addOption(new Option('--preset <name>', about).choices(PRESET_NAMES));
}

/** A list for the end of a command's help. */
export function presetsHelp(): string {
  const lines = PRESET_NAMES.map((name) => `  ${name.padEnd(11)} ${PRESETS[name].about}`);
  return `\nPresets (--preset):\n${lines.join('\n')}`;
}

/**
 * The flags with those of the preset. A flag that was given wins, and flags that go with a stopping rule are only
 * set with that rule: `--preset li2023 --stop stages` brings its own timesteps.
 * @param command the one that parsed them: it knows which were given, and which it has.
 */
export function withPreset<Flags extends PresetFlags>(flags: Flags, command: Command): Flags {
  const { preset } = flags;
  if (preset === undefined) return flags;
  const { stop, ...settings }: Preset['settings'] = PRESETS[preset].settings;
  const isOpen = (name: string) =>
    command.options.some((option) => option.attributeName() === name) &&
    [undefined, 'default'].includes(command.getOptionValueSource(name));
  const set: Record<string, unknown> = { ...(flags as object) };
  const fill = (values: object) => {
    for (const [name, value] of Object.entries(values)) if (isOpen(name)) set[name] = value;
  };
  fill(settings);
  if (stop && isOpen('stop')) set.stop = stop.stop;
  if (stop && set.stop === stop.stop) fill(stop);
  if (set.stop === 'stages' && isOpen('timesteps')) delete set.timesteps;
  return set as Flags;
}

/** What a preset set and what was given instead, for a note: `li2023: --timesteps 1000 … (given: --seed 3)`. */
export function presetNote(preset: PresetName, flags: object, command: Command): string {
  const { stop, ...settings }: Preset['settings'] = PRESETS[preset].settings;
  const names = Object.keys({ ...settings, ...stop });
  const told = (isGiven: boolean) =>
    names
      .filter((name) => (command.getOptionValueSource(name) === 'cli') === isGiven)
      .flatMap((name) => {
        const value = (flags as Record<string, unknown>)[name];
        const long = command.options.find((option) => option.attributeName() === name)?.long;
        return value === undefined || long === undefined ? [] : [`${long} ${value}`];
      })
      .join(' ');
  const given = told(true);
  return `preset ${preset}: ${told(false)}${given ? `; given instead: ${given}` : ''}`;
}
