/** What a stored command line says of its flags: every value of one that takes a value, in order; undefined where none. */
export function saidFlags(command: readonly string[]): (flag: string) => string[] | undefined {
  return (flag) => {
    const values = command.flatMap((word, k) => {
      if (word.startsWith(`${flag}=`)) return [word.slice(flag.length + 1)];
      return word === flag && k + 1 < command.length ? [command[k + 1]!] : [];
    });
    return values.length > 0 ? values : undefined;
  };
}
