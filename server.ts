import { config } from "#accounts/config.ts";
import { runInProduction } from "./http/front-door/production.ts";
import { giveUp } from "./http/give-up.ts";
import { environmentAtStart } from "./http/processes/environment.ts";
import { processNumber } from "./http/processes/number.ts";

/*
 * The start in production. Either this process serves, alone or as one of several, or it supervises several that do: then it
 * loads neither Next.js nor the database.
 */

process.chdir(import.meta.dirname); // DATA_DIR=./data is relative to the project, whatever the current folder
const environment = environmentAtStart();
const { processes } = settings();

if (processNumber() === null && processes > 1) {
  const { supervise } = await import("./http/processes/supervisor.ts");
  await supervise(environment);
} else {
  runInProduction(processes);
  const { serveAlone, serveAmongOthers } = await import("./http/processes/serving.ts");
  if (processNumber() === null) await serveAlone(frontDoor, environment);
  else await serveAmongOthers(frontDoor);
}

async function frontDoor() {
  const { makeFrontDoor } = await import("./http/front-door/front-door.ts");
  return makeFrontDoor((folder) => import(`./app${folder}/route.ts`));
}

function settings() {
  try {
    return config();
  } catch (error) {
    return giveUp(error);
  }
}
