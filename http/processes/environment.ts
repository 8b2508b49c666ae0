import { existsSync, readFileSync } from "node:fs";
import { parseEnv } from "node:util";

const FILE_OPTION = /^--env-file(?:-if-exists)?(?:=(.*))?$/s;

/** The environment of new processes, with the present content of the files that Node was given with `--env-file`. */
export type Environment = {
  read(): NodeJS.ProcessEnv;
  /** Node's options for new processes: those of this one without the files. */
  execArgv: string[];
};

/**
 * To be called at the start, before this process changes its environment. Node doesn't say which variables come from a file:
 * those do that have the value from there.
 */
export function environmentAtStart(): Environment {
  const { files, execArgv } = withoutFiles(process.execArgv);
  const fromFiles = contentOf(files);
  const own = Object.fromEntries(Object.entries(process.env).filter(([name, value]) => fromFiles[name] !== value));
  return { execArgv, read: () => ({ ...contentOf(files), ...own }) };
}

const contentOf = (files: string[]): NodeJS.ProcessEnv =>
  Object.assign({}, ...files.filter((file) => existsSync(file)).map((file) => parseEnv(readFileSync(file, "utf8"))));

function withoutFiles(options: string[]): { files: string[]; execArgv: string[] } {
  const files: string[] = [];
  const execArgv: string[] = [];
  const left = [...options];
  for (let option = left.shift(); option !== undefined; option = left.shift()) {
    const [isFile, name] = FILE_OPTION.exec(option) ?? [];
    if (isFile === undefined) execArgv.push(option);
    else files.push(name ?? left.shift() ?? "");
  }
  return { files, execArgv };
}
