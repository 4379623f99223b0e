#!/usr/bin/env node
// Plain JavaScript without imports, so that an old Node says what it lacks instead of a syntax error.
const [major, minor] = process.versions.node.split('.').map(Number);
if (major < 22 || (major === 22 && minor < 12)) {
  process.stderr.write(
    `winoscope needs Node 22.12 or newer; this is Node ${process.versions.node}. Install a newer one, or run \`npx -y node@24 ${process.argv[1]}\`.\n`,
  );
  process.exitCode = 2;
} else {
  import('../dist/src/cli/main.js').then(
    ({ main }) => main(process.argv.slice(2)),
    (error) => {
      process.stderr.write(
        error?.code === 'ERR_MODULE_NOT_FOUND'
          ? `winoscope is not built or not fully installed (${error.message}). In the repository run \`npm ci && npm run build\`, elsewhere install it again with \`npm install --ignore-scripts\`.\n`
          : `${error?.stack ?? error}\n`,
      );
      process.exitCode = 1;
    },
  );
}
